"""Issuing: once each, numbered without gaps, by those who may (C3, F3)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import completion, facts, issuing, making, signing
from certificates.models import Certificate, Document
from certificates.printing import pdf
from certificates.public.verification import new_public_id
from registrations.models import Association, Registration
from tests import factories
from tests.certificates import records
from tests.races import at_once

pytestmark = pytest.mark.django_db


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
        records.written(year=timezone.localdate().year - 1, sequence=7)

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
        making.make_waiting()

        issued = [answer for answer in answers if isinstance(answer, Certificate)]
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert (len(issued), len(refused)) == (1, 19)
        assert Certificate.objects.count() == 1
        assert registration.events.filter(kind="certify").count() == 1
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_twenty_runs_of_the_worker_make_one_document_and_one_mail(self):
        certificate = records.issued()
        Certificate.objects.update(tried_at=None)

        answers = at_once([lambda: making.make_document(certificate.pk)] * 20)

        assert sum(answers) == 1
        assert Document.objects.count() == 1
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_two_workers_that_both_hold_a_rendered_pdf_still_send_one_mail(self):
        certificate = records.issued()
        content, key = pdf.render(facts.thawed(certificate.facts)), signing.key_in_use()

        answers = at_once([lambda: making._store(certificate, content, key)] * 8)

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
