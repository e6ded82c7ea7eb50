"""Pages of a long list by what they stand beside, not by number: the last is as quick as the first.

`?after=1042` begins behind row 1042 and `?before=1042` ends in front of it; `?before=end` is the
last page. The place of the row is looked up when the page is asked for, so the address holds no
name or date, rows that come and go meanwhile move nobody to another page twice, and a row that
has left the list still marks its place. An address that names nothing is the first page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet, Subquery

Row = TypeVar("Row", bound=Model)

SIZE = 50
END = "end"
LONGEST_ID = 18  # digits


@dataclass(frozen=True)
class Order:
    """What a list is sorted by, an expression that is never null; equal ones follow their ids."""

    by: Any
    falling: bool = False

    @property
    def reverse(self) -> "Order":
        return Order(self.by, not self.falling)

    def sort(self, found: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows in this order."""
        sign = "-" if self.falling else ""
        placed: Any = found.annotate(place=self.by)
        in_order: QuerySet[Row] = placed.order_by(f"{sign}place", f"{sign}pk")
        return in_order

    def behind(self, found: QuerySet[Row], place: Any, pk: int) -> QuerySet[Row]:
        """Return the rows that come after a place, in this order."""
        past, reaches = ("lt", "lte") if self.falling else ("gt", "gte")
        # The first condition says nothing new, but an index can begin at it.
        after = Q(**{f"place__{reaches}": place}) & (
            Q(**{f"place__{past}": place}) | Q(**{f"pk__{past}": pk})
        )
        return self.sort(found).filter(after)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the rows that the pages before and after them stand beside, if there are any.

    `whole` says that there are no other pages.
    """

    rows: list[Row]
    before: int | None
    after: int | None

    @property
    def whole(self) -> bool:
        return self.before is None and self.after is None


def page_of(
    found: QuerySet[Row],
    order: Order,
    asked: Mapping[str, str],
    *,
    among: QuerySet[Row],
    size: int = SIZE,
) -> Page[Row]:
    """Return the page of `found` that is asked for; its place is a row `among` which one may look.

    One query; another one when the first is empty, or short at the beginning of the list.
    """
    end = asked.get("before") == END
    backwards = end or "before" in asked
    beside = None if end else _number(asked.get("before") or asked.get("after") or "")
    if beside is None and not end:
        return _first(found, order, size)
    way = order.reverse if backwards else order
    if beside is None:
        onwards = way.sort(found)
    else:
        place = among.order_by().filter(pk=beside).annotate(place=order.by).values("place")
        onwards = way.behind(found, Subquery(place), beside)
    rows = list(onwards[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if end and not more:
        return Page(rows[::-1], before=None, after=None)
    if not rows or (backwards and not more):
        return _first(found, order, size)  # a page that is short at its beginning looks odd
    if backwards:
        rows.reverse()
        return Page(rows, before=rows[0].pk, after=None if end else rows[-1].pk)
    return Page(rows, before=rows[0].pk, after=rows[-1].pk if more else None)


def _first(found: QuerySet[Row], order: Order, size: int) -> Page[Row]:
    rows = list(order.sort(found)[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], before=None, after=rows[size - 1].pk if more else None)


def _number(text: str) -> int | None:
    """Read the id of a row."""
    readable = text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
    return int(text) if readable else None
