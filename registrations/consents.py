"""What people agree to: the texts in their versions, agreeing, and withdrawing it (K4).

A text is a file per language in `consent_texts/`, which nobody changes once people agreed to it:
another wording is another version. A version that changes what is agreed to has `asks` set, and
whoever agreed to an older one is asked again.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language

from registrations.models import Consent, Person
from registrations.models.consents import ConsentQuerySet
from registrations.models.history import write_event

FOLDER = Path(__file__).parent / "consent_texts"

Kind = Consent.Kind
How = Consent.How


@dataclass(frozen=True)
class Version:
    """A version of a text: since when it is agreed to, and whether it says something new."""

    number: int
    since: date
    asks: bool = False


VERSIONS: dict[str, tuple[Version, ...]] = {
    # Version 0 is what registering meant before; it is agreed to no more.
    Kind.PROGRAM: (
        Version(0, date(2026, 11, 1)),
        Version(1, date(2026, 11, 28), asks=True),
    ),
    Kind.REMINDERS: (Version(1, date(2026, 11, 28), asks=True),),
    Kind.MENTOR: (Version(1, date(2026, 11, 28), asks=True),),
    Kind.SHARING: (Version(1, date(2026, 11, 28), asks=True),),
}


@dataclass(frozen=True)
class Text:
    """What is agreed to, in one language."""

    kind: str
    version: int
    language: str
    words: str
    sha256: str


def current(kind: str) -> int:
    """Return the version that is agreed to now."""
    return VERSIONS[kind][-1].number


def asked_since(kind: str) -> int:
    """Return the version whose predecessors are asked about again."""
    return max(row.number for row in VERSIONS[kind] if row.asks)


@cache
def text(kind: str, version: int, language: str) -> Text:
    """Return a text as it is kept."""
    content = (FOLDER / f"{kind}-{version}.{language}.txt").read_bytes()
    return Text(kind, version, language, content.decode().strip(), sha256(content).hexdigest())


def to_agree(kind: str) -> Text:
    """Return the text as it stands on a page now, in the page's language."""
    return text(kind, current(kind), (get_language() or "en")[:2])


@transaction.atomic
def give(person: Person, kind: str, *, how: str) -> bool:
    """Keep that the person agreed to the current text; whether that is new.

    A former version is replaced. Two clicks at once agree once.
    """
    wanted = to_agree(kind)
    former = _in_force(person, kind).select_for_update().first()
    if former is not None:
        if former.version >= wanted.version:
            return False
        _end(former, How.REPLACED)
    try:
        with transaction.atomic():
            Consent.objects.create(
                person=person,
                kind=kind,
                version=wanted.version,
                language=wanted.language,
                sha256=wanted.sha256,
                given_at=timezone.now(),
                given_how=how,
            )
    except IntegrityError:  # another click was faster
        return False
    _note("consent_given", person, kind, wanted.version)
    return True


@transaction.atomic
def withdraw(person: Person, kind: str, *, how: str) -> bool:
    """Keep that the person agrees no longer; whether they did. What follows is the caller's."""
    former = _in_force(person, kind).select_for_update().first()
    if former is None:
        return False
    _end(former, how)
    _note("consent_withdrawn", person, kind, former.version, by_mail=how == How.MAIL)
    return True


def in_force(person: Person) -> dict[str, Consent]:
    """Return what a person agrees to now, by kind."""
    return {row.kind: row for row in Consent.objects.in_force().filter(person=person)}


def all_of(person: Person) -> list[Consent]:
    """Return all that a person ever agreed to, the latest first, each with its text as `text`."""
    rows = list(Consent.objects.filter(person=person))
    for row in rows:
        row.text = text(row.kind, row.version, row.language)  # type: ignore[attr-defined]
    return rows


def is_asked_again(person_id: str = "pk") -> Exists:
    """Say of each person whether they agreed to a text that has changed since, and still do."""
    older = Q()
    for kind in VERSIONS:
        older |= Q(kind=kind, version__lt=asked_since(kind))
    return Exists(Consent.objects.in_force().filter(older, person=OuterRef(person_id)))


def asked_again(person: Person) -> list[Text]:
    """Return the texts that changed since the person agreed to them."""
    return [
        to_agree(row.kind)
        for row in in_force(person).values()
        if row.version < asked_since(row.kind)
    ]


def _in_force(person: Person, kind: str) -> ConsentQuerySet:
    return Consent.objects.in_force().filter(person=person, kind=kind)


def _end(row: Consent, how: str) -> None:
    row.withdrawn_at, row.withdrawn_how = timezone.now(), how
    row.save(update_fields=["withdrawn_at", "withdrawn_how"])


def _note(event: str, person: Person, kind: str, version: int, *, by_mail: bool = False) -> None:
    """Write the history; a click in a mail can be made by whoever has it."""
    write_event(
        event,
        by=None if by_mail else person,
        person=person,
        details={"consent": kind, "version": version},
    )
