"""The list of activities: what is asked for in the address, and the page of lines that answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from activities.models import Comment, Credit, Suggestion
from activities.points import ZERO
from activities.record import Line, Record, State
from activities.subjects import SEPARATOR
from cec.spreadsheet.wording import fold
from cec.words import tidy

ALL_YEARS = "all"
PAGE_SIZES = (25, 100)
NEWEST, OLDEST = "-date", "date"


@dataclass(frozen=True)
class Question:
    """What the address asks for; anything unknown in it falls back to the usual."""

    year: int | None
    search: str = ""
    type: int | None = None
    status: str = ""
    subject: str = ""
    sort: str = NEWEST
    size: int = PAGE_SIZES[0]
    page: str = "1"

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.type or self.status or self.subject)

    @property
    def is_plain(self) -> bool:
        """Whether a new entry shows up in the list without a change of the address."""
        return not self.is_filtered and self.sort == NEWEST and self.page == "1"

    def on_page(self, page: int) -> "Question":
        return replace(self, page=str(page))

    def query(self, **changes: object) -> str:
        """Return the address's query with some answers changed; the usual ones stay out."""
        answers: dict[str, object] = {
            "year": self.year or ALL_YEARS,
            "q": self.search,
            "type": self.type,
            "status": self.status,
            "subject": self.subject,
            "sort": self.sort if self.sort != NEWEST else "",
            "per": self.size if self.size != PAGE_SIZES[0] else "",
            "page": self.page if self.page != "1" else "",
        } | changes
        return urlencode({name: value for name, value in answers.items() if value})


def statuses() -> dict[str, str]:
    """The states that the list can be narrowed to."""
    return {
        "over": _("Over a limit"),
        "planned": _("Planned"),
        "waiting": _("Waiting for an outcome"),
        "no_outcome": _("No outcome yet"),
        "question": _("Question from the committee"),
        "suggestion": _("Suggestion from the mentor"),
        "evidence": _("Evidence asked for"),
        "disallowed": _("Disallowed"),
        "deleted": _("Deleted"),
    }


def asked(record: Record, address: Mapping[str, str]) -> Question:
    """Read the address of the list."""
    numbers = {str(year.number): year.number for year in record.program_years}
    year: int | None = record.this_year.number
    if address.get("year") == ALL_YEARS or not record.has_years:
        year = None
    elif address.get("year") in numbers:
        year = numbers[address["year"]]
    types = {str(pk): pk for pk in record.rules.types}
    sizes = {str(size): size for size in PAGE_SIZES}
    return Question(
        year=year,
        search=tidy(address.get("q", "")),
        type=types.get(address.get("type", "")),
        status=address.get("status", "") if address.get("status", "") in statuses() else "",
        subject=_subject(record, address.get("subject", "")),
        sort=OLDEST if address.get("sort") == OLDEST else NEWEST,
        size=sizes.get(address.get("per", ""), PAGE_SIZES[0]),
        page=address.get("page", "1"),
    )


def _subject(record: Record, text: str) -> str:
    """Return a subject area as entries keep it; what the record doesn't have narrows to nothing."""
    return next(iter(record.areas.parts(tidy(text))), "") if text else ""


@dataclass(frozen=True)
class Totals:
    """Sums over what the list found, whatever the page; hours and points of what is done."""

    entries: int
    done: int
    hours: Decimal
    raw: Decimal
    counted: Decimal


@dataclass(frozen=True)
class Option:
    """A choice in one of the filters."""

    value: str
    label: str
    selected: bool


class Listing:
    """The answer: everything that was found is one query, and only the page's rows become lines."""

    def __init__(self, record: Record, question: Question) -> None:
        self.record = record
        self.question = question

    @cached_property
    def _found(self) -> list[Credit]:
        areas, wanted = self.record.areas, self.question.subject
        if not wanted:
            return self._of_any_subject
        return [row for row in self._of_any_subject if areas.holds(row.activity.subject, wanted)]

    @cached_property
    def _of_any_subject(self) -> list[Credit]:
        return list(self._narrowed())

    @cached_property
    def subjects(self) -> list[Option]:
        """What the list can be narrowed to: the subject areas of the entries, each once."""
        areas, asked_for = self.record.areas, self.question.subject
        texts = {row.activity.subject for row in self._of_any_subject} | {asked_for}
        parts = areas.parts(SEPARATOR.join(filter(None, sorted(texts))))
        found = [Option(part, areas.name(part), areas.holds(part, asked_for)) for part in parts]
        return sorted(found, key=lambda option: fold(option.label))

    def _narrowed(self) -> QuerySet[Credit]:
        question = self.question
        credits = self._of_status(question.status)
        if question.year:
            credits = credits.filter(year=question.year)
        if question.type:
            credits = credits.filter(activity_type=question.type)
        if question.search:
            credits = credits.filter(
                Q(activity__title__icontains=question.search)
                | Q(activity__provider__icontains=question.search)
            )
        if question.sort == OLDEST:
            credits = credits.order_by("completed_on", "activity_id")
        return credits

    def _of_status(self, status: str) -> QuerySet[Credit]:
        if status == "deleted":
            return self.record.restorable()
        kept = self.record.credits().exclude(state=State.DELETED)
        if status == "over":
            parked = [pk for pk, entry in self.record.ledger.items() if entry.parked > 0]
            return kept.filter(activity__in=parked)
        if status == "no_outcome":
            return kept.filter(activity__outcome="").exclude(state=State.PLANNED)
        if status == "question":
            comments = Comment.objects.filter(
                registration=self.record.registration, activity=OuterRef("activity_id")
            )
            return kept.filter(Exists(comments))
        if status == "suggestion":
            suggestions = Suggestion.objects.filter(
                registration=self.record.registration, activity=OuterRef("activity_id"), answer=""
            )
            return kept.filter(Exists(suggestions))
        if status == "evidence":
            return kept.filter(activity__in=self.record.wants_evidence)
        states = {
            "planned": State.PLANNED,
            "waiting": State.NO_OUTCOME,
            "disallowed": State.DISALLOWED,
        }
        return kept.filter(state=states[status]) if status else kept

    @cached_property
    def page(self) -> Page[Credit]:
        return Paginator(self._found, self.question.size).get_page(self.question.page)

    @cached_property
    def lines(self) -> list[Line]:
        return self.record.lines(self.page)

    @cached_property
    def totals(self) -> Totals:
        ledger = self.record.ledger
        states = (State.COUNTS, State.NO_OUTCOME, State.DISALLOWED)
        done = [row for row in self._found if row.state in states]
        return Totals(
            entries=len(self._found),
            done=len(done),
            hours=sum((row.activity.hours or ZERO for row in done), ZERO),
            raw=sum((row.points for row in done), ZERO),
            counted=sum(
                (ledger[row.activity_id].counted for row in done if row.activity_id in ledger), ZERO
            ),
        )

    def turned_to(self, activity: int) -> "Listing":
        """Return the same list at the page that shows an entry, or at the first."""
        place = next((at for at, row in enumerate(self._found) if row.activity_id == activity), 0)
        page = place // self.question.size + 1
        turned = Listing(self.record, self.question.on_page(page))
        turned._of_any_subject = self._of_any_subject
        return turned


@dataclass(frozen=True)
class YearView:
    """A tab above the list; `count` is what counts in that year."""

    label: str
    url: str
    count: Decimal
    current: bool


def year_views(record: Record, question: Question, url: str) -> list[YearView]:
    """Return the tabs of the program years; a record without years has none."""
    if not record.has_years:
        return []
    numbers: list[int | None] = [year.number for year in record.program_years]
    return [
        YearView(
            label=_("Year %(number)s") % {"number": number} if number else _("All years"),
            url=f"{url}?{question.query(year=number or ALL_YEARS, page='')}",
            count=record.counted(number),
            current=question.year == number,
        )
        for number in [*numbers, None]
    ]


def options(record: Record, question: Question) -> dict[str, list[Option]]:
    """Return what the filters offer: types and states."""
    return {
        "types": [
            Option(str(kind.pk), f"{kind.code}, {kind.name}", kind.pk == question.type)
            for kind in record.rules.types.values()
        ],
        "statuses": [
            Option(value, label, value == question.status) for value, label in statuses().items()
        ],
    }
