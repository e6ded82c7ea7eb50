"""The pages around a certificate that is put right or revoked, on the desk and for the holder."""

import re

import pytest

from cec.models import OutgoingMail
from certificates import correcting, making
from certificates.models import Certificate
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.certificates.editions import ask_for_another_name
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
            "Not sent, as this edition had ended",
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
