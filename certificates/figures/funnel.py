"""From registered to certified: how far those of a time have come, and where they stop."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Value, When
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities.models import Credit
from cec import charts
from cec.wording import number
from certificates.figures.asked import Asked
from certificates.figures.figure import Column, Figure, Table
from certificates.figures.reading import read
from registrations.models import Registration
from registrations.models.registration import OWING
from registrations.notices import as_sql

Status = Registration.Status
LOGGED = Exists(Credit.objects.kept().filter(registration=OuterRef("pk")))

# The steps with their words: who reached a later one has passed those before.
STEPS: tuple[tuple[Any, Any], ...] = (
    (gettext_lazy("Registered"), gettext_lazy("The form was sent.")),
    (
        gettext_lazy("Fee settled"),
        gettext_lazy("Nothing is left to pay, or the registration was approved all the same."),
    ),
    (
        gettext_lazy("Approved"),
        gettext_lazy("The committee said yes, so there is a first day."),
    ),
    (
        gettext_lazy("Still taking part"),
        gettext_lazy("Approved, and neither withdrawn nor lapsed."),
    ),
    (
        gettext_lazy("First activity logged"),
        gettext_lazy("There is at least one activity in the record."),
    ),
    (
        gettext_lazy("Turned in"),
        gettext_lazy("The record was sent for review, and isn’t sent back to its owner."),
    ),
    (gettext_lazy("Certified"), gettext_lazy("The certificate was issued.")),
)

# How far a registration has come, the farthest step first.
FARTHEST = Case(
    When(status=Status.CERTIFIED, then=6),
    When(status__in=(Status.TURNED_IN, Status.ACCEPTED), then=5),
    When(LOGGED, status=Status.ACTIVE, then=4),
    When(status=Status.ACTIVE, then=3),
    When(starts_on__isnull=False, then=2),
    When(~OWING, then=1),
    default=Value(0),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Step:
    """A step, who reached it, and how many of those before it went no further."""

    name: str
    meaning: str
    count: int
    lost: int


def steps(asked: Asked) -> list[Step]:
    """Count who was sent in the time asked for, by the farthest step that they have reached."""
    cohort = asked.registrations().filter(submitted_on__range=asked.days)
    ways = as_sql(cohort.annotate(farthest=FARTHEST).values("farthest"))
    rows = read(f"SELECT farthest, count(*) AS people FROM ({ways}) w GROUP BY farthest")
    ended = {row["farthest"]: row["people"] for row in rows}
    reached = [
        sum(people for at, people in ended.items() if at >= step) for step in range(len(STEPS))
    ]
    return [
        Step(str(name), str(meaning), people, before - people)
        for (name, meaning), people, before in zip(
            STEPS, reached, [reached[0], *reached], strict=False
        )
    ]


def figure(asked: Asked) -> Figure:
    found = steps(asked)
    return Figure(
        key="funnel",
        title=_("From registered to certified"),
        point=_point(found),
        about=_("Registered: %(time)s") % {"time": asked.time_in_words},
        table=Table(
            _("From registered to certified"),
            [
                Column(_("Step")),
                Column(_("People")),
                Column(_("In 100 who registered")),
                Column(_("Fewer than before")),
            ],
            [
                (step.name, step.count, _percent(step.count, found[0].count), step.lost)
                for step in found
            ],
        ),
        picture=_picture(found) if found[0].count else None,
        meanings=[(step.name, step.meaning) for step in found],
    )


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _point(found: list[Step]) -> str:
    everybody, certified = found[0].count, found[-1].count
    if not everybody:
        return _("Nobody has registered in this time. Once somebody does, their way begins here.")
    said = ngettext(
        "Of %(count)s person who registered, %(certified)s holds a certificate.",
        "Of %(count)s people who registered, %(certified)s hold a certificate.",
        everybody,
    ) % {"count": number(everybody, grouped=True), "certified": number(certified, grouped=True)}
    at = max(range(1, len(found)), key=lambda place: found[place].lost)
    if not found[at].lost:
        return said
    values = {
        "before": found[at - 1].name,
        "after": found[at].name,
        "lost": number(found[at].lost, grouped=True),
    }
    return f"{said} " + _("Most stand between “%(before)s” and “%(after)s”: %(lost)s.") % values


def _share(part: int, whole: int) -> str:
    values = {"count": number(part, grouped=True), "share": _percent(part, whole)}
    return _("%(count)s (%(share)s in 100)") % values


def _picture(found: list[Step]) -> SafeString:
    return charts.bars(
        [
            charts.Bar(
                step.name,
                _share(step.count, found[0].count),
                (charts.Part(step.count, "spruce"), charts.Part(step.lost, "over")),
            )
            for step in found
        ]
    )
