"""Queries that are built once: building a large one takes several times as long as running it.

PLACE is an id that nobody has; `prepare(run)` notes the one query that `run` sends, built with
places in it, and `Prepared.fetch({PLACE: 42})` runs it again with real ids in their stead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

PLACE = 2**62  # and upward; a bigint still


@dataclass(frozen=True)
class Prepared:
    """The text of a query and its parameters, some of which are places."""

    sql: str
    parameters: tuple[Any, ...]

    def fetch(self, ids: Mapping[int, int]) -> tuple[Any, ...]:
        """Run it with these ids in its places, and return its one row."""
        given = [
            ids.get(value, value) if type(value) is int else value for value in self.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            row: tuple[Any, ...] = cursor.fetchone()
        return row


def prepare(run: Callable[[], object]) -> Prepared:
    """Note the query that `run` sends; it finds nothing, as no row has a place for an id."""
    sent: list[Prepared] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        sent.append(Prepared(sql, tuple(parameters or ())))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        run()
    (only,) = sent
    return only
