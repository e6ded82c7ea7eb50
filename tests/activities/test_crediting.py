"""Asking an organisation to approve credits (K2, K3)."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities import crediting, log
from activities.models import CreditRequest
from cec.problems import Refused
from registrations.models import Organisation, Registration
from tests import factories as make
from tests.activities.asking import an_organisation, asked_for_entry, asked_for_part, codes, mails
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_an_entry_is_asked_for_with_the_number_that_is_allocated():
    organisation = an_organisation(webinar_participant="1.5")
    officer = make.officer(organisation)

    row = asked_for_entry(organisation, words="For my renewal.")

    row.refresh_from_db()
    assert (row.part, row.title, row.course.key) == (
        "participant",
        "Résumés for newcomers",
        "webinar",
    )
    assert (row.proposed, row.state, row.done_on) == (Decimal("1.5"), "asked", date(2025, 5, 1))
    assert row.registration.events.get(kind="credits_asked").details["request"] == row.pk
    assert mails("credits_asked") == [officer]


def test_a_part_in_a_course_needs_no_entry():
    row = asked_for_part(an_organisation(webinar_presenter="2"))

    assert row.activity is None
    assert (row.part, row.proposed, row.what) == ("presenter", 2, "CPC webinar")


def test_where_nothing_is_allocated_no_number_is_proposed_and_nought_is_one():
    organisation = an_organisation(webinar_presenter="0")

    assert asked_for_part(organisation, part="volunteer").proposed is None
    assert asked_for_part(organisation, part="presenter").proposed == 0


@pytest.mark.parametrize(
    ("prepared", "code"),
    [
        ({"planned": True, "on": timezone.localdate() + timedelta(days=9)}, "not_done"),
        ({"deleted": True}, "not_done"),
        ({"disallowed": True}, "not_done"),
    ],
)
def test_only_what_counts_can_be_asked_for(prepared, code):
    row = make.careers()
    deleted, disallowed = prepared.pop("deleted", False), prepared.pop("disallowed", False)
    entry = make.webinar(row, **prepared)
    if deleted:
        log.delete(row, entry, by=row.person)
    if disallowed:
        entry.credits.update(state="disallowed")

    with pytest.raises(Refused) as refused:
        asked_for_entry(row=row, entry=entry)

    assert codes(refused) == [code]
    assert not CreditRequest.objects.exists()


def test_an_entry_of_somebody_else_cannot_be_asked_for():
    mine, theirs = make.careers(), make.careers()

    with pytest.raises(Refused):
        asked_for_entry(row=mine, entry=make.webinar(theirs))
    with pytest.raises(PermissionDenied):
        crediting.ask_for_entry(
            theirs, make.webinar(theirs), by=mine.person, organisation=an_organisation()
        )

    assert not CreditRequest.objects.exists()


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 3, 14), "too_early"),
        (timezone.localdate() + timedelta(days=2), "future"),
    ],
)
def test_a_part_was_had_in_the_program_and_not_ahead(day, code):
    with pytest.raises(Refused) as refused:
        asked_for_part(done_on=day)

    assert codes(refused) == [code]


@pytest.mark.parametrize("change", [{"is_active": False}, {"programs": None}])
def test_only_an_active_organisation_of_the_program_is_asked(change):
    organisation = an_organisation()
    if "programs" in change:
        organisation.programs.clear()
    else:
        Organisation.objects.update(**change)

    with pytest.raises(Refused) as refused:
        asked_for_part(organisation)

    assert codes(refused) == ["no_requests"]


@pytest.mark.parametrize("status", ["withdrawn", "declined"])
def test_nothing_is_asked_for_in_a_closed_registration(status):
    row = make.careers()
    entry = make.webinar(row)
    Registration.objects.filter(pk=row.pk).update(status=status)

    with pytest.raises(Refused) as refused:
        asked_for_entry(row=row, entry=entry)

    assert codes(refused) == ["record_closed"]


def test_an_organisation_is_asked_once_for_an_entry_and_again_after_a_no():
    organisation, row = an_organisation(), make.careers()
    entry = make.webinar(row)
    first = asked_for_entry(organisation, row, entry=entry)

    with pytest.raises(Refused) as refused:
        asked_for_entry(organisation, row, entry=entry)
    asked_for_entry(an_organisation(), row, entry=entry)
    crediting.decline(first, by=make.officer(organisation), note="Not for us.")
    again = asked_for_entry(organisation, row, entry=entry)

    assert codes(refused) == ["asked"]
    assert again.pk != first.pk


def test_what_an_organisation_approved_is_not_asked_for_twice():
    organisation, row = an_organisation(), make.careers()
    entry = make.webinar(row)
    officer = make.officer(organisation)
    crediting.approve(
        asked_for_entry(organisation, row, entry=entry), by=officer, credits=Decimal(1)
    )
    crediting.approve(asked_for_part(organisation, row), by=officer, credits=Decimal(2))

    for ask in (
        partial(asked_for_entry, organisation, row, entry=entry),
        partial(asked_for_part, organisation, row),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert codes(refused) == ["asked"]
    asked_for_part(organisation, row, part="overseer")
    asked_for_part(organisation, row, done_on=date(2025, 5, 3))


def test_the_database_itself_keeps_a_second_request_for_an_entry_out():
    first = asked_for_entry()
    copy = CreditRequest.objects.get(pk=first.pk)
    copy.pk = None

    with (
        pytest.raises(IntegrityError, match="entry_is_asked_of_an_organisation_once"),
        transaction.atomic(),
    ):
        copy.save(force_insert=True)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "approved", "credits": 1}, "whoever_decided_a_request_is_known"),
        ({"credits": 1}, "approved_request_has_its_number"),
        ({"state": "lost"}, "request_state_is_known"),
        ({"part": "presenter"}, "participant_asks_for_an_entry"),
    ],
)
def test_what_must_never_be_true_is_refused_by_the_database(fields, name):
    row = asked_for_entry()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CreditRequest.objects.filter(pk=row.pk).update(**fields)


def test_another_number_without_a_word_is_refused_by_the_database():
    organisation = an_organisation()
    row = asked_for_entry(organisation)
    officer = make.officer(organisation)

    with (
        pytest.raises(IntegrityError, match="another_number_and_a_no_say_why"),
        transaction.atomic(),
    ):
        row.decide("approve", by=officer, note="", allocated=Decimal(1), credits=Decimal(2))


def test_a_form_that_arrives_twice_sends_one_request():
    organisation, row, key = an_organisation(), make.careers(), uuid4()
    make.officer(organisation)

    first = asked_for_part(organisation, row, form_key=key)
    second = asked_for_part(organisation, row, form_key=key)

    assert first.pk == second.pk
    assert len(mails("credits_asked")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_is_one_request_for_both():
    organisation, row, key = an_organisation(), make.careers(), uuid4()
    entry = make.webinar(row)

    found = at_once([partial(asked_for_entry, organisation, row, entry=entry, form_key=key)] * 2)

    assert [answer.pk for answer in found] == [CreditRequest.objects.get().pk] * 2


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_ask_for_an_entry_once():
    organisation, row = an_organisation(), make.careers()
    entry = make.webinar(row)

    found = at_once(
        [
            partial(asked_for_entry, organisation, row, entry=entry, form_key=uuid4())
            for _window in range(2)
        ]
    )

    assert sorted(type(answer).__name__ for answer in found) == ["CreditRequest", "Refused"]
    assert CreditRequest.objects.count() == 1
