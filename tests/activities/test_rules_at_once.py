"""Publishing, editing and logging at the same moment, each on a connection of its own."""

from datetime import date
from decimal import Decimal
from functools import partial
from threading import Event as Signal

import pytest
from django.db import transaction

from activities import log, points, publishing, questions, rehearsing, telling
from activities.models import Activity, Credit
from cec.models import OutgoingMail
from cec.problems import Refused
from certificates.completion import moves
from registrations.models import Rate, Registration
from registrations.rulebook import contents, drafting
from registrations.rulebook.drafting import Place
from tests import factories as make
from tests.races import at_once, wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def lower(office):
    """A draft in which a formal course gives one point an hour, rehearsed."""
    draft = make.draft(by=office)
    Rate.objects.filter(activity_type__rules=draft, activity_type__key="pd-f").update(per_hour=1)
    rehearsing.rehearse(draft.program, by=office)
    return draft


def publish(office, draft, *, for_all=True, seen=None):
    return publishing.publish(
        make.program(),
        by=office,
        seen=seen or contents.state_of(draft),
        reason="The committee’s decision.",
        for_all=for_all,
    )


def refusals(outcomes):
    return [error.problems[0].code for error in outcomes if isinstance(error, Refused)]


def entry():
    return Activity(title="A course", completed_on=date(2025, 5, 1), hours=Decimal(4))


def test_a_draft_is_published_once():
    office = make.administrator()
    row = make.registration()
    make.activity(row, "PD-F", hours="4")
    draft = lower(office)
    seen = contents.state_of(draft)

    outcomes = at_once([partial(publish, office, draft, seen=seen) for _ in range(4)])

    row.refresh_from_db()
    assert refusals(outcomes) == ["no_draft"] * 3
    assert row.events.filter(kind="other_rules").count() == 1
    assert make.program().rules.published().count() == 2


def test_two_first_edits_make_one_draft():
    place = Place(make.program(), "needed")
    seen = place.seen()

    def edit(office):
        with drafting.editing(place, by=office, seen=seen) as draft:
            return draft.pk

    outcomes = at_once([partial(edit, make.administrator()) for _ in range(4)])

    assert len(set(outcomes)) == 1
    assert make.program().rules.filter(published_at=None).count() == 1


def test_an_edit_while_the_draft_is_published_is_told_and_changes_nothing_published():
    office = make.administrator()
    draft = lower(office)
    place = Place(make.program(), "type", "pd-f")
    seen, begun = place.seen(), Signal()

    def publish_slowly():
        with transaction.atomic():
            version = publish(office, draft)
            begun.set()
            wait_for_a_lock()
            return version

    def edit():
        begun.wait(timeout=20)
        with drafting.editing(place, by=office, seen=seen) as mine:
            mine.types.get(key="pd-f").rates.update(per_hour=9)
            return mine

    version, edited = at_once([publish_slowly, edit])

    assert version.types.get(key="pd-f").rates.get().per_hour == 1
    assert edited.pk != version.pk
    assert edited.version == version.version + 1


def test_an_entry_that_is_saved_while_everybody_moves_is_told_of_the_other_rules():
    office = make.administrator()
    row = make.registration()
    draft = lower(office)
    begun = Signal()
    former = make.rate("PD-F")

    def publish_slowly():
        with transaction.atomic():
            publish(office, draft)
            begun.set()
            wait_for_a_lock()

    def save():
        mine = Registration.objects.get(pk=row.pk)
        begun.wait(timeout=20)
        log.add(mine, entry(), rate=former)

    outcomes = at_once([publish_slowly, save])

    row.refresh_from_db()
    assert refusals(outcomes) == ["other_rules"]
    assert row.rules == draft
    assert not Credit.objects.filter(registration=row).exists()


def test_an_entry_that_was_first_moves_along():
    office = make.administrator()
    row = make.registration()
    draft = lower(office)
    begun = Signal()
    former = make.rate("PD-F")

    def save_slowly():
        with transaction.atomic():
            log.add(Registration.objects.get(pk=row.pk), entry(), rate=former)
            begun.set()
            wait_for_a_lock()

    def publish_then():
        begun.wait(timeout=20)
        return publish(office, draft)

    outcomes = at_once([save_slowly, publish_then])

    row.refresh_from_db()
    assert refusals(outcomes) == []
    assert row.rules == draft
    assert Credit.objects.get(registration=row).activity_type.rules == draft
    assert points.standing(row).counted == 4


@pytest.mark.parametrize("name", ["questions", "moves"])
def test_whoever_locks_a_record_while_everybody_moves_finds_it_under_the_new_rules(name):
    """A lock that joined the rules would find nothing: the joined row is that of before."""
    office, reviewer = make.administrator(), make.steering()
    row = make.registration()
    draft = lower(office)
    begun = Signal()
    lock = {"questions": partial(questions.lock, by=reviewer), "moves": moves.lock}[name]

    def publish_slowly():
        with transaction.atomic():
            publish(office, draft)
            begun.set()
            wait_for_a_lock()

    def look():
        begun.wait(timeout=20)
        with transaction.atomic():
            return lock(row).rules

    assert at_once([publish_slowly, look]) == [None, draft]


def test_everybody_is_told_once_whoever_tells():
    office = make.administrator()
    rows = [make.registration() for _ in range(3)]
    for row in rows:
        make.activity(row, "PD-F", hours="4")
    publish(office, lower(office))

    at_once([telling.tell] * 4)

    told = OutgoingMail.objects.filter(kind="rules_changed")
    assert sorted(mail.person_id for mail in told) == sorted(row.person_id for row in rows)


def test_one_registration_moves_once():
    office = make.administrator()
    row = make.registration()
    version = publish(office, lower(office), for_all=False)
    move = partial(publishing.move_one, row, by=office, rules=version, reason="Asked for.")

    outcomes = at_once([move] * 4)

    assert refusals(outcomes) == ["not_movable"] * 3
    assert row.events.filter(kind="other_rules").count() == 1
