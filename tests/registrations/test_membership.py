"""Checks of a membership: what a person finds, takes back, and what a list says of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import membership, queue, registering, timeline
from registrations.models import MembershipCheck, MembershipDoubt, Registration
from tests import factories as make
from tests.races import at_once
from tests.registrations.lists import in_days, member, roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative():
    return make.representative("MLA")


def waiting(**fields):
    return make.registration(status="submitted", paid=True, **fields)


def problems(row):
    return [problem.code for problem in membership.check_membership(row, on=timezone.localdate())]


def record(row, by, outcome="confirmed", **fields):
    if outcome == "confirmed":
        fields.setdefault("good_until", in_days(50))
    return membership.record_check(row, by=by, outcome=outcome, **fields)


def views_with(row, by):
    found = queue.rows(by)
    return {key for key, (_label, which) in queue.VIEWS.items() if found.filter(which, pk=row.pk)}


class TestTakingBack:
    def test_the_first_check_taken_back_is_as_if_nobody_had_looked(self, representative):
        row = waiting()
        before = views_with(row, representative)
        check = record(row, representative)

        membership.take_back(check, by=representative)

        assert problems(row) == ["membership_unchecked"]
        assert row.membership_check() is None
        assert Registration.objects.with_membership().get(pk=row.pk).membership is None
        assert views_with(row, representative) == before >= {"membership"}
        assert "is checking your membership" in " ".join(
            str(step.text) for step in timeline.steps(row)
        )

    def test_the_check_before_holds_again(self, representative):
        row = waiting()
        record(row, representative, good_until=in_days(9), note="Seen the card.")
        mistake = record(row, representative, "lapsed")

        restored = membership.take_back(mistake, by=representative)

        assert problems(row) == []
        assert (restored.outcome, restored.good_until) == ("confirmed", in_days(9))
        assert (restored.note, restored.takes_back) == ("Seen the card.", mistake)
        assert row.membership_checks.count() == 3

    def test_a_proof_that_was_sent_waits_again(self, representative):
        row = waiting()
        make.proof(record(row, representative, "proof"))
        before = views_with(row, representative)

        membership.take_back(record(row, representative), by=representative)

        assert views_with(row, representative) == before >= {"proof_received"}

    def test_it_stands_in_the_history_with_who_did_it(self, representative):
        row = waiting()

        membership.take_back(record(row, representative), by=representative)

        event = row.events.last()
        assert (event.kind, event.actor) == ("taken_back", representative)
        assert event.details == {"outcome": "confirmed"}
        assert timeline.of(row, reader=make.steering())[0].text == "Membership check taken back"

    def test_a_second_click_takes_back_no_more(self, representative):
        row = waiting()
        check = record(row, representative)

        first = membership.take_back(check, by=representative)
        second = membership.take_back(check, by=representative)

        assert first == second
        assert row.membership_checks.count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_take_back_once(self, representative):
        row = waiting()
        check = record(row, representative)

        at_once([lambda: membership.take_back(check, by=representative)] * 4)

        assert row.membership_checks.count() == 2

    def test_what_somebody_has_looked_at_since_stays(self, representative):
        row = waiting()
        check = record(row, representative, "proof")
        record(row, make.steering())

        with pytest.raises(Refused, match="Steering member has looked meanwhile"):
            membership.take_back(check, by=representative)

        assert problems(row) == []

    @pytest.mark.parametrize("status", ["declined", "withdrawn"])
    def test_a_closed_registration_stays_as_it_is(self, representative, status):
        row = waiting()
        check = record(row, representative)
        Registration.objects.filter(pk=row.pk).update(status=status)

        with pytest.raises(Refused, match="closed"):
            membership.take_back(check, by=representative)

        assert row.membership_checks.count() == 1

    @pytest.mark.parametrize("who", ["elsewhere", "administrator", "themselves"])
    def test_others_may_not(self, representative, who):
        row = waiting()
        check = record(row, representative)
        by = {
            "elsewhere": make.representative("OLA"),
            "administrator": make.administrator(),
            "themselves": row.person,
        }[who]

        with pytest.raises(PermissionDenied):
            membership.take_back(check, by=by)

        assert row.membership_checks.count() == 1


class TestWhoIsQuicker:
    def test_a_form_filled_in_beside_an_older_check_is_refused(self, representative):
        row = waiting()
        record(row, representative, "proof", seen=0)

        with pytest.raises(Refused, match="has looked meanwhile: Asked for proof"):
            record(row, make.steering(), seen=0)

        assert row.membership_checks.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_who_record_at_once_make_one_check(self, representative):
        row = waiting()
        colleague = make.steering()

        answers = at_once(
            [
                lambda: record(row, representative, seen=0),
                lambda: record(row, colleague, "lapsed", seen=0),
            ]
        )

        assert row.membership_checks.count() == 1
        assert sum(isinstance(answer, Refused) for answer in answers) == 1

    @pytest.mark.django_db(transaction=True)
    def test_without_looking_at_what_was_seen_there_would_be_two(self, representative):
        row = waiting()

        at_once([lambda: record(row, representative)] * 2)

        assert row.membership_checks.count() == 2


class TestThePersonOnTheList:
    def test_the_list_says_until_when(self, representative):
        row = waiting()
        theirs = member(roster(), "Somebody Else", number="77", until=in_days(80))

        check = membership.record_member(row, theirs, by=representative)

        assert (check.outcome, check.good_until) == ("confirmed", in_days(80))
        assert (check.source, check.checked_by) == ("roster", representative)
        assert (check.roster, check.roster_row) == (theirs.roster, theirs.number)
        assert row.events.last().details == {
            "good_until": str(in_days(80)),
            "source": "roster",
            "roster": theirs.roster_id,
            "row": theirs.number,
        }
        assert timeline.of(row, reader=make.steering())[0].text.endswith(
            "by the association’s list"
        )

    def test_a_membership_for_life_has_no_end(self, representative):
        row = waiting()

        membership.record_member(row, member(roster(), for_life=True), by=representative)

        assert problems(row) == []
        assert "ready" in views_with(row, representative)
        assert row.membership_check().good_until is None

    @pytest.mark.parametrize("fields", [{"suspended": True}, {"until": in_days(-1)}])
    def test_who_is_not_in_good_standing_is_told(self, representative, fields):
        row = waiting()

        membership.record_member(row, member(roster(), **fields), by=representative)

        assert problems(row) == ["membership_lapsed"]
        assert OutgoingMail.objects.filter(kind="membership_not_confirmed").count() == 1

    def test_an_applicant_who_had_done_their_part_in_time_loses_no_day(self, representative):
        row = waiting(submitted_on=in_days(-20))

        membership.record_member(row, member(roster(), until=in_days(-5)), by=representative)

        assert registering.readiness(row).problems == ()
        assert "ready" in views_with(row, representative)

    def test_a_row_without_a_date_is_entered_by_hand(self, representative):
        row = waiting()

        with pytest.raises(Refused, match="no date"):
            membership.record_member(row, member(roster(), no_date=True), by=representative)

        assert not row.membership_checks.exists()

    @pytest.mark.parametrize("code", ["MLA", "OLA"])
    def test_only_the_list_in_use_of_the_own_association_counts(self, representative, code):
        row = waiting()
        theirs = member(roster(code))
        if code == "MLA":
            roster("MLA")
            theirs.roster.refresh_from_db()

        with pytest.raises(Refused, match="has been replaced"):
            membership.record_member(row, theirs, by=representative)

        assert not row.membership_checks.exists()

    def test_a_list_that_was_replaced_since_the_row_was_read_counts_no_more(self, representative):
        row, theirs = waiting(), member(roster())
        assert theirs.roster.state == "current"
        roster()

        with pytest.raises(Refused, match="has been replaced"):
            membership.record_member(row, theirs, by=representative)

        assert not row.membership_checks.exists()

    def test_the_same_form_twice_is_one_look(self, representative):
        row, theirs, key = waiting(), member(roster()), uuid4()

        for _click in range(2):
            membership.record_member(row, theirs, by=representative, form_key=key)

        assert row.membership_checks.count() == 1

    def test_nobody_finds_themselves(self):
        who = make.representative("MLA")

        with pytest.raises(PermissionDenied):
            membership.record_member(waiting(who=who), member(roster()), by=who)


def test_a_new_check_settles_what_a_list_said_against_the_old_one(representative):
    row = make.registration()
    MembershipDoubt.objects.create(registration=row, kind="vanished", roster=roster())

    record(row, representative)

    assert not MembershipDoubt.objects.exists()


def test_a_participant_reads_that_nothing_is_lost(representative):
    row = make.registration()

    record(row, representative, "lapsed", note="Your renewal is late.")

    mail = OutgoingMail.objects.get(kind="membership_lapsed")
    assert mail.to == row.person.email
    assert "Nothing in your record is lost" in mail.text
    assert "Your renewal is late." in mail.text


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "lapsed", "good_until": in_days(1)},
        {"outcome": "confirmed"},
        {"outcome": "confirmed", "good_until": in_days(1), "source": "hand", "checked_by": None},
    ],
)
def test_the_database_keeps_no_check_that_says_nothing(fields):
    row = waiting()
    fields = {"checked_by": row.person, "registration": row} | fields

    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipCheck.objects.create(**fields)


def test_checks_are_never_changed(representative):
    check = record(waiting(), representative)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registrations_membershipcheck SET outcome = 'lapsed' WHERE id = %s", [check.pk]
        )


def test_a_check_after_a_proof_rests_on_it(representative):
    row = make.registration(status="submitted", submitted_on=in_days(0) - timedelta(days=3))
    asked = record(row, representative, "proof")
    make.proof(asked)

    assert record(row, representative).source == "proof"
