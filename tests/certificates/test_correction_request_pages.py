"""The holder’s pages of a certificate that is put right, and the answer to their request."""

import pytest

from cec.models import OutgoingMail
from certificates import correcting, correction_requests, making
from certificates.models import CorrectionRequest
from tests import factories
from tests.certificates import records
from tests.certificates.editions import ask_for_another_name
from tests.certificates.pages import address, page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return records.issued(factories.person("Nadia Kowalchuk"))


@pytest.fixture
def desk(client):
    return signed_in(client, factories.administrator())


class TestTheHolder:
    def test_downloads_each_edition_as_it_was(self, client, certificate):
        making.make_document(certificate.pk)
        edition = correcting.correct(
            certificate, by=factories.administrator(), name="Nadia Nowak", reason="A new name."
        )
        making.make_document(edition.pk)
        signed_in(client, certificate.registration.person)

        text = page(client, "certificate", certificate.registration_id)
        found = [
            client.get(address("certificate_edition", certificate.registration_id, number))
            for number in (1, 2, 3)
        ]

        assert certificate.serial in text
        assert edition.serial in text
        assert [answer.status_code for answer in found] == [200, 200, 404]
        assert found[0].content == bytes(certificate.document.pdf)
        assert found[1].content == bytes(edition.document.pdf)

    def test_is_offered_a_new_edition_after_a_change_of_name(self, client, certificate):
        person = certificate.registration.person
        signed_in(client, person)
        before = page(client, "certificate", certificate.registration_id)
        person.name = "Nadia Nowak"
        person.save()

        after = page(client, "certificate", certificate.registration_id)
        form = page(client, "correction_ask", certificate.registration_id)

        assert "Your account says" not in before
        assert "Your account says Nadia Nowak now" in after
        assert 'value="Nadia Nowak"' in form

    def test_asks_and_reads_what_became_of_it(self, client, certificate):
        signed_in(client, certificate.registration.person)
        asked = {"name": "Nadia Nowak", "reason": "I married."}

        answers = [
            client.post(
                address("correction_ask", certificate.registration_id), asked, follow=True
            ).content.decode()
            for _click in range(2)
        ]
        correction_requests.decline(
            CorrectionRequest.objects.get(), by=factories.administrator(), answer="Not yet legal."
        )
        later = page(client, "certificate", certificate.registration_id)

        for text in answers:
            assert "Your request is with the administrators" in text
            assert "You asked for a correction on" in text
        assert "Not yet legal." in later

    def test_asks_for_one_thing_at_a_time(self, client, certificate):
        signed_in(client, certificate.registration.person)
        url = address("correction_ask", certificate.registration_id)
        client.post(url, {"name": "Nadia Nowak", "reason": "I married."})

        response = client.post(url, {"name": "Nadia Other", "reason": "Again."}, follow=True)

        assert "asked already" in response.content.decode()
        assert CorrectionRequest.objects.get().name == "Nadia Nowak"


class TestTheAnswer:
    @pytest.fixture
    def request_row(self, certificate):
        return ask_for_another_name(certificate)

    def test_waits_in_the_navigation_and_leads_to_the_correction(
        self, desk, certificate, request_row
    ):
        listed = page(desk, "corrections")
        text = page(desk, "correction", request_row.pk)
        form = page(desk, "certificate_correct", certificate.pk)

        assert address("correction", request_row.pk) in listed
        assert address("certificate_correct", certificate.pk) in text
        assert 'value="Nadia Nowak"' in form
        assert "I married." in form

    def test_is_given_once(self, desk, request_row):
        url = address("correction", request_row.pk)
        empty = desk.post(url, {"answer": " "})
        first = desk.post(url, {"answer": "No."}, follow=True)
        again = desk.post(url, {"answer": "No."}, follow=True)

        request_row.refresh_from_db()
        assert empty.status_code == 422
        assert request_row.answer == "No."
        for answer in (first, again):
            assert "Your answer is on its way." in answer.content.decode()
        assert OutgoingMail.objects.filter(kind="correction_declined").count() == 1

    def test_of_somebody_else_stands(self, client, request_row):
        correction_requests.decline(request_row, by=factories.administrator(), answer="No.")

        response = signed_in(client, factories.administrator()).post(
            address("correction", request_row.pk), {"answer": "Never."}, follow=True
        )

        request_row.refresh_from_db()
        assert "has decided on this request already" in response.content.decode()
        assert request_row.answer == "No."
