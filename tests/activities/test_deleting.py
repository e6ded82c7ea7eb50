"""Deleting asks first, and can be undone for thirty days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities import log, points, publishing, rehearsing
from activities.models import Activity, Credit
from registrations.rulebook import contents
from tests import factories as make
from tests.activities.pages import at, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def entry(registration):
    return make.activity(registration, "PD-I", hours="12", on="2025-04-01", title="Webinar")


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def test_the_confirm_page_says_what_is_lost_and_deletes_nothing(own, registration, entry):
    page = text(own.get(at("activity_delete", registration, entry.pk)))

    assert "Delete “Webinar”?" in page
    assert "12 points will no longer count" in page
    assert "for 30 days" in page
    assert Activity.objects.kept().count() == 1


def test_deleting_makes_parked_points_of_a_later_entry_count(own, registration, entry):
    later = make.activity(registration, "PD-I", hours="12", on="2025-05-01")
    assert points.ledger(registration)[later.pk].counted == 8

    response = own.post(at("activity_delete", registration, entry.pk), follow=True)

    assert points.ledger(registration)[later.pk].counted == 12
    assert Credit.objects.get(activity=entry).state == "deleted"
    assert "“Webinar” is deleted. You can bring it back for 30 days. Undo" in text(response)
    undo = at("activity_restore", registration, entry.pk)
    assert f'<a href="{undo}">Undo</a>' in response.content.decode()


def test_markup_in_the_title_stays_text_in_the_message(own, registration):
    entry = make.activity(registration, title="<b>bold</b>")

    response = own.post(at("activity_delete", registration, entry.pk), follow=True)

    assert "<b>bold" not in response.content.decode()


def test_a_second_click_finds_it_deleted_and_keeps_the_first_date(own, registration, entry):
    page = at("activity_delete", registration, entry.pk)
    own.post(page)
    before = Activity.objects.get().deleted_at

    second = own.post(page)

    assert second.status_code == 302
    assert Activity.objects.get().deleted_at == before


def test_undo_brings_it_back_with_its_points(own, registration, entry):
    log.delete(registration, entry, by=registration.person)
    page = at("activity_restore", registration, entry.pk)

    asked = own.get(page)
    still_deleted = Activity.objects.get().deleted_at
    response = own.post(page, follow=True)

    assert "Bring back “Webinar”?" in text(asked)
    assert still_deleted is not None
    assert "It’s back in your record. 12 points count. Year 1 is at 12." in text(response)
    assert points.standing(registration).counted == 12


def test_a_second_undo_changes_nothing(own, registration, entry):
    log.delete(registration, entry, by=registration.person)
    page = at("activity_restore", registration, entry.pk)
    own.post(page)
    version = Activity.objects.get().version

    assert own.post(page).status_code == 302
    assert Activity.objects.get().version == version


def test_after_thirty_days_it_can_not_come_back(own, registration, entry):
    log.delete(registration, entry, by=registration.person)
    Credit.objects.update(deleted_at=timezone.now() - timedelta(days=30, minutes=1))
    page = at("activity_restore", registration, entry.pk)

    assert own.get(page).status_code == 404
    assert own.post(page).status_code == 404
    assert Activity.objects.get().deleted_at is not None


@pytest.mark.parametrize("name", ["activity_delete", "activity_restore"])
def test_what_was_deleted_long_ago_under_former_rules_is_not_found(own, registration, entry, name):
    log.delete(registration, entry, by=registration.person)
    Credit.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    draft = make.draft()
    contents.remove_type(draft.types.get(key="pd-i"))
    rehearsing.rehearse(draft.program, by=make.administrator())
    publishing.publish(
        draft.program,
        by=make.administrator(),
        seen=contents.state_of(draft),
        reason="PD-I is gone.",
        for_all=True,
    )

    page = own.get(at(name, registration, entry.pk))

    registration.refresh_from_db()
    assert registration.rules == draft
    assert page.status_code == 404


@pytest.mark.parametrize("name", ["activity_delete", "activity_restore"])
def test_a_closed_record_loses_and_gains_nothing(own, registration, entry, name):
    if name == "activity_restore":
        log.delete(registration, entry, by=registration.person)
    type(registration).objects.update(status="turned_in")
    before = Activity.objects.get().deleted_at

    response = own.post(at(name, registration, entry.pk), follow=True)

    assert "This record is closed for changes." in text(response)
    assert Activity.objects.get().deleted_at == before


@pytest.mark.parametrize("name", ["activity_delete", "activity_restore"])
def test_only_the_owner_deletes_and_restores(client, registration, entry, name):
    if name == "activity_restore":
        log.delete(registration, entry, by=registration.person)
    before = Activity.objects.get().deleted_at
    page = at(name, registration, entry.pk)
    for who, status in (
        (make.person(), 404),
        (make.registration().person, 404),
        (make.representative("MLA"), 403),
    ):
        client.force_login(who)

        assert client.get(page).status_code == status
        assert client.post(page).status_code == status
    assert Activity.objects.get().deleted_at == before


@pytest.mark.parametrize("name", ["activity_delete", "activity_restore"])
def test_the_entry_of_another_record_is_not_found(own, registration, name):
    theirs = make.activity(make.registration())

    assert own.post(at(name, registration, theirs.pk)).status_code == 404
    assert Activity.objects.kept().filter(pk=theirs.pk).exists()


def test_other_methods_are_not_allowed(own, registration, entry):
    assert own.put(at("activity_delete", registration, entry.pk)).status_code == 405
    assert own.delete(at("activity_restore", registration, entry.pk)).status_code == 405
