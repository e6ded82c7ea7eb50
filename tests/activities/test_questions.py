"""The committee's questions on entries: who asks when, one answer, who is told (C2)."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities import log, questions, several
from activities.models import Activity, Comment
from cec.models import OutgoingMail
from cec.problems import Refused
from tests import factories as make
from tests.activities.pages import at, full, text
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration(make.person("Nadia"))


@pytest.fixture
def entry(registration):
    return make.activity(registration, title="Copyright update")


@pytest.fixture
def reviewer():
    return make.representative()


def ask(registration, entry, by, said="How many sessions?", **fields):
    return questions.ask(registration, entry, by=by, text=said, **fields)


class TestAsking:
    @pytest.mark.parametrize("status", ["active", "turned_in"])
    def test_goes_to_the_participant_by_one_mail(self, registration, entry, reviewer, status):
        type(registration).objects.filter(pk=registration.pk).update(status=status)

        question = ask(registration, entry, reviewer)

        mail = OutgoingMail.objects.get(kind="question_asked")
        event = registration.events.get(kind="question_asked")
        assert not question.is_answered
        assert (mail.person, event.actor) == (registration.person, reviewer)
        assert "How many sessions?" in mail.text
        assert event.details == {"activity": entry.pk}
        registration.refresh_from_db()
        assert registration.status == status

    @pytest.mark.parametrize("status", ["accepted", "certified", "lapsed"])
    def test_is_over_with_the_record(self, registration, entry, reviewer, status):
        type(registration).objects.filter(pk=registration.pk).update(status=status)

        with pytest.raises(Refused) as refused:
            ask(registration, entry, reviewer)

        assert refused.value.problems[0].code == "record_closed"
        assert not Comment.objects.exists()

    def test_is_the_committees_and_not_about_ones_own_or_a_mentees(self, registration, entry):
        owner = registration.person
        make.appoint(owner, "steering")
        mentor = make.confirmed_address(make.representative())
        make.mentorship(registration, mentor)

        others = (owner, mentor, make.administrator(), make.representative("OLA"), make.person())
        for other in others:
            with pytest.raises(PermissionDenied):
                ask(registration, entry, other)

        assert not Comment.objects.exists()

    def test_the_same_form_twice_is_one_question(self, registration, entry, reviewer):
        key = uuid.uuid4()

        first = ask(registration, entry, reviewer, form_key=key)
        second = ask(registration, entry, reviewer, form_key=key)

        assert (first, second) == (Comment.objects.get(), None)
        assert OutgoingMail.objects.filter(kind="question_asked").count() == 1


class TestAnswering:
    def test_reaches_the_asker_in_words(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)

        questions.answer(question, by=registration.person, text="Four.")

        question.refresh_from_db()
        mail = OutgoingMail.objects.get(kind="question_answered")
        assert (question.answer, question.is_answered) == ("Four.", True)
        assert mail.person == reviewer
        assert "Four." in mail.text
        assert registration.events.filter(kind="question_answered").count() == 1

    def test_reaches_the_colleagues_of_an_asker_who_has_left(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)
        yesterday = timezone.localdate() - timedelta(days=1)
        reviewer.appointments.update(last_day=yesterday)
        successor = make.representative()
        question = Comment.objects.get(pk=question.pk)

        questions.answer(question, by=registration.person, text="Four.")

        assert OutgoingMail.objects.get(kind="question_answered").person == successor

    def test_is_the_owners_alone(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)

        for other in (reviewer, make.person(), make.administrator()):
            with pytest.raises(PermissionDenied):
                questions.answer(question, by=other, text="Four.")

    def test_the_first_answer_holds(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)
        questions.answer(question, by=registration.person, text="Four.")

        with pytest.raises(Refused) as refused:
            questions.answer(question, by=registration.person, text="Five.")

        question.refresh_from_db()
        assert refused.value.problems[0].code == "answered"
        assert question.answer == "Four."

    def test_is_over_with_the_record(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)
        type(registration).objects.filter(pk=registration.pk).update(status="accepted")

        with pytest.raises(Refused):
            questions.answer(question, by=registration.person, text="Four.")

    def test_a_change_of_the_entry_answers_too_as_it_always_did(
        self, registration, entry, reviewer
    ):
        question = ask(registration, entry, reviewer)

        entry.title = "Copyright update, four sessions"
        log.change(registration, entry, rate=make.rate("PD-I"), by=registration.person)

        question = Comment.objects.select_related("activity").get()
        assert question.is_answered
        assert not Comment.objects.waiting().exists()
        assert not OutgoingMail.objects.filter(kind="question_answered").exists()

    def test_a_question_on_a_deleted_entry_waits_no_more(self, registration, entry, reviewer):
        ask(registration, entry, reviewer)

        log.delete(registration, entry, by=registration.person)

        assert not Comment.objects.waiting().exists()

    def test_nor_does_one_on_an_entry_that_only_another_record_keeps(
        self, registration, entry, reviewer
    ):
        """Nobody could answer or settle it, and the record would never be accepted."""
        careers = make.careers(registration.person)
        several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))
        ask(registration, entry, reviewer)

        log.delete(registration, entry, by=registration.person)

        assert Activity.objects.kept().filter(pk=entry.pk).exists()
        assert not Comment.objects.waiting().exists()
        assert questions.check_settled(registration) == []

    @pytest.mark.parametrize("many", [False, True])
    def test_nor_does_another_type_in_another_record_answer_it(
        self, registration, entry, reviewer, many
    ):
        careers = make.careers(registration.person)
        several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))
        ask(registration, entry, reviewer)
        other, by = make.rate("4-WEEK", program_code="CPC"), registration.person

        if many:
            log.change_all(careers, [(entry, other)], by=by)
        else:
            log.change(careers, entry, rate=other, by=by)
        waits = Comment.objects.waiting().exists()
        entry.title = "Copyright update, four sessions"
        log.change(careers, entry, rate=other, by=by)

        assert careers.credits.get().rate == other
        assert waits
        assert not Comment.objects.waiting().exists()


class TestSettling:
    def test_is_kept_with_who_said_so(self, registration, entry, reviewer):
        question, colleague = ask(registration, entry, reviewer), make.steering()

        questions.settle(question, by=colleague)
        with pytest.raises(Refused):
            questions.settle(question, by=reviewer)

        question.refresh_from_db()
        assert question.settled_by == colleague
        assert not Comment.objects.waiting().exists()
        assert registration.events.filter(kind="question_settled").count() == 1

    def test_is_not_the_participants(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)

        with pytest.raises(PermissionDenied):
            questions.settle(question, by=registration.person)

    def test_leaves_the_answer_open_to_the_participant(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)
        questions.settle(question, by=reviewer)

        questions.answer(question, by=registration.person, text="Four.")

        question.refresh_from_db()
        assert question.answer == "Four."

    def test_the_database_wants_a_time_beside_each_answer(self, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)

        for change in ({"answer": "Four."}, {"settled_at": timezone.now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Comment.objects.filter(pk=question.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one():
    registration = make.registration()
    entry = make.activity(registration)
    question = ask(registration, entry, make.representative())

    outcomes = at_once(
        [
            lambda said=said: questions.answer(question, by=registration.person, text=said)
            for said in ("Four.", "Five.", "Six.")
        ]
    )

    assert sum(isinstance(found, Refused) for found in outcomes) == 2
    assert OutgoingMail.objects.filter(kind="question_answered").count() == 1


class TestPages:
    def test_the_road_from_asking_to_settled(self, client, registration, entry, reviewer):
        page = at("activity", registration, entry.pk)

        client.force_login(reviewer)
        client.post(at("question_ask", registration, entry.pk), {"text": "How many sessions?"})
        question = Comment.objects.get()
        client.force_login(registration.person)
        todo = text(client.get(at("record", registration)))
        asked = text(client.get(page))
        client.post(at("question_answer", registration, question.pk), {"text": "Four."})
        answered = text(client.get(page))
        client.force_login(reviewer)
        read = text(client.get(page))
        client.post(at("question_settle", registration, question.pk))
        settled = text(client.get(page))

        assert "Answer the committee’s questions 1 activity has a question" in todo
        assert "How many sessions?" in asked
        assert "Answer the committee" in asked
        assert "The answer: Four." in answered
        assert "Answer the committee" not in answered
        assert "This is settled" in read
        assert "This is settled" not in settled
        assert " Settled " in settled

    def test_the_committee_finds_the_way_back_to_the_record_that_it_reads(
        self, client, registration, entry, reviewer
    ):
        pages = [at("activity", registration, entry.pk), at("activities", registration)]
        record = f'href="{at("review", registration)}'

        client.force_login(registration.person)
        own = [client.get(page).text for page in pages]
        client.force_login(reviewer)
        read = [client.get(page).text for page in pages]

        assert not any(record in page for page in own)
        assert all(record in page for page in read)

    def test_a_question_is_on_the_list_of_a_record_in_review_too(
        self, client, registration, entry, reviewer
    ):
        type(registration).objects.filter(pk=registration.pk).update(status="turned_in")
        ask(registration, entry, reviewer)
        client.force_login(registration.person)

        todo = text(client.get(at("record", registration)))
        client.post(
            at("question_answer", registration, Comment.objects.get().pk), {"text": "Four."}
        )

        assert "Answer the committee’s questions" in todo
        assert Comment.objects.get().answer == "Four."

    def test_an_empty_question_or_answer_is_asked_for(self, client, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)
        client.force_login(reviewer)
        empty = client.post(at("question_ask", registration, entry.pk), {"text": " "})
        client.force_login(registration.person)
        unsaid = client.post(
            at("question_answer", registration, question.pk), {"text": ""}, follow=True
        )

        assert empty.status_code == 422
        assert "Write your question first." in text(empty)
        assert "Write your answer first." in text(unsaid)
        assert Comment.objects.count() == 1

    def test_a_mentor_neither_reads_nor_settles_them(self, client, registration, entry, reviewer):
        question = ask(registration, entry, reviewer)
        mentor = make.confirmed_address(make.person())
        make.mentorship(registration, mentor)
        client.force_login(mentor)

        page = text(client.get(at("activity", registration, entry.pk)))
        answer = client.post(at("question_settle", registration, question.pk))

        assert "How many sessions?" not in page
        assert answer.status_code == 403

    def test_a_question_of_another_record_is_not_found(self, client, registration, reviewer):
        other = make.registration()
        question = ask(other, make.activity(other), reviewer)
        client.force_login(registration.person)

        answer = client.post(at("question_answer", registration, question.pk), {"text": "Four."})

        assert answer.status_code == 404

    def test_saving_the_entry_keeps_working_beside_a_question(
        self, client, registration, entry, reviewer
    ):
        ask(registration, entry, reviewer)
        client.force_login(registration.person)

        client.post(at("activity", registration, entry.pk), full(title="Four sessions"))

        assert Activity.objects.get().title == "Four sessions"
