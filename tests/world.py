"""A small world with one person of every role around one registration."""

from datetime import date
from hashlib import sha256

from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from activities import crediting, rehearsing
from activities.models import Import
from activities.yearend import closing
from cec.files import store
from cec.models import StoredFile
from certificates.models import Batch, Certificate, Document
from registrations.mentoring import inviting
from registrations.models import (
    Appointment,
    BankExport,
    BankLine,
    CycleChange,
    DataCopy,
    Erasure,
    MembershipProof,
    Person,
    Rate,
    Roster,
)
from tests import factories as make
from tests.activities import audits
from tests.certificates import records, signing
from tests.certificates.batching import confirmed
from tests.registrations import kept, texts

ROLES = (
    "anonymous",
    "applicant",
    "owner",
    "neighbour",
    "stranger",
    "representative",
    "elsewhere",
    "steering",
    "administrator",
    "deactivated",
    "mentor",
    "mentor_elsewhere",
    "officer",
)

# Pages of a program with courses, requests and a statement, and none with a certificate.
OF_COURSES = frozenset(
    {
        *("courses", "statement", "statement_download"),
        *("requests", "request", "request_entry", "request_part"),
        *("request_answer", "request_withdraw"),
    }
)

# Pages of the registration that has a certificate.
OF_THE_CERTIFICATE = frozenset({"certificate_download", "certificate_edition", "correction_ask"})

# Places in an address that are numbers of rows.
NUMBERED = {
    *("registration", "appointment", "batch", "certificate", "mail"),
    *("export", "line", "proof", "roster", "mentorship", "offer", "version", "draw"),
    *("organisation", "credit_request", "correction", "signatory", "notice", "result"),
    "incident",
    *("copy", "erasure"),
}


class World:
    """The registration under test is `owner`'s, of the MLA: active, with one activity.

    `neighbour` is a participant of the same association, `stranger` of another; `elsewhere` is
    another association's representative; `deactivated` was a steering member. `mentor` mentors the
    owner now; `mentor_elsewhere` is confirmed too, and mentors nobody. The owner has asked the
    organisation whose `officer` there is for credits, in a program of courses.
    """

    def __init__(self) -> None:
        self.people: dict[str, Person] = {
            "applicant": make.person("Applicant"),
            "owner": make.person("Owner"),
            "neighbour": make.person("Neighbour"),
            "stranger": make.person("Stranger"),
            "representative": make.representative("MLA"),
            "elsewhere": make.representative("OLA"),
            "steering": make.steering(),
            "administrator": make.administrator(),
            "deactivated": make.steering(),
            "mentor": make.confirmed_address(make.person("Mentor")),
            "mentor_elsewhere": make.confirmed_address(make.person("Mentor of nobody")),
        }
        make.registration(self.people["applicant"], status="draft")
        make.registration(self.people["neighbour"])
        make.registration(self.people["stranger"], association_code="OLA")
        self.registration = make.registration(
            self.people["owner"], starts_on=timezone.localdate() - timezone.timedelta(days=400)
        )
        self.activity = make.activity(
            self.registration, on=self.registration.starts_on, title="A webinar"
        )
        closing.close_due()
        self.year = self.registration.year_results.get()
        self.appointment = Appointment.objects.get(person=self.people["elsewhere"])
        self.opened = Import.objects.create(
            registration=self.registration,
            uploaded_by=self.people["owner"],
            file_name="record.xlsx",
            sha256="0" * 64,
        )
        self.proof = self._show_membership()
        self.evidence = make.evidence(self.activity)
        self._write(self.evidence.file)
        self.certificate = self._graduate()
        self.correction = self.certificate.registration.correction_requests.create(
            certificate=self.certificate, name="Owner of another name", reason="Umbenannt"
        )
        self.batch = self._batch()
        self.incident = kept.account_of(self.people["administrator"], timezone.now())
        self.payment = self.registration.payments.get()
        self.change = CycleChange.objects.create(
            registration=self.registration,
            kind="extension",
            days=1,
            cause="illness",
            recorded_by=self.people["steering"],
        )
        self.deposit = self._deposit()
        self.roster = self._list()
        self._audit()
        self._mentor()
        self._write_rules()
        self.set_up = make.set_up(copy_of="CEC", by=self.people["administrator"])
        self._word()
        self._word_a_mail()
        self._ask()
        self.notice = make.notice(self.registration)
        self.failed_mail = make.failed_mail(person=self.people["owner"])
        self.copy = DataCopy.objects.create(person=self.people["owner"], key="c" * 40)
        self.erasure = Erasure.objects.create(
            person=self.people["stranger"], due_at=timezone.now() + timezone.timedelta(days=7)
        )

    def _show_membership(self) -> MembershipProof:
        """The owner was asked for a proof once, sent one, and is confirmed again."""
        asked = self.registration.membership_checks.create(
            outcome="proof", checked_by=self.people["representative"]
        )
        proof = make.proof(asked)
        self._write(proof.file)
        make.confirm(self.registration, until=date(2099, 12, 31))
        return proof

    @staticmethod
    def _write(file: StoredFile) -> None:
        path = store.path_of(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.7 of the test")

    def _mentor(self) -> None:
        """The owner's mentor, with all that there is around a mentoring."""
        mentor, elsewhere = self.people["mentor"], self.people["mentor_elsewhere"]
        make.mentor_offer(elsewhere)
        self.offer = make.mentor_offer(mentor, areas=("Technology",))
        self.mentorship = make.mentorship(self.registration, mentor)
        for author in (mentor, self.people["owner"]):
            self.mentorship.notes.create(author=author, text="Hallo")
        self.goal = self.registration.goals.create(year=1, text="Ça va")
        self.suggestion = self.registration.suggestions.create(
            activity=self.activity, author=mentor, text="Mehr"
        )
        self.secret = "secret-of-the-link"
        self.invitation = self.registration.mentor_invitations.create(
            email=elsewhere.email,
            digest=inviting.digest_of(self.secret),
            expires_at=timezone.now() + inviting.VALID_FOR,
        )

    def _write_rules(self) -> None:
        """A draft of other rules, with a group, that was rehearsed."""
        office = self.people["administrator"]
        draft = make.draft(by=office)
        group = draft.groups.create(key="courses", name_en="Courses", name_fr="Cours")
        draft.types.filter(code_en="PD-F").update(group=group)
        Rate.objects.filter(activity_type__rules=draft, per_hour=1).update(per_hour="0.5")
        rehearsing.rehearse(draft.program, by=office)

    def _word(self) -> None:
        """A draft of other texts on the certificate, and somebody who signs it."""
        office = self.people["administrator"]
        signing.draft(self.certificate.program, by=office)
        self.signatory = signing.signatory(by=office, picture=b"a picture of the test")

    def _word_a_mail(self) -> None:
        """Another text of a mail."""
        texts.written(by=self.people["administrator"])

    def _ask(self) -> None:
        """What the owner asks an organisation to approve, and the organisation's officer."""
        self.organisation = make.organisation("Organisation", webinar_participant="1")
        self.people["officer"] = make.officer(self.organisation)
        self.careers = make.careers(self.people["owner"])
        self.request = crediting.ask_for_entry(
            self.careers,
            make.webinar(self.careers),
            by=self.people["owner"],
            organisation=self.organisation,
        )

    def _graduate(self) -> Certificate:
        """The owner's certificate of an earlier cycle, with its PDF."""
        certificate = records.issued(make.person("Graduate"), by=self.people["administrator"])
        pdf = b"%PDF-1.7 of the test"
        Document.objects.create(certificate=certificate, pdf=pdf, sha256=sha256(pdf).hexdigest())
        row = certificate.registration
        row.person = self.people["owner"]
        row.save(update_fields=["person"])
        return certificate

    def _batch(self) -> Batch:
        """A batch that waits for a worker."""
        return confirmed(records.accepted(), by=self.people["administrator"])

    def _deposit(self) -> BankLine:
        """A deposit of a bank export, of the amount of a fee."""
        export = BankExport.objects.create(
            file_name="bank.csv", sha256="0" * 64, uploaded_by=self.people["administrator"]
        )
        return BankLine.objects.create(
            export=export,
            number=2,
            received_on=timezone.localdate(),
            description="INTERAC",
            amount=40,
            fingerprint="0" * 64,
        )

    def _list(self) -> Roster:
        """A list of the MLA's members that waits for an answer."""
        roster = Roster.objects.create(
            association=make.association("MLA"),
            state=Roster.State.WAITING,
            file_name="members.csv",
            sha256="0" * 64,
            layout={
                "kind": "csv",
                "encoding": "utf-8",
                "delimiter": ",",
                "headings": ["Matricule", "Nom", "Échéance"],
                "columns": {"number": 0, "name": 1, "expiry": 2},
            },
            uploaded_by=self.people["representative"],
        )
        roster.members.create(
            number=2, name="Owner", number_key="1", expiry_asked=True, expiry_said="lifetime"
        )
        roster.questions.create(kind="expiry", text="lifetime", code="lifetime")
        return roster

    def _audit(self) -> None:
        """A question on the owner's activity, and a draw that the owner's record was drawn in."""
        self.question = self.registration.comments.create(
            activity=self.activity, author=self.people["representative"], text="Comment ça?"
        )
        self.draw = audits.drawn(self.registration).draw

    def values(self, name: str) -> dict[str, object]:
        """What stands in the places of this URL."""
        registration = self.careers if name in OF_COURSES else self.registration
        if name in OF_THE_CERTIFICATE:
            registration = self.certificate.registration
        return {
            "registration": registration.pk,
            "activity": self.activity.pk,
            "appointment": self.appointment.pk,
            "certificate": self.certificate.pk,
            "correction": self.correction.pk,
            "edition": 1,
            "batch": self.batch.pk,
            "payment": self.payment.pk,
            "change": self.change.pk,
            "public_id": self.certificate.public_id,
            "fingerprint": "0" * 64,
            "session": 987,
            "pk": 987 if name.endswith("_webauthn") else self.opened.pk,
            "proof": self.proof.pk,
            "evidence": self.evidence.pk,
            "export": self.deposit.export_id,
            "line": self.deposit.pk,
            "association": "MLA",
            "roster": self.roster.pk,
            "mail": self.failed_mail.pk,
            "copy": self.copy.pk,
            "erasure": self.erasure.pk,
            "notice": self.notice.pk,
            "notice_kind": self.notice.kind,
            "language": "en",
            "token": "not-ours",
            "mentorship": self.mentorship.pk,
            "offer": self.offer.pk,
            "other": self.certificate.registration_id,
            "goal": self.goal.pk,
            "suggestion": self.suggestion.pk,
            "question": self.question.pk,
            "draw": self.draw.pk,
            "invitation": self.invitation.pk,
            "secret": self.secret,
            "organisation": self.organisation.pk,
            "credit_request": self.request.pk,
            "incident": self.incident.pk,
            "signatory": self.signatory.pk,
            "result": self.year.pk,
            "program": self._program_of(name),
            "section": "names",
            "page": "how",
            "version": 1,
            "figure": "funnel",
            "type": "pd-f",
            "group": "courses",
            "kind": texts.KIND if name.startswith("mail_wording") else "group",
            "key": "no-such-key",
            "work": "mail",
            "uidb36": "1",
        }

    def _program_of(self, name: str) -> str:
        if name.startswith("program"):
            return self.set_up.slug
        return "cpc-credits" if name == "allocations" else "partnership-cec"

    def url(self, name: str) -> str:
        """Reverse a URL by name with what this world has for its places."""
        return reverse(name, kwargs={place: self.values(name)[place] for place in places(name)})

    def url_with_number(self, name: str, number: str) -> str:
        """The URL with `number` where the first whole number stands."""
        known = self.values(name)
        place = next(place for place in places(name) if isinstance(known[place], int))
        marker = 987_654_321
        values = {key: known[key] for key in places(name)} | {place: marker}
        return reverse(name, kwargs=values).replace(str(marker), number)

    def deactivate(self) -> None:
        Person.objects.filter(pk=self.people["deactivated"].pk).update(is_active=False)

    @staticmethod
    def takes_a_number(name: str) -> bool:
        return bool(set(places(name)) & NUMBERED)


def places(name: str) -> list[str]:
    """The names of the places in a URL pattern."""
    found = get_resolver().reverse_dict.getlist(name)
    if not found:
        raise NoReverseMatch(name)
    return list(found[0][0][0][1])
