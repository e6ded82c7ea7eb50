from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cec.words import Folded, words_index


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Create a person who signs in by e-mail; without a password only mailed codes work."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email__iexact=email)


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone with an account. The e-mail is the login; the name is as the person writes it."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("Like my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="en"
    )
    theme = models.CharField(_("colours"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=False, db_default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = PersonManager()

    # Of whoever is signed in: the session did not take the second step that roles need.
    one_step_only = False

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_for_each_email"),
            models.CheckConstraint(
                condition=models.Q(language__in=["en", "fr"]), name="person_language_is_known"
            ),
        ]
        indexes = [
            words_index("name", "email", name="person_by_words"),
            models.Index(Folded("name"), "id", name="person_by_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalpha()]
        if not words:
            return self.email[:1].upper()
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


class UnusedAccountNotice(models.Model):
    """A person was told that their account ends unless they sign in (K3)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="unused_notice")
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person)
