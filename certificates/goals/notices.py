"""Deciding every kind of mail that is owed, for everybody, against one statement by hand.

By hand the rules' numbers are written in, points are added up once, and no calendar but Toronto's
is asked. Both store a row for each mail, and take it back.
"""

from collections.abc import Callable, Iterator

from django.db import connection, transaction

from certificates.goals.filling import Filled
from certificates.goals.goal import Result, compared, in_turns
from certificates.goals.standing import BY_HAND as TOTALS
from registrations.models import Notice
from registrations.notices import deciding

# The same mails for the bench's people: of the Partnership, in no leave, in one time zone.
BY_HAND = f"""
    WITH years AS MATERIALIZED ({TOTALS}),
    cycles AS (SELECT registration_id, SUM(counted) AS counted FROM years GROUP BY registration_id),
    today AS (SELECT (now() AT TIME ZONE 'America/Toronto')::date AS day),
    shelves AS (
        SELECT r.id, r.person_id, y.starts_on, y.ends_on, r.ends_on AS cycle_ends,
               COALESCE(years.counted, 0) AS counted, t.day
        FROM registrations_registration r
        CROSS JOIN today t
        JOIN registrations_programyear y ON y.registration_id = r.id
        LEFT JOIN years ON years.registration_id = r.id AND years.year = y.number
        WHERE r.status = 'active' AND t.day BETWEEN y.starts_on AND y.ends_on
    )
    SELECT 'pace' AS kind, id FROM shelves
    CROSS JOIN LATERAL (
        SELECT (starts_on + make_interval(months => m))::date AS mark FROM (VALUES (6), (9)) v (m)
    ) m
    WHERE day BETWEEN mark AND LEAST(mark + 29, ends_on - 68)
      AND NOT (ends_on = cycle_ends AND mark >= ends_on - 97)
      AND counted * (ends_on - starts_on + 1) < 30 * (mark - starts_on)
    UNION ALL
    SELECT 'year_end_coming', id FROM shelves
    WHERE counted < 30
      AND (ends_on - day BETWEEN 38 AND 60
           OR ends_on < cycle_ends AND (ends_on - day <= 7 OR ends_on - day BETWEEN 15 AND 30))
    UNION ALL
    SELECT 'cycle_ending', id FROM shelves
    WHERE cycle_ends - day <= 7 OR cycle_ends - day BETWEEN 15 AND 30
       OR cycle_ends - day BETWEEN 68 AND 90
    UNION ALL
    SELECT 'ready', s.id FROM shelves s JOIN cycles c ON c.registration_id = s.id
    WHERE c.counted >= 120 AND cycle_ends - day > 7
      AND cycle_ends - day NOT BETWEEN 15 AND 30 AND cycle_ends - day NOT BETWEEN 68 AND 90
    UNION ALL
    SELECT 'fee_outstanding', r.id FROM registrations_registration r CROSS JOIN today t
    WHERE r.status = 'submitted' AND NOT r.settled
      AND r.submitted_on BETWEEN t.day - 60 AND t.day - 14
    UNION ALL
    SELECT 'membership_lapsing', registration_id
    FROM registrations_membershipcheck CROSS JOIN today t
    WHERE good_until BETWEEN t.day AND t.day + 30
    UNION ALL
    SELECT 'nudge', s.id FROM shelves s
    WHERE NOT EXISTS (
        SELECT FROM activities_activity a
        WHERE a.person_id = s.person_id AND a.created_at > now() - interval '90 days'
    )
"""
STORED_BY_HAND = f"""
    INSERT INTO registrations_notice
        (person_id, registration_id, kind, occasion, facts, until, decided_at, due_at,
         state, dropped, tries, last_error)
    SELECT r.person_id, r.id, d.kind, current_date, '{{}}', current_date, now(), now(),
           'waiting', '', 0, ''
    FROM ({BY_HAND}) d JOIN registrations_registration r ON r.id = d.id
"""


def measure(filled: Filled) -> Iterator[Result]:
    assert sorted(decided()) == sorted(by_hand()), "the two ways differ"

    ours, hand = in_turns(decided, by_hand, seconds=20)
    yield compared("Deciding all mails that are owed", ours, most=4, than=hand, what="SQL by hand")


def decided() -> list[tuple[str, int]]:
    return _stored(deciding.decide_all)


def by_hand() -> list[tuple[str, int]]:
    return _stored(_decide_by_hand)


def _decide_by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute(STORED_BY_HAND)


def _stored(decide: Callable[[], object]) -> list[tuple[str, int]]:
    """Decide for everybody, look at what that is, and take it back."""
    with transaction.atomic():
        decide()
        rows = list(Notice.objects.values_list("kind", "registration_id"))
        transaction.set_rollback(True)
    return rows
