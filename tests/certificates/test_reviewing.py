"""Final reviews: who sees which, the two decisions, and decisions that come too late."""

import pytest

from activities import questions
from activities.models import Comment
from certificates import completion
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, page, signed_in

pytestmark = pytest.mark.django_db


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
        assert "It stays in the record" in text
        assert "in your record" not in text
        assert "&lt;b&gt;Bold" in text
        assert "Accept the record" in text
        assert 'href="#decision"' in text

    def test_shows_topic_goals_and_outcome_of_a_project_and_its_subjects_in_one_s_language(
        self, client
    ):
        registration = records.finished()
        factories.activity(
            registration,
            "STUDY",
            on=registration.starts_on,
            materials="Three books",
            goals="To see what works",
            outcome="Start small",
            subject="Archives; Technology",
        )
        completion.turn_in(registration, by=registration.person)
        steering = signed_in(client, factories.steering())

        english = page(steering, "review", registration.pk)
        french = steering.get(address("review", registration.pk, language="fr")).content.decode()

        for said in ("Three books", "To see what works", "Start small", "<details open>"):
            assert said in english
        assert "Technology; Archives" in english
        assert "Technologies; Archives" in french

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

    def test_what_was_typed_for_a_stale_decision_can_be_read_again(self, client):
        registration = records.turned_in()
        entry = registration.person.activities.first()
        completion.accept(registration, by=factories.steering())
        signed_in(client, factories.representative())

        response = client.post(
            address("review_return", registration.pk),
            {f"question_{entry.pk}": "How many sessions?", "reason": "<b>Nearly</b>"},
        )

        text = response.content.decode()
        assert "What you wrote wasn’t sent" in text
        assert f"<strong>{entry.title}</strong>" in text
        assert "How many sessions?" in text
        assert "&lt;b&gt;Nearly&lt;/b&gt;" in text
        assert not Comment.objects.exists()

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
        assert 'href="#decision"' not in text

    def test_an_answer_is_one_answer_in_french(self, client):
        reviewer = factories.representative()
        row = records.turned_in()
        question = questions.ask(row, row.person.activities.first(), by=reviewer, text="Quand?")
        questions.answer(question, by=row.person, text="En mai.")

        response = signed_in(client, reviewer).get(address("review", row.pk, language="fr"))

        assert '<span class="pill info">Réponse donnée</span>' in response.content.decode()
