"""Everybody moves to new rules in turns: the first with publishing, the others by a worker."""

import pytest

from activities import moving, points, publishing, tasks, telling
from activities.models import Effect, Rehearsal
from cec import backlog, retention, stumbles, work
from registrations.models import Event, Registration
from registrations.trying_again import try_again
from tests import factories as make
from tests.activities.moves import (
    fail_for,
    figures,
    letters,
    moves,
    people,
    persons,
    prepare,
    publish,
    versions,
)

pytestmark = pytest.mark.django_db

SWEEP = "activities.tasks.move_those_who_follow"


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch):
    monkeypatch.setattr(moving, "AT_ONCE", 2)


@pytest.fixture
def office():
    return make.administrator()


class Killed(BaseException):
    """As a worker ends that is killed: nothing catches it."""


class TestTurns:
    def test_a_small_association_sees_it_done_at_once(self, office):
        rows = people(2)

        publish(office)

        assert versions(rows) == [2, 2]
        assert figures(Rehearsal.objects.get()) == (2, 2, 0, 0, False)

    def test_the_others_are_moved_by_the_sweeper_each_once_with_one_letter(self, office):
        rows = people(5)
        untouched = make.registration(status="submitted")

        publish(office)
        at_first = versions([*rows, untouched])
        telling.tell()
        work.run(SWEEP)
        work.run(SWEEP)

        to_tell = Effect.objects.filter(to_tell=True).values_list("registration", flat=True)
        assert at_first == [2, 2, 1, 1, 1, 1]
        assert sorted(to_tell) == [row.pk for row in rows[2:]]
        assert moves([*rows, untouched]) == [[(1, 2)]] * 6
        assert [points.standing(row).counted for row in rows] == [4] * 5
        assert letters() == persons(rows)
        assert figures(Rehearsal.objects.get()) == (6, 5, 0, 0, False)

    def test_one_message_moves_some_and_asks_for_the_next(
        self, office, monkeypatch, django_capture_on_commit_callbacks
    ):
        rows = people(5)
        asked = []
        monkeypatch.setattr(work, "_offer", lambda name, ids: asked.append((name, ids)))
        with django_capture_on_commit_callbacks(execute=True):
            publish(office)
        move = Rehearsal.objects.get()

        for _message in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                tasks.move_to_new_rules(move.pk)

        assert versions(rows) == [2] * 5
        assert [name for name, _ids in asked].count(moving.MOVE) == 2

    def test_the_history_says_who_published_and_as_what_though_the_role_is_over(self, office):
        rows = people(3)
        publish(office)
        office.appointments.update(ended_at="2026-01-01T00:00Z", ended_by=office)

        work.run(SWEEP)

        told = Event.objects.filter(kind="other_rules", registration__in=rows)
        assert set(told.values_list("actor", "role", "reason")) == {
            (office.pk, "administrator", "The committee’s decision.")
        }
        assert told.count() == 3

    def test_who_cant_be_moved_is_found_in_each_turn_and_looked_at_once(self, office):
        rows = people(6)
        stuck = [rows[1], rows[2], rows[5]]
        for row in stuck:
            make.activity(row, "LEAD", key="board")
        draft = make.draft(by=office)
        draft.types.get(key="lead").rates.filter(key="board").delete()

        publish(office, prepare(office))
        work.run(SWEEP)

        move = Rehearsal.objects.get()
        assert versions(rows) == [2, 1, 1, 2, 2, 1]
        assert [each.registration for each in move.effects.exclude(stuck="")] == stuck
        assert figures(move) == (6, 3, 0, 3, False)
        assert letters() == persons([rows[0], rows[3], rows[4]])

    def test_who_turned_in_meanwhile_keeps_the_figures_that_are_decided_on(self, office):
        rows = people(4)
        publish(office)
        Registration.objects.filter(pk=rows[3].pk).update(status="turned_in")

        work.run(SWEEP)

        assert versions(rows) == [2, 2, 2, 1]
        assert not Rehearsal.objects.get().to_move

    def test_who_is_sent_back_meanwhile_moves_too(self, office):
        rows = people(4)
        Registration.objects.filter(pk=rows[0].pk).update(status="turned_in")
        publish(office)
        Registration.objects.filter(pk=rows[0].pk).update(status="active")

        work.run(SWEEP)

        assert versions(rows) == [2] * 4

    def test_it_is_neither_a_trial_nor_too_old_while_it_goes_on(self, office):
        people(3)
        publish(office)
        Rehearsal.objects.update(made_at="2020-01-01T00:00Z")

        assert retention.rules()["rehearsals"].clear() == 0


class TestFailing:
    def test_a_worker_that_is_killed_in_a_turn_leaves_nothing_half(self, office, monkeypatch):
        rows = people(5)
        publish(office)
        with monkeypatch.context() as patch:
            fail_for(patch, rows[3], Killed)
            with pytest.raises(Killed):
                tasks.move_those_who_follow()
        between = versions(rows), figures(Rehearsal.objects.get())

        tasks.move_those_who_follow()

        assert between == ([2, 2, 1, 1, 1], (2, 2, 0, 0, True))
        assert moves(rows) == [[(1, 2)]] * 5
        assert letters() == persons(rows)
        assert figures(Rehearsal.objects.get()) == (5, 5, 0, 0, False)

    def test_one_that_always_fails_stops_after_five_tries_and_nobody_else_waits(
        self, office, monkeypatch
    ):
        rows = people(5)
        publish(office)
        with monkeypatch.context() as patch:
            fail_for(patch, rows[2])

            looked_at = [tasks.move_those_who_follow() for _sweep in range(6)]

        assert looked_at == [2, 0, 0, 0, 0, 0]
        assert versions(rows) == [2, 2, 1, 2, 2]
        assert stumbles.Stumble.objects.get().tries == 5
        assert list(stumbles.given_up(moving.MOVE)) == [rows[2].pk]
        assert tasks.move_those_who_follow() == 0
        assert letters() == persons([*rows[:2], *rows[3:]])
        assert figures(Rehearsal.objects.get()) == (4, 4, 0, 0, True)

    def test_one_that_fails_at_once_keeps_no_rules_from_being_published(self, office, monkeypatch):
        rows = people(3)
        with monkeypatch.context() as patch:
            fail_for(patch, rows[0])

            version = publish(office)

            assert make.program().current_rules == version
            assert figures(Rehearsal.objects.get()) == (0, 0, 0, 0, True)
            tasks.move_those_who_follow()
        assert versions(rows) == [1, 2, 2]

    def test_whoever_looks_after_it_sees_how_many_wait_and_lets_one_be_tried_again(
        self, office, monkeypatch
    ):
        rows = people(5)
        publish(office)
        at_first = dict(backlog.standing())["moves"]
        with monkeypatch.context() as patch:
            fail_for(patch, rows[4])
            for _sweep in range(6):
                tasks.move_those_who_follow()
        (given_up,) = [each for each in backlog.all_of_it() if each.kind.name == "moves"]

        tried = try_again(given_up.kind, rows[4].pk, by=office)
        tasks.move_those_who_follow()

        assert (at_first["waiting"], at_first["failed"]) == (3, 0)
        assert at_first["oldest"] == Rehearsal.objects.get().moved_at
        assert (given_up.waiting, given_up.failed) == (0, 1)
        assert given_up.failures[0].title == rows[4].person.name
        assert given_up.failures[0].error == "ZeroDivisionError: broken"
        assert tried == 1
        assert rows[4].events.filter(kind="work_retried", actor=office).count() == 1
        assert versions(rows) == [2] * 5
        assert not Rehearsal.objects.get().to_move


class TestNewerRules:
    def test_for_all_takes_over_and_whoever_was_left_goes_there_alone(self, office):
        rows = people(5)
        publish(office)

        publish(office, prepare(office, "3"))
        while_it_goes_on = list(Rehearsal.objects.filter(to_move=True))
        work.run(SWEEP)

        assert [move.rules.version for move in while_it_goes_on] == [3]
        assert versions(rows) == [3] * 5
        assert moves(rows) == [[(1, 2), (2, 3)]] * 2 + [[(1, 3)]] * 3
        assert letters() == persons([*rows, *rows[:2]])
        assert not Rehearsal.objects.filter(to_move=True).exists()

    def test_for_new_registrations_alone_the_older_move_goes_on_and_nobody_moves_back(self, office):
        rows = people(5)
        publish(office)
        newest = publish(office, prepare(office, "3"), for_all=False)
        later = make.registration()
        publishing.move_one(rows[3], by=office, rules=newest, reason="Asked.")

        work.run(SWEEP)

        assert versions([*rows, later]) == [2, 2, 2, 3, 2, 3]
        assert moves([rows[3], later]) == [[(1, 3)], []]
        assert not Rehearsal.objects.filter(to_move=True).exists()

    def test_who_was_stuck_or_given_up_is_looked_at_anew(self, office, monkeypatch):
        rows = people(4)
        make.activity(rows[0], "LEAD", key="board")
        gone = make.draft(by=office).types.get(key="lead").rates.filter(key="board")
        kept = gone.values().get()
        gone.delete()
        publish(office, prepare(office))
        with monkeypatch.context() as patch:
            fail_for(patch, rows[3])
            for _sweep in range(6):
                tasks.move_those_who_follow()
        before = versions(rows)
        draft = make.draft(by=office)
        kind = draft.types.get(key="lead")
        kind.rates.create(**kept | {"id": None, "activity_type_id": kind.pk})

        publish(office, prepare(office, "3"))
        work.run(SWEEP)

        assert before == [1, 2, 2, 1]
        assert versions(rows) == [3] * 4
        assert not stumbles.Stumble.objects.exists()
