"""The public check of a certificate: what it shows, what it keeps to itself, how often (F5, F6)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from certificates import limits
from certificates import serial as serials
from certificates.models import Certificate
from certificates.verification import by_serial, name_matches
from tests import factories
from tests.certificates import records
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return records.issued(factories.person("Nadia Kowalchuk-Łoś", email="nadia@example.org"))


def link(certificate):
    return reverse("verify_id", args=[certificate.public_id])


def by_hand(client, serial, name, language="en"):
    with translation.override(language):
        return client.get(reverse("verify"), {"serial": serial, "name": name})


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
            known + "/",
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

    def test_costs_the_same_queries_whether_an_id_exists_or_not(
        self, client, certificate, django_assert_num_queries
    ):
        client.get(link(certificate))
        with django_assert_num_queries(count_queries(client, link(certificate))):
            client.get("/v/" + "A" * 22)

    @pytest.mark.parametrize("address", ["/v", "/v/"])
    def test_without_an_id_leads_to_the_check_by_hand(self, client, address):
        response = client.get(address, follow=True, headers={"accept-language": "en"})

        assert response.redirect_chain[-1][0] == "/en/verify/"
        assert response.status_code == 200

    def test_keeps_working_when_the_holder_s_name_changes(self, client, certificate):
        certificate.registration.person.name = "Somebody Else"
        certificate.registration.person.save()

        assert "Nadia Kowalchuk-Łoś" in client.get(link(certificate)).content.decode()


def count_queries(client, address):
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


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


class TestFamilyNames:
    @pytest.mark.parametrize(
        ("typed", "printed"),
        [
            ("Kowalchuk", "Nadia Kowalchuk"),
            ("KOWALCHUK", "Nadia Kowalchuk"),
            ("Nadia Kowalchuk", "Nadia Kowalchuk"),
            ("Kowalchuk, Nadia", "Nadia Kowalchuk"),
            ("  kowalchuk ", "Nadia Kowalchuk"),
            ("Cote", "Chloé Côté"),
            ("Côté", "Chloé Cote"),
            ("Lazarewicz", "Ida Łazarewicz"),
            ("tremblay", "Marie Tremblay-Gagnon"),
            ("Tremblay Gagnon", "Marie Tremblay-Gagnon"),
            ("tremblaygagnon", "Marie Tremblay-Gagnon"),
            ("obrien", "Pat O’Brien"),
            ("O'Brien", "Pat O’Brien"),
            ("O Brien", "Pat O'Brien"),
            ("de la Tour", "Marie de la Tour"),
            ("St. John", "Mary St John"),
            ("Li", "Mei Li"),
            ("Ng", "Ng Mei Ling"),
            ("strasse", "Eva Straße"),
            ("ᓇᑖᓕᐊ", "ᓇᑖᓕᐊ"),
            ("squamish", "Sḵwx̱wú7mesh Squamish"),
            ("skwxwu7mesh", "Sḵwx̱wú7mesh"),
        ],
    )
    def test_that_are_a_part_of_the_printed_name_match(self, typed, printed):
        assert name_matches(typed, printed)

    @pytest.mark.parametrize(
        ("typed", "printed"),
        [
            ("Smith", "Nadia Kowalchuk"),
            ("Kowal", "Nadia Kowalchuk"),
            ("owalchuk", "Nadia Kowalchuk"),
            ("a", "Nadia Kowalchuk"),
            ("", "Nadia Kowalchuk"),
            ("-", "Nadia Kowalchuk"),
            ("de", "Marie de Tour"),
            ("Nadia Smith", "Nadia Kowalchuk"),
            ("%", "Nadia Kowalchuk"),
            ("_", "Nadia Kowalchuk"),
        ],
    )
    def test_that_are_not_do_not(self, typed, printed):
        assert not name_matches(typed, printed)

    def test_open_only_the_certificate_with_that_serial(self):
        mine = records.issued(factories.person("Nadia Kowalchuk"))
        other = records.issued(factories.person("Ravi Smith"))

        assert by_serial(mine.serial, "Kowalchuk") == mine
        assert by_serial(other.serial, "Kowalchuk") is None


class TestTheLimit:
    def test_is_sixty_checks_a_minute_for_one_address(self, client, certificate):
        answers = [client.get(link(certificate)).status_code for _ in range(limits.CHECKS)]
        refused = client.get(link(certificate))
        elsewhere = Client(REMOTE_ADDR="203.0.113.7").get(link(certificate))

        assert set(answers) == {200}
        assert refused.status_code == 429
        assert "Wait a minute" in refused.content.decode()
        assert elsewhere.status_code == 200

    def test_is_shared_by_both_ways_of_checking(self, client, certificate):
        for _ in range(limits.CHECKS):
            by_hand(client, certificate.serial, "Smith")

        assert client.get(link(certificate)).status_code == 429
        assert by_hand(client, certificate.serial, "Kowalchuk").status_code == 429
        assert client.get(reverse("verify")).status_code == 200

    def test_is_not_cheated_by_made_up_headers(self, certificate):
        for number in range(limits.CHECKS):
            Client(
                headers={
                    "X-Forwarded-For": f"203.0.113.{number}",
                    "X-Real-IP": f"203.0.113.{number}",
                    "Forwarded": f"for=203.0.113.{number}",
                }
            ).get(link(certificate))

        assert (
            Client(headers={"X-Forwarded-For": "198.51.100.1"}).get(link(certificate)).status_code
            == 429
        )

    def test_counts_a_network_of_ipv6_as_one_client(self, certificate):
        for number in range(limits.CHECKS):
            Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").get(link(certificate))

        assert Client(REMOTE_ADDR="2001:db8:1:2:ffff::1").get(link(certificate)).status_code == 429
        assert Client(REMOTE_ADDR="2001:db8:1:3::1").get(link(certificate)).status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_holds_when_all_ask_at_once(self, rf):
        request = rf.get("/", REMOTE_ADDR="203.0.113.9")
        for _ in range(limits.CHECKS - 5):
            limits.too_many_checks(request)

        answers = at_once([lambda: limits.too_many_checks(request)] * 12)

        assert (answers.count(False), answers.count(True)) == (5, 7)
