"""The participant's page: what is missing, sending the record, where it is."""

import pytest

from activities import questions
from certificates import completion, correcting, making
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, page, signed_in

pytestmark = pytest.mark.django_db


class TestTheParticipant:
    def test_reads_what_is_left_to_do(self, client):
        registration = factories.registration(starts_on=factories.three_years_ago(), paid=False)
        factories.activity(registration, "STUDY", hours="3", on=registration.starts_on)

        text = page(signed_in(client, registration.person), "certificate", registration.pk)

        assert "What’s left to do" in text
        assert "0 of 120" in text
        assert "$40 of the fee is open" in text
        assert "1 activity counts once you’ve written what you learned" in text
        assert address("turn_in", registration.pk) not in text

    def test_sees_the_name_as_it_will_be_printed(self, client):
        registration = records.finished(factories.person(" Łucja   Nowak "))

        assert ">Łucja Nowak</p>" in page(
            signed_in(client, registration.person), "certificate", registration.pk
        )

    def test_confirms_and_sends_a_finished_record(self, client):
        registration = records.finished()
        signed_in(client, registration.person)

        offered = page(client, "certificate", registration.pk)
        asked = page(client, "turn_in", registration.pk)
        response = client.post(address("turn_in", registration.pk), follow=True)

        registration.refresh_from_db()
        assert "Everything is there" in offered
        assert address("turn_in", registration.pk) in offered
        assert "Send your record for review?" in asked
        assert registration.status == "turned_in"
        assert "Your record is with the committee" in response.content.decode()

    def test_looking_at_the_question_sends_nothing(self, client):
        registration = records.finished()

        page(signed_in(client, registration.person), "turn_in", registration.pk)

        registration.refresh_from_db()
        assert registration.status == "active"

    def test_clicking_twice_sends_once(self, client):
        registration = records.finished()
        signed_in(client, registration.person)

        client.post(address("turn_in", registration.pk))
        again = client.post(address("turn_in", registration.pk), follow=True)

        assert registration.events.filter(kind="turn_in").count() == 1
        assert "first" not in again.content.decode().split("<main")[1]

    def test_can_not_send_an_unfinished_record_by_hand(self, client):
        registration = factories.registration(starts_on=factories.three_years_ago())
        signed_in(client, registration.person)

        asked = client.get(address("turn_in", registration.pk))
        response = client.post(address("turn_in", registration.pk), follow=True)

        registration.refresh_from_db()
        assert asked.status_code == 302
        assert registration.status == "active"
        assert "0 of 120" in response.content.decode()

    def test_finds_the_questions_on_a_record_that_came_back(self, client):
        registration = records.turned_in()
        entry = registration.person.activities.first()
        completion.return_with_questions(
            registration,
            by=factories.steering(),
            reason="Nearly there.",
            comments={entry.pk: "How many sessions?"},
        )

        text = page(signed_in(client, registration.person), "certificate", registration.pk)

        assert "The committee asks" in text
        assert "Nearly there." in text
        assert "How many sessions?" in text
        assert address("activity", registration.pk, entry.pk) in text
        assert address("turn_in", registration.pk) in text

    def test_is_told_before_sending_it_again_that_questions_wait_for_an_answer(self, client):
        registration = records.turned_in()
        entry = registration.person.activities.first()
        completion.return_with_questions(
            registration, by=factories.steering(), reason="", comments={entry.pk: "How many?"}
        )
        signed_in(client, registration.person)

        before = page(client, "turn_in", registration.pk)
        questions.answer(entry.comments.get(), by=registration.person, text="Four.")
        after = page(client, "turn_in", registration.pk)

        said = "1 question of the committee has no answer yet"
        assert said in before
        assert f"{address('activities', registration.pk)}?year=all&amp;status=question" in before
        assert said not in after

    def test_no_longer_reads_old_questions_once_the_record_is_sent_again(self, client):
        registration = records.turned_in()
        completion.return_with_questions(registration, by=factories.steering(), reason="Why?")
        completion.turn_in(registration, by=registration.person)

        text = page(signed_in(client, registration.person), "certificate", registration.pk)

        assert "Why?" not in text
        assert "Your record is with the committee" in text

    @pytest.mark.parametrize(
        ("stage", "words"),
        [
            (records.turned_in, "Your record is with the committee"),
            (records.accepted, "Accepted: your certificate is next"),
        ],
    )
    def test_reads_where_the_record_is(self, client, stage, words):
        registration = stage()

        text = page(signed_in(client, registration.person), "certificate", registration.pk)

        assert words in text

    @pytest.mark.parametrize("status", ["draft", "submitted", "declined", "withdrawn"])
    def test_reads_that_it_starts_with_the_approval(self, client, status):
        registration = factories.registration(status=status)

        text = page(signed_in(client, registration.person), "certificate", registration.pk)

        assert "once your registration is approved" in text

    def test_reads_that_a_lapsed_registration_is_closed(self, client):
        registration = factories.registration(status="lapsed")

        text = page(signed_in(client, registration.person), "certificate", registration.pk)

        assert "This registration is closed" in text

    def test_reads_that_a_program_without_a_total_has_no_certificate(self, client):
        registration = factories.registration(code="CPC", association_code=None)
        signed_in(client, registration.person)

        text = page(client, "certificate", registration.pk)
        client.post(address("turn_in", registration.pk))

        registration.refresh_from_db()
        assert "No certificate in this program" in text
        assert registration.status == "active"

    def test_waits_for_the_pdf_then_finds_it_with_the_link_for_checking(self, client):
        certificate = records.issued()
        registration = certificate.registration
        signed_in(client, registration.person)

        waiting = page(client, "certificate", registration.pk)
        making.make_document(certificate.pk)
        made = page(client, "certificate", registration.pk)

        download = address("certificate_download", registration.pk)
        assert "Your PDF is being made" in waiting
        assert download not in waiting
        assert download in made
        assert certificate.serial in made
        assert f"/v/{certificate.public_id}" in made

    def test_reads_why_the_certificate_was_revoked_and_whom_to_write_to(self, client):
        certificate = records.issued()
        registration = certificate.registration
        registration.association.email = "office@mla.example.org"
        registration.association.save()
        correcting.revoke(certificate, by=factories.administrator(), reason="Not <b>yours</b>.")
        signed_in(client, registration.person)

        text = page(client, "certificate", registration.pk)

        assert "Not &lt;b&gt;yours&lt;/b&gt;." in text
        assert "write to your association: office@mla.example.org." in text
        assert "sees that it was revoked, not why" in text

    def test_in_another_cycle_finds_the_certificate_of_the_one_before(self, client):
        certificate = records.issued()
        before = certificate.registration
        now = factories.registration(before.person)
        signed_in(client, before.person)

        text, issued = page(client, "certificate", now.pk), page(client, "certificate", before.pk)

        assert "The certificates you have" in text
        assert f'href="{address("certificate", before.pk)}"' in text
        assert "The certificates you have" not in issued

    @pytest.mark.parametrize("name", ["certificate", "turn_in"])
    def test_keeps_other_participants_out(self, client, name):
        registration = records.finished()
        other = factories.registration().person
        signed_in(client, other)

        missing = client.get(address(name, registration.pk + 100_000))
        foreign = client.get(address(name, registration.pk))
        posted = client.post(address(name, registration.pk))

        registration.refresh_from_db()
        assert (missing.status_code, foreign.status_code) == (404, 404)
        assert posted.status_code == (405 if name == "certificate" else 404)
        assert registration.status == "active"

    def test_is_the_only_one_who_sends_their_record(self, client):
        registration = records.finished()

        for other in (factories.representative(), factories.administrator()):
            answer = signed_in(client, other).post(address("turn_in", registration.pk))
            assert answer.status_code == 403

        registration.refresh_from_db()
        assert registration.status == "active"

    def test_must_sign_in(self, client):
        registration = records.finished()

        for name in ("certificate", "turn_in", "certificate_download"):
            assert client.get(address(name, registration.pk)).status_code == 302

    @pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
    def test_gets_a_404_for_impossible_numbers(self, client, number):
        signed_in(client, factories.registration().person)

        for name in ("certificate", "turn_in", "certificate_download", "review"):
            assert client.get(address(name, number)).status_code == 404
