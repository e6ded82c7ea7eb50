"""Turning in, accepting, returning with questions: who may, when, and once (C1, C2, G3)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from activities.models import Comment
from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import completion
from registrations.models import Event
from tests import factories
from tests.certificates import records

pytestmark = pytest.mark.django_db


def test_an_acceptance_keeps_the_figures_that_it_was_taken_on():
    registration = records.accepted()

    details = registration.events.get(kind="accept").details

    assert Decimal(details["counted"]) == 120
    assert Decimal(details["needed"]) == 120
    assert details["rules"] == 1


class TestTurningIn:
    def test_moves_the_record_to_the_committee_with_one_event_and_one_mail(self):
        registration = records.finished()

        completion.turn_in(registration, by=registration.person)

        registration.refresh_from_db()
        event = registration.events.get(kind="turn_in")
        assert registration.status == "turned_in"
        assert event.actor == registration.person
        assert OutgoingMail.objects.get(kind="record_received").person == registration.person

    def test_is_its_owner_s_alone(self):
        registration = records.finished()

        for other in (factories.person(), factories.steering(), factories.representative()):
            with pytest.raises(PermissionDenied):
                completion.turn_in(registration, by=other)

        registration.refresh_from_db()
        assert registration.status == "active"

    def test_is_refused_with_everything_that_is_missing(self):
        registration = factories.registration(starts_on=factories.three_years_ago(), paid=False)

        with pytest.raises(Refused) as refused:
            completion.turn_in(registration, by=registration.person)

        assert [problem.code for problem in refused.value.problems] == ["total", "fee_owed"]
        assert not registration.events.exists()
        assert not OutgoingMail.objects.exists()

    def test_is_possible_until_the_last_day_of_the_grace_period(self):
        grace = factories.program().grace_days
        in_time, too_late = records.finished(days_ago=grace), records.finished(days_ago=grace + 1)

        completion.turn_in(in_time, by=in_time.person)
        with pytest.raises(Refused) as refused:
            completion.turn_in(too_late, by=too_late.person)

        assert [problem.code for problem in refused.value.problems] == ["too_late"]

    def test_closes_the_record_for_changes(self):
        registration = records.turned_in()

        with pytest.raises(Refused):
            factories.activity(registration, on=registration.starts_on)

    def test_a_second_time_says_where_the_record_is(self):
        registration = records.turned_in()

        with pytest.raises(Refused) as refused:
            completion.turn_in(registration, by=registration.person)

        assert refused.value.problems[0].code == "already_moved"
        assert registration.events.filter(kind="turn_in").count() == 1

    @pytest.mark.parametrize("status", ["draft", "submitted", "declined", "withdrawn", "lapsed"])
    def test_is_refused_in_every_other_state(self, status):
        registration = factories.registration(status=status)

        with pytest.raises(Refused):
            completion.turn_in(registration, by=registration.person)

        registration.refresh_from_db()
        assert registration.status == status


class TestDeciding:
    def test_accepting_moves_on_with_the_reviewer_s_name_and_one_mail(self):
        registration, reviewer = records.turned_in(), factories.representative()

        completion.accept(registration, by=reviewer)

        registration.refresh_from_db()
        assert registration.status == "accepted"
        assert registration.events.get(kind="accept").actor == reviewer
        assert OutgoingMail.objects.filter(kind="record_accepted").count() == 1

    def test_nobody_decides_on_their_own_record(self):
        reviewer = factories.representative()
        registration = records.turned_in(reviewer)

        with pytest.raises(PermissionDenied):
            completion.accept(registration, by=reviewer)
        with pytest.raises(PermissionDenied):
            completion.return_with_questions(registration, by=reviewer, reason="No.")

        registration.refresh_from_db()
        assert registration.status == "turned_in"

    def test_other_roles_and_other_associations_may_not_decide(self):
        registration = records.turned_in()

        for other in (
            factories.representative("OLA"),
            factories.administrator(),
            factories.person(),
            registration.person,
        ):
            with pytest.raises(PermissionDenied):
                completion.accept(registration, by=other)
            with pytest.raises(PermissionDenied):
                completion.return_with_questions(registration, by=other, reason="No.")

        registration.refresh_from_db()
        assert registration.status == "turned_in"

    def test_accepting_is_refused_when_something_went_missing_meanwhile(self):
        registration = records.turned_in()
        registration.membership_checks.create(outcome="lapsed", checked_by=factories.person())

        with pytest.raises(Refused) as refused:
            completion.accept(registration, by=factories.steering())

        assert [problem.code for problem in refused.value.problems] == ["membership_lapsed"]

    def test_the_slower_of_two_hears_who_was_first(self):
        registration = records.turned_in()
        first, second = factories.steering(), factories.representative()
        completion.accept(registration, by=first)

        with pytest.raises(Refused) as refused:
            completion.return_with_questions(registration, by=second, reason="One moment.")

        assert first.name in str(refused.value)
        assert registration.events.filter(kind="return").count() == 0
        assert not OutgoingMail.objects.filter(kind="record_returned").exists()

    def test_returning_keeps_the_questions_and_opens_the_record_again(self):
        registration, reviewer = records.turned_in(), factories.representative()
        entry = registration.person.activities.first()

        completion.return_with_questions(
            registration,
            by=reviewer,
            reason="Nearly there.",
            comments={entry.pk: "How many sessions?", 0: "  "},
        )

        registration.refresh_from_db()
        event = registration.events.get(kind="return")
        comment = Comment.objects.get()
        assert registration.status == "active"
        assert (event.actor, event.reason) == (reviewer, "Nearly there.")
        assert (comment.activity, comment.author) == (entry, reviewer)
        assert comment.text == "How many sessions?"
        assert completion.questions_of(event) == [comment]
        mail = OutgoingMail.objects.get(kind="record_returned")
        assert "How many sessions?" in mail.text
        assert "Nearly there." in mail.text

    def test_returning_wants_a_reason_or_a_question(self):
        registration = records.turned_in()
        entry = registration.person.activities.first()

        with pytest.raises(Refused) as refused:
            completion.return_with_questions(
                registration, by=factories.steering(), reason=" ", comments={entry.pk: " "}
            )

        assert refused.value.problems[0].code == "no_question"

    def test_a_question_on_somebody_else_s_entry_is_refused_and_nothing_is_kept(self):
        registration = records.turned_in()
        foreign = factories.activity(factories.registration(), on="2025-05-01")

        with pytest.raises(Refused):
            completion.return_with_questions(
                registration, by=factories.steering(), comments={foreign.pk: "Hm?"}
            )

        registration.refresh_from_db()
        assert registration.status == "turned_in"
        assert not Comment.objects.exists()

    def test_a_mended_record_can_be_turned_in_again_after_the_grace_period(self):
        grace = factories.program().grace_days
        registration = records.turned_in(days_ago=grace)
        completion.return_with_questions(registration, by=factories.steering(), reason="Why?")
        registration.refresh_from_db()

        until = completion.turn_in_until(registration)
        completion.turn_in(registration, by=registration.person)

        assert until >= timezone.localdate() + timedelta(days=grace - 1)
        assert registration.events.filter(kind="turn_in").count() == 2
        assert OutgoingMail.objects.filter(kind="record_received").count() == 2

    def test_a_decision_on_a_record_that_was_sent_again_meanwhile_is_refused(self):
        registration = records.turned_in()
        seen = completion.last_event(registration, Event.Kind.TURN_IN).pk
        completion.return_with_questions(registration, by=factories.steering(), reason="Why?")
        registration.refresh_from_db()
        completion.turn_in(registration, by=registration.person)

        with pytest.raises(Refused) as refused:
            completion.accept(registration, by=factories.representative(), seen=seen)

        assert refused.value.problems[0].code == "stale"
