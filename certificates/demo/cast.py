"""The people of the demo, the committee among them."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from certificates.demo import clock
from certificates.demo.signins import PASSWORD, SIGNINS
from registrations.accounts import open_account
from registrations.models import Appointment, Association, Person

HERE = Path(__file__).parent
DOMAIN = "example.org"


@cache
def told(file: str) -> dict[str, Any]:
    """Return what one of the demo's files says."""
    return tomllib.loads((HERE / file).read_text(encoding="utf-8"))


class Cast:
    """Makes people when they first appear; the same name is the same person."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._password = make_password(PASSWORD)  # slow by design, so only once
        self._with_password = {signin.email for signin in SIGNINS}

    def person(self, row: dict[str, Any]) -> Person:
        """Return the person of a row, with a confirmed e-mail address."""
        if found := self._people.get(row["name"]):
            return found
        person = open_account(
            email=f"{row['email']}@{DOMAIN}", name=row["name"], language=row.get("language", "en")
        )
        person.date_joined = timezone.now()
        if person.email in self._with_password:
            person.password = self._password
        person.save(update_fields=["date_joined", "password"])
        self._people[row["name"]] = person
        return person


@dataclass(frozen=True)
class Office:
    """A role somebody holds, from the first to the last day."""

    person_id: int
    role: str
    association_id: int | None
    first_day: date
    last_day: date | None

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Committee:
    """Who decided then: the representative in office, or the steering group."""

    def __init__(self, cast: Cast, today: date) -> None:
        self._offices = [self._appoint(cast, row, today) for row in told("people.toml")["staff"]]

    @staticmethod
    def _appoint(cast: Cast, row: dict[str, Any], today: date) -> Office:
        code = row.get("association")
        first_day = today - relativedelta(years=row["since"])
        with clock.at(datetime.combine(first_day, time(15), tzinfo=UTC)):
            appointment = Appointment.objects.create(
                person=cast.person(row),
                role=row["role"],
                association=Association.objects.get(code=code) if code else None,
                first_day=first_day,
                last_day=today - timedelta(days=row["until"]) if "until" in row else None,
            )
        return Office(
            appointment.person_id,
            appointment.role,
            appointment.association_id,
            appointment.first_day,
            appointment.last_day,
        )

    def reviewer(self, association: Association | None, participant: Person | None) -> Person:
        """Return who looks after this participant now; nobody looks after themselves."""
        return self._in_office("representative", association, participant) or self.steering()

    def steering(self) -> Person:
        return self._certainly("steering")

    def administrator(self) -> Person:
        return self._certainly("administrator")

    def _certainly(self, role: str) -> Person:
        found = self._in_office(role, None, None)
        assert found is not None, f"Nobody in the demo is {role} on {timezone.localdate()}."
        return found

    def _in_office(
        self, role: str, association: Association | None, but: Person | None
    ) -> Person | None:
        """Load the person anew: the roles that a person has are read once per loaded person."""
        today = timezone.localdate()
        for office in self._offices:
            if (
                office.role == role
                and office.association_id == (association.pk if association else None)
                and office.holds_on(today)
                and (but is None or office.person_id != but.pk)
            ):
                return Person.objects.get(pk=office.person_id)
        return None


def add_contacts() -> None:
    """Give the associations an address to write to, where they have none."""
    for association in Association.objects.filter(email=""):
        association.email = f"cec.{association.code.lower()}@{DOMAIN}"
        association.website = association.website or f"https://{association.code.lower()}.{DOMAIN}"
        association.save(update_fields=["email", "website"])
