"""The administrators' pages: what is ready, the confirmation, what was issued."""

import pytest
from django.utils import timezone

from certificates import making
from certificates.models import Certificate
from certificates.models.certificate import MOST_TRIES
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in

pytestmark = pytest.mark.django_db


class TestIssuing:
    def test_lists_the_accepted_with_the_name_that_is_printed(self, client):
        ready = records.accepted(factories.person("Nadia   Kowalchuk"))
        missing = records.accepted()
        missing.membership_checks.create(outcome="lapsed", checked_by=factories.person())
        records.turned_in()

        text = page(signed_in(client, factories.administrator()), "issuing")

        assert "Nadia Kowalchuk" in text
        assert f'value="{ready.pk}"' in text
        assert f'value="{missing.pk}"' not in text
        assert "Something is missing" in text
        assert "The membership isn’t in good standing." in text
        assert "Issue the 1 that is ready" in text

    def test_says_what_is_missing_without_a_query_for_each_row(self, client):
        def missing():
            row = records.accepted()
            row.membership_checks.create(outcome="lapsed", checked_by=factories.person())

        signed_in(client, factories.administrator())
        missing()
        one = queries_of(lambda: page(client, "issuing"))
        missing()
        missing()

        assert queries_of(lambda: page(client, "issuing")) == one
        assert page(client, "issuing").count("The membership isn’t in good standing.") == 3

    def test_is_for_administrators(self, client):
        registration = records.accepted()
        for who in (factories.steering(), factories.representative(), registration.person):
            signed_in(client, who)
            answers = [
                client.get(address("issuing")),
                client.get(address("issue"), {"all": 1}),
                client.post(address("issue"), {"registration": registration.pk}),
            ]
            assert {answer.status_code for answer in answers} == {403}

        assert not Certificate.objects.exists()

    def test_lists_what_is_issued_made_and_failed(self, client):
        made, waiting, failed = records.issued(), records.issued(), records.issued()
        making.make_document(made.pk)
        Certificate.objects.filter(pk=failed.pk).update(
            tries=MOST_TRIES, tried_at=timezone.now(), error="No ink."
        )
        signed_in(client, factories.administrator())

        everything = page(client, "issued")
        only_failed = page(client, "issued", view="failed")
        only_waiting = page(client, "issued", view="making")
        found = page(client, "issued", q=made.serial.lower())

        assert address("certificate_edition", made.registration_id, 1) in everything
        assert "Being made" in everything
        assert "No ink." in everything
        assert failed.serial in only_failed
        assert waiting.serial not in only_failed
        assert waiting.serial in only_waiting
        assert failed.serial not in only_waiting
        assert made.serial in found
        assert waiting.serial not in found

    def test_finds_a_serial_as_somebody_reads_it_out(self, client):
        wanted, other = records.issued(), records.issued()
        signed_in(client, factories.administrator())

        found = page(client, "issued", q=f" {wanted.serial.lower().replace('-', ' ')}")

        assert wanted.serial in found
        assert other.serial not in found

    def test_the_button_makes_a_failed_one_again(self, client):
        certificate = records.issued()
        Certificate.objects.update(tries=MOST_TRIES, tried_at=timezone.now(), error="No ink.")
        signed_in(client, factories.administrator())

        client.post(address("make_again", certificate.pk))

        certificate.refresh_from_db()
        assert (certificate.tries, certificate.error) == (0, "")

    def test_the_button_is_the_administrators(self, client):
        certificate = records.issued()
        Certificate.objects.update(tries=MOST_TRIES)

        steering = signed_in(client, factories.steering()).post(
            address("make_again", certificate.pk)
        )
        stranger = signed_in(client, factories.person()).post(address("make_again", certificate.pk))

        certificate.refresh_from_db()
        assert (steering.status_code, stranger.status_code) == (403, 404)
        assert certificate.tries == MOST_TRIES


def test_the_tabs_say_in_french_what_is_said_of_many(client):
    desk = signed_in(client, factories.administrator())

    text = desk.get(address("issued", language="fr")).content.decode()

    assert [word in text for word in ("Valides", "Remplacés", "Révoqués")] == [True] * 3
