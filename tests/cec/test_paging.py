"""Pages by where they stand: each row once, in both directions, whatever comes and goes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Coalesce
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cec.paging import Order, page_of
from registrations.models import Registration
from tests import factories as make

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY_WAIT = Coalesce("submitted_at", "created_at")


def everybody():
    return Registration.objects.all()


def asked_for(address, *, order=None, size=3, found=None):
    found = everybody() if found is None else found
    return page_of(found, order or Order(BY_WAIT), address, among=everybody(), size=size)


def forwards(order, size):
    """Every page from the first on, as somebody who clicks Next reads them."""
    pages = [asked_for({}, order=order, size=size)]
    while pages[-1].after:
        pages.append(asked_for({"after": str(pages[-1].after)}, order=order, size=size))
    return pages


def backwards(order, size):
    """Every page from the last on, as somebody who clicks Previous reads them."""
    pages = [asked_for({"before": "end"}, order=order, size=size)]
    while pages[-1].before:
        pages.append(asked_for({"before": str(pages[-1].before)}, order=order, size=size))
    return pages


def sent(hours):
    who = make.person()
    return make.registration(who, status="submitted", submitted_at=NOON + timedelta(hours=hours))


class Lists(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        hours=st.lists(st.integers(0, 4), max_size=12),
        size=st.integers(1, 5),
        falling=st.booleans(),
    )
    def test_pages_in_both_directions_are_the_plain_list_cut_up(self, hours, size, falling):
        rows = [sent(number) for number in hours]
        plain = sorted(rows, key=lambda row: (row.submitted_at, row.pk), reverse=falling)
        order = Order(BY_WAIT, falling=falling)

        onwards = [row for page in forwards(order, size) for row in page.rows]
        back = backwards(order, size)

        assert onwards == plain
        seen = {row for page in back for row in page.rows}
        assert seen == set(plain)
        assert [page.rows[-1] for page in back[:1] if page.rows] == plain[-1:]
        assert all(page.rows == sorted_as(plain, page.rows) for page in back)


def sorted_as(plain, rows):
    return [row for row in plain if row in rows]


@pytest.mark.django_db
def test_rows_that_come_meanwhile_show_no_row_twice_and_hide_none():
    rows = [sent(number) for number in (1, 2, 3, 4, 5)]
    first = asked_for({})

    sent(0)
    second = asked_for({"after": str(first.after)})

    assert first.rows + second.rows == rows


@pytest.mark.django_db
def test_a_row_that_has_left_the_list_still_marks_its_place():
    rows = [sent(number) for number in (1, 2, 3, 4)]
    Registration.objects.filter(pk=rows[1].pk).update(status="withdrawn")

    page = asked_for({"after": str(rows[1].pk)}, found=everybody().filter(status="submitted"))

    assert page.rows == rows[2:]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        {"after": "x"},
        {"after": "-1"},
        {"after": "9" * 30},
        {"after": "987654321"},
        {"before": "١٢"},
        {"before": ""},
        {"before": "987654321"},
        {"after": "\x00"},
    ],
)
def test_an_address_that_names_nothing_is_the_first_page(address):
    rows = [sent(number) for number in (1, 2, 3, 4)]

    page = asked_for(address)

    assert (page.rows, page.before) == (rows[:3], None)


@pytest.mark.django_db
def test_a_list_that_fits_is_whole():
    sent(1)

    assert asked_for({}).whole
    assert asked_for({"before": "end"}).whole


@pytest.mark.django_db
def test_a_page_is_one_query_wherever_it_stands(django_assert_num_queries):
    rows = [sent(number) for number in range(9)]

    for address in ({}, {"after": str(rows[4].pk)}, {"before": str(rows[6].pk)}, {"before": "end"}):
        with django_assert_num_queries(1):
            asked_for(address)
