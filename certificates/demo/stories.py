"""What happened to each registration of the demo, told by the product's own verbs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone, translation

from activities import log, several
from activities.models import Activity
from certificates import batches, completion, proofs
from certificates.demo.cast import Cast, Committee
from certificates.demo.learning import Entry
from certificates.demo.script import Script
from certificates.models import Certificate
from certificates.public import sharing
from registrations import fees, membership, registering
from registrations.models import Association, Payment, Person, Program, Rate, Registration

WAIVED = "The association pays the fee for members without work."
NOTES = {
    ("proof", "en"): "The number that you gave isn’t in our list. A receipt is enough.",
    ("proof", "fr"): "Nous ne trouvons pas votre numéro. Un reçu suffit.",
    ("lapsed", "en"): "The membership ended on 30 June and hasn’t been renewed.",
    ("lapsed", "fr"): "L’adhésion a pris fin le 30 juin et n’a pas été renouvelée.",
    ("confirmed", "en"): "The office has them as a member.",
    ("confirmed", "fr"): "Le secrétariat confirme l’adhésion.",
}
QUESTIONS = {
    "en": ("Was this evaluated? Then it is formal.", "How many of these hours were yours?"),
    "fr": (
        "Y avait-il une évaluation? Ce serait alors formel.",
        "Combien de ces heures étaient les vôtres?",
    ),
}
RETURNED = {
    "en": "Almost there: two entries leave us with a question.",
    "fr": "Il ne manque presque rien : deux questions sur vos activités.",
}


class Story:
    """One registration, from the form on. Each method is something that happens now."""

    def __init__(
        self,
        script: Script,
        cast: Cast,
        committee: Committee,
        program: Program,
        row: dict[str, Any],
    ) -> None:
        self.script = script
        self.cast = cast
        self.committee = committee
        self.program = program
        self.row = row
        self.language: str = row.get("language", "en")
        code = row.get("association")
        self.association = Association.objects.get(code=code) if code else None
        self._registration: Registration | None = None
        self._person: Person | None = None

    @property
    def person(self) -> Person:
        if self._person is None:
            self._person = self.cast.person(self.row)
        return self._person

    @property
    def registration(self) -> Registration:
        """Return the registration as it is now."""
        assert self._registration is not None
        return Registration.objects.select_related("program", "person", "association").get(
            pk=self._registration.pk
        )

    @property
    def certificate(self) -> Certificate:
        """Return the newest edition of the certificate."""
        certificate = Certificate.objects.of(self.registration)
        assert certificate is not None
        return certificate

    @property
    def reviewer(self) -> Person:
        return self.committee.reviewer(self.association, self.person)

    def open(self) -> None:
        self._registration = registering.open_draft(
            self.person,
            self.program,
            association=self.association,
            member_number=self.row.get("number", ""),
            employer=self.row.get("employer", ""),
            position=self.row.get("position", ""),
            language=self.language,
            wants_mentor=self.row.get("mentor", False),
        )

    def send(self) -> None:
        self.open()
        registering.send(self.registration, by=self.person, reminders=True)

    def pay(self, amount: str = "40.00", *, received_on: date | None = None) -> None:
        method = self.script.random.choice(["transfer", "transfer", "cheque", "card", "cash"])
        registration = self.registration
        references = {
            Payment.Method.CHEQUE: f"{self.script.random.randrange(100, 999):06d}",
            Payment.Method.TRANSFER: registration.reference,
        }
        fees.record_payment(
            registration,
            by=self.committee.administrator(),
            amount=Decimal(amount),
            method=method,
            received_on=received_on or timezone.localdate(),
            reference=references.get(method, ""),
        )

    def waive(self) -> None:
        fees.waive(self.registration, by=self.committee.administrator(), reason=WAIVED)

    def refund(self) -> None:
        fees.refund(
            self.registration,
            by=self.committee.administrator(),
            amount=Decimal("40.00"),
            method=Payment.Method.TRANSFER,
            reason="The registration was declined.",
        )

    def check(self, outcome: str, *, until: date | None = None) -> None:
        known = self.registration.membership_check()
        if known and known.roster_id and outcome == known.outcome:
            return  # the association's list has said so already
        side = "fr" if self.association and self.association.french_first else "en"
        membership.record_check(
            self.registration,
            by=self.reviewer,
            outcome=outcome,
            good_until=until,
            note=NOTES[outcome, side],
        )

    def approve(self) -> None:
        registering.approve(self.registration, by=self.reviewer)

    def decline(self) -> None:
        registering.decline(self.registration, by=self.reviewer, reason=self.row["reason"])

    def withdraw(self) -> None:
        registering.withdraw(self.registration, by=self.person, reason=self.row.get("reason", ""))

    def lapse(self) -> None:
        self.registration.move("lapse", by=None)

    def log(self, entry: Entry, rate: Rate) -> Activity:
        assert self._registration is not None  # the log locks it and reads it anew itself
        activity = entry.activity()
        if entry.goes_on:
            earlier = Activity.objects.filter(person=self.person, title=activity.title)
            activity.continues = earlier.earliest("pk")
        return log.add(self._registration, activity, rate=rate)

    def share(self, code: str) -> None:
        """Count the latest entry in the person's record of another program too, as that type."""
        others = Registration.objects.filter(person=self.person, status=Registration.Status.ACTIVE)
        other = others.exclude(program=self.program).select_related("program").get()
        rate = Rate.objects.get(activity_type__rules=other.rules_id, activity_type__code_en=code)
        several.count_in(other, self._entries()[0], rate=rate)

    def delete_latest(self) -> None:
        log.delete(self.registration, self._entries()[0], by=self.person)

    def turn_in(self) -> None:
        completion.turn_in(self.registration, by=self.person)

    def return_with_questions(self) -> None:
        comments = {
            activity.pk: text
            for activity, text in zip(self._entries()[2:], QUESTIONS[self.language], strict=False)
        }
        with translation.override(self.language):
            completion.return_with_questions(
                self.registration,
                by=self.reviewer,
                reason=RETURNED[self.language],
                comments=comments,
            )

    def answer_questions(self) -> None:
        registration = self.registration
        for comment in registration.comments.select_related("activity"):
            activity = comment.activity
            activity.outcome += " The hours are mine alone; there was no exam."
            credit = activity.credits.select_related("rate").get(registration=registration)
            log.change(registration, activity, rate=credit.rate, by=self.person)

    def accept(self) -> None:
        completion.accept(self.registration, by=self.reviewer)

    def certify(self) -> None:
        from certificates import making  # brings WeasyPrint along

        administrator = self.committee.administrator()
        chosen = Registration.objects.filter(pk=self.registration.pk).select_related("person")
        sheet = proofs.sheet(chosen, by=administrator)
        batch = batches.confirm(sheet, by=administrator, form_key=uuid4())
        batches.issue_some(batch.pk)
        making.make_document(batch.items.get().certificate_id)

    def show(self) -> None:
        """Show strangers more than the certificate itself."""
        sharing.choose(self.registration, by=self.registration.person, points=True, transcript=True)

    def _entries(self) -> Sequence[Activity]:
        return list(
            Activity.objects.in_record(self.registration)
            .filter(planned=False)
            .order_by("-completed_on", "-pk")
        )
