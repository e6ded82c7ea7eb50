"""The standing of everybody, with caps from the rules in the database, against SQL by hand."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import points
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared, in_turns

# The same rules with the number written in.
BY_HAND = """
    SELECT registration_id, year, SUM(raw) AS raw, SUM(LEAST(raw, 20)) AS counted
    FROM (
        SELECT registration_id, year, activity_type_id, SUM(points) AS raw
        FROM activities_credit WHERE state = 'counts'
        GROUP BY registration_id, year, activity_type_id
    ) types
    GROUP BY registration_id, year
"""
MEGABYTE = 1_000_000


def measure(filled: Filled) -> Iterator[Result]:
    assert sorted(everyone()) == sorted(fetched(BY_HAND)), "the two ways differ"

    ours, by_hand = in_turns(everyone, lambda: fetched(BY_HAND), seconds=15)
    yield compared("Standing of everyone", ours, most=1.3, than=by_hand, what="hand-written SQL")
    with CaptureQueriesContext(connection) as queries:
        everyone()
    yield at_most("Standing of everyone, queries", len(queries), most=5, unit="queries")
    yield at_most("Standing of everyone, memory", memory(), most=150, unit="MB")


def everyone() -> list[tuple[Any, ...]]:
    return fetched(points.totals_of_everyone_sql())


def fetched(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def memory() -> float:
    """Return the peak of Python's memory over one fetch, in MB."""
    tracemalloc.start()
    try:
        everyone()
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()
