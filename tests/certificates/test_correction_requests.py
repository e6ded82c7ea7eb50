"""The holder asks for a correction; it waits until there is an edition or an answer."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import correcting, correction_requests, waiting
from certificates.models import CorrectionRequest
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.races import at_once

pytestmark = pytest.mark.django_db


def ask(certificate, *, by=None, name="Nadia Nowak", reason="I married."):
    by = by or certificate.registration.person
    return correction_requests.ask(certificate.registration, by=by, name=name, reason=reason)


class TestAsking:
    def test_waits_for_the_administrators_and_stands_in_the_history(self):
        certificate = records.issued()

        request = ask(certificate)

        event = certificate.registration.events.get(kind=Event.Kind.CORRECTION_ASKED)
        assert list(waiting.corrections(factories.administrator())) == [request]
        assert (request.certificate, request.name, request.reason) == (
            certificate,
            "Nadia Nowak",
            "I married.",
        )
        assert event.details == {"serial": certificate.serial}
        assert event.reason == ""

    def test_is_the_holder_s_alone(self):
        certificate = records.issued()

        for who in (factories.person(), factories.administrator(), factories.representative()):
            with pytest.raises(PermissionDenied):
                ask(certificate, by=who)

        assert not CorrectionRequest.objects.exists()

    def test_the_same_request_twice_is_one(self):
        certificate = records.issued()

        first, second = ask(certificate), ask(certificate)

        assert first == second
        assert Event.objects.filter(kind=Event.Kind.CORRECTION_ASKED).count() == 1

    @pytest.mark.parametrize(
        ("answers", "code"),
        [
            ({"name": "Mei 李"}, "name"),
            ({"reason": " "}, "no_reason"),
            ({"before": True, "name": "Nadia Other"}, "asked"),
        ],
    )
    def test_is_refused_where_it_leads_nowhere(self, answers, code):
        certificate = records.issued()
        if answers.pop("before", False):
            ask(certificate)

        with pytest.raises(Refused) as refused:
            ask(certificate, **answers)

        assert [problem.code for problem in refused.value.problems] == [code]
        assert CorrectionRequest.objects.filter(name=answers.get("name")).count() == 0

    def test_wants_a_certificate(self):
        registration = records.accepted()

        with pytest.raises(Refused) as refused:
            correction_requests.ask(
                registration, by=registration.person, name="Nadia", reason="Why not"
            )

        assert refused.value.problems[0].code == "no_certificate"

    def test_one_waits_at_a_time_whatever_the_program_does(self):
        request = ask(records.issued())
        request.pk = None

        with (
            pytest.raises(IntegrityError, match="one_correction_waits_per_registration"),
            transaction.atomic(),
        ):
            request.save(force_insert=True)


class TestAnswering:
    def test_a_new_edition_is_the_answer(self):
        certificate, administrator = records.issued(), factories.administrator()
        request = ask(certificate)

        correcting.correct(certificate, by=administrator, name="Nadia Nowak", reason="Asked for.")

        request.refresh_from_db()
        assert (request.state, request.decided_by) == ("done", administrator)
        assert not waiting.corrections(administrator).exists()

    def test_a_declined_one_is_told_why(self):
        certificate, administrator = records.issued(), factories.administrator()
        request = ask(certificate)

        correction_requests.decline(request, by=administrator, answer="It is the name you gave.")

        request.refresh_from_db()
        mail = OutgoingMail.objects.get(kind="correction_declined")
        event = certificate.registration.events.get(kind=Event.Kind.CORRECTION_DECLINED)
        certificate.refresh_from_db()
        assert (request.state, request.answer) == ("declined", "It is the name you gave.")
        assert mail.person == certificate.registration.person
        assert "It is the name you gave." in mail.text
        assert event.reason == "It is the name you gave."
        assert certificate.is_valid

    def test_declining_wants_an_answer(self):
        request = ask(records.issued())

        with pytest.raises(Refused):
            correction_requests.decline(request, by=factories.administrator(), answer=" ")

        request.refresh_from_db()
        assert request.state == "open"

    def test_is_decided_once(self):
        request = ask(records.issued())
        correction_requests.decline(request, by=factories.administrator(), answer="No.")

        with pytest.raises(Refused) as refused:
            correction_requests.decline(request, by=factories.administrator(), answer="Never.")

        request.refresh_from_db()
        assert refused.value.problems[0].code == "decided"
        assert request.answer == "No."
        assert OutgoingMail.objects.filter(kind="correction_declined").count() == 1

    def test_nobody_answers_their_own(self):
        administrator = factories.administrator()
        request = ask(records.issued(administrator))

        with pytest.raises(PermissionDenied):
            correction_requests.decline(request, by=administrator, answer="No.")

        assert not waiting.corrections(administrator).exists()

    def test_after_an_answer_one_may_ask_again(self):
        certificate = records.issued()
        first = ask(certificate)
        correction_requests.decline(first, by=factories.administrator(), answer="No.")

        second = ask(certificate)

        assert second != first
        assert second.state == "open"


def test_a_request_that_comes_while_an_edition_is_looked_at_is_not_done_by_it():
    certificate, administrator = records.issued(), factories.administrator()
    proposed = correcting.propose(certificate, name="Nadia Roy")
    seen = correcting.digest_of(certificate, proposed)
    request = ask(certificate)

    with pytest.raises(Refused) as refused:
        correcting.correct(
            certificate, by=administrator, name="Nadia Roy", reason="A typo.", seen=seen
        )

    request.refresh_from_db()
    assert refused.value.problems[0].code == "stale"
    assert request.state == "open"


@pytest.mark.django_db(transaction=True)
def test_ten_requests_and_ten_answers_at_once_are_one_each():
    certificate = records.issued()
    administrators = [factories.administrator(), factories.administrator()]

    asked = at_once([lambda: ask(certificate)] * 10)
    answers = at_once(
        [
            lambda by=administrators[number % 2]: correction_requests.decline(
                CorrectionRequest.objects.get(), by=by, answer="No."
            )
            for number in range(10)
        ]
    )

    assert len({request.pk for request in asked}) == 1
    assert answers.count(None) == 1
    assert OutgoingMail.objects.filter(kind="correction_declined").count() == 1
