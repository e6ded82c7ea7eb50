"""Two records, one entry, the same moment: nothing twice, nothing lost, nobody waits for ever."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from activities import log, several
from activities.models import Activity, Credit
from cec.problems import Refused
from registrations.models import Registration
from tests import factories as make
from tests.races import at_once, wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def records():
    """Records of one person in both programs."""
    person = make.person()
    careers = make.registration(
        person, code="CPC", association_code=None, starts_on=date(2025, 6, 1)
    )
    return make.registration(person), careers


def entry_of(registration):
    return make.activity(registration, "PD-F", hours="10", on="2025-07-01", title="Ethics")


def fixed(code="1-WEEK"):
    return make.rate(code, program_code="CPC")


def test_counting_it_elsewhere_many_times_at_once_makes_one_credit(records):
    library, careers = records
    entry, rate = entry_of(library), fixed()

    answers = at_once([lambda: several.count_in(careers, entry, rate=rate)] * 6)

    assert sorted(answers) == [False] * 5 + [True]
    assert Credit.objects.filter(registration=careers).count() == 1


def test_of_edits_in_two_records_of_one_version_one_is_saved(records):
    library, careers = records
    entry = entry_of(library)
    several.count_in(careers, entry, rate=fixed())
    rates = {library: make.rate("PD-F"), careers: fixed()}

    def edit(registration, hours):
        row = Activity.objects.get(pk=entry.pk)
        row.version, row.hours = 1, Decimal(hours)
        log.change(registration, row, rate=rates[registration], by=registration.person)
        return "saved"

    answers = at_once(
        [lambda: edit(library, 3), lambda: edit(careers, 4), lambda: edit(library, 5)] * 2
    )

    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    saved = Activity.objects.get()
    assert len(refusals) == 5
    assert {refused.problems[0].code for refused in refusals} == {"stale"}
    assert saved.version == 2
    assert Credit.objects.get(registration=library).points == 2 * saved.hours


def test_an_edit_waits_for_the_other_record_to_take_the_entry_and_is_worth_the_same_there(records):
    library, careers = records
    entry = make.activity(careers, "1-WEEK", hours="10", on="2025-07-01")
    rate, own_rate = make.rate("PD-F"), fixed()
    entry.hours = Decimal(3)

    def edit():
        return log.change(careers, entry, rate=own_rate, by=careers.person)

    def share():
        with transaction.atomic():
            several.count_in(library, Activity.objects.get(pk=entry.pk), rate=rate)
            wait_for_a_lock()

    def edit_meanwhile():
        for _try in range(200):
            if not _is_free(library):
                return edit()
        raise AssertionError("nobody took the lock")

    answers = at_once([share, edit_meanwhile])

    assert answers == [None, entry]
    assert Credit.objects.get(registration=library).points == 6


def _is_free(registration):
    """Whether nobody holds the lock of a registration."""
    with transaction.atomic():
        rows = Registration.objects.select_for_update(skip_locked=True, of=("self",))
        return rows.filter(pk=registration.pk).exists()


def test_deeds_in_both_records_in_any_order_end(records):
    """Each deed locks both records: in two orders they would wait for each other."""
    library, careers = records
    entries = [entry_of(library) for _number in range(4)]
    rate, other = make.rate("PD-F"), fixed()
    for entry in entries:
        several.count_in(careers, entry, rate=other)

    def change(registration, entry, its_rate):
        row = Activity.objects.get(pk=entry.pk)
        log.change(registration, row, rate=its_rate, by=registration.person)

    def take_out_and_back(registration, entry):
        log.delete(registration, entry, by=registration.person)
        log.restore(registration, entry, by=registration.person)

    def add():
        new = Activity(title="New", completed_on=date(2025, 7, 2), hours=Decimal(1))
        log.add(careers, new, rate=other, also={library: rate})

    answers = at_once(
        [
            lambda: change(library, entries[0], rate),
            lambda: change(careers, entries[1], other),
            lambda: take_out_and_back(library, entries[2]),
            lambda: take_out_and_back(careers, entries[3]),
            add,
            add,
            lambda: log.change_all(
                library, [(Activity.objects.get(pk=entries[3].pk), rate)], by=library.person
            ),
            lambda: log.change_all(
                careers, [(Activity.objects.get(pk=entries[2].pk), other)], by=careers.person
            ),
        ]
    )

    unforeseen = [
        answer for answer in answers if answer is not None and not isinstance(answer, Refused)
    ]
    assert unforeseen == []
    assert Credit.objects.kept().count() == 2 * 6


def test_taking_it_out_of_both_at_once_deletes_it_and_of_one_keeps_it(records):
    library, careers = records
    entry = entry_of(library)
    several.count_in(careers, entry, rate=fixed())

    at_once(
        [
            lambda: log.delete(library, entry, by=library.person),
            lambda: log.delete(careers, entry, by=careers.person),
        ]
    )

    assert not Credit.objects.kept().exists()
    assert not Activity.objects.kept().exists()
