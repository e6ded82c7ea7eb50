"""What the list says about a row of the queue: how long it waits, the fee, the membership."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from cec.wording import short_day
from registrations.models import Registration
from registrations.queue import Outcome, waiting_days

STATES = dict(Registration.Status.choices)


@dataclass(frozen=True)
class Pill:
    """A state in a word or two, with the classes of its look and a remark."""

    look: str
    text: str
    remark: str = ""


def describe(row: Any) -> None:
    """Put beside a row of the queue what the list says about it."""
    days, target = waiting_days(row), row.program.answer_days
    waits = row.status == Registration.Status.SUBMITTED
    row.wait = Pill(
        "pill warn" if waits and days > target else "",
        _waited(days, target) if waits else str(STATES[row.status]),
        short_day(row.submitted_on),
    )
    row.name = row.person.name
    row.about = row.employer or row.person.email
    row.number = row.reference
    row.language_code = row.language.upper()
    row.fee_pill = _fee_pill(row)
    row.membership_pill = _membership_pill(row)


def _waited(days: int, target: int) -> str:
    if not days:
        return gettext("Less than a day")
    waited = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    return gettext("%(waited)s, late") % {"waited": waited} if days > target else waited


def _fee_pill(row: Any) -> Pill:
    return Pill(f"pill {row.fee_state.tone}", str(row.fee_state.label))


def _membership_pill(row: Any) -> Pill:
    if not row.program.needs_membership:
        return Pill("pill plain", gettext("Not needed"))
    if row.membership == Outcome.CONFIRMED:
        return Pill("pill plain", gettext("Confirmed"), _until(row.good_until))
    if row.has_proof:
        return Pill("pill warn", gettext("Proof received"))
    if row.membership == Outcome.LAPSED:
        return Pill("pill bad", gettext("Not in good standing"))
    if row.membership == Outcome.PROOF:
        return Pill("pill info", gettext("Asked for proof"))
    return Pill("pill out", gettext("To check"))


def _until(day: date | None) -> str:
    if day is None:
        return gettext("for life")
    return gettext("until %(day)s") % {"day": short_day(day)}
