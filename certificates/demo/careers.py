"""The demo's organisations: their numbers, and requests of participants in every state."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from activities import crediting
from activities.models import CreditRequest
from certificates.demo.cast import DOMAIN, Cast, Committee, told
from certificates.demo.script import Script
from registrations import committee as roles
from registrations import organisations
from registrations.models import (
    ActivityType,
    Appointment,
    Organisation,
    Person,
    Program,
    Registration,
)

Row = dict[str, Any]


class Careers:
    """Plans what `careers.toml` tells, by the product's own verbs."""

    def __init__(self, script: Script, cast: Cast, committee: Committee, program: Program) -> None:
        self.script = script
        self.cast = cast
        self.committee = committee
        self.program = program

    def plan(self) -> None:
        for row in told("careers.toml")["organisations"]:
            self.script.plan(self._day(row), partial(self.organisation, row), hour=9)
        for row in told("careers.toml")["requests"]:
            self.script.plan(self._day(row), partial(self.request, row), hour=14)
            for step in row.get("then", []):
                self.script.plan(self._day(step), partial(self.step, row, step), hour=16)

    def _day(self, row: Row) -> Any:
        return self.script.today - timedelta(days=row["days"])

    def organisation(self, row: Row) -> None:
        administrator = self.committee.administrator()
        found = organisations.save(
            Organisation(),
            by=administrator,
            programs=[self.program],
            name_en=row["name_en"],
            name_fr=row.get("name_fr", ""),
            email=f"{row['contact']}@{DOMAIN}",
        )
        for officer in row["officers"]:
            roles.appoint(
                self.cast.person(officer),
                by=administrator,
                role=Appointment.Role.ORGANISATION,
                organisation=found,
                first_day=self._day(row),
            )
        organisations.set_allocations(
            found,
            self.program,
            by=self._person(row["officers"][0]["email"]),
            figures={
                (course, part): Decimal(number)
                for course, numbers in row["numbers"].items()
                for part, number in numbers.items()
            },
            seen=organisations.edition(found, self.program),
        )

    def request(self, row: Row) -> None:
        registration = self._registration(row)
        organisation = Organisation.objects.get(name_en=row["of"])
        known = {"by": registration.person, "organisation": organisation}
        if "part" in row:
            course = ActivityType.objects.get(rules=registration.rules, key=row["course"])
            row["made"] = crediting.ask_for_part(
                registration,
                **known,
                course=course,
                part=row["part"],
                done_on=self._day(row) - timedelta(days=3),
                words=row["words"],
            )
            return
        entry = crediting.askable(registration).filter(activity_type__key=row["course"])[0]
        row["made"] = crediting.ask_for_entry(
            registration, entry.activity, **known, words=row.get("words", "")
        )

    def step(self, row: Row, step: Row) -> None:
        asked: CreditRequest = row["made"]
        deeds: dict[str, Callable[..., None]] = {
            "approve": lambda by, number, note="": crediting.approve(
                asked, by=by, credits=Decimal(number), note=note
            ),
            "decline": partial(crediting.decline, asked),
            "question": partial(crediting.ask_back, asked),
            "answer": partial(crediting.answer, asked),
            "withdraw": partial(crediting.withdraw, asked),
        }
        told = {name: value for name, value in step.items() if name not in ("do", "by", "days")}
        deeds[step["do"]](by=self._person(step["by"]), **told)

    def _person(self, email: str) -> Person:
        """Load the person anew: roles are read once per loaded person."""
        return Person.objects.get(email=f"{email}@{DOMAIN}")

    def _registration(self, row: Row) -> Registration:
        rows = Registration.objects.select_related("person", "program", "rules")
        return rows.get(person=self._person(row["who"]), program=self.program)
