"""Whose fee a deposit may be: proposals with a reason each, never a decision.

By the reference in the line first, then by the payer's name, then by who works at the payer's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from cec.wording import money, short_day
from registrations.bank import wording
from registrations.likeness import name_key
from registrations.models import BankLine, Payment, Person, Registration
from registrations.permissions import may

# A fee that was settled this close to a deposit may have been settled by it.
NEAR = timedelta(days=45)
NEAR_BY_HAND = timedelta(days=7)
MOST_CANDIDATES = 12
SHORTEST_EMPLOYER = 2  # words; "Library" alone is everybody's

REFERENCE, NAME, INITIAL, EMPLOYER = "reference", "name", "initial", "employer"
_FAINTER = (REFERENCE, NAME, INITIAL, EMPLOYER)


@dataclass(frozen=True)
class Candidate:
    """Somebody whose fee a deposit may pay.

    `amount` is what would be recorded, nothing when `can_record` is not; `sure` says that the
    reference, or the full name with exactly what is owed, leaves no doubt.
    """

    registration: Any  # a Registration with its balance
    why: str
    amount: Decimal
    can_record: bool
    sure: bool = False


@dataclass
class Proposal:
    """What is proposed for a deposit. `marked` is the one candidate that needs no second look."""

    line: Any  # a BankLine with its remainder
    method: str
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def only(self) -> Candidate | None:
        """Return the candidate, if exactly one could be recorded with all that is left."""
        able = [found for found in self.candidates if found.can_record]
        whole = len(able) == 1 and able[0].amount == self.line.remainder
        return able[0] if whole and len(self.candidates) == 1 else None

    @property
    def marked(self) -> bool:
        return self.only is not None and self.only.sure


def propose(lines: Sequence[BankLine], *, by: Person) -> list[Proposal]:
    """Propose for each of these deposits, which have their remainder; a handful of queries.

    A fee that an earlier one of them would settle is not proposed as open to a later one.
    """
    return _Matcher(lines, by).proposals()


class _Matcher:
    """Looks at a few deposits together, in their order."""

    def __init__(self, lines: Sequence[BankLine], by: Person) -> None:
        self.lines = lines
        self.by = by
        self.references = {
            line.pk: {
                pk: code for code, pk in wording.references(f"{line.reference} {line.description}")
            }
            for line in lines
        }
        self.kinds = self._kinds()
        self.rows = {row.pk: row for row in self._registrations()}
        self.payments = self._payments()
        self.taken: dict[int, Decimal] = defaultdict(Decimal)
        self.taken_by: dict[int, BankLine] = {}

    def _kinds(self) -> dict[int, dict[int, str]]:
        """Return for each deposit who is most like the payer, and by what.

        Looks through whoever owes something or paid around these days, by bare names: there
        may be thousands, and a handful of them are candidates.
        """
        found: dict[int, dict[int, str]] = {}
        people = [_Likeness(*row) for row in self._people()]
        for line in self.lines:
            words = wording.payer(line)
            alike = {row.pk: kind for row in people if (kind := row.kind(words))}
            clearest = min(alike.values(), key=_FAINTER.index, default="")
            close = [pk for pk, kind in alike.items() if kind == clearest][:MOST_CANDIDATES]
            named = [pk for pk in self.references[line.pk] if pk in alike]
            found[line.pk] = {pk: alike[pk] for pk in close + named}
        return found

    def _people(self) -> Iterable[tuple[int, str, str, bool]]:
        if not self.lines:
            return []
        days = [line.received_on for line in self.lines]
        paid = Payment.objects.filter(
            received_on__range=(min(days) - NEAR, max(days) + NEAR)
        ).values("registration")
        return (
            Registration.objects.worked_on_by(self.by)
            .with_balance()
            .filter(Q(balance__gt=0, status__in=Registration.OPEN) | Q(pk__in=paid))
            .order_by("submitted_at", "pk")
            .values_list(
                "pk",
                "person__name",
                "employer",
                ExpressionWrapper(Q(balance__gt=0), output_field=BooleanField()),
            )
        )

    def _registrations(self) -> Iterable[Any]:
        """Return the candidates, with what they owe."""
        wanted = {
            pk for found in (self.kinds, self.references) for some in found.values() for pk in some
        }
        return (
            Registration.objects.worked_on_by(self.by)
            .with_balance()
            .filter(pk__in=wanted)
            .select_related("person", "program", "association")
            .order_by("submitted_at", "pk")
        )

    def _payments(self) -> dict[int, list[Payment]]:
        """Return the lines of the ledger of those who paid something, to say what and when."""
        paid = [row.pk for row in self.rows.values() if row.paid > 0]
        found = defaultdict(list)
        lines = Payment.objects.filter(registration__in=paid).select_related("recorded_by")
        for payment in lines.order_by("received_on", "id"):
            found[payment.registration_id].append(payment)
        return found

    def proposals(self) -> list[Proposal]:
        return [self._propose(line) for line in self.lines]

    def _propose(self, line: Any) -> Proposal:
        proposal = Proposal(line, wording.method(line))
        chosen = self._chosen(line)
        proposal.candidates = [
            self._candidate(line, self.rows[pk], kind, alone=len(chosen) == 1)
            for pk, kind in chosen.items()
        ]
        proposal.candidates.sort(key=lambda found: not found.can_record)
        only = proposal.only
        if only and only.sure:
            self.taken[only.registration.pk] += only.amount
            self.taken_by[only.registration.pk] = line
        return proposal

    def _chosen(self, line: Any) -> dict[int, str]:
        """Return whom to propose: by reference, and who has the payer's name if it isn't theirs."""
        payers = {pk: kind for pk, kind in self.kinds[line.pk].items() if pk in self.rows}
        named = {
            pk: REFERENCE
            for pk, code in self.references[line.pk].items()
            if pk in self.rows and wording.is_of(self.rows[pk].program, code)
        }
        if not named:
            clearest = min(payers.values(), key=_FAINTER.index, default="")
            return {pk: kind for pk, kind in payers.items() if kind == clearest}
        of_the_name = {pk: kind for pk, kind in payers.items() if kind in (NAME, INITIAL)}
        return named if named.keys() & of_the_name else named | of_the_name

    def _candidate(self, line: Any, row: Any, kind: str, *, alone: bool) -> Candidate:
        reason = _reason(kind, row)
        owed = row.balance - self.taken[row.pk]
        if obstacle := self._obstacle(row, owed):
            return Candidate(row, f"{reason} {obstacle}", Decimal(0), can_record=False)
        doubt = self._doubt(line, row)
        exact = line.remainder == owed
        clear = (kind == REFERENCE and line.remainder <= owed) or (kind == NAME and exact)
        return Candidate(
            row,
            f"{reason} {doubt or _fit(line.remainder, owed)}",
            min(line.remainder, owed),
            can_record=True,
            sure=alone and clear and not doubt,
        )

    def _doubt(self, line: Any, row: Any) -> str:
        """Say why somebody should look twice before they record this, or return nothing."""
        if not row.is_open:
            return _("The registration is closed: %(status)s.") % {
                "status": row.get_status_display()
            }
        for payment in self.payments.get(row.pk, ()):
            near = abs(payment.received_on - line.received_on) <= NEAR_BY_HAND
            if near and payment.bank_line_id is None and payment.amount == line.amount:
                return _("%(amount)s of %(day)s is recorded by hand already: perhaps the same.") % {
                    "amount": money(payment.amount),
                    "day": short_day(payment.received_on),
                }
        return ""

    def _obstacle(self, row: Any, owed: Decimal) -> str:
        """Say why this fee can't take a deposit, or return nothing."""
        if not may(self.by, "record_payment", row):
            return _("It’s your own: somebody else records it.")
        if owed > 0:
            return ""
        if earlier := self.taken_by.get(row.pk):
            return _("The deposit of %(day)s above pays this fee: perhaps paid twice.") % {
                "day": short_day(earlier.received_on)
            }
        if not (before := self.payments.get(row.pk)):
            return _("There is no fee to pay.")
        last = before[-1]
        by_hand = last.kind == Payment.Kind.PAYMENT and last.bank_line_id is None
        text = (
            _("The fee is settled already: %(amount)s on %(day)s, recorded by hand by %(who)s.")
            if by_hand
            else _("The fee is settled already: %(amount)s on %(day)s, recorded by %(who)s.")
        )
        return text % {
            "amount": money(last.amount),
            "day": short_day(last.received_on),
            "who": last.recorded_by.name,
        }


class _Likeness:
    """What of a registration may stand in a bank's line: words of the name and of the employer."""

    def __init__(self, pk: int, name: str, employer: str, owes: bool) -> None:
        self.pk = pk
        self.name = [part for word in name.split() for part in name_key(word).split()]
        # A settled fee of somebody who works there says nothing about this deposit.
        self.employer = set(name_key(employer).split()) if owes else set()

    def kind(self, words: set[str]) -> str:
        """Say by what it is like the words of a deposit, or return nothing."""
        name = self.name
        if len(name) >= 2 and name[-1] in words and len(name[-1]) >= 2:
            if name[0] in words:
                return NAME
            if name[0][0] in words:
                return INITIAL
        if len(self.employer) >= SHORTEST_EMPLOYER and self.employer <= words:
            return EMPLOYER
        return ""


def _reason(kind: str, row: Any) -> str:
    if kind == REFERENCE:
        return _("The reference %(reference)s is in the line.") % {"reference": row.reference}
    if kind == NAME:
        return _("The payer has this name.")
    if kind == INITIAL:
        return _("Initial and family name fit the payer.")
    return _("Works at the payer: %(employer)s.") % {"employer": row.employer}


def _fit(deposit: Decimal, owed: Decimal) -> str:
    words = {"owed": money(owed)}
    if deposit == owed:
        return _("Exactly %(owed)s is owed.") % words
    if deposit < owed:
        return _("It is a part of the %(owed)s owed.") % words
    return _("It is more than the %(owed)s owed.") % words
