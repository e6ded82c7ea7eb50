"""Twenty clicks at once: one activity, one import, no lost edit. Real threads on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from activities import points
from activities.models import Activity, Import
from registrations.models import Event
from tests import factories as make
from tests.activities.pages import at, full, quick
from tests.activities.test_importing import confirm, upload

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def all_at_once(person, act):
    """Run `act(client, number)` in several threads at the same moment; return the answers."""
    barrier = Barrier(AT_ONCE)

    def run(number):
        try:
            client = Client()
            client.force_login(person)
            barrier.wait(timeout=20)
            return act(client, number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_many_clicks_on_add_save_one_activity():
    registration = make.registration()
    said = quick()

    answers = all_at_once(
        registration.person,
        lambda client, _number: client.post(at("activities", registration), said).status_code,
    )

    assert answers == [302] * AT_ONCE
    assert Activity.objects.count() == 1


def test_without_the_token_each_click_would_save_one():
    """The race is real: the same requests without what makes them one."""
    registration = make.registration()
    said = quick(anyway="1")
    del said["token"]

    all_at_once(
        registration.person,
        lambda client, _number: client.post(at("activities", registration), said),
    )

    assert Activity.objects.count() == AT_ONCE


def test_different_activities_near_the_limit_add_up_to_the_limit():
    registration = make.registration()

    all_at_once(
        registration.person,
        lambda client, number: client.post(
            at("activities", registration), quick(title=f"Webinar {number}", hours="4")
        ),
    )

    standing = points.standing(registration)
    assert (standing.raw, standing.counted) == (4 * AT_ONCE, 20)


def test_of_many_edits_of_one_version_one_is_saved():
    registration = make.registration()
    entry = make.activity(registration, title="Before")

    answers = all_at_once(
        registration.person,
        lambda client, number: (
            client.post(
                at("activity", registration, entry.pk), full(title=f"Window {number}")
            ).status_code
        ),
    )

    entry.refresh_from_db()
    assert sorted(answers) == [302] + [409] * (AT_ONCE - 1)
    assert entry.version == 2


def test_many_clicks_on_save_import_once(by_hand):
    registration = make.registration()
    client = Client()
    client.force_login(registration.person)
    imported, seen = upload(client, registration, by_hand)

    answers = all_at_once(
        registration.person,
        lambda client, _number: confirm(client, registration, imported, seen).status_code,
    )

    assert answers == [302] * AT_ONCE
    assert Activity.objects.count() == 10
    assert Import.objects.get().state == Import.State.SAVED
    assert Event.objects.filter(registration=registration, kind="import").count() == 1
