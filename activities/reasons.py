"""Why an entry counts what it counts: the one place that says it, in the language of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities import log
from activities.models import Activity, Credit
from activities.points import ZERO, Entry, Filling, Preview
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


def briefly(line: Line) -> str:
    """Say on paper, in a sentence that is nobody’s own, what keeps points from counting."""
    if line.state == Credit.State.NO_OUTCOME:
        return _("What was learned isn’t written down yet.")
    if line.state == Credit.State.DISALLOWED:
        return _("The committee disallowed it.")
    limited = line.worth.limited if line.worth else []
    return " ".join(_limited(filling, line.type) for filling in limited)


def told(record: Record, activity: Activity) -> str:
    """Say after saving what an entry counts, and where its year stands now."""
    credit = record.credits().get(activity=activity)
    (line,) = record.lines([credit], with_comments=False)
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


def afterwards(preview: Preview, record: Record) -> str:
    """Say where the year and the record would stand with the entry that was previewed."""
    total = record.rules.amount(record.counted() + preview.gain)
    if not record.has_years:
        return _("Your record would stand at %(total)s.") % {"total": total}
    return _("Year %(number)s would stand at %(year)s and your record at %(total)s.") % {
        "number": preview.entry.year,
        "year": number(preview.year_total),
        "total": total,
    }


def sum_of(line: Line, rules: RecordRules) -> str:
    """Write how the raw points come about: hours x rate, or a fixed number (K1)."""
    if line.rate.per_hour is None or line.activity.hours is None:
        return _("a fixed number")
    values = {"hours": number(line.activity.hours), "rate": number(line.rate.per_hour)}
    if line.activity.hours * line.rate.per_hour == line.raw:
        return _("%(hours)s h × %(rate)s") % values
    return _("%(hours)s h × %(rate)s, rounded") % values


def of_entry(entry: Entry, kind: ActivityType, rules: RecordRules) -> Reason:
    """Say what counts of an entry of the ledger, or of a preview."""
    if entry.parked > 0:
        whys = [_limited(filling, kind) for filling in entry.limited]
        kept = (
            _("The rest stays in the record.")
            if entry.counted > 0
            else _("It stays in the record.")
        )
        return Reason(_fact(entry, rules), " ".join([*whys, kept]))
    if advised := [filling for filling in entry.fillings if filling.over_advice]:
        whys = [_advised(filling, kind) for filling in advised]
        return Reason(_fact(entry, rules), " ".join(whys))
    return Reason(_fact(entry, rules), _("Counts in full."), whole=True)


def _fact(entry: Entry, rules: RecordRules) -> str:
    if entry.parked <= 0:
        text = ngettext("%(amount)s counts.", "%(amount)s count.", plural(entry.raw))
        return text % {"amount": rules.amount(entry.raw)}
    text = ngettext(
        "%(counted)s of %(raw)s counts.", "%(counted)s of %(raw)s count.", plural(entry.counted)
    )
    return text % {"counted": number(entry.counted), "raw": rules.amount(entry.raw)}


# What a limit does to an entry, by what it is over and per: it is filled by it, or was full before.
_FILLS = {
    ("type", "year"): gettext_lazy("This fills %(what)s up to its yearly limit of %(limit)s."),
    ("type", "cycle"): gettext_lazy(
        "This fills %(what)s up to its limit of %(limit)s for the whole program."
    ),
    ("group", "year"): gettext_lazy("This fills “%(what)s” up to the yearly limit of %(limit)s."),
    ("group", "cycle"): gettext_lazy(
        "This fills “%(what)s” up to the limit of %(limit)s for the whole program."
    ),
}
_FULL = {
    ("type", "year"): gettext_lazy("%(what)s had reached its yearly limit of %(limit)s."),
    ("type", "cycle"): gettext_lazy(
        "%(what)s had reached its limit of %(limit)s for the whole program."
    ),
    ("group", "year"): gettext_lazy("“%(what)s” had reached the yearly limit of %(limit)s."),
    ("group", "cycle"): gettext_lazy(
        "“%(what)s” had reached the limit of %(limit)s for the whole program."
    ),
}
_PAST = {
    ("type", "year"): gettext_lazy(
        "%(what)s is now past the suggested limit of %(limit)s a year; all of it counts."
    ),
    ("type", "cycle"): gettext_lazy(
        "%(what)s is now past the suggested limit of %(limit)s for the whole program; "
        "all of it counts."
    ),
    ("group", "year"): gettext_lazy(
        "“%(what)s” is now past the suggested limit of %(limit)s a year; all of it counts."
    ),
    ("group", "cycle"): gettext_lazy(
        "“%(what)s” is now past the suggested limit of %(limit)s for the whole program; "
        "all of it counts."
    ),
}


def _limited(filling: Filling, kind: ActivityType) -> str:
    return _of_limit(_FILLS if filling.counted > 0 else _FULL, filling, kind)


def _advised(filling: Filling, kind: ActivityType) -> str:
    return _of_limit(_PAST, filling, kind)


def _of_limit(texts: Mapping[tuple[str, str], Any], filling: Filling, kind: ActivityType) -> str:
    """Name the limit: of the type by its code, of a group by its name."""
    over = filling.layer.over
    what = kind.group.name if over == "group" and kind.group else kind.code
    text = str(texts[over, filling.layer.per])
    return text % {"what": what, "limit": number(filling.limit)}


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
    assert line.deleted_at is not None
    program = rules.registration.program
    until = day_in(program, line.deleted_at) + timedelta(days=log.UNDO_DAYS)
    return Reason(
        _("Deleted, so it doesn’t count."),
        _("You can bring it back until %(day)s.") % {"day": day(until)},
    )


def worth(line: Line, rules: RecordRules) -> str:
    """Say what an entry is worth in one program, beside what it is worth in others."""
    amount = _("%(amount)s as %(type)s (%(basis)s).") % {
        "amount": rules.amount(line.raw),
        "type": line.type.code,
        "basis": _basis(line, rules),
    }
    explained = reason(line, rules)
    return f"{amount} {explained.why if explained.whole else explained}"


def _basis(line: Line, rules: RecordRules) -> str:
    if line.rate.per_hour is None:
        return _("a fixed number")
    text = ngettext("%(points)s an hour", "%(points)s an hour", plural(line.rate.per_hour))
    return text % {"points": rules.amount(line.rate.per_hour)}


def difference(worths: Sequence[tuple[Line, RecordRules]]) -> str:
    """Say why one entry is worth something else in each of several programs; empty if it isn't."""
    hourly = [(line, rules) for line, rules in worths if line.rate.per_hour]
    fixed = [(line, rules) for line, rules in worths if line.rate.per_hour is None]
    limited = [(line, rules) for line, rules in worths if line.worth and line.worth.parked]
    unwritten = [(line, rules) for line, rules in worths if line.state == Credit.State.NO_OUTCOME]
    said = []
    if hourly and fixed:
        said.append(
            _("The hours decide in %(hourly)s; in %(fixed)s the number is fixed.")
            % {"hourly": _programs(hourly), "fixed": _programs(fixed)}
        )
    elif len({line.rate.per_hour for line, _rules in hourly}) > 1:
        said.append(_("An hour is worth something else in each program."))
    elif len({line.rate.fixed for line, _rules in fixed}) > 1:
        said.append(_("Each program gives a fixed number of its own."))
    if 0 < len(limited) < len(worths):
        said.append(_("A limit applies in %(programs)s.") % {"programs": _programs(limited)})
    if 0 < len(unwritten) < len(worths):
        said.append(
            _("What you learned has to be written for it to count in %(programs)s.")
            % {"programs": _programs(unwritten)}
        )
    return " ".join(said)


def _programs(worths: Sequence[tuple[Line, RecordRules]]) -> str:
    return ", ".join(rules.registration.program.name for _line, rules in worths)
