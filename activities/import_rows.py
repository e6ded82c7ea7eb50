"""What each row of an uploaded record would do: the sorting behind the preview and the saving."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from activities.checks import check_dates
from activities.choices import workbook_choices
from activities.models import Activity, Credit
from activities.record import Record
from activities.repeats import title_key
from activities.rules import rate_words
from activities.sharing import check_elsewhere, elsewhere
from activities.workbook import Question, Row, row_fingerprint
from activities.workbook.lines import Reader, read_row
from activities.workbook.matching import Matcher
from cec.spreadsheet.wording import clean_line, clean_text
from cec.wording import day, number
from registrations.models import ActivityType, Rate

NEW, CHANGED, SAME = "new", "changed", "same"
ASKS, REFUSED, LEFT, TWICE, DELETED = "asks", "refused", "left", "twice", "deleted"

# Which column of the file a field of an activity comes from.
COLUMN_OF = {
    "title": ("title",),
    "provider": ("provider",),
    "subject": ("subject",),
    "outcome": ("outcome",),
    "started_on": ("started_on",),
    "completed_on": ("date", "completed_on"),
    "hours": ("hours",),
}


_TELLING = ("date", "provider", "type", "hours")


@dataclass(frozen=True)
class Difference:
    """A field of an entry that the file changes, in words."""

    label: str
    before: str
    after: str


@dataclass
class Item:
    """One row of the file and what it would do; `why` says it where that isn't plain.

    `values` are the fields that saving writes; `activity` is the entry that the row is about, if
    there is one already.
    """

    number: int
    state: str
    row: Row
    why: str = ""
    notes: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    rate: Rate | None = None
    activity: Activity | None = None
    differences: list[Difference] = field(default_factory=list)
    kind: ActivityType | None = None
    answered: bool = False

    @property
    def questions(self) -> Sequence[Question]:
        return self.row.questions if self.state == ASKS else ()

    @property
    def said(self) -> list[str]:
        """What the cells say that tell a row from another."""
        return [text for name in _TELLING if (text := self.row.raw.get(name))]


class Sorter:
    """Sorts the rows of one upload against the record as it is now."""

    def __init__(self, record: Record, columns: Sequence[str]) -> None:
        self.record = record
        self.columns = set(columns)
        self.reader = Reader(Matcher(workbook_choices(record.rules)))
        credits = Credit.objects.filter(registration=record.registration)
        self.existing = {
            credit.activity_id: credit for credit in credits.select_related("activity")
        }
        self.elsewhere: dict[int, list[Credit]] = defaultdict(list)
        for credit in elsewhere(record.registration, self.existing):
            self.elsewhere[credit.activity_id].append(credit)
        self.claimed: set[int] = set()
        self.seen: dict[str, int] = {}
        self.titles: set[tuple[str, int]] = set()

    def read(self, stored: dict[str, Any]) -> Row:
        """Read a stored row with its answers, in the language of the page."""
        return read_row(stored["number"], stored["raw"] | stored["answers"], self.reader)

    def sort(self, rows: Sequence[dict[str, Any]]) -> list[Item]:
        """Return what each row would do, in the order of the file."""
        items = [self._checked(stored) for stored in rows]
        self._claim(items)
        self._index()
        for item, stored in zip(items, rows, strict=True):
            if item.state == NEW and item.activity is None:
                self._compare_with_record(item, anyway=stored["anyway"])
        return items

    def _checked(self, stored: dict[str, Any]) -> Item:
        """Refuse, ask, or take a row for itself, without a look at the others."""
        row = self.read(stored)
        item = Item(row.number, NEW, row, answered=bool(stored["answers"] or stored["anyway"]))
        if row.choice:
            item.kind = self.record.rules.rates[int(row.choice.key)].activity_type
        if row.problems:
            item.state, item.why = REFUSED, " ".join(problem.message for problem in row.problems)
        elif stored["leave"]:
            item.state = LEFT
        elif row.questions:
            item.state = ASKS
        else:
            self._check_day(item)
        return item

    def _check_day(self, item: Item) -> None:
        row = item.row
        assert row.completed_on is not None
        assert row.choice is not None
        planned = row.completed_on > self.record.today
        problems = check_dates(
            self.record.registration, completed_on=row.completed_on, planned=planned
        )
        if problems:
            item.state, item.why = REFUSED, problems[0].message
            return
        item.rate = self.record.rules.rates[int(row.choice.key)]
        started_on = row.started_on if row.started_on != row.completed_on else None
        item.values = {
            "title": row.title,
            "provider": row.provider,
            "subject": self.record.areas.canonical(row.subject),
            "outcome": row.outcome,
            "started_on": started_on,
            "completed_on": row.completed_on,
            "hours": row.hours,
        }
        if planned:
            item.values["planned"] = True
            item.notes.append(_("Its day is still ahead, so it counts as planned."))

    def _claim(self, items: list[Item]) -> None:
        """Give rows of our own export their entries by the hidden number.

        A row that was copied in Excel has the number twice: the entry goes to the unchanged one,
        else to the first, and the other is a row of its own.
        """
        by_entry: dict[int, list[Item]] = defaultdict(list)
        for item in items:
            number_of = item.row.row_id
            if item.state == NEW and number_of.isascii() and number_of.isdecimal():
                credit = self.existing.get(int(number_of))
                if credit is not None:
                    item.differences = self._differences(item, credit)
                    by_entry[credit.activity_id].append(item)
        for pk, rivals in by_entry.items():
            first = min(rivals, key=lambda item: bool(item.differences))
            for item in rivals:
                if item is not first:
                    item.differences = []
            self._take(first, self.existing[pk])

    def _take(self, item: Item, credit: Credit) -> None:
        if credit.state == Credit.State.DELETED:
            item.differences = []
            return
        item.activity = credit.activity
        item.state = CHANGED if item.differences else SAME
        if item.state == SAME or credit.activity.planned:
            item.notes = []
        self.claimed.add(credit.activity_id)
        if item.state == CHANGED:
            self._ask_other_records(item, credit.activity)

    def _ask_other_records(self, item: Item, activity: Activity) -> None:
        """Refuse a row whose entry stands in another record too, which doesn't take the change."""
        changed = copy(activity)
        for name, value in item.values.items():
            setattr(changed, name, value)
        problems = [
            problem
            for credit in self.elsewhere[activity.pk]
            for problem in check_elsewhere(changed, credit)
        ]
        if problems:
            item.state, item.why, item.differences = REFUSED, problems[0].message, []

    def _index(self) -> None:
        """Look up the other entries by their fingerprints."""
        self.known: dict[str, list[int]] = defaultdict(list)
        self.gone: set[str] = set()
        for pk, credit in self.existing.items():
            mark = row_fingerprint(
                title=credit.activity.title,
                completed_on=credit.activity.completed_on,
                choice_key=str(credit.rate_id),
                hours=credit.activity.hours,
            )
            if credit.state == Credit.State.DELETED:
                self.gone.add(mark)
                continue
            self.titles.add((title_key(credit.activity.title), credit.activity_type_id))
            if pk not in self.claimed:
                self.known[mark].append(pk)

    def _compare_with_record(self, item: Item, *, anyway: bool) -> None:
        """Find a row without a number in the record, among the deleted, or earlier in the file."""
        assert item.rate is not None
        mark = row_fingerprint(
            title=item.row.title,
            completed_on=item.values["completed_on"],
            choice_key=str(item.rate.pk),
            hours=item.row.hours,
        )
        earlier = self.seen.setdefault(mark, item.number)
        if self.known[mark]:
            item.activity = self.existing[self.known[mark].pop()].activity
            item.state, item.notes = SAME, []
        elif anyway:
            return
        elif mark in self.gone:
            item.state, item.why = DELETED, _("You deleted this entry from your record.")
        elif earlier != item.number:
            item.state = TWICE
            item.why = _("Row %(number)s says the same.") % {"number": earlier}
        else:
            self._note_repeat(item)

    def _note_repeat(self, item: Item) -> None:
        """Point out the same title and type (P7); it is added all the same."""
        assert item.rate is not None
        title = (title_key(item.row.title), item.rate.activity_type_id)
        if title in self.titles:
            item.notes.append(
                _(
                    "The same title and type is there already. "
                    "Repeats of the same content don’t count."
                )
            )
        self.titles.add(title)

    def _differences(self, item: Item, credit: Credit) -> list[Difference]:
        """What the file changes; a field without a column of its own stays as it is."""
        assert item.rate is not None
        now, found = self._as_exported(credit.activity), []
        for name, after in list(item.values.items()):
            if name not in now:
                continue
            if not self.columns.intersection(COLUMN_OF[name]) and not (
                name == "started_on" and after
            ):
                item.values.pop(name)
            elif now[name] != after:
                found.append(Difference(_label(name), _in_words(now[name]), _in_words(after)))
        if item.rate.pk != credit.rate_id:
            before = self.record.rules.rates[credit.rate_id]
            unit = self.record.rules.unit
            found.append(
                Difference(
                    _("Activity type"), rate_words(before, unit), rate_words(item.rate, unit)
                )
            )
        return found

    def _as_exported(self, activity: Activity) -> dict[str, Any]:
        """An entry as our export writes it, so that only an edit is a difference."""
        started_on = activity.started_on
        return {
            "title": clean_line(activity.title),
            "provider": clean_line(activity.provider),
            "subject": self.record.areas.canonical(clean_line(activity.subject)),
            "outcome": clean_text(activity.outcome),
            "started_on": started_on if started_on != activity.completed_on else None,
            "completed_on": activity.completed_on,
            "hours": activity.hours,
        }


def digest(items: Sequence[Item]) -> str:
    """Stand for all that the preview shows; saving asks whether it is still the same."""

    def facts() -> Iterator[list[object]]:
        for item in items:
            version = item.activity.version if item.activity and item.state == CHANGED else 0
            values = {name: str(value) for name, value in item.values.items()}
            rate = item.rate.pk if item.rate else 0
            yield [item.number, item.state, values, rate, version]

    text = json.dumps(list(facts()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _label(name: str) -> str:
    return {
        "title": _("Title"),
        "provider": _("Provider or organizer"),
        "subject": _("Subject area"),
        "outcome": _("What I learned"),
        "started_on": _("Date started"),
        "completed_on": _("Date finished"),
        "hours": _("Hours"),
    }[name]


def _in_words(value: object) -> str:
    if isinstance(value, Decimal):
        return number(value)
    return day(value) if isinstance(value, date) else str(value or "–")
