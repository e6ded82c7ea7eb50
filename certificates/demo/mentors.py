"""The demo's mentors: offers in every state, mentorings with notes, wishes that wait."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from activities import suggestions
from activities.models import Activity
from certificates.demo.cast import DOMAIN, Cast, Committee, told
from certificates.demo.script import Script
from registrations.mentoring import asking, assigning, inviting, offers, talking
from registrations.models import Association, MentorOffer, Mentorship, Person, Program, Registration

Row = dict[str, Any]


class Mentoring:
    """Plans what `mentors.toml` tells, by the product's own verbs."""

    def __init__(self, script: Script, cast: Cast, committee: Committee, program: Program) -> None:
        self.script = script
        self.cast = cast
        self.committee = committee
        self.program = program

    def plan(self) -> None:
        deeds: dict[str, Callable[[Row], object]] = {
            "offers": self.offer,
            "wishes": self.wish,
            "mentorings": self.mentoring,
            "supervisors": self.supervisor,
            "notes": self.note,
            "suggestions": self.suggest,
            "goals": self.goal,
        }
        for hour, (kind, do) in enumerate(deeds.items(), start=11):
            for row in told("mentors.toml")[kind]:
                day = self.script.today - timedelta(days=row["days"])
                self.script.plan(day, partial(do, row), hour=hour)
        for row in told("mentors.toml")["goals"]:
            if "met" in row:
                day = self.script.today - timedelta(days=row["met"])
                self.script.plan(day, partial(self.meet, row))

    def offer(self, row: Row) -> None:
        person = self.cast.person(row)
        association = Association.objects.get(code=row["association"])
        offered = offers.offer(
            person,
            self.program,
            association=association,
            areas=self._areas(row),
            in_english="en" in row["languages"],
            in_french="fr" in row["languages"],
            capacity=row["capacity"],
            other_areas=row.get("other", ""),
            about=row["about"],
        )
        state = row.get("state", "confirmed")
        if state != "offered":
            offers.confirm(offered, by=self.committee.reviewer(association, person))
        if state == "paused":
            offers.pause(offered, by=person)

    def wish(self, row: Row) -> None:
        registration = self._registration(row["mentee"])
        asking.ask(registration, by=registration.person, text=row["text"], areas=self._areas(row))

    def mentoring(self, row: Row) -> None:
        registration = self._registration(row["mentee"])
        asking.ask(
            registration, by=registration.person, text=row.get("wish", ""), areas=self._areas(row)
        )
        offer = MentorOffer.objects.get(person=self._person(row["mentor"]))
        by = self.committee.reviewer(registration.association, registration.person)
        if by.pk == offer.person_id:
            by = self.committee.steering()
        mentorship = assigning.propose(registration, offer, by=by)
        if row.get("state") != "proposed":
            assigning.accept(mentorship, by=offer.person)

    def supervisor(self, row: Row) -> None:
        registration = self._registration(row["mentee"])
        email = f"{row['email']}@{DOMAIN}"
        invitation = inviting.invite(registration, by=registration.person, email=email)
        if invitation and "name" in row:
            inviting.accept(invitation, by=self.cast.person(row))

    def note(self, row: Row) -> None:
        talking.write_note(
            self._mentorship(row["mentee"]), by=self._person(row["by"]), text=row["text"]
        )

    def suggest(self, row: Row) -> None:
        registration = self._registration(row["mentee"])
        activity = Activity.objects.get(person=registration.person, title=row["title"])
        suggestions.suggest(registration, activity, by=self._person(row["by"]), text=row["text"])

    def goal(self, row: Row) -> None:
        registration = self._registration(row["mentee"])
        talking.set_goal(registration, by=registration.person, text=row["text"], year=row["year"])

    def meet(self, row: Row) -> None:
        goal = self._registration(row["mentee"]).goals.get(text=row["text"])
        talking.mark_goal(goal, by=goal.registration.person, met=True)

    def _areas(self, row: Row) -> list[Any]:
        return list(self.program.subject_areas.filter(name_en__in=row.get("areas", [])))

    def _person(self, email: str) -> Person:
        """Load the person anew: roles and conflicts are read once per loaded person."""
        return Person.objects.get(email=f"{email}@{DOMAIN}")

    def _registration(self, email: str) -> Registration:
        rows = Registration.objects.select_related("person", "program", "association")
        return rows.get(person=self._person(email), program=self.program)

    def _mentorship(self, email: str) -> Mentorship:
        return Mentorship.objects.live().get(registration=self._registration(email))
