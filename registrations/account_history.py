"""What happens to accounts, written into the history (reliability J2). allauth tells of it."""

from typing import Any

from allauth.account import signals as allauth
from allauth.account.models import EmailAddress
from allauth.mfa import signals as second_step
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from cec import bounces
from registrations import sessions
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


@receiver(second_step.authentication_failed)
def second_step_failed(user: Person, **about: Any) -> None:
    write_event("second_step_failed", by=None, person=user)


@receiver([allauth.password_changed, allauth.password_set, allauth.password_reset])
def password_changed(request: HttpRequest, user: Person, **about: Any) -> None:
    """Note it; a session with the old password is no session any more, so it isn't kept either."""
    write_event("password_changed", by=user, person=user)
    here = request.session.session_key if request.user.is_authenticated else None
    sessions.end_all(user, but=here)


@receiver(allauth.email_changed)
def email_changed(user: Person, from_email_address: Any, **about: Any) -> None:
    """Note it; the first address of an account takes no other's place."""
    if from_email_address:
        write_event("email_changed", by=user, person=user)


@receiver(allauth.email_confirmed)
def address_read(email_address: EmailAddress, **about: Any) -> None:
    """Whoever opened the link that was sent to an address reads mail there."""
    bounces.works(email_address.email)
