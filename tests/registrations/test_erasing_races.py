"""Erasing while somebody asks, takes back or saves at the same moment (reliability K2, G)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Activity
from cec import retention
from cec.retention import Kept
from registrations import erasing
from registrations.models import Erasure, Event, Person
from registrations.models.history import write_event
from tests import factories as make
from tests.races import at_once
from tests.registrations.kept import due

pytestmark = pytest.mark.django_db(transaction=True)


def test_asked_at_the_same_moment_is_asked_once():
    who = make.person()

    answers = at_once([lambda: erasing.ask(Person.objects.get(pk=who.pk), by=who)] * 4)

    assert len({answer.pk for answer in answers}) == 1
    assert Erasure.objects.count() == 1


def test_erased_and_taken_back_at_the_same_moment_is_one_of_them():
    who = make.person("Zoë Tremblay")
    row = due(erasing.ask(who, by=who))

    at_once([erasing.do_due, lambda: erasing.take_back(row, by=None)])

    row.refresh_from_db()
    who.refresh_from_db()
    assert (row.done_at is None) != (row.taken_back_at is None)
    assert (who.name == "Zoë Tremblay") == (row.done_at is None)


def test_what_is_saved_at_the_same_moment_is_gone_after_the_second_look():
    row = make.registration(make.person("Zoë Tremblay"))

    for number in range(3):
        answers = at_once(
            [
                lambda number=number: make.activity(row, title=f"Zoë learns {number}"),
                lambda: erasing.erase(row.person, by=None, reason=""),
            ]
        )
        assert isinstance(answers[1], Erasure)
    Erasure.objects.update(done_at=timezone.now() - timedelta(hours=2))
    erasing.do_due()

    row.refresh_from_db()
    assert row.status == "withdrawn"
    assert not Activity.objects.filter(title__contains="Zoë").exists()


def test_ending_unused_accounts_keeps_nobody_from_writing_something_about_one_of_them():
    who = make.person()
    found = Person.objects.filter(pk=who.pk)
    kept = Kept("KEPT_ACCOUNT_MONTHS")
    rule = retention.Rule("r", "r", kept, "", lambda _before: found.all(), singly=True)
    written = []

    @rule.remove
    def end(rows):
        written.extend(at_once([lambda: write_event("renamed", by=None, person=who)]))
        return len(rows)

    assert rule.clear() == 1

    assert [type(each) for each in written] == [Event]
