"""Editions of a certificate as the database holds them: one valid, each made once, ends final."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from certificates import facts
from certificates.bench import FACTS
from certificates.models import Certificate
from certificates.printing.pdf import render
from tests.certificates import records
from tests.certificates.editions import next_one
from tests.certificates.editions import replace as end
from tests.certificates.printed import text_of

pytestmark = pytest.mark.django_db


def test_the_newest_edition_is_the_certificate_of_a_registration():
    first = records.issued()
    end(first)
    second = next_one(first)

    assert Certificate.objects.of(first.registration) == second
    assert Certificate.objects.of(records.accepted()) is None


def test_two_editions_are_never_valid_at_once():
    first = records.issued()

    with pytest.raises(IntegrityError, match="registration_has_one_valid_certificate"):
        next_one(first)


def test_the_same_edition_is_never_made_twice():
    first = records.issued()
    end(first)
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


def test_facts_that_were_frozen_before_there_were_editions_are_those_of_the_first():
    certificate = records.issued()
    known = {
        key: value
        for key, value in certificate.facts.items()
        if key not in ("edition", "edition_on")
    }

    paper = facts.thawed(known)

    assert (paper.edition, paper.edition_on) == (1, None)
    assert paper == facts.thawed(certificate.facts)


def test_a_later_edition_says_which_it_is_and_its_day_and_keeps_the_day_of_the_award():
    paper = replace(FACTS, edition=2, edition_on=date(2029, 1, 5))

    text = text_of(render(paper))

    assert "Edition / Édition 2, 2029-01-05" in text
    assert FACTS.issued_on.isoformat() in text


def test_the_first_edition_says_nothing_of_editions():
    assert "dition" not in text_of(render(FACTS))
