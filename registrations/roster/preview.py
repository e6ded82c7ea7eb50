"""What the preview of a list shows: questions with their rows, and what the list would change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from cec.wording import short_day
from registrations.models import Roster, RosterMember, RosterQuestion
from registrations.roster import comparison, words
from registrations.roster.comparison import Comparison

Kind = RosterQuestion.Kind

MOST_SHOWN = 100
FEW = 25  # that are open to read at once
_EXAMPLES = 3


@dataclass(frozen=True)
class Difference:
    """A field of a member that the list changes, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """A member in a section of the preview."""

    row: RosterMember
    standing: str
    differences: Sequence[Difference] = ()

    @property
    def ended(self) -> bool:
        return self.row.good_until is not None and self.row.good_until < timezone.localdate()


@dataclass(frozen=True)
class Section:
    """The first members of one kind of change, and how many there are."""

    key: str
    count: int
    lines: Sequence[Line]


def sections(found: Comparison) -> list[Section]:
    """What vanishes, what is new, what changes: the first hundred of each."""
    roster, current = found.roster, found.current
    changed = list(comparison.changed(roster, current)[:MOST_SHOWN]) if found.changed else []
    befores = comparison.befores(changed, current) if changed else {}
    return [
        Section("vanished", found.vanished, vanished(found)),
        Section(
            "new",
            found.new,
            _lines(comparison.new(roster, current)) if found.new else [],
        ),
        Section(
            "changed",
            found.changed,
            [
                Line(row, words.standing(row), differences(befores[row.identity], row))
                for row in changed
            ],
        ),
    ]


def vanished(found: Comparison) -> list[Line]:
    """The first members that the list leaves out."""
    if not found.vanished:
        return []
    rows = comparison.vanished(found.roster, found.current)
    return _lines(rows)


def _lines(rows: QuerySet[RosterMember]) -> list[Line]:
    return [Line(row, words.standing(row)) for row in rows[:MOST_SHOWN]]


def differences(before: RosterMember, after: RosterMember) -> list[Difference]:
    """What a list says otherwise about a member."""
    said = (
        (_("Member number"), "member_number"),
        (_("Name"), "name"),
        (_("E-mail"), "email"),
    )
    found = [
        Difference(label, getattr(before, field), getattr(after, field))
        for label, field in said
        if getattr(before, field) != getattr(after, field)
    ]
    if _standing(before) != _standing(after):
        label = _("In good standing")
        found.append(Difference(label, _standing(before), _standing(after)))
    return found


def _standing(row: RosterMember) -> str:
    """A standing that differs where anything in it does, even behind a suspension."""
    said = words.standing(row)
    if row.suspended and row.good_until:
        return f"{said} ({short_day(row.good_until)})"
    return said


@dataclass(frozen=True)
class Asked:
    """A question with the first rows that it is about."""

    question: RosterQuestion
    rows: Sequence[RosterMember]

    @property
    def text(self) -> str:
        return words.question_text(self.question)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return words.choices(self.question, self.rows)

    @property
    def shown(self) -> list[str]:
        """The rows in words; of a double only who it is, for its answers are its rows."""
        if self.question.kind == Kind.DOUBLE:
            return [
                ", ".join(part for part in (row.member_number, row.name) if part)
                for row in self.rows[:1]
            ]
        return [words.row_text(row) for row in self.rows]

    @property
    def more(self) -> int:
        """How many rows it is about that aren't shown."""
        return max(0, self.question.rows - len(self.rows))


def with_rows(roster: Roster, asked: Sequence[RosterQuestion]) -> list[Asked]:
    """Put the first rows beside each question, in a few queries however many questions."""
    texts: dict[str, list[str]] = defaultdict(list)
    for question in asked:
        texts[question.kind].append(question.text)
    members = RosterMember.objects.filter(roster=roster)
    clean = members.filter(trouble="")
    rows: dict[tuple[str, str], list[RosterMember]] = defaultdict(list)
    if said := texts[Kind.EXPIRY]:
        found = clean.filter(expiry_asked=True, status_bad=False, expiry_said__in=said)
        for row in _first(found, "expiry_said", _EXAMPLES):
            rows[Kind.EXPIRY, row.expiry_said].append(row)
    if said := texts[Kind.STATUS]:
        for row in _first(clean.filter(status_said__in=said), "status_said", _EXAMPLES):
            rows[Kind.STATUS, row.status_said].append(row)
    if said := texts[Kind.DOUBLE]:
        for row in _first(clean.filter(identity__in=said), "identity", 20):
            rows[Kind.DOUBLE, row.identity].append(row)
    if said := texts[Kind.ROW]:
        for row in _first(members.filter(trouble__in=said), "trouble", 20):
            rows[Kind.ROW, row.trouble].append(row)
    return [Asked(question, rows[question.kind, question.text]) for question in asked]


def _first(rows: QuerySet[RosterMember], shared: str, most: int) -> QuerySet[RosterMember]:
    """The first rows of each group that shares a field."""
    place = Window(RowNumber(), partition_by=F(shared), order_by=F("number").asc())
    return rows.annotate(place=place).filter(place__lte=most).order_by("number")
