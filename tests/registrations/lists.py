"""Associations' lists of members, for the tests of memberships."""

import itertools
from datetime import date, timedelta

from django.utils import timezone

from registrations.likeness import email_key, name_key, number_key
from registrations.models import Person, Roster, RosterMember
from tests import factories as make

_rows = itertools.count(2)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def roster(code: str = "MLA", *, by: Person | None = None, ago: timedelta | None = None) -> Roster:
    """A list in use; the one that was in use before is replaced."""
    association = make.association(code)
    Roster.objects.current().filter(association=association).update(state="former")
    who = by or make.person()
    return Roster.objects.create(
        association=association,
        state="current",
        file_name="members.csv",
        sha256="0" * 64,
        uploaded_by=who,
        confirmed_by=who,
        confirmed_at=timezone.now() - (ago or timedelta()),
    )


def member(
    of: Roster,
    name: str = "",
    *,
    number: str = "",
    email: str = "",
    until: date | None = None,
    row: int | None = None,
    **fields,
) -> RosterMember:
    """A row of a list; without a date it holds for another hundred days."""
    if until is None and not fields.get("for_life"):
        until = in_days(100)
    if fields.pop("no_date", False):
        until = None
    return RosterMember.objects.create(
        roster=of,
        number=row or next(_rows),
        member_number=number,
        name=name,
        email=email,
        good_until=until,
        number_key=number_key(number),
        email_key=email_key(email),
        name_key=name_key(name),
        **fields,
    )


def row_of(of: Roster, registration, **fields) -> RosterMember:
    """The row that is certainly this registration's."""
    return member(
        of,
        registration.person.name,
        number=registration.member_number,
        email=registration.person.email,
        **fields,
    )
