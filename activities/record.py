"""A registration's log as its pages show it: lines with their worth, and what they want."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypedDict, cast

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from activities import audit, log, points, questions
from activities.models import (
    Activity,
    Audit,
    AuditDecision,
    Comment,
    Credit,
    Evidence,
    Suggestion,
)
from activities.models.evidence import whose_evidence_is_read_by
from activities.points import ZERO, Entry
from activities.rules import RecordRules
from activities.subjects import Areas
from registrations.calendar import today_in
from registrations.models import ActivityType, Person, ProgramYear, Rate, Registration

State = Credit.State


def with_files(credits: QuerySet[Credit]) -> QuerySet[Credit]:
    """Add `files`, how many files each entry has: what `Record.lines` reads for its reader."""
    files = Evidence.objects.filter(activity=OuterRef("activity_id")).order_by()
    count = files.values("activity").annotate(count=Count("pk")).values("count")
    return credits.annotate(files=Coalesce(Subquery(count), 0))


@dataclass
class Line:
    """One activity under one registration, with what it is worth.

    `worth` is its place in the ledger and absent unless it counts; `promise` is what a planned
    or unfinished one would count. `raw` is hours x rate or a fixed number. `files` is how many
    files its reader may see; a page that lists them asks for `evidence`.
    """

    activity: Activity
    state: str
    year: int
    raw: Decimal
    type: ActivityType
    rate: Rate
    worth: Entry | None
    promise: Entry | None = None
    deleted_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)
    keeps_comments: bool = False
    files: int = 0
    evidence: list[Evidence] = field(default_factory=list)
    disallowed: AuditDecision | None = None

    @property
    def counted(self) -> Decimal:
        return self.worth.counted if self.worth else ZERO

    @property
    def parked(self) -> Decimal:
        if self.state == State.DISALLOWED:
            return self.raw
        return self.worth.parked if self.worth else ZERO

    @property
    def read_comments(self) -> list[Comment]:
        """The committee's questions, for those who read them: not the mentor (A7)."""
        return [] if self.keeps_comments else self.comments

    @property
    def open_comments(self) -> list[Comment]:
        """Those of them that wait for an answer."""
        return [comment for comment in self.read_comments if not comment.is_answered]

    @property
    def has_question(self) -> bool:
        """Whether the committee still waits for an answer."""
        return any(not comment.is_answered for comment in self.comments)


class Kept(TypedDict):
    """What the dashboard and the agenda read of an entry."""

    activity_id: int
    activity__title: str
    activity_type_id: int
    completed_on: date
    state: str
    year: int
    unwritten: bool
    asked: bool
    suggested: bool
    audited: bool


@dataclass(frozen=True)
class Unfinished:
    """How many entries want something of their owner."""

    questions: int
    suggestions: int
    outcomes_needed: int
    outcomes_missing: int
    planned_past: int
    is_audited: bool


class Record:
    """What the pages of one record ask for. Every part is one query, made when it is needed.

    `reader` is who looks at it: the evidence is shown to those who may see it, else to nobody.
    """

    def __init__(
        self,
        registration: Registration,
        *,
        today: date | None = None,
        reader: Person | None = None,
        keeps_comments: bool = False,
    ) -> None:
        self.registration = registration
        self.program = registration.program
        self.rules = RecordRules(registration)
        self.reader = reader
        self.keeps_comments = keeps_comments
        self.today = today or today_in(registration.program)

    @property
    def is_open(self) -> bool:
        return self.registration.status == Registration.Status.ACTIVE

    @property
    def is_reviewable(self) -> bool:
        """Whether the committee asks about its entries now, and its owner answers."""
        return self.registration.status in questions.REVIEWABLE

    @cached_property
    def program_years(self) -> list[ProgramYear]:
        return list(self.registration.years.all())

    @property
    def has_years(self) -> bool:
        """Whether the record is divided; a program without an end has one open year."""
        return len(self.program_years) > 1

    @property
    def this_year(self) -> ProgramYear:
        """The program year of today, else the one that is nearest."""
        started = [year for year in self.program_years if year.starts_on <= self.today]
        return started[-1] if started else self.program_years[0]

    @cached_property
    def areas(self) -> Areas:
        """The subject areas that the program suggests."""
        return Areas(self.program.subject_areas.all())

    @cached_property
    def _worths(self) -> tuple[dict[int, Entry], dict[int, Entry]]:
        return points.ledger_and_hopes(self.registration)

    @property
    def ledger(self) -> dict[int, Entry]:
        """What counts, by activity."""
        return self._worths[0]

    def counted(self, year: int | None = None) -> Decimal:
        return sum((e.counted for e in self.ledger.values() if year in (None, e.year)), ZERO)

    def parked(self, year: int | None = None) -> Decimal:
        return sum((e.parked for e in self.ledger.values() if year in (None, e.year)), ZERO)

    def lines(self, credits: Iterable[Credit], *, with_comments: bool = True) -> list[Line]:
        """Return credits, fetched with their activity, as lines; the queries don't grow."""
        lines = [
            Line(
                activity=credit.activity,
                state=credit.state,
                year=credit.year,
                raw=credit.points,
                type=self.rules.types[credit.activity_type_id],
                rate=self.rules.rates[credit.rate_id],
                worth=self.ledger.get(credit.activity_id),
                promise=self._worths[1].get(credit.activity_id),
                deleted_at=credit.deleted_at,
                keeps_comments=self.keeps_comments,
                files=credit.files if self.reads_evidence else 0,  # type: ignore[attr-defined]
            )
            for credit in credits
        ]
        if with_comments:
            self._add_comments(lines)
        self._add_decisions([line for line in lines if line.state == State.DISALLOWED])
        return lines

    def line(self, activity: Activity) -> Line:
        """Return one activity's line."""
        credit = self.credits().get(activity=activity)
        return self.lines([credit])[0]

    def _add_comments(self, lines: list[Line]) -> None:
        by_activity = {line.activity.pk: line for line in lines}
        comments = Comment.objects.filter(
            registration=self.registration, activity__in=by_activity
        ).select_related("author")
        for comment in comments:
            line = by_activity[comment.activity_id]
            comment.activity = line.activity
            line.comments.append(comment)

    @cached_property
    def reads_evidence(self) -> bool:
        """Whether the reader sees the files of this record."""
        if self.reader is None:
            return False
        if self.reader.pk == self.registration.person_id:
            return True
        return whose_evidence_is_read_by(self.reader).filter(pk=self.registration.pk).exists()

    def add_evidence(self, lines: Sequence[Line]) -> None:
        """Fetch the files of these lines, for a reader who sees them."""
        with_files = {line.activity.pk: line for line in lines if line.files}
        if with_files:
            found = Evidence.objects.filter(activity__in=with_files)
            for row in found.select_related("file"):
                with_files[row.activity_id].evidence.append(row)

    def _add_decisions(self, lines: list[Line]) -> None:
        if lines:
            decisions = audit.disallowed_by(self.registration, [row.activity.pk for row in lines])
            for line in lines:
                line.disallowed = decisions.get(line.activity.pk)

    def credits(self) -> QuerySet[Credit]:
        """Everything that was logged, the newest first, with activities and number of files."""
        return with_files(
            Credit.objects.filter(registration=self.registration)
            .select_related("activity")
            .order_by("-completed_on", "-activity_id")
        )

    def restorable(self) -> QuerySet[Credit]:
        """What was deleted so lately that it can be brought back."""
        since = timezone.now() - timedelta(days=log.UNDO_DAYS)
        return self.credits().filter(deleted_at__gte=since)

    @cached_property
    def audit(self) -> Audit | None:
        """The audit that the record is in now."""
        return audit.running(self.registration)

    @cached_property
    def wants_evidence(self) -> set[int]:
        """The ids of the activities that evidence is asked for now; a mentor reads of none."""
        if self.keeps_comments or not self.audit:
            return set()
        return audit.waiting_for_evidence(self.registration)

    @cached_property
    def entries(self) -> list[Kept]:
        """The little that the dashboard needs of each kept entry, the oldest first."""
        asked = Comment.objects.waiting().filter(
            registration=self.registration, activity=OuterRef("activity_id")
        )
        suggested = Suggestion.objects.filter(
            registration=self.registration, activity=OuterRef("activity_id"), answer=""
        )
        audited = Audit.objects.filter(registration=self.registration, state=Audit.State.ASKED)
        kept = (
            Credit.objects.filter(registration=self.registration)
            .exclude(state=State.DELETED)
            .order_by("completed_on", "activity_id")
            .annotate(
                unwritten=ExpressionWrapper(Q(activity__outcome=""), output_field=BooleanField()),
                asked=Exists(asked),
                suggested=Exists(suggested),
                audited=Exists(audited),
            )
            .values(
                "activity_id",
                "activity__title",
                "activity_type_id",
                "completed_on",
                "state",
                "year",
                "unwritten",
                "asked",
                "suggested",
                "audited",
            )
        )
        return cast("list[Kept]", list(kept))

    @property
    def is_empty(self) -> bool:
        return not self.entries

    @cached_property
    def unfinished(self) -> Unfinished:
        """What stands on the to-do list: questions, outcomes, plans whose day is over."""
        entries = self.entries
        return Unfinished(
            questions=sum(bool(entry["asked"]) for entry in entries),
            suggestions=sum(bool(entry["suggested"]) for entry in entries),
            outcomes_needed=sum(entry["state"] == State.NO_OUTCOME for entry in entries),
            outcomes_missing=sum(
                bool(entry["unwritten"]) and entry["state"] == State.COUNTS for entry in entries
            ),
            planned_past=sum(
                entry["state"] == State.PLANNED and entry["completed_on"] < self.today
                for entry in entries
            ),
            is_audited=any(entry["audited"] for entry in entries),
        )
