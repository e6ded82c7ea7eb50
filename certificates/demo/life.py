"""What happened to some people of the demo meanwhile: a leave, a move, a second cycle, letters."""

from datetime import timedelta
from functools import partial
from typing import Any

from activities import extending
from certificates import employer_letter
from certificates.demo.stories import Story
from registrations import moving
from registrations.models import Association

OWN_WORDS = {
    "en": "I’d like to spend two hours a month on it, and to show what I learn at our meetings.",
    "fr": "J’aimerais y consacrer deux heures par mois et présenter mes acquis à nos réunions.",
}


def plan(story: Story) -> None:
    """Plan what the row of a participant tells of their life; all numbers are days ago."""
    row, script = story.row, story.script
    if "leave" in row:
        first, last, known = (script.today - timedelta(days=ago) for ago in row["leave"])
        script.plan(known, partial(_leave, story, first, last), hour=15)
    if "moved" in row:
        code, ago = row["moved"]
        script.plan(script.today - timedelta(days=ago), partial(_move, story, code), hour=18)
    if "letter" in row:
        day = script.today - timedelta(days=row["letter"])
        script.plan(day, partial(_write, story), hour=19)


def next_cycle(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row of the same person's second cycle, which began `again` days ago."""
    kept = {key: row[key] for key in row if key not in ("finish", "again", "leave")}
    return kept | {"years": 0, "days": row["again"]}


def _leave(story: Story, first: Any, last: Any) -> None:
    extending.give_leave(
        story.registration,
        by=story.committee.steering(),
        first_day=first,
        last_day=last,
        cause="parental",
    )


def _move(story: Story, code: str) -> None:
    moving.move(
        story.registration,
        by=story.person,
        association=Association.objects.get(code=code),
        member_number=f"{code}-5102",
    )


def _write(story: Story) -> None:
    employer_letter.keep(
        story.registration,
        language=story.language,
        organisation=story.row.get("employer", ""),
        own_words=OWN_WORDS[story.language],
    )
