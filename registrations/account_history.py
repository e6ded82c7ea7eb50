"""What happens to accounts, written into the history (reliability J2). allauth tells of it."""

from typing import Any

from allauth.account import signals as allauth
from allauth.account.models import EmailAddress
from django.contrib.auth import signals as auth
from django.dispatch import receiver

from cec import bounces
from registrations.models import Person
from registrations.models.history import write_event


@receiver(auth.user_logged_in)
def signed_in(user: Person, **about: Any) -> None:
    write_event("signed_in", by=user, person=user)


@receiver(auth.user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **about: Any) -> None:
    """Note a wrong password on the account that it was tried on; nobody knows who tried."""
    address = str(credentials.get("email") or credentials.get("username") or "").replace("\0", "")
    person = Person.objects.filter(email__iexact=address).first()
    if person is not None:
        write_event("sign_in_failed", by=None, person=person)


@receiver([allauth.password_changed, allauth.password_set, allauth.password_reset])
def password_changed(user: Person, **about: Any) -> None:
    write_event("password_changed", by=user, person=user)


@receiver(allauth.email_changed)
def email_changed(user: Person, **about: Any) -> None:
    write_event("email_changed", by=user, person=user)


@receiver(allauth.email_confirmed)
def address_read(email_address: EmailAddress, **about: Any) -> None:
    """Whoever opened the link that was sent to an address reads mail there."""
    bounces.works(email_address.email)
