"""The states of a registration: every pair of states, and two people at once."""

import itertools
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import registering
from registrations.models import Registration
from tests import factories as make
from tests.races import at_once

STATES = [state for state, _label in Registration.Status.choices]

# domain.md section 6, once more and by hand.
ALLOWED = {
    ("draft", "submitted"),
    ("submitted", "active"),
    ("submitted", "declined"),
    ("draft", "withdrawn"),
    ("submitted", "withdrawn"),
    ("active", "withdrawn"),
    ("active", "turned_in"),
    ("turned_in", "active"),
    ("turned_in", "accepted"),
    ("accepted", "certified"),
    ("active", "lapsed"),
    # Erasing a person ends whatever goes on (reliability K2).
    ("turned_in", "withdrawn"),
    ("accepted", "withdrawn"),
}


def test_the_moves_are_those_of_the_domain():
    moves = {(old, new) for olds, new in Registration.MOVES.values() for old in olds}

    assert moves == ALLOWED


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "move"), list(itertools.product(STATES, Registration.MOVES)))
def test_a_move_is_made_only_from_its_states(state, move):
    row = make.registration(status=state)
    olds, new = Registration.MOVES[move]
    fields = {}
    if move in ("send", "decline") and state == "draft":
        fields = {"submitted_at": "2026-01-01T12:00Z", "submitted_on": "2026-01-01"}
    if move == "approve":
        fields = {"starts_on": "2026-01-01", "ends_on": "2028-12-31"}

    if state in olds:
        event = row.move(move, by=row.person, reason="Why", **fields)
        row.refresh_from_db()
        assert row.status == new
        assert (event.from_status, event.to_status, event.reason) == (state, new, "Why")
    else:
        with pytest.raises(Refused):
            row.move(move, by=row.person, **fields)
        row.refresh_from_db()
        assert row.status == state
        assert not row.events.exists()


@pytest.mark.django_db
def test_a_stale_page_does_not_move_what_moved_meanwhile():
    row = make.registration(status="submitted", paid=True)
    stale = Registration.objects.get(pk=row.pk)
    row.move("withdraw", by=row.person)

    with pytest.raises(Refused) as refused:
        stale.move("decline", by=None)

    assert refused.value.problems[0].code == "already_moved"
    assert row.person.name in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_decide_at_once_one_wins_and_the_others_are_told():
    for _round in range(3):
        row = make.registration(status="submitted", paid=True)
        make.confirm(row, until=make.date(2099, 1, 1))
        people = [make.representative() for _ in range(3)] + [make.steering() for _ in range(3)]
        deeds = [
            partial(registering.approve, row, by=person)
            if number % 2
            else partial(registering.decline, row, by=person, reason="No.")
            for number, person in enumerate(people)
        ]

        outcomes = at_once(deeds)

        told = [error for error in outcomes if isinstance(error, Refused)]
        assert outcomes.count(None) == 1
        assert len(told) == 5
        assert {error.problems[0].code for error in told} == {"already_moved"}
        assert row.events.exclude(to_status="").count() == 1
        assert OutgoingMail.objects.filter(to=row.person.email).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_compare_and_set_the_race_is_real():
    """The twin: the naive way lets several people decide (reliability G)."""
    row = make.registration(status="submitted", paid=True)
    barrier = Barrier(2)

    def naive(status):
        def decide():
            with transaction.atomic():
                mine = Registration.objects.get(pk=row.pk)
                if mine.status != "submitted":
                    return False
                barrier.wait(timeout=20)
                Registration.objects.filter(pk=row.pk).update(status=status, starts_on="2026-01-01")
                return True

        return decide

    outcomes = at_once([naive("active"), naive("declined")])

    assert outcomes == [True, True]
