"""Who on an association's list is this person? Proposed by what agrees, decided by a person.

Certain is only what two things say: the member number and the e-mail, or one of them and the
name. A name alone never is (reliability E7).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

from django.db.models import Q, Value
from django.db.models.functions import Abs, Concat, Length
from django.utils.translation import gettext_lazy as _

from registrations.likeness import email_key, name_key, number_key
from registrations.models import MembershipCheck, Registration, Roster, RosterMember

ALIKE = 0.8  # share of letters in which two names agree
MOST_SHOWN = 5
MOST_COMPARED = 300  # rows with a similar name that are compared letter by letter
SAYS_MUCH = 4  # letters of a word by which alone a row is worth a comparison


class Certainty(IntEnum):
    """How much a match is worth; what isn't certain is for a person to decide."""

    CERTAIN = 3
    DOUBTFUL = 2
    PROPOSED = 1


WORDS = {
    Certainty.CERTAIN: _("Certain"),
    Certainty.DOUBTFUL: _("Doubtful"),
    Certainty.PROPOSED: _("Perhaps"),
}


@dataclass(frozen=True)
class Match:
    """A row of the list that may be the person, and why in one sentence."""

    member: RosterMember
    certainty: Certainty
    why: str

    @property
    def certain(self) -> bool:
        return self.certainty == Certainty.CERTAIN

    @property
    def word(self) -> object:
        return WORDS[self.certainty]


@dataclass(frozen=True)
class Wanted:
    """What is known of a person, folded; `known_…` is the row that a check rested on before."""

    number: str
    email: str
    name: str
    known_number: str = ""
    known_email: str = ""

    @property
    def numbers(self) -> set[str]:
        return {self.number, self.known_number} - {""}

    @property
    def emails(self) -> set[str]:
        return {self.email, self.known_email} - {""}


def wanted(registration: Registration, check: MembershipCheck | None) -> Wanted:
    """Fold what a registration says of its person, and what its latest check rested on."""
    return Wanted(
        number=number_key(registration.member_number),
        email=email_key(registration.person.email),
        name=name_key(registration.person.name),
        known_number=check.number_key if check else "",
        known_email=check.email_key if check else "",
    )


def list_of(registration: Registration) -> Roster | None:
    """Return the list in use of a registration's association."""
    return Roster.objects.current().filter(association=registration.association_id).first()


def certain(roster: Roster, people: dict[int, Wanted]) -> dict[int, RosterMember]:
    """Find for each of many people the row that is theirs for certain; one query for all."""
    numbers = {key for one in people.values() for key in one.numbers}
    emails = {key for one in people.values() for key in one.emails}
    rows = _Rows(_by_keys(roster, numbers, emails))
    found = {}
    for pk, one in people.items():
        best = next((match for match in rows.matches(one) if match.certain), None)
        if best is not None:
            found[pk] = best.member
    return found


def matches(registration: Registration, roster: Roster | None) -> list[Match]:
    """Propose rows of their association's list for one person, the likeliest first."""
    if roster is None:
        return []
    one = wanted(registration, registration.membership_checks.first())
    found = _Rows(_by_keys(roster, one.numbers, one.emails)).matches(one)
    if not any(match.certain for match in found):
        taken = {match.member.pk for match in found}
        found += [match for match in _by_name(roster, one) if match.member.pk not in taken]
    return found[:MOST_SHOWN]


def alike(one: str, other: str) -> bool:
    """Say whether two folded names may be the same person's, or one a longer form of the other."""
    if not one or not other:
        return False
    shorter, longer = sorted((set(one.split()), set(other.split())), key=len)
    if len(shorter) > 1 and shorter <= longer:
        return True
    return one == other or SequenceMatcher(None, one, other).ratio() >= ALIKE


class _Rows:
    """Rows of a list that share a number or an e-mail with somebody."""

    def __init__(self, members: Iterable[RosterMember]) -> None:
        self.members = list(members)
        self.by_number = _grouped(self.members, lambda row: row.number_key)
        self.by_email = _grouped(self.members, lambda row: row.email_key)

    def matches(self, one: Wanted) -> list[Match]:
        """Judge the rows that share something with this person, the likeliest first."""
        near = {
            row.pk: row
            for rows, keys in ((self.by_number, one.numbers), (self.by_email, one.emails))
            for key in keys
            for row in rows.get(key, [])
        }
        found = [self._judge(one, row) for row in near.values()]
        if sum(match.certain for match in found) > 1:
            why = str(_("Member number and e-mail lead to two different rows."))
            found = [
                Match(match.member, Certainty.DOUBTFUL, why) if match.certain else match
                for match in found
            ]
        return sorted(found, key=lambda match: (-match.certainty, match.member.number))

    def _judge(self, one: Wanted, row: RosterMember) -> Match:
        number = row.number_key != "" and row.number_key in one.numbers
        email = row.email_key != "" and row.email_key in one.emails
        name = alike(one.name, row.name_key)
        if (number and len(self.by_number[row.number_key]) > 1) or (
            email and len(self.by_email[row.email_key]) > 1
        ):
            return Match(row, Certainty.DOUBTFUL, str(_("Several rows of the list share this.")))
        if number and self._known(one, row):
            return Match(row, Certainty.CERTAIN, str(_("The same member as at the last check.")))
        if number and email:
            return Match(row, Certainty.CERTAIN, str(_("Member number and e-mail agree.")))
        if number and name:
            return Match(row, Certainty.CERTAIN, str(_("Member number and name agree.")))
        if email and name:
            return Match(row, Certainty.CERTAIN, str(_("E-mail and name agree.")))
        if email and self._known(one, row):
            return Match(row, Certainty.CERTAIN, str(_("The same member as at the last check.")))
        if number:
            why = _("The member number is on the list under another name and e-mail.")
            return Match(row, Certainty.DOUBTFUL, str(why))
        return Match(
            row, Certainty.DOUBTFUL, str(_("The e-mail is on the list under another name."))
        )

    @staticmethod
    def _known(one: Wanted, row: RosterMember) -> bool:
        """A number stays with its member; without one, the e-mail does."""
        if one.known_number:
            return row.number_key == one.known_number
        return bool(one.known_email) and row.email_key == one.known_email


def _grouped(
    members: Iterable[RosterMember], key: Callable[[RosterMember], str]
) -> dict[str, list[RosterMember]]:
    groups: dict[str, list[RosterMember]] = {}
    for member in members:
        if key(member):
            groups.setdefault(key(member), []).append(member)
    return groups


def _by_keys(
    roster: Roster, numbers: Collection[str], emails: Collection[str]
) -> Iterable[RosterMember]:
    """Every row of the list with one of these: so that doubles among them are seen."""
    if not numbers and not emails:
        return []
    return roster.members.filter(Q(number_key__in=numbers) | Q(email_key__in=emails))


def _by_name(roster: Roster, one: Wanted) -> list[Match]:
    """Rows with the same or a similar name: the database chooses few, letters are compared here."""
    words = one.name.split()
    if not words:
        return []
    padded = Concat(Value(" "), "name_key", Value(" "))
    starts = Q()
    for word in words:
        starts &= Q(padded__contains=f" {word[:2]}")
    worth = Q(name_key=one.name) | starts
    for word in words:
        if len(word) >= SAYS_MUCH:
            worth |= Q(padded__contains=f" {word} ")
    rows = (
        roster.members.alias(padded=padded, off=Abs(Length("name_key") - len(one.name)))
        .filter(worth)
        .order_by("off", "number")[:MOST_COMPARED]
    )
    same = [row for row in rows if row.name_key == one.name]
    close = [row for row in rows if row.name_key != one.name and alike(one.name, row.name_key)]
    why_same, why_close = str(_("The same name, and nothing else.")), str(_("A similar name."))
    return [
        *(Match(row, Certainty.PROPOSED, why_same) for row in same),
        *(Match(row, Certainty.PROPOSED, why_close) for row in close),
    ]
