"""Issuing: once each, numbered without gaps, the facts frozen; then the PDF and its one mail."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction
from django.utils import timezone

from cec.models import Attachment, OutgoingMail
from cec.problems import Refused
from certificates import completion, facts, issuing, making, pdf
from certificates import serial as serials
from certificates.models import Certificate, Document, Signatory
from certificates.models.certificate import MOST_TRIES, RETRY_AFTER
from certificates.verification import new_public_id
from registrations.models import Association, Registration
from tests import factories
from tests.certificates import records
from tests.races import at_once

pytestmark = pytest.mark.django_db


def written(*, year: int | None = None, sequence: int = 99, **changes) -> Certificate:
    """A certificate that is only a row: of another year, or with facts that can't be printed."""
    registration = records.accepted()
    today = timezone.localdate()
    serial = serials.make("CEC", year or today.year, sequence)
    public_id = new_public_id()
    paper = facts.facts_of(registration, serial=serial, public_id=public_id, issued_on=today)
    return Certificate.objects.create(
        registration=registration,
        program=registration.program,
        year=year or today.year,
        sequence=sequence,
        serial=serial,
        public_id=public_id,
        holder=paper.name,
        facts=facts.frozen(paper, registration) | changes,
        issued_on=today,
        issued_by=factories.administrator(),
    )


class TestIssuing:
    def test_makes_a_numbered_certificate_with_its_facts(self):
        registration, administrator = records.accepted(), factories.administrator()

        certificate = issuing.issue(registration, by=administrator)

        registration.refresh_from_db()
        today = timezone.localdate()
        assert registration.status == "certified"
        assert (certificate.year, certificate.sequence) == (today.year, 1)
        assert certificate.serial.startswith(f"CEC-{today.year}-0001-")
        assert (certificate.issued_by, certificate.issued_on) == (administrator, today)
        assert certificate.holder == registration.person.name
        assert len(certificate.public_id) >= 22
        event = registration.events.get(kind="certify")
        assert event.actor == administrator
        assert event.details == {"serial": certificate.serial}

    def test_is_the_administrators_alone(self):
        registration = records.accepted()

        for other in (factories.steering(), factories.representative(), factories.person()):
            with pytest.raises(PermissionDenied):
                issuing.issue(registration, by=other)

        assert not Certificate.objects.exists()

    def test_nobody_issues_their_own(self):
        administrator = factories.administrator()
        registration = records.accepted(administrator)

        with pytest.raises(PermissionDenied):
            issuing.issue(registration, by=administrator)

        assert not Certificate.objects.exists()

    @pytest.mark.parametrize("stage", [records.finished, records.turned_in])
    def test_wants_an_accepted_record(self, stage):
        registration = stage()

        with pytest.raises(Refused):
            issuing.issue(registration, by=factories.administrator())

        assert not Certificate.objects.exists()
        assert not registration.events.filter(kind="certify").exists()

    def test_computes_eligibility_anew_from_the_rows(self):
        registration = records.accepted()
        registration.membership_checks.create(outcome="lapsed", checked_by=factories.person())

        with pytest.raises(Refused) as refused:
            issuing.issue(registration, by=factories.administrator())

        assert [problem.code for problem in refused.value.problems] == ["membership_lapsed"]
        assert not Certificate.objects.exists()

    def test_a_second_time_says_who_was_first(self):
        certificate = records.issued()

        with pytest.raises(Refused) as refused:
            issuing.issue(certificate.registration, by=factories.administrator())

        assert certificate.issued_by.name in str(refused.value)
        assert Certificate.objects.count() == 1

    def test_numbers_go_up_without_gaps_even_after_a_refusal(self):
        administrator = factories.administrator()
        first = records.issued(by=administrator)
        unprintable = records.accepted()
        unprintable.person.name = "李"
        unprintable.person.save()
        with pytest.raises(Refused):
            issuing.issue(unprintable, by=administrator)
        second = records.issued(by=administrator)

        assert (first.sequence, second.sequence) == (1, 2)

    def test_numbers_begin_anew_each_year(self):
        written(year=timezone.localdate().year - 1, sequence=7)

        certificate = records.issued()

        assert (certificate.year, certificate.sequence) == (timezone.localdate().year, 1)

    def test_each_certificate_has_an_id_of_its_own_from_128_random_bits(self):
        found = {new_public_id() for _ in range(1000)}

        assert len(found) == 1000
        assert all(len(public_id) == 22 for public_id in found)

    def test_facts_that_the_paper_can_not_hold_are_refused_before_they_are_frozen(self):
        registration = records.accepted()
        Association.objects.filter(pk=registration.association_id).update(name_en="李" * 3)

        with pytest.raises(Refused) as refused:
            issuing.issue(registration, by=factories.administrator())

        assert refused.value.problems[0].code == "unprintable"
        assert "李" in str(refused.value)


class TestFacts:
    def test_are_taken_from_the_rows_in_both_languages(self):
        registration = records.accepted(factories.person("  Łucja   Kowalska-Nowak "))

        paper = facts.thawed(records_facts(registration))

        scheme = registration.program
        assert paper.name == "Łucja Kowalska-Nowak"
        assert (paper.title_en, paper.title_fr) == (scheme.certificate_en, scheme.certificate_fr)
        assert paper.points == Decimal(120)
        assert paper.starts_on == registration.starts_on
        assert paper.ends_on == registration.ends_on
        assert paper.association_en == registration.association.name_en
        assert paper.not_a_diploma_fr == scheme.disclaimer_fr
        assert paper.subject_en == f"of continuing learning in {scheme.field_en}"
        assert paper.verify_url.endswith(f"/v/{Certificate.objects.get().public_id}")
        assert paper.signatories == ()
        assert not paper.french_first

    def test_say_the_same_after_the_rows_have_changed(self):
        registration = records.accepted()
        before = facts.thawed(records_facts(registration))
        registration.person.name = "Somebody Else"
        registration.person.save()
        Association.objects.update(name_en="Renamed")

        after = facts.thawed(Certificate.objects.get().facts)

        assert after == before

    def test_name_the_version_of_the_rules_and_the_total(self):
        frozen = records_facts(records.accepted())

        assert frozen["rules_version"] == 1
        assert Decimal(frozen["points_needed"]) == 120

    def test_put_french_first_for_a_french_reader_or_association(self):
        reader = records.accepted(factories.person(language="fr"))
        association = records.accepted(association_code="ABQLA")

        assert records_facts(reader)["french_first"]
        assert records_facts(association)["french_first"] == association.association.french_first

    def test_name_who_signs_on_the_day_of_issue(self):
        registration = records.accepted()
        today = timezone.localdate()
        for name, first, last, code in (
            ("Retired", date(2020, 1, 1), today - timedelta(days=1), None),
            ("Future", today + timedelta(days=1), None, None),
            ("Elsewhere", date(2020, 1, 1), None, "OLA"),
            ("Chair", date(2020, 1, 1), today, None),
            ("President", today, None, "MLA"),
        ):
            Signatory.objects.create(
                program=registration.program,
                association=factories.association(code) if code else None,
                name=name,
                title_en="Chair",
                title_fr="Présidence",
                first_day=first,
                last_day=last,
            )

        paper = facts.thawed(records_facts(registration))

        assert [row.name for row in paper.signatories] == ["Chair", "President"]

    def test_end_an_early_completion_with_the_day_of_turning_in(self):
        scheme = factories.program()
        scheme.early_completion = True
        scheme.save()
        registration = records.accepted(days_ago=-30)

        paper = facts.thawed(records_facts(registration))

        assert paper.ends_on == timezone.localdate()

    def test_and_documents_are_kept_by_the_database_itself(self):
        making.make_document(records.issued().pk)
        unmade = Certificate.objects.filter(pk=records.issued().pk)

        for change in (
            lambda: Certificate.objects.update(facts={}),
            lambda: Certificate.objects.update(holder="Somebody Else"),
            lambda: unmade._raw_delete("default"),
            lambda: Document.objects.update(pdf=b""),
            lambda: Document.objects.all().delete(),
        ):
            with pytest.raises(Error, match="history is kept"), transaction.atomic():
                change()


def records_facts(registration):
    """Issue it and return the frozen facts as the database gives them back."""
    made = issuing.issue(registration, by=factories.administrator())
    return Certificate.objects.get(pk=made.pk).facts


class TestMakingTheDocument:
    def test_keeps_bytes_and_hash_and_sends_them_once(self):
        certificate = records.issued()

        made = making.make_document(certificate.pk)

        document = Document.objects.get(certificate=certificate)
        content = bytes(document.pdf)
        mail = OutgoingMail.objects.get(kind="certificate_issued")
        attached = Attachment.objects.get(mail=mail)
        assert made
        assert content.startswith(b"%PDF-")
        assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert mail.person == certificate.registration.person
        assert bytes(attached.content) == content
        assert attached.name == f"{certificate.serial}.pdf"

    def test_a_second_run_changes_nothing(self):
        certificate = records.issued()
        making.make_document(certificate.pk)
        before = Document.objects.get().sha256

        again = making.make_document(certificate.pk)

        assert not again
        assert Document.objects.get().sha256 == before
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_the_mail_goes_out_with_the_document_and_not_before(self):
        records.issued()

        assert not OutgoingMail.objects.filter(kind="certificate_issued").exists()

    def test_the_sweep_makes_what_no_message_came_for(self):
        first, second = records.issued(), records.issued()

        made = making.make_waiting()

        assert made == 2
        assert {row.certificate_id for row in Document.objects.all()} == {first.pk, second.pk}
        assert making.make_waiting() == 0

    def test_a_failed_one_shows_its_error_and_lets_the_others_go_on(self):
        broken, sound = written(name="李"), records.issued()

        made = making.make_waiting()

        broken.refresh_from_db()
        assert made == 1
        assert Document.objects.get().certificate == sound
        assert "UncoveredCharacters" in broken.error
        assert broken.tries == 1
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_a_failed_one_is_tried_again_after_a_while_and_five_times_at_most(self):
        broken = written(name="李")

        for _ in range(MOST_TRIES + 3):
            making.make_waiting()
            making.make_waiting()
            Certificate.objects.update(tried_at=timezone.now() - RETRY_AFTER)

        broken.refresh_from_db()
        assert broken.tries == MOST_TRIES
        assert not Document.objects.exists()

    def test_a_try_that_was_killed_is_taken_up_again(self):
        certificate = records.issued()
        Certificate.objects.update(tries=1, tried_at=timezone.now())

        at_once = making.make_waiting()
        Certificate.objects.update(tried_at=timezone.now() - RETRY_AFTER)
        later = making.make_waiting()

        assert (at_once, later) == (0, 1)
        assert Document.objects.get().certificate == certificate

    def test_the_button_tries_again_after_the_last_try(self):
        certificate = records.issued()
        Certificate.objects.update(
            tries=MOST_TRIES, tried_at=timezone.now(), error="It was too dark."
        )

        before = making.make_waiting()
        issuing.try_again(certificate, by=factories.administrator())
        after = making.make_waiting()

        certificate.refresh_from_db()
        assert (before, after) == (0, 1)
        assert certificate.error == ""

    def test_the_button_is_for_administrators(self):
        certificate = records.issued()

        with pytest.raises(PermissionDenied):
            issuing.try_again(certificate, by=factories.steering())

    def test_the_name_on_the_paper_is_the_one_of_the_day_of_issue(self):
        certificate = records.issued(factories.person("Nadia Kowalchuk"))
        certificate.registration.person.name = "Nadia Somebody"
        certificate.registration.person.save()
        making.make_document(certificate.pk)

        assert certificate.facts["name"] == "Nadia Kowalchuk"
        expected = pdf.render(facts.thawed(Certificate.objects.get().facts))
        assert bytes(Document.objects.get().pdf) == expected


@pytest.mark.django_db(transaction=True)
class TestAllAtOnce:
    def test_twenty_issues_by_two_administrators_make_one_certificate(self):
        registration = records.accepted()
        administrators = [factories.administrator(), factories.administrator()]
        calls = [
            lambda by=administrators[number % 2]: issuing.issue(
                Registration.objects.get(pk=registration.pk), by=by
            )
            for number in range(20)
        ]

        answers = at_once(calls)

        issued = [answer for answer in answers if isinstance(answer, Certificate)]
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert (len(issued), len(refused)) == (1, 19)
        assert Certificate.objects.count() == 1
        assert registration.events.filter(kind="certify").count() == 1

    def test_twenty_runs_of_the_worker_make_one_document_and_one_mail(self):
        certificate = records.issued()
        Certificate.objects.update(tried_at=None)

        answers = at_once([lambda: making.make_document(certificate.pk)] * 20)

        assert sum(answers) == 1
        assert Document.objects.count() == 1
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_two_workers_that_both_hold_a_rendered_pdf_still_send_one_mail(self):
        certificate = records.issued()
        content = pdf.render(facts.thawed(certificate.facts))

        answers = at_once([lambda: making._store(certificate, content)] * 8)

        assert sum(answers) == 1
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_many_registrations_at_once_get_numbers_without_gaps_or_doubles(self):
        registrations = [records.accepted() for _ in range(12)]
        administrator = factories.administrator()

        answers = at_once(
            [lambda row=row: issuing.issue(row, by=administrator) for row in registrations]
        )

        assert sorted(row.sequence for row in answers) == list(range(1, 13))
        assert len({row.serial for row in answers}) == 12
        assert len({row.public_id for row in answers}) == 12

    def test_accepting_and_returning_at_once_makes_one_decision(self):
        registration = records.turned_in()
        reviewers = [factories.steering(), factories.representative()]

        def accept():
            return completion.accept(registration, by=reviewers[0])

        def send_back():
            return completion.return_with_questions(registration, by=reviewers[1], reason="Why?")

        answers = at_once([accept, send_back] * 10)

        decisions = registration.events.filter(kind__in=["accept", "return"])
        mails = OutgoingMail.objects.filter(kind__in=["record_accepted", "record_returned"])
        assert answers.count(None) == 1
        assert decisions.count() == 1
        assert mails.count() == 1
