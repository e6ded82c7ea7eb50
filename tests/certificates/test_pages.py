"""The pages around a certificate: who sees what, what each button does; a GET changes nothing."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from activities.models import Comment
from cec.models import OutgoingMail
from certificates import completion, issuing, making
from certificates.models import Certificate, Document
from certificates.models.certificate import MOST_TRIES
from registrations.models import Event, Registration
from tests import factories
from tests.certificates import records

pytestmark = pytest.mark.django_db


def address(name, *args, language="en"):
    with translation.override(language):
        return reverse(name, args=args)


def page(client, name, *args, **query):
    response = client.get(address(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


def signed_in(client, who):
    client.force_login(who)
    return client


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


class TestTheDownload:
    @pytest.fixture
    def certificate(self):
        certificate = records.issued()
        making.make_document(certificate.pk)
        return certificate

    def test_is_byte_for_byte_what_was_made(self, client, certificate):
        signed_in(client, certificate.registration.person)

        first = client.get(address("certificate_download", certificate.registration_id))
        second = client.get(address("certificate_download", certificate.registration_id))

        digest = hashlib.sha256(first.content).hexdigest()
        assert first.content == second.content
        assert digest == Document.objects.get().sha256

    def test_is_a_file_that_no_browser_guesses_at_and_no_cache_keeps(self, client, certificate):
        response = signed_in(client, certificate.registration.person).get(
            address("certificate_download", certificate.registration_id)
        )

        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == (
            f'attachment; filename="{certificate.serial}.pdf"'
        )
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]

    def test_is_for_the_holder_the_committee_and_administrators(self, client, certificate):
        for who in (
            certificate.registration.person,
            factories.representative(),
            factories.steering(),
            factories.administrator(),
        ):
            response = signed_in(client, who).get(
                address("certificate_download", certificate.registration_id)
            )
            assert response.status_code == 200

    def test_is_a_404_for_everybody_else(self, client, certificate):
        other_holder = records.issued()
        for who in (
            factories.person(),
            other_holder.registration.person,
            factories.representative("OLA"),
        ):
            response = signed_in(client, who).get(
                address("certificate_download", certificate.registration_id)
            )
            assert response.status_code == 404

    def test_is_a_404_until_the_pdf_is_made(self, client):
        certificate = records.issued()

        response = signed_in(client, certificate.registration.person).get(
            address("certificate_download", certificate.registration_id)
        )

        assert response.status_code == 404


class TestReviewing:
    def test_lists_what_waits_in_one_s_own_association(self, client):
        mine, other = records.turned_in(), records.turned_in(association_code="OLA")
        records.finished()

        own = page(signed_in(client, factories.representative()), "reviews")
        everything = page(signed_in(client, factories.steering()), "reviews")

        assert mine.person.name in own
        assert other.person.name not in own
        assert mine.person.name in everything
        assert other.person.name in everything

    def test_leaves_one_s_own_record_out_of_the_list(self, client):
        reviewer = factories.representative()
        registration = records.turned_in(reviewer)

        text = page(signed_in(client, reviewer), "reviews")

        assert registration.reference not in text
        assert "Nothing waiting" in text

    def test_is_for_the_committee(self, client):
        registration = records.turned_in()

        participant = signed_in(client, registration.person)

        assert participant.get(address("reviews")).status_code == 403
        assert participant.get(address("review", registration.pk)).status_code == 404

    def test_keeps_other_associations_out(self, client):
        registration = records.turned_in()
        signed_in(client, factories.representative("OLA"))

        answers = [
            client.get(address("review", registration.pk)),
            client.post(address("review_accept", registration.pk)),
            client.post(address("review_return", registration.pk), {"reason": "No."}),
        ]

        registration.refresh_from_db()
        assert {answer.status_code for answer in answers} == {404}
        assert registration.status == "turned_in"

    def test_shows_every_entry_with_what_counts_and_what_is_parked(self, client):
        registration = records.finished()
        factories.activity(
            registration,
            "PD-I",
            hours="4",
            on=registration.starts_on,
            title="Too much of it",
            outcome="<b>Bold</b> learning",
        )
        completion.turn_in(registration, by=registration.person)

        text = page(signed_in(client, factories.steering()), "review", registration.pk)

        assert "Too much of it" in text
        assert "4 parked" in text
        assert "&lt;b&gt;Bold" in text
        assert "Accept the record" in text

    def test_accepts_and_goes_on_to_the_one_that_waits_longest(self, client):
        first, second = records.turned_in(), records.turned_in()
        signed_in(client, factories.steering())

        response = client.post(address("review_accept", first.pk), follow=True)

        first.refresh_from_db()
        text = response.content.decode()
        assert first.status == "accepted"
        assert response.redirect_chain[-1][0] == address("review", second.pk)
        assert f"The record of {first.person.name} is accepted. 1 left." in text

    def test_sends_back_with_questions(self, client):
        registration = records.turned_in()
        entry = registration.person.activities.first()
        signed_in(client, factories.representative())

        response = client.post(
            address("review_return", registration.pk),
            {f"question_{entry.pk}": "How many sessions?", "reason": ""},
            follow=True,
        )

        registration.refresh_from_db()
        assert registration.status == "active"
        assert Comment.objects.get().text == "How many sessions?"
        assert response.redirect_chain[-1][0] == address("reviews")

    def test_sending_back_without_a_word_asks_for_one(self, client):
        registration = records.turned_in()
        signed_in(client, factories.steering())

        response = client.post(address("review_return", registration.pk), {"reason": " "})

        registration.refresh_from_db()
        assert response.status_code == 409
        assert "Ask about an entry" in response.content.decode()
        assert registration.status == "turned_in"

    def test_accepting_with_a_typed_question_keeps_it_and_asks_what_is_meant(self, client):
        registration = records.turned_in()
        entry = registration.person.activities.first()
        signed_in(client, factories.steering())

        response = client.post(
            address("review_accept", registration.pk), {f"question_{entry.pk}": "How many?"}
        )

        registration.refresh_from_db()
        text = response.content.decode()
        assert response.status_code == 422
        assert "clear it to accept" in text
        assert ">\nHow many?</textarea>" in text
        assert registration.status == "turned_in"

    def test_a_stale_decision_is_told_who_was_first(self, client):
        registration, first = records.turned_in(), factories.steering()
        completion.accept(registration, by=first)
        signed_in(client, factories.representative())

        accepted = client.post(address("review_accept", registration.pk))
        returned = client.post(address("review_return", registration.pk), {"reason": "Wait."})

        for response in (accepted, returned):
            assert response.status_code == 409
            assert f"{first.name} was here first" in response.content.decode()
        assert registration.events.filter(kind__in=["accept", "return"]).count() == 1

    def test_a_decision_on_what_was_changed_meanwhile_is_not_taken(self, client):
        registration = records.turned_in()
        seen = completion.last_event(registration, Event.Kind.TURN_IN).pk
        completion.return_with_questions(registration, by=factories.steering(), reason="Why?")
        completion.turn_in(registration, by=registration.person)
        signed_in(client, factories.representative())

        response = client.post(address("review_accept", registration.pk), {"seen": seen})

        registration.refresh_from_db()
        assert response.status_code == 409
        assert "sent again meanwhile" in response.content.decode()
        assert registration.status == "turned_in"

    def test_administrators_read_but_do_not_decide(self, client):
        registration = records.turned_in()
        signed_in(client, factories.administrator())

        text = page(client, "review", registration.pk)
        answers = [
            client.post(address("review_accept", registration.pk)),
            client.post(address("review_return", registration.pk), {"reason": "No."}),
        ]

        registration.refresh_from_db()
        assert "Accept the record" not in text
        assert {answer.status_code for answer in answers} == {403}
        assert registration.status == "turned_in"

    def test_nobody_decides_on_their_own(self, client):
        reviewer = factories.representative()
        registration = records.turned_in(reviewer)
        signed_in(client, reviewer)

        text = page(client, "review", registration.pk)
        answer = client.post(address("review_accept", registration.pk))

        registration.refresh_from_db()
        assert "This is your own record" in text
        assert answer.status_code == 403
        assert registration.status == "turned_in"

    def test_extra_fields_change_nothing(self, client):
        registration = records.turned_in()
        foreign = factories.activity(factories.registration(), on="2025-05-01")
        signed_in(client, factories.steering())

        client.post(
            address("review_return", registration.pk),
            {"reason": "Why?", f"question_{foreign.pk}": "Hm?", "status": "certified"},
        )

        registration.refresh_from_db()
        assert registration.status == "active"
        assert not Comment.objects.exists()

    @pytest.mark.parametrize("name", ["review_accept", "review_return", "make_again"])
    def test_deciding_is_a_post(self, client, name):
        registration = records.turned_in()

        response = signed_in(client, factories.steering()).get(address(name, registration.pk))

        assert response.status_code == 405

    def test_a_record_that_does_not_wait_can_be_read(self, client):
        registration = records.finished()

        text = page(signed_in(client, factories.representative()), "review", registration.pk)

        assert "This record isn’t waiting for a decision" in text
        assert "<textarea" not in text


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
        assert "Issue the 1 that is ready" in text

    def test_is_for_administrators(self, client):
        registration = records.accepted()
        for who in (factories.steering(), factories.representative(), registration.person):
            signed_in(client, who)
            answers = [
                client.get(address("issuing")),
                client.get(address("issue"), {"all": 1}),
                client.get(address("issued")),
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

    def test_a_second_click_issues_nothing_more(self, client):
        registration = records.accepted()
        signed_in(client, factories.administrator())
        client.post(address("issue"), {"registration": registration.pk})

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

        assert address("certificate_download", made.registration_id) in everything
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


def queries_of(client, name, *args):
    with CaptureQueriesContext(connection) as queries:
        page(client, name, *args)
    return len(queries)


class TestQueries:
    @pytest.mark.parametrize(
        ("name", "stage", "role"),
        [
            ("reviews", records.turned_in, factories.steering),
            ("issuing", records.accepted, factories.administrator),
            ("issued", records.issued, factories.administrator),
        ],
    )
    def test_of_a_list_do_not_grow_with_its_rows(self, client, name, stage, role):
        signed_in(client, role())
        stage()
        one = queries_of(client, name)
        stage(association_code="OLA")
        stage(association_code="SLA")

        assert queries_of(client, name) == one

    def test_of_a_review_do_not_grow_with_its_entries(self, client):
        short, long = records.turned_in(), records.finished()
        for _ in range(20):
            factories.activity(long, "PUB-I", hours="1", on=long.starts_on)
        completion.turn_in(long, by=long.person)
        signed_in(client, factories.steering())

        assert queries_of(client, "review", long.pk) == queries_of(client, "review", short.pk)

    def test_of_the_confirmation_do_not_grow_with_the_names(self, client):
        signed_in(client, factories.administrator())
        one = records.accepted()
        first = queries_of_confirmation(client, [one])
        more = [one, records.accepted(association_code="OLA"), records.accepted()]

        assert queries_of_confirmation(client, more) == first


def queries_of_confirmation(client, rows):
    with CaptureQueriesContext(connection) as queries:
        client.get(address("issue"), {"registration": [row.pk for row in rows]})
    return len(queries)


class TestInFrench:
    """Every page renders in French too, whatever the catalogue holds."""

    def test_the_pages_of_a_participant(self, client):
        certificate = records.issued()
        making.make_document(certificate.pk)
        waiting = records.finished()

        for registration in (certificate.registration, waiting):
            signed_in(client, registration.person)
            response = client.get(address("certificate", registration.pk, language="fr"))
            assert response.status_code == 200
            assert '<html lang="fr"' in response.content.decode()

    def test_the_pages_of_the_desk(self, client):
        registration = records.turned_in()
        records.accepted()
        records.issued()
        who = factories.steering()
        factories.appoint(who, "administrator")
        signed_in(client, who)

        for name, args in (
            ("reviews", ()),
            ("review", (registration.pk,)),
            ("issuing", ()),
            ("issued", ()),
        ):
            response = client.get(address(name, *args, language="fr"))
            assert response.status_code == 200
            assert '<html lang="fr"' in response.content.decode()


def test_the_letters_are_written_in_the_reader_s_language():
    registration = records.issued(factories.person(language="fr")).registration

    languages = OutgoingMail.objects.filter(person=registration.person).values_list("language")

    assert {row[0] for row in languages} == {"fr"}


def test_the_whole_road_leaves_one_event_for_each_step():
    certificate = records.issued()
    making.make_document(certificate.pk)

    events = certificate.registration.events.values_list("kind", flat=True)
    mails = OutgoingMail.objects.order_by("pk").values_list("kind", flat=True)

    assert list(events) == ["turn_in", "accept", "certify"]
    assert list(mails) == ["record_received", "record_accepted", "certificate_issued"]
    assert Registration.objects.get(pk=certificate.registration_id).status == "certified"
    assert not issuing.Certificate.objects.without_document().exists()
