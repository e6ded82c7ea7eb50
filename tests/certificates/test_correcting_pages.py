"""The pages around a certificate that is put right or revoked, on the desk and for the holder."""

import re

import pytest

from cec.models import OutgoingMail
from certificates import correcting, correction_requests, making
from certificates.models import Certificate, CorrectionRequest
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in

pytestmark = pytest.mark.django_db

ANSWERS = {"name": "Nadia Nowak", "association": "", "reason": "A new name."}


@pytest.fixture
def certificate():
    return records.issued(factories.person("Nadia Kowalchuk"))


@pytest.fixture
def desk(client):
    return signed_in(client, factories.administrator())


def proof_of(client, certificate, **answers):
    """What the proof page carries on to the confirmation."""
    text = client.post(
        address("certificate_correct", certificate.pk), ANSWERS | answers
    ).content.decode()
    return text, re.search(r'name="seen" value="([0-9a-f]{64})"', text)[1]


def ask_for_another_name(certificate=None):
    certificate = certificate or records.issued()
    return correction_requests.ask(
        certificate.registration,
        by=certificate.registration.person,
        name="Nadia Nowak",
        reason="I married.",
    )


class TestCorrecting:
    def test_proposes_the_name_of_the_account_beside_the_printed_one(self, desk, certificate):
        person = certificate.registration.person
        person.name = "Nadia Nowak"
        person.save()

        text = page(desk, "certificate_correct", certificate.pk)

        assert 'value="Nadia Nowak"' in text
        assert "<dd>Nadia Kowalchuk</dd>" in re.sub(r">\s+|\s+<", lambda m: m[0].strip(), text)

    def test_shows_both_editions_before_anything_is_made(self, desk, certificate):
        text, _seen = proof_of(desk, certificate)

        assert "Nadia Kowalchuk" in text
        assert "Nadia Nowak" in text
        assert "Make edition 2?" in text
        assert Certificate.objects.count() == 1

    def test_makes_what_was_confirmed(self, desk, certificate):
        _text, seen = proof_of(desk, certificate)

        response = desk.post(
            address("certificate_correct", certificate.pk),
            ANSWERS | {"seen": seen, "confirm": "1"},
            follow=True,
        )

        edition = Certificate.objects.get(edition=2)
        assert edition.holder == "Nadia Nowak"
        assert f"Edition 2 is {edition.serial}." in response.content.decode()

    def test_a_second_click_makes_nothing_more_and_gets_the_same_answer(self, desk, certificate):
        _text, seen = proof_of(desk, certificate)
        confirmed = ANSWERS | {"seen": seen, "confirm": "1"}
        desk.post(address("certificate_correct", certificate.pk), confirmed)

        response = desk.post(address("certificate_correct", certificate.pk), confirmed, follow=True)

        assert Certificate.objects.count() == 2
        assert "Edition 2 is" in response.content.decode()

    def test_whoever_comes_second_is_led_to_the_newest(self, client, desk, certificate):
        _text, seen = proof_of(desk, certificate)
        confirmed = ANSWERS | {"seen": seen, "confirm": "1"}
        desk.post(address("certificate_correct", certificate.pk), confirmed)
        signed_in(client, factories.administrator())

        response = client.post(
            address("certificate_correct", certificate.pk), confirmed, follow=True
        )

        assert Certificate.objects.count() == 2
        assert "There is a later edition" in response.content.decode()

    def test_nobody_follows_a_revocation_that_they_did_not_see(self, desk, certificate):
        _text, seen = proof_of(desk, certificate)
        correcting.revoke(certificate, by=factories.administrator(), reason="Wrong.")

        response = desk.post(
            address("certificate_correct", certificate.pk),
            ANSWERS | {"seen": seen, "confirm": "1"},
        )

        assert response.status_code == 409
        assert "Look at it as it is now" in response.content.decode()
        assert Certificate.objects.get().state == "revoked"

    @pytest.mark.parametrize(
        ("answers", "status", "said"),
        [
            ({"name": "Nadia Kowalchuk"}, 409, "would say the same"),
            ({"name": "Mei 李"}, 422, "李"),
            ({"reason": ""}, 422, "Say why"),
            ({"confirm": "1"}, 409, "Look at it as it is now"),
            ({"change": "1"}, 200, "Look at both editions"),
        ],
    )
    def test_stays_on_the_form_where_something_is_left(
        self, desk, certificate, answers, status, said
    ):
        response = desk.post(address("certificate_correct", certificate.pk), ANSWERS | answers)

        assert response.status_code == status
        assert said in response.content.decode()
        assert Certificate.objects.count() == 1

    def test_an_association_that_was_wrong_is_chosen(self, desk, certificate):
        other = factories.association("OLA")

        text, _seen = proof_of(desk, certificate, name="Nadia Kowalchuk", association=other.pk)

        assert other.name_en in text
        assert f'name="association" value="{other.pk}"' in text

    def test_the_own_certificate_is_left_to_another(self, client):
        administrator = factories.administrator()
        own = records.issued(administrator)
        signed_in(client, administrator)

        answers = [
            client.post(address("certificate_correct", own.pk), ANSWERS | {"confirm": "1"}),
            client.post(address("certificate_revoke", own.pk), {"serial": own.serial}),
        ]

        assert [answer.status_code for answer in answers] == [403, 403]
        assert Certificate.objects.get().is_valid


class TestRevoking:
    def test_wants_the_serial_number_typed(self, desk, certificate):
        other = desk.post(
            address("certificate_revoke", certificate.pk),
            {"reason": "Wrong.", "serial": "CEC-2028-0417-K7"},
        )
        typed = desk.post(
            address("certificate_revoke", certificate.pk),
            {"reason": "Wrong.", "serial": certificate.serial.lower().replace("-", " ")},
        )

        certificate.refresh_from_db()
        assert (other.status_code, typed.status_code) == (422, 302)
        assert certificate.state == "revoked"

    def test_a_second_click_gets_the_same_answer_and_sends_one_mail(self, desk, certificate):
        answers = {"reason": "Wrong.", "serial": certificate.serial}
        desk.post(address("certificate_revoke", certificate.pk), answers)

        response = desk.post(address("certificate_revoke", certificate.pk), answers, follow=True)

        assert f"{certificate.serial} is revoked." in response.content.decode()
        assert OutgoingMail.objects.filter(kind="certificate_revoked").count() == 1

    def test_whoever_comes_second_is_told(self, client, certificate):
        correcting.revoke(certificate, by=factories.administrator(), reason="Wrong.")

        response = signed_in(client, factories.administrator()).get(
            address("certificate_revoke", certificate.pk), follow=True
        )

        assert "isn’t valid any more" in response.content.decode()


class TestTheDesk:
    def test_shows_the_editions_the_hash_the_mail_and_the_history(self, desk, certificate):
        making.make_document(certificate.pk)
        edition = correcting.correct(
            certificate, by=factories.administrator(), name="Nadia Nowak", reason="A new name."
        )

        text = page(desk, "desk_certificate", certificate.pk)

        for said in (
            certificate.document.sha256,
            edition.serial,
            "Replaced on",
            "A new name.",
            "There is a later edition",
            "On its way",
            address("certificate_edition", certificate.registration_id, 1),
        ):
            assert said in text
        assert address("certificate_revoke", certificate.pk) not in text
        assert address("certificate_correct", certificate.pk) not in text

    def test_lets_the_association_read_and_nothing_more(self, client, certificate):
        making.make_document(certificate.pk)
        signed_in(client, factories.representative())

        listed = page(client, "issued")
        text = page(client, "desk_certificate", certificate.pk)
        client.get(address("certificate_edition", certificate.registration_id, 1))

        assert address("desk_certificate", certificate.pk) in listed
        assert f'"{address("issuing")}"' not in listed
        for deed in ("certificate_correct", "certificate_revoke", "certificate_mail"):
            assert address(deed, certificate.pk) not in text
        assert Event.objects.get(kind="downloaded").details == {"serial": certificate.serial}

    def test_of_another_association_is_not_there(self, client, certificate):
        signed_in(client, factories.representative("OLA"))

        response = client.get(address("desk_certificate", certificate.pk))

        assert response.status_code == 404
        assert certificate.serial not in page(client, "issued")

    def test_the_list_is_narrowed_by_state(self, desk, certificate):
        edition = correcting.correct(
            certificate, by=factories.administrator(), name="Nadia Nowak", reason="A new name."
        )
        revoked = records.issued()
        correcting.revoke(revoked, by=factories.administrator(), reason="Wrong.")

        found = {
            state: [
                row.serial
                for row in (certificate, edition, revoked)
                if address("desk_certificate", row.pk) in page(desk, "issued", view=state)
            ]
            for state in ("valid", "replaced", "revoked", "making")
        }

        assert found == {
            "valid": [edition.serial],
            "replaced": [certificate.serial],
            "revoked": [revoked.serial],
            "making": [edition.serial],
        }

    def test_the_list_asks_as_often_for_many_as_for_one(self, desk, certificate):
        page(desk, "issued")
        one = queries_of(lambda: page(desk, "issued"))
        for _more in range(2):
            records.issued()

        three = queries_of(lambda: page(desk, "issued"))

        assert one == three

    def test_requests_are_listed_with_as_many_queries_for_many_as_for_one(self, desk):
        ask_for_another_name()
        page(desk, "corrections")
        one = queries_of(lambda: page(desk, "corrections"))
        for _more in range(2):
            ask_for_another_name()

        three = queries_of(lambda: page(desk, "corrections"))

        assert one == three

    def test_sends_the_mail_once_more_for_each_press(self, desk, certificate):
        making.make_document(certificate.pk)
        key = re.search(
            r'name="form_key" value="([^"]+)"', page(desk, "desk_certificate", certificate.pk)
        )[1]

        for _click in range(2):
            desk.post(address("certificate_mail", certificate.pk), {"form_key": key})

        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 2
        event = Event.objects.get(kind=Event.Kind.CERTIFICATE_MAILED)
        assert event.details == {"serial": certificate.serial}

    def test_sends_nothing_that_is_not_valid_or_not_made(self, desk, certificate):
        desk.post(address("certificate_mail", certificate.pk))
        making.make_document(certificate.pk)
        correcting.revoke(certificate, by=factories.administrator(), reason="Wrong.")
        desk.post(address("certificate_mail", certificate.pk))

        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1
        assert not Event.objects.filter(kind=Event.Kind.CERTIFICATE_MAILED).exists()


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
