"""Ready for a certificate: the rule, its twin for lists, and the moves (C1, C2, C4)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from activities import log
from activities.models import Comment
from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import completion
from registrations.models import Event, Registration, Requirement
from tests import factories
from tests.certificates import records

pytestmark = pytest.mark.django_db


def codes(registration):
    return [problem.code for problem in completion.check_completion(registration)]


def with_years_required(registration):
    """Make the yearly minimum of its rules a required one (P3)."""
    registration.rules.requirements.filter(per="year").update(
        strictness=Requirement.Strictness.REQUIRED
    )


def test_a_finished_record_has_nothing_against_it():
    registration = records.finished()

    assert codes(registration) == []


def test_points_below_the_total_are_told_with_what_is_left():
    registration = records.finished()
    log.delete(registration, registration.person.activities.filter(hours=20).first())

    problems = completion.check_completion(registration)

    assert [problem.code for problem in problems] == ["total"]
    assert "100 of 120" in problems[0].message
    assert "20 to go" in problems[0].message


def test_an_advised_yearly_minimum_blocks_nothing_and_a_required_one_names_its_year():
    registration = factories.registration(starts_on=factories.three_years_ago())
    for year in registration.years.all()[:2]:
        day = year.starts_on + timedelta(days=1)
        for code in ("PD-I", "PUB-I", "STUDY"):
            factories.activity(registration, code, hours="20", on=day, outcome="Much.")

    advised = codes(registration)
    with_years_required(registration)
    required = completion.check_completion(Registration.objects.get(pk=registration.pk))

    assert advised == []
    assert [problem.code for problem in required] == ["year_minimum"]
    assert "Year 3 has 0 of the 30" in required[0].message


def test_the_cycle_must_be_over_unless_the_program_allows_early_completion():
    registration = records.finished(days_ago=-1)
    still_running = codes(registration)
    registration.program.early_completion = True
    registration.program.save()

    assert still_running == ["cycle_runs"]
    assert codes(Registration.objects.get(pk=registration.pk)) == []


def test_early_completion_waits_for_the_total():
    registration = factories.registration(starts_on=timezone.localdate() - timedelta(days=40))
    registration.program.early_completion = True
    registration.program.save()

    assert codes(registration) == ["total", "cycle_runs"]


def test_the_last_day_of_the_cycle_still_belongs_to_it():
    yesterday, today = records.finished(days_ago=1), records.finished(days_ago=0)

    assert yesterday.ends_on == timezone.localdate() - timedelta(days=1)
    assert codes(yesterday) == []
    assert codes(today) == ["cycle_runs"]


def test_membership_must_be_in_good_standing_on_the_day_of_turning_in():
    yesterday = timezone.localdate() - timedelta(days=1)
    registration = records.finished(member_until=yesterday)

    assert codes(registration) == ["membership_over"]


def test_a_membership_that_ends_after_turning_in_is_no_harm():
    registration = records.turned_in(member_until=timezone.localdate())
    tomorrow = timezone.now() + timedelta(days=1)

    assert codes(registration) == []
    assert list(completion.ready(Registration.objects.all(), now=tomorrow)) == [registration]


def test_an_open_fee_is_named():
    registration = records.finished(paid=False)

    assert codes(registration) == ["fee_owed"]


def test_a_name_that_no_font_prints_is_named_with_its_letters():
    registration = records.finished(factories.person("Mei 李"))

    problems = completion.check_completion(registration)

    assert [problem.code for problem in problems] == ["name"]
    assert "李" in problems[0].message


@pytest.mark.parametrize("name", ["Łazarewicz", "ᓇᑖᓕᐊ", "Ḵwa'la", "Zoë Sḵwx̱wú7mesh"])
def test_names_in_the_letters_of_this_country_are_no_problem(name):
    assert completion.check_name(name) == []


def test_a_program_without_a_total_leads_to_no_certificate():
    registration = factories.registration(code="CPC", association_code=None)

    assert codes(registration) == ["no_certificate"]
    assert not completion.ready(Registration.objects.all()).exists()


def one_of_each():
    """Registrations on both sides of every condition, some of them with two things missing."""
    today = timezone.localdate()
    records.finished()
    records.finished(days_ago=1)
    records.finished(days_ago=0)
    records.finished(days_ago=-1)
    records.finished(paid=False)
    records.finished(member_until=today)
    records.finished(member_until=today - timedelta(days=1))
    records.turned_in()
    records.turned_in(member_until=today)
    records.accepted()
    factories.registration(starts_on=factories.three_years_ago())
    factories.registration(code="CPC", association_code=None)
    factories.registration(status="submitted", paid=False)
    factories.registration(status="draft")
    partly_paid = records.finished(paid=False)
    factories.pay(partly_paid, "39.99")
    overpaid = records.finished()
    factories.pay(overpaid, "5.00", reference="again")
    lapsed = records.finished()
    lapsed.membership_checks.create(outcome="lapsed", checked_by=factories.person())
    asked = records.finished()
    asked.membership_checks.create(outcome="proof", checked_by=factories.person())
    renewed = records.finished(member_until=today - timedelta(days=1))
    factories.confirm(renewed, until=today)
    unchecked = records.finished()
    fresh = factories.registration(starts_on=unchecked.starts_on, status="submitted")
    Registration.objects.filter(pk=fresh.pk).update(status="active", starts_on=unchecked.starts_on)
    just_short = records.finished()
    entry = just_short.person.activities.filter(hours=20).first()
    log.delete(just_short, entry)
    factories.activity(just_short, "PD-I", hours="19.75", on=entry.completed_on)
    uneven = factories.registration(starts_on=factories.three_years_ago())
    for year in uneven.years.all()[:2]:
        for code in ("PD-I", "PUB-I", "STUDY"):
            day = year.starts_on + timedelta(days=1)
            factories.activity(uneven, code, hours="25", on=day, outcome="Much.")
    unwritten = factories.registration(starts_on=factories.three_years_ago())
    for year in unwritten.years.all():
        for code in ("PD-I", "STUDY"):
            factories.activity(unwritten, code, hours="20", on=year.starts_on + timedelta(days=1))


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("yearly", ["advised", "required"])
def test_one_registration_and_a_list_are_judged_by_the_same_rule(early, yearly):
    one_of_each()
    factories.program().current_rules.requirements.filter(per="year").update(strictness=yearly)
    scheme = factories.program()
    scheme.early_completion = early
    scheme.save()
    everyone = Registration.objects.select_related("program", "rules", "person")

    one_by_one = {row.pk for row in everyone if not completion.check_completion(row)}

    assert set(completion.ready(Registration.objects.all()).values_list("pk", flat=True)) == (
        one_by_one
    )
    assert 3 < len(one_by_one) < everyone.count() - 5


def test_the_twin_keeps_to_the_registrations_that_it_is_given():
    mine, other = records.finished(), records.finished()

    found = completion.ready(Registration.objects.filter(pk=mine.pk))

    assert list(found) == [mine]
    assert other not in found


def test_the_twin_finds_nobody_among_none():
    records.finished()

    assert not completion.ready(Registration.objects.none()).exists()
    assert not completion.ready(Registration.objects.filter(pk__in=[])).exists()


def test_the_day_of_completion_is_the_program_s_and_not_the_server_s():
    registration = records.turned_in(member_until=timezone.localdate())
    sent = completion.last_event(registration, Event.Kind.TURN_IN)
    scheme = registration.program
    scheme.time_zone = "Pacific/Kiritimati"  # 14 hours ahead: usually tomorrow already
    scheme.save()
    registration = Registration.objects.get(pk=registration.pk)
    there = completion.day_of_completion(registration)

    expected = [] if there <= registration.membership_check().good_until else ["membership_over"]

    assert there == sent.at.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert codes(registration) == expected
    assert completion.ready(Registration.objects.all()).exists() == (not expected)


def test_points_near_the_total_are_exact():
    registration = records.finished()
    entry = registration.person.activities.filter(hours=20).first()
    log.delete(registration, entry)
    factories.activity(registration, "PD-I", hours="19.75", on=entry.completed_on)

    short = codes(registration)
    factories.activity(registration, "PUB-I", hours="0.25", on=entry.completed_on)

    assert short == ["total"]
    assert codes(registration) == []


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
