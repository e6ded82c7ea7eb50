"""What mentor and participant could talk about, drafted from the real gaps of the record."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import pace, points, shelves
from activities.points import ZERO
from activities.record import Record, State
from cec.wording import day, number
from registrations.models import LearningGoal

MOST_NAMED = 3


def draft(record: Record, goals: Iterable[LearningGoal] = ()) -> list[str]:
    """Return sentences, the most pressing first, in the language of the page.

    Every figure is the points engine's; nothing is counted here.
    """
    found = [
        *_questions(record),
        *_total(record),
        *_year(record),
        *_types(record),
        *_unwritten(record),
        *_planned(record),
        *_goals(record, goals),
    ]
    return found or [_("Nothing is missing now. What would be good to learn next?")]


def _questions(record: Record) -> list[str]:
    asked = [entry["activity__title"] for entry in record.entries if entry["asked"]]
    if not asked:
        return []
    text = ngettext(
        "The committee waits for an answer on %(count)s activity: %(titles)s.",
        "The committee waits for an answer on %(count)s activities: %(titles)s.",
        len(asked),
    )
    return [text % {"count": len(asked), "titles": named(asked)}]


def _total(record: Record) -> list[str]:
    """What is missing to the total, against a steady pace (P1)."""
    speed = pace.of(record)
    if speed.needed is None or speed.ends_on is None:
        return []
    values = {
        "counted": number(speed.counted),
        "needed": record.rules.amount(speed.needed),
        "to_go": record.rules.amount(speed.to_go),
        "day": day(speed.ends_on),
        "expected": number(speed.expected),
    }
    if speed.reached:
        return [_("The total is reached: %(counted)s of %(needed)s.") % values]
    said = _("%(counted)s of %(needed)s are counted: %(to_go)s to go by %(day)s.") % values
    if speed.is_over or not speed.expected:
        return [said]
    steady = _("A steady pace would be at %(expected)s today.") % values
    return [f"{said} {steady}"]


def _year(record: Record) -> list[str]:
    """What is missing to what is asked for in this program year (P3), with what it was brought."""
    year, yearly = record.this_year, record.rules.yearly
    if yearly is None or year.ends_on is None or record.today > year.ends_on:
        return []
    brought = points.brought(record.registration).get(year.number, ZERO)
    counted = record.counted(year.number) + brought
    missing = yearly - counted
    if missing <= 0:
        return []
    values = {
        "number": year.number,
        "counted": number(counted),
        "yearly": number(yearly),
        "missing": record.rules.amount(missing),
        "day": day(year.ends_on),
    }
    if record.rules.yearly_is_required:
        text = _(
            "Year %(number)s is at %(counted)s of the %(yearly)s asked for: "
            "%(missing)s to go by %(day)s."
        )
    else:
        text = _(
            "Year %(number)s is at %(counted)s of the %(yearly)s suggested: "
            "%(missing)s to go by %(day)s."
        )
    return [text % values]


def _types(record: Record) -> list[str]:
    """Which types are full this year, where more won't count, and which are empty (P2)."""
    rows = shelves.types_in(record, record.this_year.number)
    full = [row.code for row in rows if row.limit is not None and row.counted >= row.limit]
    empty = [row.code for row in rows if row.counted == ZERO and not row.parked]
    said = []
    if full and record.rules.common_limit is not None:
        text = ngettext(
            "%(codes)s is full this year: more of it stays in the record but won’t count.",
            "%(codes)s are full this year: more of these stays in the record but won’t count.",
            len(full),
        )
        said.append(text % {"codes": ", ".join(full)})
    if empty:
        said.append(_("Still empty this year: %(codes)s.") % {"codes": ", ".join(empty)})
    return said


def _unwritten(record: Record) -> list[str]:
    needed = [e["activity__title"] for e in record.entries if e["state"] == State.NO_OUTCOME]
    missing = [
        entry["activity__title"]
        for entry in record.entries
        if entry["unwritten"] and entry["state"] == State.COUNTS
    ]
    said = []
    if needed:
        text = ngettext(
            "%(count)s activity counts once the outcome is written: %(titles)s.",
            "%(count)s activities count once the outcome is written: %(titles)s.",
            len(needed),
        )
        said.append(text % {"count": len(needed), "titles": named(needed)})
    if missing:
        text = ngettext(
            "%(count)s activity has no learning outcome yet: %(titles)s.",
            "%(count)s activities have no learning outcome yet: %(titles)s.",
            len(missing),
        )
        said.append(text % {"count": len(missing), "titles": named(missing)})
    return said


def _planned(record: Record) -> list[str]:
    planned = [entry for entry in record.entries if entry["state"] == State.PLANNED]
    past = [e["activity__title"] for e in planned if e["completed_on"] < record.today]
    ahead = [
        f"{entry['activity__title']} ({day(entry['completed_on'])})"
        for entry in planned
        if entry["completed_on"] >= record.today
    ]
    said = []
    if past:
        said.append(
            _("Planned, and the day is over. Was it done? %(titles)s.") % {"titles": named(past)}
        )
    if ahead:
        said.append(_("Planned: %(titles)s.") % {"titles": named(ahead)})
    return said


def _goals(record: Record, goals: Iterable[LearningGoal]) -> list[str]:
    year = record.this_year.number
    unmet = [goal.text for goal in goals if goal.year == year and goal.met_at is None]
    if not unmet:
        return []
    text = ngettext(
        "Goal of the year that isn’t met yet: %(goals)s",
        "Goals of the year that aren’t met yet: %(goals)s",
        len(unmet),
    )
    return [text % {"goals": "; ".join(" ".join(text.split()) for text in unmet)}]


def named(titles: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    shown = ", ".join(titles[:MOST_NAMED])
    more = len(titles) - MOST_NAMED
    if more <= 0:
        return shown
    return ngettext("%(titles)s and %(count)s more", "%(titles)s and %(count)s more", more) % {
        "titles": shown,
        "count": more,
    }
