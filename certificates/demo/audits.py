"""An audit draw among the records that wait, and what became of the first ones since."""

from datetime import timedelta

from activities import audit, drawing, questions
from activities.audit import Choice
from activities.models import Audit
from certificates.demo.cast import Committee
from certificates.demo.script import Script
from registrations.models import Program, Registration

ASKED = {
    "en": "Was the second day on the same subject?",
    "fr": "La deuxième journée portait-elle sur le même sujet?",
}
ANSWERED = {
    "en": "Yes, it went on with the exercises of the first one.",
    "fr": "Oui, on y a poursuivi les exercices de la première.",
}
DISALLOWED = {
    "en": "This is the training that all new staff get, which doesn’t count.",
    "fr": "C’est la formation de tout nouvel employé, qui ne compte pas.",
}


class Audits:
    """Plans them for one program."""

    def __init__(self, script: Script, committee: Committee, program: Program) -> None:
        self.script = script
        self.committee = committee
        self.program = program

    def plan(self) -> None:
        today = self.script.today
        self.script.plan(today - timedelta(days=4), self._ask, hour=10)
        self.script.plan(today - timedelta(days=3), self._answer, hour=11)
        self.script.plan(today - timedelta(days=2), self._draw, hour=9)
        self.script.plan(today - timedelta(days=1), self._decide, hour=15)

    def _waiting(self) -> Registration | None:
        """The record in review that was sent first."""
        rows = Registration.objects.filter(program=self.program, status="turned_in")
        return rows.select_related("person").order_by("pk").first()

    def _ask(self) -> None:
        if row := self._waiting():
            entry = row.person.activities.kept().filter(credits__registration=row).first()
            text = ASKED[row.person.language]
            questions.ask(row, entry, by=self.committee.steering(), text=text)

    def _answer(self) -> None:
        row = self._waiting()
        question = row.comments.waiting().last() if row else None
        if question is not None:
            questions.answer(question, by=row.person, text=ANSWERED[row.person.language])

    def _draw(self) -> None:
        if self._waiting():
            drawing.draw(self.program, drawing.Plan(percent=40), by=self.committee.steering())

    def _decide(self) -> None:
        """The first record drawn is nearly through: one entry disallowed, the last one left."""
        found = Audit.objects.filter(state=Audit.State.ASKED, place=1).first()
        if found is None:
            return
        row = found.registration
        entries = [credit.activity_id for credit in audit.asked_entries([row.pk])]
        choices = [Choice(entry, "pass") for entry in entries[1:-1]]
        reason = DISALLOWED[row.person.language]
        audit.decide(
            row, [Choice(entries[0], "disallow", reason), *choices], by=self.committee.steering()
        )
