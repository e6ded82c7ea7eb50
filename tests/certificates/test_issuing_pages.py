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

    def test_confirms_with_the_names_before_anything_is_issued(self, client):
        one, other = records.accepted(), records.accepted()
        signed_in(client, factories.administrator())

        single = page(client, "issue", registration=one.pk)
        whole = page(client, "issue", all=1)

        assert one.person.name in single
        assert other.person.name not in single
        assert one.person.name in whole
        assert other.person.name in whole
        assert not Certificate.objects.exists()

    def test_issues_what_was_confirmed(self, client):
        one, other = records.accepted(), records.accepted()
        left_out = records.accepted()
        signed_in(client, factories.administrator())

        response = client.post(address("issue"), {"registration": [one.pk, other.pk]}, follow=True)

        assert "2 certificates are issued" in response.content.decode()
        assert set(Certificate.objects.values_list("registration", flat=True)) == {
            one.pk,
            other.pk,
        }
        left_out.refresh_from_db()
        assert left_out.status == "accepted"

    def test_a_refusal_for_one_stops_nobody_else(self, client):
        sound, missing = records.accepted(), records.accepted()
        missing.membership_checks.create(outcome="lapsed", checked_by=factories.person())
        signed_in(client, factories.administrator())

        response = client.post(
            address("issue"), {"registration": [missing.pk, sound.pk]}, follow=True
        )

        text = response.content.decode()
        assert Certificate.objects.get().registration == sound
        assert f"{missing.person.name}: The membership isn’t in good standing." in text

    def test_a_second_click_issues_nothing_more_and_gets_the_same_answer(self, client):
        registration = records.accepted()
        signed_in(client, factories.administrator())
        client.post(address("issue"), {"registration": registration.pk})

        response = client.post(address("issue"), {"registration": registration.pk}, follow=True)

        assert Certificate.objects.count() == 1
        assert "1 certificate is issued." in response.content.decode()
        assert "was here first" not in response.content.decode()

    def test_whoever_comes_second_is_told_who_was_first(self, client):
        registration = records.accepted()
        signed_in(client, factories.administrator())
        client.post(address("issue"), {"registration": registration.pk})
        signed_in(client, factories.administrator())

        response = client.post(address("issue"), {"registration": registration.pk}, follow=True)

        assert Certificate.objects.count() == 1
        assert "was here first" in response.content.decode()

    def test_an_administrator_s_own_is_left_to_another(self, client):
        administrator = factories.administrator()
        own, other = records.accepted(administrator), records.accepted()
        signed_in(client, administrator)

        text = page(client, "issuing")
        everyone = page(client, "issue", all=1)
        answer = client.post(address("issue"), {"registration": [other.pk, own.pk]})

        assert "Yours: somebody else issues it" in text
        assert f'value="{own.pk}"' not in everyone
        assert answer.status_code == 403
        assert not Certificate.objects.exists()

    @pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 30], ["0"]])
    def test_nonsense_chooses_nobody(self, client, ids):
        records.accepted()
        signed_in(client, factories.administrator())

        asked = client.get(address("issue"), {"registration": ids})
        posted = client.post(address("issue"), {"registration": ids})

        assert (asked.status_code, posted.status_code) == (302, 302)
        assert not Certificate.objects.exists()

    def test_a_name_that_can_not_be_printed_is_left_out_with_the_reason(self, client):
        registration = records.accepted()
        registration.person.name = "Mei 李"
        registration.person.save()
        signed_in(client, factories.administrator())

        listed = page(client, "issuing")
        asked = page(client, "issue", all=1)

        assert "李" in listed
        assert "is left out" in asked
        assert f'name="registration" value="{registration.pk}"' not in asked

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
