"""The public check of a certificate: what it shows, what it keeps to itself, how often (F5, F6)."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from certificates import serial as serials
from certificates.models import Certificate
from tests import factories
from tests.certificates import records
from tests.certificates.pages import by_hand, link, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return records.issued(factories.person("Nadia Kowalchuk-Łoś", email="nadia@example.org"))


class TestTheLink:
    def test_shows_what_is_printed_and_the_state(self, client, certificate):
        response = client.get(link(certificate))

        text = response.content.decode()
        assert response.status_code == 200
        for shown in (
            "This certificate is valid",
            "Nadia Kowalchuk-Łoś",
            certificate.serial,
            certificate.program.certificate_en,
            certificate.program.certificate_fr,
            certificate.registration.association.name_en,
            "120",
            "doesn’t replace a diploma",
        ):
            assert shown in text

    def test_says_what_was_earned_and_leads_to_the_rules_of_its_own_program(
        self, client, certificate
    ):
        with translation.override("en"):
            rules = reverse("what_counts_in", args=[certificate.program.slug])

        text = client.get(link(certificate)).content.decode()
        type(certificate.program).objects.update(is_open=False)
        closed = client.get(link(certificate)).content.decode()

        assert "earned at least 120\u00a0points in this program by learning." in text
        assert f'href="{rules}"' in text
        assert "How points are earned" not in closed

    def test_shows_nothing_that_is_not_on_the_paper(self, client, certificate):
        registration = certificate.registration
        type(registration).objects.filter(pk=registration.pk).update(
            member_number="MEMBER-4711", employer="Secret Library"
        )

        text = client.get(link(certificate)).content.decode()

        for hidden in (
            "nadia@example.org",
            "MEMBER-4711",
            "Secret Library",
            registration.reference,
            certificate.issued_by.name,
            f"/{registration.pk}/",
        ):
            assert hidden not in text

    def test_needs_no_sign_in_sets_no_cookie_and_asks_not_to_be_indexed(self, client, certificate):
        response = client.get(link(certificate))

        assert not response.cookies
        assert not client.cookies
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Cache-Control"] == "no-store"
        assert '<meta name="robots" content="noindex">' in response.content.decode()

    def test_speaks_the_language_that_the_browser_prefers(self, client, certificate):
        french = client.get(link(certificate), headers={"accept-language": "fr-CA,fr;q=0.9"})
        english = client.get(link(certificate), headers={"accept-language": "en"})

        assert '<html lang="fr"' in french.content.decode()
        assert '<html lang="en"' in english.content.decode()
        assert "Accept-Language" in english["Vary"]

    def test_can_be_read_in_the_other_language_too(self, client, certificate):
        response = client.get(link(certificate), {"lang": "fr"}, headers={"accept-language": "en"})

        assert '<html lang="fr"' in response.content.decode()
        assert 'href="?lang=en"' in response.content.decode()
        assert translation.get_language() == "en"

    def test_tells_that_a_certificate_was_revoked_and_when(self, client, certificate):
        Certificate.objects.update(state="revoked", revoked_on=timezone.localdate())

        text = client.get(link(certificate)).content.decode()

        assert "This certificate was revoked on" in text
        assert "is valid" not in text

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_is_read_only(self, client, certificate, method):
        assert getattr(client, method)(link(certificate)).status_code == 405

    def test_gives_unknown_malformed_and_other_case_ids_the_same_404(self, client, certificate):
        known = certificate.public_id
        other_case = known.swapcase()
        asked = [
            "A" * 22,
            other_case,
            known[:-1],
            known + "A",
            "/" + known,
            "a",
            "%00",
            "..%2F..%2Fetc%2Fpasswd",
            "a" * 2000,
            certificate.serial,
            str(certificate.pk),
            "é" * 22,
        ]

        answers = [client.get(f"/v/{wrong}", headers={"accept-language": "en"}) for wrong in asked]

        bodies = {answer.content.replace(b" aria-current", b"") for answer in answers}
        assert {answer.status_code for answer in answers} == {404}
        assert len(bodies) == 1
        assert "no certificate at this address" in bodies.pop().decode()

    @pytest.mark.parametrize("behind", ["/", ".", ").", "»"])
    def test_reads_a_link_with_what_stood_behind_it_in_a_sentence(
        self, client, certificate, behind
    ):
        answer = client.get(f"/v/{certificate.public_id}{behind}")

        assert answer.status_code == 200
        assert certificate.serial in answer.text

    def test_costs_the_same_queries_whether_an_id_exists_or_not(self, client, certificate):
        client.get(link(certificate))

        known = queries_of(lambda: client.get(link(certificate)))
        unknown = queries_of(lambda: client.get("/v/" + "A" * 22))

        assert unknown == known

    @pytest.mark.parametrize("address", ["/v", "/v/"])
    def test_without_an_id_leads_to_the_check_by_hand(self, client, address):
        response = client.get(address, follow=True, headers={"accept-language": "en"})

        assert response.redirect_chain[-1][0] == "/en/verify/"
        assert response.status_code == 200

    def test_keeps_working_when_the_holder_s_name_changes(self, client, certificate):
        certificate.registration.person.name = "Somebody Else"
        certificate.registration.person.save()

        assert "Nadia Kowalchuk-Łoś" in client.get(link(certificate)).content.decode()


class TestByHand:
    def test_wants_serial_and_family_name(self, client, certificate):
        response = by_hand(client, certificate.serial, "Kowalchuk")

        assert response.status_code == 200
        assert "This certificate is valid" in response.content.decode()
        assert not response.cookies

    def test_reads_a_serial_as_people_type_it(self, client, certificate):
        typed = certificate.serial.lower().replace("-", " ").replace("0", "o")

        response = by_hand(client, typed, "kowalchuk")

        assert "This certificate is valid" in response.content.decode()

    def test_shows_nothing_for_a_serial_with_another_name(self, client, certificate):
        response = by_hand(client, certificate.serial, "Smith")

        text = response.content.decode()
        assert response.status_code == 404
        assert "no certificate with this serial number and this name" in text
        assert "Nadia" not in text

    def test_answers_a_serial_that_does_not_exist_like_a_wrong_name(self, client, certificate):
        unknown = serials.make("CEC", certificate.year, certificate.sequence + 1)
        wrong_name = by_hand(client, certificate.serial, "Smith").content.decode()
        missing = by_hand(client, unknown, "Smith").content.decode()

        assert missing == wrong_name.replace(certificate.serial, unknown).replace(
            certificate.serial.lower(), unknown.lower()
        )

    def test_costs_the_same_queries_whether_a_serial_exists_or_not(self, client, certificate):
        unknown = serials.make("CEC", certificate.year, certificate.sequence + 1)
        by_hand(client, unknown, "Smith")

        missing = queries_of(lambda: by_hand(client, unknown, "Smith"))
        wrong_name = queries_of(lambda: by_hand(client, certificate.serial, "Smith"))

        assert missing == wrong_name

    def test_helps_with_a_slip_whether_the_serial_was_issued_or_not(self, client, certificate):
        unknown = serials.make("CEC", certificate.year, certificate.sequence + 1)

        for right in (certificate.serial, unknown):
            response = by_hand(client, "X" + right[1:], "Kowalchuk")

            assert response.status_code == 422
            assert f"Is it {right}?" in response.text
            assert "Nadia" not in response.text

    def test_says_when_a_serial_is_mistyped(self, client, certificate):
        wrong = certificate.serial[:-1] + ("0" if certificate.serial[-1] != "0" else "1")

        response = by_hand(client, wrong, "Kowalchuk")

        text = response.content.decode()
        assert response.status_code == 422
        assert "There is a problem" in text
        assert "a character is mistyped or missing" in text

    @pytest.mark.parametrize("missing", ["serial", "name"])
    def test_asks_for_what_is_missing(self, client, certificate, missing):
        given = {"serial": certificate.serial, "name": "Kowalchuk"} | {missing: ""}

        response = by_hand(client, given["serial"], given["name"])

        assert response.status_code == 422
        assert "valid</" not in response.content.decode()

    @pytest.mark.parametrize("odd", ["\x00", "<script>alert(1)</script>", "x" * 5000, "’; --"])
    def test_survives_what_nobody_should_type(self, client, certificate, odd):
        for serial, name in ((odd, "Kowalchuk"), (certificate.serial, odd)):
            response = by_hand(client, serial, name)

            assert response.status_code in (404, 422)
            assert b"<script>alert" not in response.content

    def test_an_empty_form_is_only_a_form(self, client):
        response = client.get(reverse("verify"))

        assert response.status_code == 200
        assert "There is a problem" not in response.content.decode()

    def test_is_read_only(self, client):
        assert client.post(reverse("verify"), {}).status_code == 405
