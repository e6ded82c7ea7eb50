"""What a figure is on its page and in an export: a sentence, a picture, and its numbers as a table.

The page and the export show the same table, so they can't differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.safestring import SafeString

from cec.wording import money, number

Value = str | int | Decimal | None


@dataclass(frozen=True)
class Column:
    """A column: its heading, and whether it holds money (in the program's currency) or words."""

    heading: str
    is_money: bool = False
    is_words: bool = False

    def written(self, value: Value) -> str:
        """Write a value as the page shows it."""
        if value is None:
            return "–"
        if isinstance(value, str):
            return value
        return money(value) if self.is_money else number(value, grouped=True)


@dataclass(frozen=True)
class Table:
    """A figure's numbers; the first column says what a row is about."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]

    @property
    def written(self) -> list[list[tuple[Column, str]]]:
        """Return the rows as the page shows them, each cell with its column."""
        return [
            [
                (column, column.written(value))
                for column, value in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Figure:
    """One figure. Without a `picture` there is nothing to see yet, and `point` says so warmly.

    `about` says of which registrations and of what time it is; `meanings` say what is counted.
    """

    key: str
    title: str
    point: str
    about: str
    table: Table
    picture: SafeString | None = None
    meanings: Sequence[tuple[str, str]] = field(default=())
