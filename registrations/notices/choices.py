"""Which reminders a person wants. What isn't a reminder can't be switched off (H8)."""

from collections.abc import Collection

from django.db import transaction

from cec.models import OutgoingMail
from registrations import consents, notices
from registrations.models import Event, Person, RemindersOff
from registrations.models.committee import roles_of
from registrations.models.history import write_event


def switched_off(person: Person) -> set[str]:
    """Return the kinds of reminders that the person doesn't want."""
    return set(RemindersOff.objects.filter(person=person).values_list("kind", flat=True))


def offered_to(person: Person) -> list[notices.Kind]:
    """Return the kinds of reminders that a person may get at all."""
    has_role = bool(roles_of(person).names)
    return [kind for kind in notices.reminders() if has_role or not kind.is_for_roles]


@transaction.atomic
def switch_off(person: Person, kind: notices.Kind, *, by: Person | None) -> bool:
    """Send no reminders of this kind any more, not even those that are written already.

    Returns whether that changes anything. `by` is None for a click in a mail: whoever has the mail
    can make it. Raises `ValueError` for what can't be switched off.
    """
    if not kind.is_reminder:
        raise ValueError(f"{kind.name} is no reminder.")
    _row, is_new = RemindersOff.objects.get_or_create(person=person, kind=kind.name)
    if is_new:
        OutgoingMail.objects.filter(person=person, kind=kind.name).reminders().call_off()
        _note(Event.Kind.REMINDERS_OFF, person, kind, by)
    return is_new


@transaction.atomic
def switch_on(person: Person, kind: notices.Kind, *, by: Person | None) -> bool:
    """Send reminders of this kind again; whether that changes anything."""
    found, _rows = RemindersOff.objects.filter(person=person, kind=kind.name).delete()
    if found:
        _note(Event.Kind.REMINDERS_ON, person, kind, by)
    return bool(found)


@transaction.atomic
def choose(
    person: Person,
    *,
    among: Collection[str],
    wanted: Collection[str],
    by: Person,
    how: str = consents.How.PAGE,
) -> None:
    """Keep which reminders of those that a page showed are wanted; the others stay as they are.

    Wanting one is express consent (CASL, section 6), wanting none ends it.
    """
    for kind in notices.reminders():
        if kind.name in among:
            switch = switch_on if kind.name in wanted else switch_off
            switch(person, kind, by=by)
    if wanted:
        consents.give(person, consents.Kind.REMINDERS, how=how)
    elif not {notice.name for notice in offered_to(person)} - switched_off(person):
        consents.withdraw(person, consents.Kind.REMINDERS, how=how)


def want_none(person: Person, *, by: Person, how: str = consents.How.PAGE) -> None:
    """Switch off all that the person may get, as when they withdraw their consent."""
    choose(person, among=[row.name for row in offered_to(person)], wanted=[], by=by, how=how)


def want_all(person: Person, *, by: Person, how: str) -> None:
    """Switch on all that the person may get, as when they agree to be reminded."""
    names = [row.name for row in offered_to(person)]
    choose(person, among=names, wanted=names, by=by, how=how)


def _note(event: str, person: Person, kind: notices.Kind, by: Person | None) -> None:
    write_event(event, by=by, person=person, details={"notice": kind.name})
