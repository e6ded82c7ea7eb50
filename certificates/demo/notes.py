"""What representatives left for those after them, and what the committee noted on an applicant."""

from collections.abc import Callable
from datetime import timedelta

from certificates.demo.cast import told
from certificates.demo.script import Script
from registrations import committee
from registrations.models import Association, Person, Registration


def plan_notes(script: Script) -> None:
    """Plan the notes of `people.toml`, each by whoever wrote it, on the day they did."""
    for row in told("people.toml")["notes"]:
        script.plan(script.today - timedelta(days=row["days"]), _note(row), hour=14)
    for row in told("people.toml")["remarks"]:
        script.plan(script.today - timedelta(days=row["days"]), _remark(row), hour=15)


def _note(row: dict[str, str]) -> Callable[[], object]:
    return lambda: committee.note(
        Association.objects.get(code=row["association"]),
        by=Person.objects.get(name=row["by"]),
        text=row["text"],
    )


def _remark(row: dict[str, str]) -> Callable[[], object]:
    return lambda: committee.remark(
        Registration.objects.get(person__name=row["about"], status="submitted"),
        by=Person.objects.get(name=row["by"]),
        text=row["text"],
    )
