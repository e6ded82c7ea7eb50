"""What happened to some people of the demo meanwhile: a leave, a move, a name, a second cycle."""

from datetime import timedelta
from functools import partial
from typing import Any

from activities import extending
from certificates import correcting, correction_requests, employer_letter
from certificates.demo.stories import Story
from registrations import moving, renaming
from registrations.models import Association

OWN_WORDS = {
    "en": "I’d like to spend two hours a month on it, and to show what I learn at our meetings.",
    "fr": "J’aimerais y consacrer deux heures par mois et présenter mes acquis à nos réunions.",
}

RENAMED = "A new name since the wedding."
REVOKED = "Forty hours of the second year belong to a colleague of the same name."


def plan(story: Story) -> None:
    """Plan what the row of a participant tells of their life; all numbers are days ago."""
    row, script = story.row, story.script
    if "leave" in row:
        first, last, known = (script.today - timedelta(days=ago) for ago in row["leave"])
        script.plan(known, partial(_leave, story, first, last), hour=15)
    if "moved" in row:
        code, ago = row["moved"]
        script.plan(script.today - timedelta(days=ago), partial(_move, story, code), hour=18)
    if "renamed" in row:
        name, *ago = row["renamed"]
        asked, *corrected = (script.today - timedelta(days=number) for number in ago)
        script.plan(asked, partial(_ask_for_another_name, story, name), hour=9)
        for day in corrected:
            script.plan(day, partial(_correct, story, name), hour=14)
    if "revoked" in row:
        day = script.today - timedelta(days=row["revoked"])
        script.plan(day, partial(_revoke, story), hour=16)
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


def _ask_for_another_name(story: Story, name: str) -> None:
    """They change the name of their account and ask for it on the certificate."""
    person = story.registration.person
    renaming.rename(person, name=name, by=person)
    correction_requests.ask(story.registration, by=person, name=name, reason=RENAMED)


def _correct(story: Story, name: str) -> None:
    from certificates import making  # brings WeasyPrint along

    edition = correcting.correct(
        story.certificate, by=story.committee.administrator(), name=name, reason=RENAMED
    )
    making.make_document(edition.pk)


def _revoke(story: Story) -> None:
    correcting.revoke(story.certificate, by=story.committee.administrator(), reason=REVOKED)


def _write(story: Story) -> None:
    employer_letter.keep(
        story.registration,
        language=story.language,
        organisation=story.row.get("employer", ""),
        own_words=OWN_WORDS[story.language],
    )
