"""Moving everybody to new rules, by several at once and beside what people do meanwhile."""

from datetime import date
from decimal import Decimal
from functools import partial
from threading import Event as Signal

import pytest
from django.db import connection, transaction

from activities import carrying, log, moving, points, tasks
from activities.models import Activity, Rehearsal
from cec.problems import Refused
from registrations.models import Rate, Registration
from tests import factories as make
from tests.activities.moves import (
    figures,
    letters,
    moves,
    people,
    persons,
    prepare,
    publish,
    versions,
)
from tests.races import at_once, wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch):
    monkeypatch.setattr(moving, "AT_ONCE", 2)


@pytest.fixture
def office():
    return make.administrator()


def entry():
    return Activity(title="A course", completed_on=date(2025, 5, 1), hours=Decimal(4))


def former_rate():
    return Rate.objects.get(
        activity_type__rules__version=1,
        activity_type__rules__program__code="CEC",
        activity_type__code_en="PD-F",
    )


def test_workers_at_once_move_each_once(office):
    rows = people(9)
    publish(office)

    at_once([tasks.move_those_who_follow] * 3)

    assert moves(rows) == [[(1, 2)]] * 9
    assert letters() == persons(rows)
    assert figures(Rehearsal.objects.get()) == (9, 9, 0, 0, False)


def test_a_connection_that_is_lost_in_a_turn_leaves_nothing_half(office, monkeypatch):
    rows = people(4)
    publish(office)
    carry = carrying.carry

    def lose(*values, **fields):
        monkeypatch.undo()
        carry(*values, **fields)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(carrying, "carry", lose)

    tasks.move_those_who_follow()
    tasks.move_those_who_follow()

    assert moves(rows) == [[(1, 2)]] * 4
    assert letters() == persons(rows)


def test_an_entry_that_is_being_saved_moves_along_with_its_record(office):
    rows = people(3)
    publish(office)
    former, begun = former_rate(), Signal()

    def save_slowly():
        with transaction.atomic():
            log.add(Registration.objects.get(pk=rows[2].pk), entry(), rate=former)
            begun.set()
            wait_for_a_lock()

    def move():
        begun.wait(timeout=20)
        return tasks.move_those_who_follow()

    outcomes = at_once([save_slowly, move])

    assert outcomes == [None, 1]
    assert points.standing(Registration.objects.get(pk=rows[2].pk)).counted == 8


def test_an_entry_saved_while_its_record_moves_is_told_of_the_other_rules(office):
    rows = people(3)
    publish(office)
    former, begun = former_rate(), Signal()

    def move_slowly():
        with transaction.atomic():
            tasks.move_those_who_follow()
            begun.set()
            wait_for_a_lock()

    def save():
        mine = Registration.objects.get(pk=rows[2].pk)
        begun.wait(timeout=20)
        log.add(mine, entry(), rate=former)

    outcomes = at_once([move_slowly, save])

    assert isinstance(outcomes[1], Refused)
    assert versions(rows) == [2] * 3


def test_a_worker_that_waited_for_newer_rules_moves_nobody_to_the_older(office):
    rows = people(5)
    publish(office)
    draft, begun = prepare(office, "3"), Signal()

    def publish_slowly():
        with transaction.atomic():
            publish(office, draft)
            begun.set()
            wait_for_a_lock()

    def move():
        begun.wait(timeout=20)
        return tasks.move_those_who_follow()

    outcomes = at_once([publish_slowly, move])

    assert outcomes == [None, 0]
    assert versions(rows) == [3, 3, 1, 1, 1]
    tasks.move_those_who_follow()
    assert moves(rows) == [[(1, 2), (2, 3)]] * 2 + [[(1, 3)]] * 3


@pytest.mark.parametrize("for_all", [True, False])
def test_a_publication_beside_a_worker_is_right_whoever_is_first(office, for_all):
    rows = people(7)
    publish(office)
    draft = prepare(office, "3")

    at_once(
        [
            tasks.move_those_who_follow,
            partial(publish, office, draft, for_all=for_all),
            tasks.move_those_who_follow,
        ]
    )
    tasks.move_those_who_follow()

    assert versions(rows) == [3 if for_all else 2] * 7
    assert set(map(tuple, moves(rows))) <= {((1, 2),), ((1, 3),), ((1, 2), (2, 3))}
    assert len(letters()) == sum(map(len, moves(rows)))
    assert not Rehearsal.objects.filter(to_move=True).exists()
