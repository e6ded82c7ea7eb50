"""What a row of an export changes in its entry, when either may have been edited since.

The export noted of every value what it was (`workbook.marks`). What only the file changed is
changed; what only the record changed stays; what both changed, each its own way, is asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from activities.record import Record
from activities.rules import rate_words
from activities.workbook.marks import Mark
from cec.wording import day, number

# Which column of the file a field of an entry comes from.
COLUMN_OF = {
    "title": ("title",),
    "provider": ("provider",),
    "subject": ("subject",),
    "outcome": ("outcome",),
    "started_on": ("started_on",),
    "completed_on": ("date", "completed_on"),
    "hours": ("hours",),
    "planned": ("planned",),
    "choice": ("type",),
}
# Fields that only make sense together: a first day is never after the last one (P11).
_TOGETHER = ("started_on", "completed_on", "planned")
_UNITS = (
    *(("title",), ("provider",), ("subject",), ("choice",), ("hours",), ("outcome",)),
    _TOGETHER,
)


@dataclass(frozen=True)
class Difference:
    """A field in which file and record differ, in words."""

    label: str
    here: str
    file: str


@dataclass
class Merge:
    """The names of the fields that the file changes, and of those that both changed."""

    changed: set[str] = field(default_factory=set)
    clashing: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.changed or self.clashing)


def merge(
    now: Mapping[str, Any], said: Mapping[str, Any], *, mark: Mark | None, version: int
) -> Merge:
    """Compare an entry as it is `now` with what the file `said`, knowing what was exported.

    `version` is the entry's. A file that carries no mark was made by hand: it changes what differs.
    """
    found = Merge()
    for unit in _UNITS:
        names = [name for name in unit if name in said]
        different = {name for name in names if said[name] != now[name]}
        if not different:
            continue
        if mark is None:
            found.changed |= different
        elif not all(mark.holds(name, said[name]) for name in names):
            untouched = mark.version == version or all(mark.holds(name, now[name]) for name in unit)
            (found.changed if untouched else found.clashing).update(different)
    return found


def said_by_file(
    values: Mapping[str, Any], now: Mapping[str, Any], *, columns: set[str], planned: bool
) -> dict[str, Any]:
    """The fields that the file speaks of; one without a column of its own stays as it is.

    `planned` is whether the day lies ahead: then it is planned whatever the file has (P11).
    """
    said = {name: value for name, value in values.items() if columns & set(COLUMN_OF[name])}
    if values.get("started_on"):
        said["started_on"] = values["started_on"]
    elif now["started_on"] and now["started_on"] > values["completed_on"]:
        said["started_on"] = None
    if planned:
        said["planned"] = True
    return said


def differences(
    names: set[str], now: Mapping[str, Any], said: Mapping[str, Any], record: Record
) -> list[Difference]:
    """The fields side by side, in the order of `COLUMN_OF`."""

    def words(name: str, value: Any) -> str:
        if name == "choice":
            return rate_words(record.rules.rates[int(value)], record.rules.unit)
        if name == "subject":
            value = record.areas.shown(value)
        return _in_words(value)

    return [
        Difference(label(name), words(name, now[name]), words(name, said[name]))
        for name in COLUMN_OF
        if name in names
    ]


def label(name: str) -> str:
    """What the forms call a field."""
    return {
        "title": _("Title"),
        "provider": _("Provider or organizer"),
        "subject": _("Subject area"),
        "outcome": _("What I learned"),
        "started_on": _("Date started"),
        "completed_on": _("Date finished"),
        "hours": _("Hours"),
        "planned": _("Still planned"),
        "choice": _("Activity type"),
    }[name]


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return number(value)
    return day(value) if isinstance(value, date) else str(value or "–")
