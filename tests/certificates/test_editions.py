"""Editions of a certificate as the database holds them: one valid, each made once, ends final."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from certificates.models import Certificate
from tests.certificates import records
from tests.certificates.editions import next_one, replace

pytestmark = pytest.mark.django_db


def test_the_newest_edition_is_the_certificate_of_a_registration():
    first = records.issued()
    replace(first)
    second = next_one(first)

    assert Certificate.objects.of(first.registration) == second
    assert Certificate.objects.of(records.accepted()) is None


def test_two_editions_are_never_valid_at_once():
    first = records.issued()

    with pytest.raises(IntegrityError, match="registration_has_one_valid_certificate"):
        next_one(first)


def test_the_same_edition_is_never_made_twice():
    first = records.issued()
    replace(first)
    next_one(first)
    Certificate.objects.filter(edition=2).update(state="replaced", replaced_on=timezone.localdate())

    with pytest.raises(IntegrityError, match="certificate_edition_is_made_once"):
        next_one(
            first, replaces=Certificate.objects.get(edition=2), edition=2, sequence=9, serial="9"
        )


@pytest.mark.parametrize(
    "change",
    [
        {"edition": 2},
        {"holder": "Somebody Else"},
        {"serial": "CEC-2031-0001-AA"},
    ],
)
def test_what_was_issued_can_not_be_changed(change):
    first = records.issued()

    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.filter(pk=first.pk).update(**change)

    assert Certificate.objects.get() == first


@pytest.mark.parametrize("ended", ["replaced", "revoked"])
def test_an_end_is_final(ended):
    first, today = records.issued(), timezone.localdate()
    Certificate.objects.filter(pk=first.pk).update(**{"state": ended, f"{ended}_on": today})

    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.filter(pk=first.pk).update(**{"state": "valid", f"{ended}_on": None})

    assert Certificate.objects.get().state == ended


def test_an_end_has_its_day():
    first = records.issued()

    for ended in ("replaced", "revoked"):
        with (
            pytest.raises(IntegrityError, match="certificate_that_ended_has_its_day"),
            transaction.atomic(),
        ):
            Certificate.objects.filter(pk=first.pk).update(state=ended)
