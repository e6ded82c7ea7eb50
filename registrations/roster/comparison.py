"""What a list would change against the one in use: new, changed, vanished, the same. By sets."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from registrations.models import Roster, RosterMember

# More of the members vanishing than this wants a second confirmation (E7).
FEW = Fraction(1, 5)
# From one list to the next days move on; when more of them than this go back, it may be an old one.
MANY = Fraction(1, 2)
COMPARED = ("member_number", "name", "email", "good_until", "for_life", "suspended")

_NEVER = Value(date.min)

Members = QuerySet[RosterMember]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A list beside the one that it would replace, if there is one."""

    roster: Roster
    current: Roster | None
    members: int
    before: int
    new: int
    changed: int
    vanished: int
    shortened: int

    @property
    def same(self) -> int:
        return self.members - self.new - self.changed

    @property
    def many_vanish(self) -> bool:
        return self.vanished > self.before * FEW

    @property
    def looks_old(self) -> bool:
        return self.shortened > (self.members - self.new) * MANY

    @property
    def seen(self) -> str:
        """What a page showed; a confirmation carries it back."""
        figures = (self.current.pk if self.current else 0, self.members, self.new, self.changed)
        return "-".join(map(str, (*figures, self.vanished)))

    @property
    def counts(self) -> dict[str, int]:
        return {
            "members": self.members,
            "new": self.new,
            "changed": self.changed,
            "vanished": self.vanished,
        }


def compare(roster: Roster) -> Comparison:
    """Compare with the list that is in use now."""
    current = Roster.objects.current().filter(association=roster.association_id).first()
    return Comparison(
        roster=roster,
        current=current,
        members=_of(roster).count(),
        before=_of(current).count(),
        new=new(roster, current).count(),
        changed=changed(roster, current).count(),
        vanished=vanished(roster, current).count(),
        shortened=shortened(roster, current).count(),
    )


def _of(roster: Roster | None) -> Members:
    return RosterMember.objects.filter(roster=roster, left_out=False)


def _twins(roster: Roster | None) -> Members:
    return _of(roster).filter(identity=OuterRef("identity"))


def new(roster: Roster, current: Roster | None) -> Members:
    return _of(roster).filter(~Exists(_twins(current)))


def vanished(roster: Roster, current: Roster | None) -> Members:
    return _of(current).filter(~Exists(_twins(roster)))


def changed(roster: Roster, current: Roster | None) -> Members:
    """The rows of members who are in both lists, and not the same."""
    same: dict[str, Any] = {field: OuterRef(field) for field in COMPARED}
    twins = _twins(current).annotate(until=Coalesce("good_until", _NEVER))
    del same["good_until"]
    same["until"] = Coalesce(OuterRef("good_until"), _NEVER)
    return _of(roster).filter(Exists(_twins(current)), ~Exists(twins.filter(**same)))


def shortened(roster: Roster, current: Roster | None) -> Members:
    """The rows of members whom the list in use has in good standing for longer."""
    return _of(roster).filter(Exists(_twins(current).filter(good_until__gt=OuterRef("good_until"))))


def befores(rows: list[RosterMember], current: Roster | None) -> dict[str, RosterMember]:
    """What the list in use says of the same members, by identity."""
    found = _of(current).filter(identity__in=[row.identity for row in rows])
    return {row.identity: row for row in found}
