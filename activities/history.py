"""What happened to an entry, in words: for its owner and the committee, not for a mentor.

`lines_of` puts together what several sources tell; a new one is a function in `SOURCES`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Field, Q
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.changes import RATE
from activities.models import Activity, AuditDecision, EntryChange
from activities.record import Record
from activities.rules import rate_words
from activities.sharing import SHARED
from cec.wording import day, number
from registrations.models import Rate, Registration
from registrations.timeline import Line

LONGEST_TEXT = 200  # characters of an old or a new text that a line shows
DAYS = ("started_on", "completed_on")

_DECIDED = {
    AuditDecision.Kind.PASS: gettext_lazy("Passed in the audit"),
    AuditDecision.Kind.MEND: gettext_lazy("To be mended, the audit says"),
    AuditDecision.Kind.DISALLOW: gettext_lazy("Disallowed in the audit"),
    AuditDecision.Kind.ALLOW: gettext_lazy("Counted again by the committee"),
}

Source = Callable[[Record, Activity], Iterable[Line]]


def lines_of(record: Record, activity: Activity) -> list[Line]:
    """Return the history of an entry, newest first; above it who has it now, if it is locked."""
    told = [line for source in SOURCES for line in source(record, activity)]
    told.sort(key=lambda line: line.moment, reverse=True)
    return [*_lock(record.registration), *told]


def _changes(record: Record, activity: Activity) -> Iterator[Line]:
    """What was changed, deleted, brought back, added and removed; of two at once the later first.

    The type in another program belongs to the history there, and so does what became of it there.
    """
    found = EntryChange.objects.filter(activity=activity)
    own = Q(registration=record.registration) | ~Q(kind__in=EntryChange.OF_THE_RECORD)
    rows = list(found.filter(own).select_related("by").order_by("-id"))
    for row in rows:
        if row.registration_id != record.registration.pk:
            row.fields.pop(RATE, None)
    in_words = _Words(record, rows)
    for row in rows:
        changed = [name for name in (*SHARED, RATE) if name in row.fields]
        details = [in_words.change(name, *row.fields[name]) for name in changed]
        if details or row.kind not in EntryChange.EDITS:
            who = row.by.name if row.by else ""
            yield Line(text=_what(record, row), who=who, at=row.at, details=details)


def _what(record: Record, row: EntryChange) -> str:
    """Name what was done, and the file for those who may see it."""
    if not row.file_name or not record.reads_evidence:
        return row.get_kind_display()
    return _labelled(row.get_kind_display(), row.file_name)


def _beginning(record: Record, activity: Activity) -> Iterator[Line]:
    yield Line(text=_("Added"), who=record.registration.person.name, at=activity.created_at)


def _decisions(record: Record, activity: Activity) -> Iterator[Line]:
    """What the committee decided on it in an audit (C2)."""
    found = AuditDecision.objects.filter(registration=record.registration, activity=activity)
    for row in found.select_related("decided_by").order_by("-id"):
        yield Line(
            text=str(_DECIDED[AuditDecision.Kind(row.kind)]),
            who=row.decided_by.name,
            at=row.decided_at,
            reason=row.reason,
        )


SOURCES: tuple[Source, ...] = (_changes, _decisions, _beginning)


def _lock(registration: Registration) -> Iterator[Line]:
    """Say why an entry can't be changed now, who has it, and since when."""
    status = Registration.Status
    if registration.status == status.ACTIVE:
        return
    association = registration.association
    if registration.status == status.TURNED_IN and association:
        text = _("Locked: %(association)s has the record for its review")
        text %= {"association": association.name}
    elif registration.status == status.TURNED_IN:
        text = _("Locked: the committee has the record for its review")
    elif registration.status == status.ACCEPTED:
        text = _("Locked: the record is accepted, and an administrator issues the certificate")
    elif registration.status == status.CERTIFIED:
        text = _("Locked: the certificate is issued")
    else:
        text = _labelled(_("Locked"), registration.get_status_display())
    moves = registration.events.filter(to_status=registration.status)
    moved = moves.select_related("actor").order_by("-id").first()
    yield Line(
        text=text,
        who=moved.actor.name if moved and moved.actor else "",
        at=moved.at if moved else None,
        state="wait",
    )


class _Words:
    """Old and new values as people read them; types may be of rules that hold no more."""

    def __init__(self, record: Record, rows: Sequence[EntryChange]) -> None:
        self.record = record
        wanted = {pk for row in rows for pk in row.fields.get(RATE, ())}
        known = record.rules.rates
        others = Rate.objects.filter(pk__in=wanted - known.keys()).select_related("activity_type")
        self.rates = known | ({rate.pk: rate for rate in others} if wanted - known.keys() else {})

    def change(self, name: str, before: Any, after: Any) -> str:
        values = {"before": self._value(name, before), "after": self._value(name, after)}
        return _labelled(_label(name), _("%(before)s → %(after)s") % values)

    def _value(self, name: str, value: Any) -> str:
        if name == RATE:
            rate = self.rates.get(value)
            return rate_words(rate, self.record.rules.unit) if rate else "–"
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if not value:
            return "–"
        if name in DAYS:
            return day(date.fromisoformat(value))
        if name == "hours":
            return number(Decimal(value))
        return Truncator(value).chars(LONGEST_TEXT)


def _label(name: str) -> str:
    if name == RATE:
        return _("Activity type")
    field = Activity._meta.get_field(name)
    assert isinstance(field, Field)
    return str(capfirst(field.verbose_name))


def _labelled(label: str, value: str) -> str:
    return _("%(label)s: %(value)s") % {"label": label, "value": value}
