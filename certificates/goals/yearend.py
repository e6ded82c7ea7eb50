"""Closing a whole year of everybody and deciding the mails of it, against the same SQL by hand.

By hand are the sums with the figures of the rules written in, put into the same two tables. Each
turn closes the same years, checks of the constraints included, and takes it back.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from activities.yearend import closing
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared, in_turns
from registrations import notices
from registrations.calendar import today_in
from registrations.models import ProgramYear
from registrations.notices import deciding

MOST_SECONDS = 10

STORED_BY_HAND = """
    INSERT INTO activities_yearresult
        (registration_id, number, edition, first_day, last_day, rules_version, raw, counted,
         brought, carried, needed, strictness, counted_so_far, cycle_needed, types, closed_at)
    SELECT y.registration_id, 2, 1, y.starts_on, y.ends_on, 1, COALESCE(s.raw, 0),
           COALESCE(s.counted, 0), 0, 0, 30, 'advised', s.so_far, 120, COALESCE(s.types, '{}'),
           now()
    FROM registrations_programyear y
    JOIN (
        SELECT registration_id, SUM(raw) FILTER (WHERE year = 2) AS raw,
               SUM(LEAST(raw, 20)) FILTER (WHERE year = 2) AS counted,
               SUM(LEAST(raw, 20)) AS so_far,
               jsonb_object_agg(activity_type_id, jsonb_build_array(raw::text))
                   FILTER (WHERE year = 2) AS types
        FROM (
            SELECT registration_id, year, activity_type_id, SUM(points) AS raw
            FROM activities_credit WHERE state = 'counts' AND year <= 2
            GROUP BY registration_id, year, activity_type_id
        ) types
        GROUP BY registration_id
    ) s ON s.registration_id = y.registration_id
    WHERE y.number = 2;
    INSERT INTO registrations_notice
        (person_id, registration_id, kind, occasion, facts, until, decided_at, due_at, state,
         dropped, tries, last_error)
    SELECT r.person_id, r.id, 'year_result', '2', jsonb_build_object('counted', y.counted::text),
           y.last_day + 45, now(), now(), 'waiting', '', 0, ''
    FROM activities_yearresult y JOIN registrations_registration r ON r.id = y.registration_id
    WHERE y.number = 2
"""


def measure(filled: Filled) -> Iterator[Result]:
    with transaction.atomic():
        _let_the_second_year_end(filled)
        assert whole() == (filled.participants, filled.participants), "somebody is left out"

        ours, by_hand = in_turns(whole, stored_by_hand, seconds=30)
        yield compared("Year-end of everyone", ours, most=2, than=by_hand, what="the same by hand")
        yield at_most("Year-end of everyone, seconds", ours, most=MOST_SECONDS, unit="s")
        transaction.set_rollback(True)


def _let_the_second_year_end(filled: Filled) -> None:
    """Close everybody's first year, and let their second one have ended yesterday."""
    today = today_in(filled.registration.program)
    ProgramYear.objects.filter(number=3).update(starts_on=today)
    second = ProgramYear.objects.filter(number=2)
    second.update(ends_on=today)
    closing.close_due()
    second.update(ends_on=today - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would check is timed too
        cursor.execute("ANALYZE activities_yearresult, registrations_programyear")


def whole() -> tuple[int, int]:
    """Close what is over and decide its mails; return how many of each, and take both back."""
    with transaction.atomic():
        closed = closing.close_due()
        told = deciding.decide(notices.kinds()["year_result"])
        transaction.set_rollback(True)
    return closed, told


def stored_by_hand() -> None:
    """Put the sums by hand into the same tables, and take them back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(STORED_BY_HAND)
        transaction.set_rollback(True)
