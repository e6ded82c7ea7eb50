"""The figures of the committee for everybody, against the same sums written by hand."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from certificates import figures
from certificates.figures import Asked, by_type, fees, flow, funnel, paces, waits
from certificates.figures.asked import EVER
from certificates.goals.filling import PROGRAM, Filled
from certificates.goals.goal import Result, at_most, compared, in_turns
from registrations.models import Person, Program

MOST, MOST_SECONDS, MOST_QUERIES = 1.5, 2, 20

# Years of registrations, a decision on each, and a certificate for every third.
HISTORY = (
    """
    UPDATE registrations_registration
    SET submitted_on = COALESCE(starts_on, current_date) - (id %% 6)::int,
        submitted_at = COALESCE(starts_on, current_date) - (id %% 6)::int * interval '1 day',
        status = CASE WHEN id %% 3 = 0 AND status = 'active' THEN 'certified' ELSE status END
    """,
    """
    INSERT INTO registrations_event
        (registration_id, at, actor_id, kind, from_status, to_status, reason, details, role,
         address, request_id)
    SELECT r.id, e.at + (r.id %% 12) * interval '1 day', r.person_id, 'approve', 'submitted',
           'active', '', '{{}}', '', '', ''
    FROM registrations_registration r
    JOIN registrations_event e ON e.registration_id = r.id AND e.kind = 'send'
    WHERE r.starts_on IS NOT NULL
    """,
    """
    INSERT INTO certificates_certificate
        (registration_id, edition, program_id, year, sequence, serial, public_id, holder, facts,
         issued_on, issued_by_id, issued_at, state, tries, error)
    SELECT id, 1, program_id, 2026, id, 'BENCH-' || id, 'bench-' || id, '', '{{}}',
           submitted_on + 700, person_id, now(), 'valid', 0, ''
    FROM registrations_registration WHERE status = 'certified'
    """,
)

BY_HAND: dict[str, str] = {
    "flow": """
        SELECT date_trunc('month', submitted_on), count(*) FROM registrations_registration
        WHERE program_id = {program} AND status <> 'draft' GROUP BY 1
        UNION ALL
        SELECT date_trunc('month', issued_on), count(*) FROM certificates_certificate
        WHERE program_id = {program} AND edition = 1 GROUP BY 1
    """,
    "funnel": """
        SELECT count(*), count(*) FILTER (WHERE settled OR starts_on IS NOT NULL),
               count(starts_on), count(*) FILTER (WHERE status IN ('active', 'certified')),
               count(*) FILTER (WHERE status = 'certified' OR status = 'active' AND EXISTS (
                   SELECT FROM activities_credit c
                   WHERE c.registration_id = r.id AND c.deleted_at IS NULL
               )), count(*) FILTER (WHERE status = 'certified')
        FROM registrations_registration r WHERE program_id = {program} AND status <> 'draft'
    """,
    "waits": """
        SELECT what, count(took), percentile_disc(0.5) WITHIN GROUP (ORDER BY took),
               percentile_disc(0.9) WITHIN GROUP (ORDER BY took), max(open)
        FROM (
            SELECT before AS what, extract(day FROM at - since) AS took, NULL AS open
            FROM (
                SELECT kind, at, lag(kind) OVER line AS before, lag(at) OVER line AS since
                FROM registrations_event
                WHERE kind IN ('send', 'approve', 'decline', 'turn_in', 'return', 'accept')
                WINDOW line AS (PARTITION BY registration_id ORDER BY id)
            ) e
            WHERE before = 'send' AND kind IN ('approve', 'decline')
               OR before = 'turn_in' AND kind IN ('return', 'accept')
            UNION ALL
            SELECT 'send', NULL, extract(day FROM now() - submitted_at)
            FROM registrations_registration
            WHERE program_id = {program} AND status = 'submitted'
        ) w GROUP BY what
    """,
    "pace": """
        SELECT width_bucket(
            COALESCE(counted, 0)
                - round(120 * (current_date - starts_on)::numeric / (ends_on - starts_on + 1)),
            ARRAY[-10, -3.3333, 3.3333, 10]
        ) AS band, COALESCE(counted, 0) >= 120 AS reached, count(*)
        FROM registrations_registration r LEFT JOIN (
            SELECT registration_id, SUM(LEAST(raw, 20)) AS counted FROM (
                SELECT registration_id, year, activity_type_id, SUM(points) AS raw
                FROM activities_credit WHERE state = 'counts'
                GROUP BY registration_id, year, activity_type_id
            ) types GROUP BY registration_id
        ) s ON s.registration_id = r.id
        WHERE program_id = {program} AND status = 'active' GROUP BY 1, 2
    """,
    "types": """
        SELECT activity_type_id, SUM(raw), SUM(LEAST(raw, 20)) FROM (
            SELECT registration_id, year, activity_type_id, SUM(points) AS raw
            FROM activities_credit WHERE state = 'counts'
            GROUP BY registration_id, year, activity_type_id
        ) types GROUP BY activity_type_id
    """,
    "fees": """
        SELECT date_trunc('month', received_on), kind, method, SUM(amount), count(*)
        FROM registrations_payment p JOIN registrations_registration r ON r.id = registration_id
        WHERE program_id = {program} AND status <> 'draft' GROUP BY 1, 2, 3
        UNION ALL
        SELECT date_trunc('month', submitted_on), '', '', SUM(fee), count(*)
        FROM registrations_registration
        WHERE program_id = {program} AND status = 'submitted' AND NOT settled GROUP BY 1
    """,
}
OURS: dict[str, Callable[[Asked], Any]] = {
    "flow": flow.months,
    "funnel": funnel.steps,
    "waits": waits.waits,
    "pace": paces.counts,
    "types": by_type.sums,
    "fees": fees.sums,
}


def measure(filled: Filled) -> Iterator[Result]:
    prepare()
    program = Program.objects.get(code=PROGRAM)
    asked = Asked(filled.staff, program, period=EVER)
    by_hand = [sql.format(program=program.pk) for sql in BY_HAND.values()]
    took, least = in_turns(
        lambda: [ours(asked) for ours in OURS.values()],
        lambda: [fetched(sql) for sql in by_hand],
        seconds=15,
    )
    yield compared("All figures", took, most=MOST, than=least, what="hand-written SQL")
    yield from _pages(filled.staff)


def prepare() -> None:
    """Give the registrations of the bench a history."""
    with connection.cursor() as cursor:
        for statement in HISTORY:
            with transaction.atomic():
                cursor.execute(statement.format(), {})
        cursor.execute("VACUUM (ANALYZE)")


def fetched(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _pages(person: Person) -> Iterator[Result]:
    browser = Client()
    browser.force_login(person)
    query = f"?period={EVER}"
    addresses = {"overview": reverse("figures"), "people behind": reverse("figure_people")}
    addresses |= {key: reverse("figure", args=[key]) for key in figures.FIGURES}
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["testserver"]):
        for name, address in addresses.items():
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(address + query)
            asked_for = len(queries)  # before later requests forget them
            assert answer.status_code == 200, f"{address} answers {answer.status_code}"
            (seconds,) = in_turns(lambda: browser.get(address + query), seconds=1)  # noqa: B023
            name = f"Page of figures, {name}"
            yield at_most(name, seconds, most=MOST_SECONDS, unit="s")
            yield at_most(f"{name}, queries", asked_for, most=MOST_QUERIES, unit="queries")
