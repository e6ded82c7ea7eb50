"""People at every stage, with the longest words, for every page to be looked at."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from activities import audit, crediting, questions, rehearsing, several
from activities.models import Activity, CreditRequest, Import
from activities.yearend import closing
from cec.models import FailingAddress, MailHold, StoredFile
from certificates import batches, completion, correcting, correction_requests, making
from certificates.models import Batch, Certificate, Signatory
from certificates.public import sharing
from registrations import membership
from registrations.bank import importing
from registrations.mentoring import asking
from registrations.models import (
    BankLine,
    CycleChange,
    MentorOffer,
    Mentorship,
    Person,
    Rate,
    Registration,
)
from tests import factories
from tests.activities import audits
from tests.certificates import editions, records, signing
from tests.certificates.batching import confirmed
from tests.registrations import kept, lists, texts

LONG_NAME = "Wilhelmina-Konstantina Featherstonehaugh-Cholmondeley von Hohenlohe-Langenburg"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_EMAIL = f"{'konstantina' * 5}@{'library' * 6}.example.org"


class People:
    """Somebody at every stage, and what they left behind."""

    def __init__(self) -> None:
        self.office = factories.administrator()
        factories.appoint(self.office, "steering")
        self.representative = factories.representative("MLA")
        self.certificate = records.issued(factories.person(LONG_NAME), by=self.office)
        making.make_document(self.certificate.pk)
        self.edition = self._edition()
        sharing.choose(
            self.certificate.registration,
            by=self.certificate.registration.person,
            points=True,
            transcript=True,
        )
        self.former = records.issued(factories.person(LONG_NAME), by=self.office)
        editions.replace(self.former)
        editions.next_one(self.former)
        self.batches = [self._batch(stopped=False), self._batch(stopped=True)]
        self.waiting = self._waiting()
        self.active, self.entry, self.imported = self._active()
        closing.close_due()
        self.returned, self.asked = self._returned()
        self.in_review = records.turned_in(association_code="MLA")
        self.audited = self._drawn()
        self.accepted = records.accepted(factories.person(LONG_NAME))
        self.draft = factories.registration(status="draft", employer=LONG_WORD)
        self._mail_comes_back(self.draft.person, why="complained")
        self._mail_comes_back(self.waiting.person, why="returned")
        self.deposit = self._deposit()
        self.mentorship, self.offered = self._mentoring()
        self._rules()
        self.signatory = self._wording()
        self._mails()
        self.officer, self.asked_back, self.approved = self._credits()
        MailHold.objects.create(backup_made_at=timezone.now())
        self.owed = factories.notice(
            self.waiting, state="failed", tries=5, last_error=f"{LONG_WORD}: {LONG_WORD}"
        )
        factories.failed_mail(person=self.waiting.person, last_error=LONG_WORD, subject=LONG_NAME)

    def _edition(self) -> Certificate:
        """The certificate put right and asked about again; another one is revoked."""
        edition = correcting.correct(
            self.certificate, by=self.office, name=f"{LONG_NAME} Nowak", reason=LONG_WORD
        )
        self.incident = kept.account_of(self.office, timezone.now())
        self.correction = correction_requests.ask(
            edition.registration, by=edition.registration.person, name=LONG_NAME, reason=LONG_WORD
        )
        self.revoked = records.issued(factories.person(LONG_NAME), by=self.office)
        correcting.revoke(self.revoked, by=self.office, reason=LONG_WORD)
        return edition

    def _mail_comes_back(self, person: Person, *, why: str) -> None:
        FailingAddress.objects.create(
            address=person.email.lower(), why=why, since=timezone.now(), words=LONG_WORD * 3
        )

    def _batch(self, *, stopped: bool) -> Batch:
        """A batch with a certificate that is made, one that failed and one that waits."""
        rows = [records.accepted(factories.person(LONG_NAME)) for _ in range(3)]
        batch = confirmed(*rows, by=self.office)
        batches.issue_some(batch.pk, most=1)
        batch.items.filter(registration=rows[1]).update(state="failed", why=LONG_WORD)
        if stopped:
            batches.stop(batch, by=self.office)
        return batch

    def _waiting(self) -> Registration:
        who = factories.person(LONG_NAME, email=LONG_EMAIL)
        row = factories.registration(
            who, status="submitted", employer=LONG_WORD, position=LONG_WORD, member_number="7" * 50
        )
        factories.pay(row, "20.00", reference="R" * 100)
        asked = membership.record_check(
            row, by=self.representative, outcome="proof", note=LONG_WORD
        )
        proof = factories.proof(asked)
        StoredFile.objects.filter(pk=proof.file_id).update(name=f"{LONG_WORD}.pdf")
        members = lists.roster()
        lists.member(members, LONG_WORD, number="7" * 50, email=LONG_EMAIL, suspended=True)
        lists.member(members, LONG_NAME, for_life=True)
        return row

    def _active(self) -> tuple[Registration, Activity, list[Import]]:
        row = factories.registration(starts_on=timezone.localdate() - timedelta(days=400))
        day = row.starts_on + timedelta(days=20)
        entry = factories.activity(
            row, "PD-F", hours="11", on=day, title=LONG_WORD * 3, provider=LONG_WORD * 2
        )
        self.alone = factories.activity(row, "LEAD", hours="8", on=day, key="board")
        self.going_on = factories.activity(
            row, "LEAD", hours="8", on=day, key="board", title=LONG_WORD, subject=LONG_WORD
        )
        factories.activity(
            row, "STUDY", hours="4.25", on=day, title="A project of my own", materials=LONG_WORD
        )
        self.plan = factories.activity(row, "STUDY", on=day, title=LONG_WORD, planned=True)
        factories.activity(row, "PD-I", hours="30", on=row.starts_on + timedelta(days=390))
        CycleChange.objects.create(
            registration=row,
            kind="extension",
            days=30,
            cause="other",
            reason=LONG_WORD,
            recorded_by=self.office,
        )
        self.evidence = factories.evidence(entry, f"{LONG_WORD}.pdf")
        imported = [
            Import.objects.create(
                registration=row,
                uploaded_by=row.person,
                file_name=f"{LONG_WORD}.xlsx",
                sha256="0" * 64,
                listed={str(entry.pk): 1},
                layout={
                    "headings": [LONG_WORD, "Date"],
                    "samples": [[LONG_WORD, "2026-05-01"]],
                    "columns": {"date": 1},
                    "problem": problem,
                },
                state=state,
                content=b"not read yet",
            )
            for problem, state in (
                ("", "open"),  # one entry isn't in it any more
                ("no_title_column", "open"),
                ("", "reading"),
            )
        ]
        membership.record_check(row, by=self.representative, outcome="lapsed", note=LONG_WORD)
        self.careers = factories.registration(
            row.person, code="CPC", association_code=None, starts_on=row.starts_on
        )
        rate = factories.rate("1-WEEK", program_code="CPC")
        several.count_in(self.careers, entry, rate=rate)
        return row, entry, imported

    def _returned(self) -> tuple[Registration, Activity]:
        row = records.turned_in()
        entry = Activity.objects.filter(credits__registration=row).first()
        completion.return_with_questions(
            row, by=self.representative, reason=LONG_WORD, comments={entry.pk: LONG_WORD * 2}
        )
        return row, entry

    def _drawn(self) -> Registration:
        """A record in an audit, with an entry disallowed and one to mend, and all the words."""
        row = records.turned_in(factories.person(LONG_NAME), association_code="MLA")
        first, second, *_others = row.person.activities.order_by("pk")
        first.title = LONG_WORD * 3
        first.save()
        audits.drawn(row)
        audit.disallow(row, first, by=self.representative, reason=LONG_WORD * 2)
        questions.answer(first.comments.get(), by=row.person, text=LONG_WORD * 2)
        questions.ask(row, second, by=self.representative, text=LONG_WORD * 2)
        return row

    def _deposit(self) -> BankLine:
        """A deposit whose words leave it open whose fee it is."""
        rows = [
            "Date,Description,Reference,Deposits",
            f"2026-01-05,{LONG_WORD * 3},{'R' * 100},1000.00",
            f"2026-01-06,INTERAC,{self.waiting.reference},20.00",
        ]
        export, _new = importing.take_in(
            "\n".join(rows).encode(), file_name=f"{LONG_WORD}.csv", by=self.office
        )
        return export.lines.first()

    def _mentoring(self) -> tuple[Mentorship, MentorOffer]:
        """The participant's mentor, whom somebody else asks too, and an offer to confirm."""
        mentor = factories.person(LONG_NAME)
        offered = factories.mentor_offer(
            factories.person(LONG_NAME), state="offered", about=LONG_WORD, areas=("Archives",)
        )
        mentorship = factories.mentorship(
            self.active, mentor, capacity=3, about=LONG_WORD, other_areas=LONG_WORD
        )
        mentorship.notes.create(author=mentor, text=LONG_WORD * 2)
        self.active.goals.create(year=1, text=LONG_WORD * 2)
        self.active.suggestions.create(activity=self.entry, author=mentor, text=LONG_WORD * 2)
        wanting = factories.registration(wants_mentor=True)
        asking.ask(wanting, by=wanting.person, text=LONG_WORD * 2)
        factories.mentorship(wanting, mentor, state="proposed")
        self.wanting = factories.registration(factories.person(LONG_NAME), wants_mentor=True)
        asking.ask(self.wanting, by=self.wanting.person, text=LONG_WORD * 2)
        return mentorship, offered

    def _rules(self) -> None:
        """A draft with long words that moves many, rehearsed."""
        draft = factories.draft(by=self.office)
        group = draft.groups.create(key="long", name_en=LONG_WORD, name_fr=LONG_WORD)
        group.caps.create(per="cycle", points="40")
        draft.types.filter(code_en="PD-F").update(group=group, about_en=LONG_WORD)
        Rate.objects.filter(activity_type__rules=draft, per_hour=2).update(per_hour="0.5")
        draft.note_layers()
        rehearsing.rehearse(draft.program, by=self.office)

    def _mails(self) -> None:
        """A mail with a text of the program's own, and one that went back to the standard."""
        texts.written(by=self.office, subject=LONG_WORD, body=f"{{name}} {LONG_WORD}")
        texts.written(by=self.office, closing=LONG_WORD * 2)
        texts.written("fr", by=self.office, subject=LONG_WORD)
        texts.standard("fr", by=self.office)

    def _wording(self) -> Signatory:
        """A version and a draft of the certificate's texts, and too many people who sign it."""
        scheme = self.active.program
        signing.published(scheme, by=self.office, issuer_sentence_en=LONG_WORD)
        signing.draft(scheme, by=self.office, title_fr=LONG_WORD, not_a_diploma_en=LONG_WORD * 3)
        for position in (1, 2):
            signing.signatory(f"{LONG_NAME} {position}", by=self.office, position=position)
        return signing.signatory(LONG_WORD, by=self.office, code="MLA", picture=signing.ink())

    def _credits(self) -> tuple[Person, CreditRequest, CreditRequest]:
        """An officer with a question to a participant of courses, and an approved request."""
        organisation = factories.organisation(LONG_NAME, webinar_presenter="12.25")
        officer = factories.officer(organisation, LONG_NAME)
        row = factories.careers(factories.person(LONG_NAME))
        known = {"by": row.person, "organisation": organisation, "words": LONG_WORD * 2}
        entry = factories.webinar(row, title=LONG_WORD * 3)
        asked = crediting.ask_for_entry(row, entry, **known)
        crediting.ask_back(asked, by=officer, question=LONG_WORD * 2)
        presented = crediting.ask_for_part(
            row,
            course=factories.course(),
            part="presenter",
            done_on=row.starts_on,
            **known,
        )
        crediting.approve(presented, by=officer, credits=Decimal("12345.25"), note=LONG_WORD * 2)
        return officer, asked, presented
