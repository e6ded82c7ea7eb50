"""What each row of an uploaded record would do: the sorting behind the preview and the saving."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from activities.checks import check_dates
from activities.choices import workbook_choices
from activities.exporting import exported_values
from activities.import_merge import Difference, Merge, differences, merge, said_by_file
from activities.models import Activity, Credit
from activities.record import Record
from activities.repeats import title_key
from activities.sharing import check_elsewhere, elsewhere
from activities.workbook import Question, Row, row_fingerprint
from activities.workbook.lines import Reader, read_row
from activities.workbook.marks import read_mark
from activities.workbook.matching import Matcher
from registrations.models import ActivityType, Rate

NEW, CHANGED, CLASH, SAME = "new", "changed", "clash", "same"
ASKS, REFUSED, LEFT, TWICE, DELETED = "asks", "refused", "left", "twice", "deleted"
GONE = "gone"  # an entry whose row isn’t in the file any more

_TELLING = ("date", "provider", "type", "hours")


@dataclass
class Item:
    """One row of the file and what it would do; `why` says it where that isn't plain.

    `values` are the fields that saving writes; `activity` is the entry that the row is about, if
    there is one already. `clashes` are what was changed both here and in the file: written only
    if the owner says so (`take`).
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
    clashes: list[Difference] = field(default_factory=list)
    take: bool = False
    kind: ActivityType | None = None
    answered: bool = False

    @property
    def questions(self) -> Sequence[Question]:
        return self.row.questions if self.state == ASKS else ()

    @property
    def writes(self) -> bool:
        """Whether saving changes an entry that is there."""
        return self.state == CHANGED or (self.state == CLASH and bool(self.differences))

    @property
    def said(self) -> list[str]:
        """What the cells say that tell a row from another."""
        return [text for name in _TELLING if (text := self.row.raw.get(name))]


@dataclass(frozen=True)
class Removal:
    """An entry whose row is gone from the file; deleted only if the owner ticks it.

    `edited`: it was changed here since the file was made.
    """

    activity: Activity
    kind: ActivityType
    edited: bool
    ticked: bool


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
        self.numbers: set[str] = set()
        self.seen: dict[str, int] = {}
        self.titles: set[tuple[str, int]] = set()

    def read(self, stored: dict[str, Any]) -> Row:
        """Read a stored row with its answers, in the language of the page."""
        return read_row(stored["number"], stored["raw"] | stored["answers"], self.reader)

    def sort(self, rows: Sequence[dict[str, Any]]) -> list[Item]:
        """Return what each row would do, in the order of the file."""
        items = [self._checked(stored) for stored in rows]
        self.numbers = {item.row.row_id for item in items}
        self._claim(items, {stored["number"]: stored for stored in rows})
        self._index()
        for item, stored in zip(items, rows, strict=True):
            if item.state == NEW and item.activity is None:
                self._compare_with_record(item, anyway=stored["anyway"])
        return items

    def removals(self, listed: Mapping[str, int], ticked: Sequence[int]) -> list[Removal]:
        """Entries that the export held and whose rows are gone; ask after `sort`."""
        return [
            Removal(
                credit.activity,
                kind=self.record.rules.types[credit.activity_type_id],
                edited=credit.activity.version != listed[str(pk)],
                ticked=pk in ticked,
            )
            for pk, credit in sorted(self.existing.items())
            if str(pk) in listed
            and str(pk) not in self.numbers
            and pk not in self.claimed
            and credit.state != Credit.State.DELETED
        ]

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
        elif why := self._why_not_that_day(row):
            item.state, item.why = REFUSED, why
        elif row.questions:
            item.state = ASKS
        else:
            self._take_values(item)
        return item

    def _why_not_that_day(self, row: Row) -> str:
        """Say why a known day can't be in the record: no answer to the rest would help then."""
        if row.completed_on is None:
            return ""
        problems = check_dates(
            self.record.registration,
            completed_on=row.completed_on,
            planned=row.completed_on > self.record.today,
        )
        return problems[0].message if problems else ""

    def _take_values(self, item: Item) -> None:
        row = item.row
        assert row.completed_on is not None
        assert row.choice is not None
        ahead = row.completed_on > self.record.today
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
            "planned": ahead or row.planned,
        }
        if ahead:
            item.notes.append(_("Its day is still ahead, so it counts as planned."))

    def _claim(self, items: list[Item], stored: Mapping[int, Mapping[str, Any]]) -> None:
        """Give rows of our own export their entries by the hidden number.

        A row that was copied in Excel has the number twice: the entry goes to the unchanged one,
        else to the first, and the other is a row of its own.
        """
        by_entry: dict[int, list[tuple[Item, Merge]]] = defaultdict(list)
        for item in items:
            number_of = item.row.row_id
            if item.state == NEW and number_of.isascii() and number_of.isdecimal():
                credit = self.existing.get(int(number_of))
                if credit is not None:
                    by_entry[credit.activity_id].append((item, self._merge(item, credit)[0]))
        for pk, rivals in by_entry.items():
            first, _found = min(rivals, key=lambda rival: bool(rival[1]))
            self.seen.setdefault(_fingerprint(first), first.number)
            self._take(first, self.existing[pk], stored[first.number])

    def _merge(self, item: Item, credit: Credit) -> tuple[Merge, dict[str, Any], dict[str, Any]]:
        """What the row changes, the entry as it is, and what the row says of it."""
        assert item.rate is not None
        now = exported_values(self.record, credit.activity, credit.rate_id)
        said = said_by_file(
            item.values | {"choice": str(item.rate.pk)},
            now,
            columns=self.columns,
            planned=item.values["completed_on"] > self.record.today,
        )
        mark = read_mark(item.row.mark)
        return merge(now, said, mark=mark, version=credit.activity.version), now, said

    def _take(self, item: Item, credit: Credit, stored: Mapping[str, Any]) -> None:
        """Let a row be about its entry, and narrow it to what it changes there."""
        if credit.state == Credit.State.DELETED:
            if not stored["anyway"]:
                item.state, item.why = DELETED, _("You deleted this entry from your record.")
            return
        found, now, said = self._merge(item, credit)
        item.activity, item.take = credit.activity, bool(stored.get("take"))
        item.clashes = differences(found.clashing, now, said, self.record)
        names = found.changed | (found.clashing if item.take else set())
        item.differences = differences(names, now, said, self.record)
        item.state = CLASH if found.clashing else CHANGED if found.changed else SAME
        item.values = {name: said[name] for name in names - {"choice"}}
        if "choice" not in names:
            item.rate = self.record.rules.rates[credit.rate_id]
        if not found or credit.activity.planned:
            item.notes = []
        self.claimed.add(credit.activity_id)
        if item.writes:
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
            item.clashes = []

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
        mark = _fingerprint(item)
        earlier = self.seen.setdefault(mark, item.number)
        if self.known[mark]:
            item.activity = self.existing[self.known[mark].pop()].activity
            self.claimed.add(item.activity.pk)
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


def _fingerprint(item: Item) -> str:
    """What the row says, before it is narrowed to what it changes."""
    assert item.rate is not None
    return row_fingerprint(
        title=item.row.title,
        completed_on=item.values["completed_on"],
        choice_key=str(item.rate.pk),
        hours=item.row.hours,
    )


def digest(items: Sequence[Item], removals: Sequence[Removal] = ()) -> str:
    """Stand for all that the preview shows; saving asks whether it is still the same."""

    def facts() -> Iterator[list[object]]:
        for item in items:
            version = item.activity.version if item.activity and item.state != SAME else 0
            values = {name: str(value) for name, value in item.values.items()}
            rate = item.rate.pk if item.rate else 0
            yield [item.number, item.state, values, rate, version, item.take]
        for removal in removals:
            yield [removal.activity.pk, removal.activity.version, removal.ticked]

    text = json.dumps(list(facts()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
