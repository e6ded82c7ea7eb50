"""The ledger of everybody: what each entry counts, against the totals by hand-written SQL.

Both are added up where they are computed: a ledger of millions of rows is never fetched whole.
"""

from collections.abc import Iterator
from typing import Any

from activities import points
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, compared, in_turns
from certificates.goals.standing import BY_HAND, fetched

SUM = "SELECT SUM(counted) FROM ({}) everything"


def measure(filled: Filled) -> Iterator[Result]:
    ledger = points.ledger_sql(points.CREDITS.format(scope="true"))
    assert total(ledger) == total(BY_HAND), "the two ways differ"

    ours, by_hand = in_turns(lambda: total(ledger), lambda: total(BY_HAND), seconds=20)
    yield compared("Ledger of everyone", ours, most=3.5, than=by_hand, what="hand-written SQL")


def total(sql: str) -> Any:
    return fetched(SUM.format(sql))
