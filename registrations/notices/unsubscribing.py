"""The address that ends a kind of reminder with one click (RFC 8058, docs/decisions/0031).

It needs no sign-in: a signature says that we made it. It stands in mails that people keep, so it
doesn't run out, and it outlives SECRET_KEY as long as that is among SECRET_KEY_FALLBACKS.
"""

from django.core import signing

from cec import mail
from registrations import notices
from registrations.models import Person


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="registrations.notices.unsubscribing")


def address(person: Person, kind: str) -> str:
    """Return where one click ends reminders of this kind for this person."""
    return mail.absolute_url("unsubscribe", token=_signer().sign(f"{person.pk}.{kind}"))


def read(token: str) -> tuple[Person, notices.Kind] | None:
    """Return whose reminders of which kind an address ends; None if we made no such address.

    A kind that can't be switched off has none, whenever it was made.
    """
    try:
        number, _dot, name = _signer().unsign(token).partition(".")
    except signing.BadSignature:
        return None
    kind = notices.kinds().get(name)
    person = Person.objects.filter(pk=int(number)).first()
    if kind is None or not kind.is_reminder or person is None:
        return None
    return person, kind
