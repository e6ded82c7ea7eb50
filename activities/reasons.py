"""Why an entry counts what it counts: the one place that says it, in the language of the page."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import log
from activities.models import Activity, Credit
from activities.points import ZERO, Entry, Preview
from activities.record import Line, Record
from activities.rules import RecordRules, plural
from cec.wording import day, number
from registrations.calendar import day_in
from registrations.models import ActivityType


@dataclass(frozen=True)
class Reason:
    """`fact` says how much counts, `why` the rule behind it; both are whole sentences.

    `whole` is True when everything counts and there is nothing to explain.
    """

    fact: str
    why: str
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.fact} {self.why}"

    @property
    def brief(self) -> str:
        """The fact, and the rule only where it took something away."""
        return self.fact if self.whole else str(self)


def reason(line: Line, rules: RecordRules) -> Reason:
    """Say what counts of an entry and why (P2, P6, P8, P11)."""
    if line.state == Credit.State.DELETED:
        return _deleted(line, rules)
    if line.state == Credit.State.PLANNED:
        return Reason(
            _hoped(line.promise, line.raw, rules),
            _("It is planned and counts once you’ve done it."),
        )
    if line.state == Credit.State.NO_OUTCOME:
        return Reason(
            _hoped(line.promise, line.raw, rules),
            _("It counts once you’ve written what you learned."),
        )
    if line.state == Credit.State.DISALLOWED:
        return _disallowed(line, rules)
    if line.worth is None:  # deleted between two queries of this page
        return Reason("", "")
    return of_entry(line.worth, line.type, rules)


def told(record: Record, activity: Activity) -> str:
    """Say after saving what an entry counts, and where its year stands now."""
    line = record.line(activity)
    text = reason(line, record.rules).brief
    if not line.counted or not record.has_years:
        return text
    total = _("Year %(number)s is at %(points)s.") % {
        "number": line.year,
        "points": number(record.counted(line.year)),
    }
    return f"{text} {total}"


def foretold(
    preview: Preview, kind: ActivityType, rules: RecordRules, *, done: bool, edited: bool = False
) -> list[str]:
    """Say before saving what an entry would count (P6).

    `done` is False for a planned one, `edited` True for one that is in the record already.
    """
    entry = preview.entry
    text = ngettext(
        "%(raw)s, %(counted)s will count.",
        "%(raw)s, %(counted)s will count.",
        plural(entry.counted),
    )
    sentences = [text % {"raw": rules.amount(entry.raw), "counted": number(entry.counted)}]
    if not (explained := of_entry(entry, kind, rules)).whole:
        sentences.append(explained.why)
    if preview.gain < entry.counted and not edited:
        sentences.append(
            _("A later entry would count less: your total goes up by %(gain)s.")
            % {"gain": number(preview.gain)}
        )
    if not done:
        sentences.append(_("It is planned and counts once you’ve done it."))
    elif kind.needs_outcome:
        sentences.append(_("It counts once you’ve written what you learned."))
    return sentences


def of_entry(entry: Entry, kind: ActivityType, rules: RecordRules) -> Reason:
    """Say what counts of an entry of the ledger, or of a preview."""
    if entry.parked > 0:
        return Reason(_fact(entry, rules), _limited(entry, kind))
    if entry.over_advice:
        return Reason(
            _fact(entry, rules),
            _("%(type)s is now past the suggested limit of %(limit)s a year; all of it counts.")
            % {"type": kind.code, "limit": number(entry.cap)},
        )
    return Reason(_fact(entry, rules), _("Counts in full."), whole=True)


def _fact(entry: Entry, rules: RecordRules) -> str:
    if entry.parked <= 0:
        text = ngettext("%(amount)s counts.", "%(amount)s count.", plural(entry.raw))
        return text % {"amount": rules.amount(entry.raw)}
    text = ngettext(
        "%(counted)s of %(raw)s counts.", "%(counted)s of %(raw)s count.", plural(entry.counted)
    )
    return text % {"counted": number(entry.counted), "raw": rules.amount(entry.raw)}


def _limited(entry: Entry, kind: ActivityType) -> str:
    values = {"type": kind.code, "limit": number(entry.cap)}
    if entry.counted > 0:
        return (
            _(
                "This fills %(type)s up to its yearly limit of %(limit)s. "
                "The rest stays in your record."
            )
            % values
        )
    return (
        _("%(type)s had reached its yearly limit of %(limit)s. It stays in your record.") % values
    )


def _hoped(promise: Entry | None, raw: Decimal, rules: RecordRules) -> str:
    counted = promise.counted if promise else ZERO
    if counted == raw:
        text = ngettext("Would add %(amount)s.", "Would add %(amount)s.", plural(raw))
        return text % {"amount": rules.amount(raw)}
    text = ngettext(
        "%(counted)s of %(raw)s would count.",
        "%(counted)s of %(raw)s would count.",
        plural(counted),
    )
    return text % {"counted": number(counted), "raw": rules.amount(raw)}


def _disallowed(line: Line, rules: RecordRules) -> Reason:
    """The committee's words are between it and the participant: a mentor reads the fact (A7)."""
    if line.disallowed is None or line.keeps_comments:
        fact = _("The committee disallowed it.")
    else:
        said = " ".join(line.disallowed.reason.split()).rstrip(".")
        fact = _("The committee disallowed it: %(reason)s.") % {"reason": said}
    text = ngettext(
        "%(amount)s stays in the record and doesn’t count.",
        "%(amount)s stay in the record and don’t count.",
        plural(line.raw),
    )
    return Reason(fact, text % {"amount": rules.amount(line.raw)})


def _deleted(line: Line, rules: RecordRules) -> Reason:
    assert line.activity.deleted_at is not None
    program = rules.registration.program
    until = day_in(program, line.activity.deleted_at) + timedelta(days=log.UNDO_DAYS)
    return Reason(
        _("Deleted, so it doesn’t count."),
        _("You can bring it back until %(day)s.") % {"day": day(until)},
    )
