"""What the program does by itself when a roster changes or a date passes (C4)."""

from datetime import timedelta
from threading import Event as Signal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cec import stumbles, work
from cec.models import Job, OutgoingMail
from registrations import membership, moving, rechecking, registering
from registrations.models import (
    Event,
    MembershipCheck,
    MembershipDoubt,
    Registration,
    Roster,
    RosterMember,
)
from tests import factories as make
from tests.races import at_once, wait_for_a_lock
from tests.registrations.lists import in_days, member, roster, row_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def active(**fields):
    fields.setdefault("member_number", f"N{MembershipCheck.objects.count() + 1}")
    return make.registration(**fields)


def waiting(**fields):
    fields.setdefault("member_number", f"N{Registration.objects.count() + 1}")
    return make.registration(status="submitted", **fields)


def found_on(current, row, **fields):
    """The latest check rests on this row of the list, as the program recorded it."""
    theirs = row_of(current, row, **fields)
    membership.append(membership.from_roster(row, theirs, on=in_days(0), by=None))
    return theirs


def state(row):
    latest = row.membership_checks.first()
    return None if latest is None else (latest.outcome, latest.good_until)


def doubts():
    return {doubt.registration: doubt.kind for doubt in MembershipDoubt.objects.all()}


def mails():
    return list(OutgoingMail.objects.values_list("kind", "to"))


class TestOnSending:
    def send(self, **fields):
        draft = make.registration(status="draft", member_number="MLA-77", **fields)
        row_of(roster(), draft, until=fields.pop("until", None))
        registering.send(draft, by=draft.person)
        return draft

    def test_a_member_for_certain_is_confirmed_by_the_program(self):
        row = self.send()

        check = row.membership_checks.get()
        assert (check.outcome, check.good_until) == ("confirmed", in_days(100))
        assert (check.source, check.checked_by) == ("roster", None)
        assert [event.kind for event in row.events.all()] == ["send", "confirmed"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"suspended": True},
            {"until": in_days(-1)},
            {"no_date": True},
            {"name": "Peter Moss", "email": "peter@example.org"},
            {"number": "", "email": ""},
        ],
    )
    def test_anything_else_waits_for_a_person(self, fields):
        draft = make.registration(status="draft", member_number="MLA-77")
        name = fields.pop("name", draft.person.name)
        about = {"number": "MLA-77", "email": draft.person.email} | fields
        member(roster(), name, **about)

        registering.send(draft, by=draft.person)

        assert state(draft) is None
        assert [kind for kind, _to in mails()] == ["registration_received"]

    def test_a_program_without_memberships_looks_at_no_list(self):
        draft = make.registration(status="draft", code="CPC", member_number="MLA-77")
        row_of(roster(), draft)

        registering.send(draft, by=draft.person)

        assert state(draft) is None


class TestANewRoster:
    def test_who_waits_unchecked_is_confirmed(self):
        row, unknown = waiting(), waiting()
        new = roster()
        row_of(new, row)

        assert rechecking.recheck(new.pk) == 2

        assert state(row) == ("confirmed", in_days(100))
        assert state(unknown) is None
        assert mails() == []

    @pytest.mark.parametrize("outcome", ["lapsed", "proof"])
    def test_who_was_missing_before_is_confirmed(self, outcome):
        row = waiting()
        membership.record_check(row, by=make.representative("MLA"), outcome=outcome)
        new = roster()
        row_of(new, row)

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(100))

    def test_a_renewal_is_recorded(self):
        row = active()
        found_on(roster(), row, until=in_days(5))
        new = roster()
        row_of(new, row, until=in_days(370))

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(370))
        assert row.membership_checks.count() == 3  # by the recorder, by the first list, by this

    def test_the_same_date_is_no_news(self):
        row = active()
        found_on(roster(), row)
        new = roster()
        row_of(new, row)

        rechecking.recheck(new.pk)

        assert row.membership_checks.count() == 2

    def test_who_vanished_is_a_doubt_and_not_lapsed(self):
        row = active()
        found_on(roster(), row)
        new = roster()

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(100))
        assert doubts() == {row: "vanished"}
        assert mails() == []

    def test_who_comes_back_is_doubted_no_more(self):
        row = active()
        found_on(roster(), row)
        rechecking.recheck(roster().pk)
        new = roster()
        row_of(new, row)

        rechecking.recheck(new.pk)

        assert doubts() == {}

    def test_who_was_confirmed_by_hand_and_never_on_a_list_is_left_alone(self):
        row = active()

        rechecking.recheck(roster().pk)

        assert doubts() == {}
        assert row.membership_checks.count() == 1

    @pytest.mark.parametrize("fields", [{"suspended": True}, {"until": in_days(-3)}])
    def test_an_active_member_who_is_none_any_more_is_flagged_and_told_once(self, fields):
        row = active()
        found_on(roster(), row)
        new = roster()
        row_of(new, row, **fields)

        for _run in range(3):
            rechecking.recheck(new.pk)

        assert state(row) == ("lapsed", None)
        assert mails() == [("membership_lapsed", row.person.email)]
        assert row.events.filter(kind="lapsed").count() == 1
        assert row.status == "active"

    @pytest.mark.parametrize("fields", [{"suspended": True}, {"until": in_days(-3)}])
    def test_an_applicant_is_only_doubted(self, fields):
        row = waiting()
        found_on(roster(), row)
        new = roster()
        row_of(new, row, **fields)

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(100))
        assert doubts() == {row: "differs"}
        assert mails() == []

    def test_a_date_by_hand_that_is_later_than_the_list_s_stays(self):
        row = active(member_until=in_days(300))
        new = roster()
        row_of(new, row, until=in_days(30))

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(300))
        assert doubts() == {}

    def test_a_date_by_hand_beyond_one_that_the_list_calls_over_is_doubted(self):
        row = active(member_until=in_days(300))
        new = roster()
        row_of(new, row, until=in_days(-30))

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(300))
        assert doubts() == {row: "differs"}

    @pytest.mark.parametrize("outcome", ["lapsed", "proof", "confirmed"])
    def test_what_a_person_found_later_than_the_roster_stays(self, outcome):
        row = waiting()
        new = roster(ago=HOUR)
        row_of(new, row)
        day = in_days(7) if outcome == "confirmed" else None
        membership.record_check(row, by=make.representative("MLA"), outcome=outcome, good_until=day)

        rechecking.recheck(new.pk)

        assert state(row) == (outcome, day)

    def test_what_a_person_took_back_is_not_recorded_again_from_the_same_list(self):
        row = waiting()
        new = roster(ago=HOUR)
        row_of(new, row)
        rechecking.recheck(new.pk)
        membership.take_back(row.membership_checks.first(), by=make.representative("MLA"))

        rechecking.recheck(new.pk)

        assert state(row) == ("unchecked", None)

    @pytest.mark.parametrize("status", ["turned_in", "accepted"])
    def test_a_record_that_was_turned_in_is_judged_by_its_day(self, status):
        row = active(status=status)
        found_on(roster(), row)
        new = roster()
        row_of(new, row, suspended=True)

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(100))
        assert doubts() == {}

    @pytest.mark.parametrize("status", ["draft", "declined", "withdrawn", "certified", "lapsed"])
    def test_what_is_over_or_not_begun_is_not_looked_at(self, status):
        row = active(status=status)
        new = roster()
        row_of(new, row, until=in_days(9_999))
        before = row.membership_checks.count()

        assert rechecking.recheck(new.pk) == 0
        assert row.membership_checks.count() == before

    def test_other_associations_stay_as_they_are(self):
        row = waiting(association_code="OLA")
        new = roster("MLA")
        row_of(new, row)

        rechecking.recheck(new.pk)

        assert state(row) is None

    def test_a_list_that_was_replaced_meanwhile_changes_nothing(self):
        row = waiting()
        old = roster()
        row_of(old, row)
        Roster.objects.filter(pk=old.pk).update(recheck_due=True)
        roster()

        assert rechecking.recheck(old.pk) == 0

        assert state(row) is None
        assert not Roster.objects.filter(recheck_due=True).exists()

    def test_a_list_that_breaks_keeps_no_other_one_waiting(self, monkeypatch):
        rows = [waiting(association_code=code) for code in ("MLA", "OLA")]
        lists = [roster("MLA"), roster("OLA")]
        for current, row in zip(lists, rows, strict=True):
            row_of(current, row)
        Roster.objects.update(recheck_due=True)
        keep = membership.append_all

        def trip(checks):
            if checks[0].roster_id == lists[0].pk:
                raise ValueError
            keep(checks)

        monkeypatch.setattr(membership, "append_all", trip)

        for _sweep in range(7):
            rechecking.recheck_due()

        assert [state(row) for row in rows] == [None, ("confirmed", in_days(100))]
        assert list(Roster.objects.filter(recheck_due=True)) == [lists[0]]
        assert list(stumbles.given_up(rechecking.RECHECK)) == [lists[0].pk]
        assert stumbles.Stumble.objects.get().tries == 5

    def test_no_list_at_all_is_no_trouble(self):
        assert rechecking.recheck(10**9) == 0


class TestAListIsUndone:
    """A list that was a mistake says nothing any more; what was known before holds again."""

    def undo(self, wrong):
        Roster.objects.filter(pk=wrong.pk).update(
            state="undone", undone_by=wrong.uploaded_by, undone_at=timezone.now()
        )

    def test_what_rested_on_the_first_one_is_to_be_checked_anew(self):
        applicant, participant = waiting(), active(member_number="X9", association_code="OLA")
        moving.move(participant, by=participant.person, association=make.association("MLA"))
        wrong = roster()
        for row in (applicant, participant):
            row_of(wrong, row)
        rechecking.recheck(wrong.pk)
        self.undo(wrong)

        rechecking.recheck(wrong.pk)
        rechecking.recheck(wrong.pk)

        for row in (applicant, participant):
            outcomes = [check.outcome for check in row.membership_checks.all()]
            assert outcomes[:2] == ["unchecked", "confirmed"]
            assert row.membership_check() is None
            assert row.events.last().kind == "taken_back"

    def test_who_was_flagged_by_mistake_is_confirmed_again_as_before(self):
        row = active(member_until=in_days(50))
        by_hand = row.membership_checks.get()
        earlier, wrong = roster(ago=2 * HOUR), roster(ago=-HOUR)
        row_of(wrong, row, suspended=True)
        rechecking.recheck(wrong.pk)
        flagged = state(row)
        self.undo(wrong)
        Roster.objects.filter(pk=earlier.pk).update(state="current")

        rechecking.recheck(earlier.pk)

        assert flagged == ("lapsed", None)
        assert state(row) == ("confirmed", in_days(50))
        assert row.membership_checks.first().checked_by == by_hand.checked_by
        assert [kind for kind, _to in mails()] == ["membership_lapsed"]

    def test_what_somebody_found_out_since_stays(self):
        row = waiting()
        wrong = roster()
        row_of(wrong, row)
        rechecking.recheck(wrong.pk)
        by = make.representative("MLA")
        membership.record_check(row, by=by, outcome="confirmed", good_until=in_days(9))
        self.undo(wrong)

        rechecking.recheck(wrong.pk)

        assert state(row) == ("confirmed", in_days(9))


class TestADatePasses:
    @pytest.mark.parametrize("days", [-1, -400])
    def test_an_active_participant_is_flagged_and_told_once(self, days):
        row = active(member_until=in_days(days))

        for _run in range(3):
            rechecking.look_at_what_is_over()

        check = row.membership_checks.first()
        assert (check.outcome, check.source, check.checked_by) == ("lapsed", "date", None)
        assert mails() == [("membership_lapsed", row.person.email)]
        assert Event.objects.filter(registration=row, kind="lapsed").count() == 1

    @pytest.mark.parametrize("days", [0, 1, 30])
    def test_not_before_its_last_day_is_over(self, days):
        row = active(member_until=in_days(days))

        assert rechecking.look_at_what_is_over() == 0
        assert state(row) == ("confirmed", in_days(days))

    def test_the_list_in_use_may_have_the_renewal(self):
        row = active(member_until=in_days(-1))
        row_of(roster(), row, until=in_days(300))

        rechecking.look_at_what_is_over()

        assert state(row) == ("confirmed", in_days(300))
        assert mails() == []

    def test_each_occasion_is_one(self):
        row = active(member_until=in_days(-1))
        rechecking.look_at_what_is_over()
        make.confirm(row, until=in_days(-1))

        rechecking.look_at_what_is_over()

        assert len(mails()) == 2
        assert row.events.filter(kind="lapsed").count() == 2

    def test_an_applicant_who_had_done_their_part_in_time_loses_no_day(self):
        row = waiting(paid=True, submitted_on=in_days(-20), member_until=in_days(-5))

        rechecking.look_at_what_is_over()

        assert state(row) == ("confirmed", in_days(-5))
        assert registering.readiness(row).problems == ()

    def test_an_applicant_who_had_done_their_part_in_time_is_confirmed_by_a_later_list(self):
        row = waiting(paid=True, submitted_on=in_days(-20))
        new = roster()
        row_of(new, row, until=in_days(-5))

        rechecking.recheck(new.pk)

        assert state(row) == ("confirmed", in_days(-5))
        assert registering.readiness(row).problems == ()

    def test_an_applicant_who_owes_is_judged_today(self):
        row = waiting(paid=False, submitted_on=in_days(-20))
        new = roster()
        row_of(new, row, until=in_days(-5))

        rechecking.recheck(new.pk)

        assert state(row) is None

    def test_an_applicant_who_had_not_is_flagged(self):
        row = waiting(paid=False, submitted_on=in_days(-20), member_until=in_days(-5))

        rechecking.look_at_what_is_over()

        assert state(row) == ("lapsed", None)
        assert mails() == [("membership_not_confirmed", row.person.email)]

    def test_one_for_life_is_never_over(self):
        row = active()
        found_on(roster(), row, for_life=True)

        assert rechecking.look_at_what_is_over() == 0

    def test_an_older_check_that_is_over_says_nothing(self):
        row = active(member_until=in_days(-9))
        make.confirm(row, until=in_days(9))

        assert rechecking.look_at_what_is_over() == 0

    def test_who_a_person_found_on_the_list_stays_known(self):
        row = active()
        theirs = member(roster(), "Another Name", number="5", until=in_days(3))
        membership.record_member(row, theirs, by=make.representative("MLA"))
        check = row.membership_checks.first()
        with timezone.override("UTC"), transaction.atomic():
            row.membership_checks.create(
                outcome="confirmed",
                good_until=in_days(-1),
                source="roster",
                number_key=check.number_key,
            )
        roster()
        rechecking.look_at_what_is_over()
        renewed = roster()
        member(renewed, "Another Name", number="5")

        rechecking.recheck(renewed.pk)

        assert state(row) == ("confirmed", in_days(100))


def settle_behind(begun, row, current):
    """What a recheck does to somebody whom it has just found, when another deed was quicker."""
    begun.wait(timeout=20)
    return rechecking._settle([row.pk], current)


class TestMoneyThatIsRecordedLate:
    """A membership holds for whoever paid while it did, however late that is written down (E4)."""

    def ran_out(self):
        row = waiting(submitted_on=in_days(-20))
        by = make.representative("MLA")
        membership.record_check(row, by=by, outcome="confirmed", good_until=in_days(-1))
        rechecking.look_at_what_is_over()
        assert state(row) == ("lapsed", None)
        return row

    @pytest.mark.parametrize(
        ("received", "outcome"), [(-5, "confirmed"), (-1, "confirmed"), (0, "lapsed")]
    )
    def test_it_counts_on_the_day_it_came_in(self, received, outcome):
        row = self.ran_out()
        make.pay(row, on=in_days(received))

        rechecking.look_at_what_is_over()
        rechecking.look_at_what_is_over()

        assert state(row)[0] == outcome
        assert row.membership_checks.count() == (3 if outcome == "confirmed" else 2)
        assert bool(registering.readiness(row).problems) is (outcome == "lapsed")

    def test_what_somebody_found_out_is_not_overruled(self):
        row = self.ran_out()
        membership.record_check(row, by=make.steering(), outcome="lapsed")
        make.pay(row, on=in_days(-5))

        rechecking.look_at_what_is_over()

        assert state(row) == ("lapsed", None)


class TestRaces:
    @pytest.mark.django_db(transaction=True)
    def test_a_check_by_hand_at_the_same_moment_is_not_overwritten(self):
        rows = [active() for _row in range(6)]
        old = roster()
        for row in rows:
            found_on(old, row)
        new = roster(ago=HOUR)
        for row in rows:
            row_of(new, row, suspended=True)
        by = make.representative("MLA")

        def by_hand():
            for row in reversed(rows):
                membership.record_check(
                    row, by=by, outcome="confirmed", good_until=in_days(7), note="Renewed today."
                )

        answers = at_once([by_hand, lambda: rechecking.recheck(new.pk)])

        assert [answer for answer in answers if isinstance(answer, Exception)] == []
        assert {state(row) for row in rows} == {("confirmed", in_days(7))}

    @pytest.mark.django_db(transaction=True)
    def test_a_list_says_nothing_about_who_moved_while_it_was_waited_for(self):
        row = waiting()
        row_of(roster("MLA"), row)
        old, moved = Roster.objects.current().get(), Signal()

        def move_slowly():
            with transaction.atomic():
                moving.move(row, by=row.person, association=make.association("OLA"))
                moved.set()
                wait_for_a_lock()

        looked_at = at_once([move_slowly, lambda: settle_behind(moved, row, old)])

        assert looked_at[1] == []
        assert state(row) == ("unchecked", None)

    @pytest.mark.django_db(transaction=True)
    def test_a_list_that_was_replaced_while_it_waited_says_nothing(self):
        row = waiting()
        row_of(roster("MLA"), row)
        old, replaced = Roster.objects.current().get(), Signal()

        def replace_slowly():
            with transaction.atomic():
                membership.lock(row)
                replaced.set()
                wait_for_a_lock()
                roster("MLA")

        looked_at = at_once([replace_slowly, lambda: settle_behind(replaced, row, old)])

        assert looked_at[1] == []
        assert state(row) is None

    @pytest.mark.django_db(transaction=True)
    def test_four_runs_at_once_flag_and_tell_once(self):
        rows = [active(member_until=in_days(-1)) for _row in range(3)]

        at_once([rechecking.look_at_what_is_over] * 4)

        assert [row.membership_checks.count() for row in rows] == [2, 2, 2]
        assert len(mails()) == 3

    @pytest.mark.django_db(transaction=True)
    def test_without_reading_under_the_lock_they_would_flag_twice(self):
        row = active(member_until=in_days(-1))
        row = Registration.objects.with_balance().with_done_on().get(pk=row.pk)
        stale = rechecking.Case(row, row.membership_check(), None, None)

        at_once([lambda: membership.append(rechecking.verdict(stale))] * 2)

        assert row.membership_checks.count() == 3

    @pytest.mark.django_db(transaction=True)
    def test_a_crash_in_the_middle_is_gone_on_from(self, monkeypatch):
        monkeypatch.setattr(rechecking, "BATCH", 2)
        rows = [waiting() for _row in range(6)]
        new = roster()
        for row in rows:
            row_of(new, row)
        Roster.objects.filter(pk=new.pk).update(recheck_due=True)
        keep = membership.append_all

        def crash(checks):
            if MembershipCheck.objects.count() == 4:
                raise KeyboardInterrupt
            keep(checks)

        monkeypatch.setattr(membership, "append_all", crash)
        with pytest.raises(KeyboardInterrupt):
            rechecking.recheck(new.pk)
        half = MembershipCheck.objects.count()
        monkeypatch.setattr(membership, "append_all", keep)

        rechecking.recheck_due()

        assert half == 4
        assert [row.membership_checks.count() for row in rows] == [1] * 6
        assert not Roster.objects.filter(recheck_due=True).exists()


class TestTheSweep:
    def test_a_roster_that_no_hint_came_for_is_looked_at(self):
        row = waiting()
        new = roster()
        row_of(new, row)
        Roster.objects.filter(pk=new.pk).update(recheck_due=True)

        answer = work.sweepers()["registrations.tasks.recheck_new_rosters"]()

        assert answer == 1
        assert state(row) == ("confirmed", in_days(100))

    def test_days_that_passed_are_looked_at_once_an_hour(self):
        def sweep():
            return work.run("registrations.tasks.look_at_memberships_that_are_over")

        first, second = active(member_until=in_days(-1)), None
        assert sweep() == 1
        second = active(member_until=in_days(-1))

        assert sweep() is work.Skipped.NOT_DUE
        Job.objects.update(succeeded_at=timezone.now() - HOUR)
        assert sweep() == 1
        assert [state(row)[0] for row in (first, second)] == ["lapsed", "lapsed"]

    def test_the_task_takes_an_id(self):
        row = waiting()
        new = roster()
        row_of(new, row)

        rechecking_task = work.app.tasks[rechecking.RECHECK]
        rechecking_task(new.pk)

        assert state(row) == ("confirmed", in_days(100))


def test_the_queries_do_not_grow_with_the_people():
    def run(code, count):
        new = roster(code)
        for _one in range(count):
            row_of(new, waiting(association_code=code))
        with CaptureQueriesContext(connection) as queries:
            rechecking.recheck(new.pk)
        return len(queries)

    assert run("OLA", 1) == run("MLA", 7)


def test_a_large_association_is_looked_at_in_seconds():
    people = [waiting(association_code="MLA") for _one in range(3)]
    new = roster()
    RosterMember.objects.bulk_create(
        RosterMember(roster=new, number=number, number_key=f"n{number}x", good_until=in_days(9))
        for number in range(10_000, 15_000)
    )
    for row in people:
        row_of(new, row)

    rechecking.recheck(new.pk)

    assert {state(row) for row in people} == {("confirmed", in_days(100))}


class TestAListThatIsUndone:
    """What it said doesn't hold any more; what was known before does."""

    def undo(self, wrong, earlier=None):
        Roster.objects.filter(pk=wrong.pk).update(
            state="undone", undone_by=wrong.confirmed_by, undone_at=timezone.now()
        )
        if earlier:
            Roster.objects.filter(pk=earlier.pk).update(state="current")
        rechecking.recheck((earlier or wrong).pk)

    def test_whom_it_alone_confirmed_is_to_be_checked_again(self):
        earlier, row = roster(), waiting()
        wrong = roster()
        row_of(wrong, row)
        rechecking.recheck(wrong.pk)

        self.undo(wrong, earlier)

        assert state(row) == ("unchecked", None)
        assert row.events.filter(kind="taken_back").count() == 1
        assert not MembershipDoubt.objects.exists()
        assert rechecking.recheck(earlier.pk) == 1
        assert row.membership_checks.count() == 2

    def test_a_number_that_is_somebody_elses_on_the_list_before_confirms_nobody(self):
        earlier, row = roster(), waiting()
        member(earlier, "Somebody Else", number=row.member_number, email="else@example.org")
        wrong = roster()
        row_of(wrong, row)
        rechecking.recheck(wrong.pk)

        self.undo(wrong, earlier)

        assert state(row) == ("unchecked", None)

    def test_who_was_asked_for_proof_still_is_and_what_was_sent_answers_it(self):
        earlier, row, rep = roster(), waiting(), make.representative("MLA")
        asked = membership.record_check(row, by=rep, outcome="proof", note="A card?")
        wrong = roster()
        row_of(wrong, row)
        rechecking.recheck(wrong.pk)

        self.undo(wrong, earlier)

        latest = row.membership_checks.first()
        assert (latest.outcome, latest.note) == ("proof", asked.note)
        assert [kind for kind, _to in mails()] == ["membership_proof"]

    def test_who_was_confirmed_by_hand_is_in_good_standing_again(self):
        earlier, row = roster(), active()
        before = state(row)
        wrong = roster()
        row_of(wrong, row, suspended=True)
        rechecking.recheck(wrong.pk)
        lapsed = state(row)

        self.undo(wrong, earlier)

        assert lapsed == ("lapsed", None)
        assert state(row) == before
        assert before[0] == "confirmed"

    def test_whom_the_list_before_names_is_judged_by_it(self):
        earlier, row = roster(), waiting()
        row_of(earlier, row, until=in_days(30))
        rechecking.recheck(earlier.pk)
        wrong = roster()
        row_of(wrong, row, until=in_days(300))
        rechecking.recheck(wrong.pk)

        self.undo(wrong, earlier)

        assert state(row) == ("confirmed", in_days(30))

    def test_without_a_list_before_it_says_nothing_either(self):
        row = waiting()
        wrong = roster()
        row_of(wrong, row)
        rechecking.recheck(wrong.pk)

        self.undo(wrong)

        assert state(row) == ("unchecked", None)

    def test_what_a_person_found_out_since_stays(self):
        earlier, row = roster(), waiting()
        wrong = roster()
        row_of(wrong, row)
        rechecking.recheck(wrong.pk)
        rep = make.representative("MLA")
        membership.record_check(row, by=rep, outcome="confirmed", good_until=in_days(9))

        self.undo(wrong, earlier)

        assert state(row) == ("confirmed", in_days(9))
