"""What goes into a workbook and what comes out of one: plain data, no database."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from activities.workbook.listed import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to "which type?": an activity type at one of its rates.

    A type with two rates (committee, board member) gives two choices with the same code, name
    and aliases. `aliases` are other ways of writing the type or its rate, in either language.
    `needs_hours` is false for a course that is worth a fixed number (`K1`).
    """

    key: str
    code_en: str
    code_fr: str
    name_en: str
    name_fr: str
    rate_en: str = ""
    rate_fr: str = ""
    aliases: tuple[str, ...] = ()
    needs_hours: bool = True

    def code(self, language: str) -> str:
        return self.code_fr if language.startswith("fr") else self.code_en

    def label(self, language: str) -> str:
        """The name as an export writes it, and as the drop-down list offers it."""
        french = language.startswith("fr")
        name = self.name_fr if french else self.name_en
        rate = self.rate_fr if french else self.rate_en
        return f"{name} – {rate}" if rate else name


def type_labels(choices: Sequence[Choice], language: str) -> dict[str, str]:
    """Key -> what stands in the type column; labels that would be equal get code and key too."""
    labels = {choice.key: choice.label(language) for choice in choices}
    often = Counter(labels.values())
    return {
        choice.key: f"{label} ({choice.code_en}, {choice.key})" if often[label] > 1 else label
        for choice, label in zip(choices, labels.values(), strict=True)
    }


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the owner of the record can settle.

    An answer goes into `Row.raw[field]` and through `read_again`. `suggestions` are such answers:
    ISO dates ("2025-11-30") or intervals ("2025-04-24/2025-04-25") for `completed_on` and
    `started_on`, decimals ("2.25") for `hours`, keys of choices for `choice`.
    """

    field: str
    code: str
    message: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row can't be taken at all, in the person's language."""

    code: str
    field: str
    message: str


@dataclass(slots=True, kw_only=True)
class Row:
    """One activity as it stands in the file; what is doubtful is None and has a question.

    `number` is the row's number in the file. `raw` holds the cells' texts by field, fit for a JSON
    column: `read_again` makes the same row from them. `row_id` is the entry's id if the row
    comes from our own export, `mark` what `marks` noted there. `hours` are quarters of an hour
    (`P4`).
    """

    number: int
    raw: dict[str, str]
    title: str
    provider: str
    subject: str
    outcome: str
    started_on: date | None
    completed_on: date | None
    choice: Choice | None
    hours: Decimal | None
    stated_points: Decimal | None
    planned: bool
    row_id: str
    mark: str
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> str:
        """`new`, `question` (wants an answer) or `refused`."""
        if self.problems:
            return "refused"
        return "question" if self.questions else "new"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that is no activity: `above` the table, `header`, `heading` or `subtotal`."""

    number: int
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The record found in a file. `lines` are the activities: line numbers and texts by field.

    `columns` maps a field to the heading it was found under; `ignored` are headings that mean
    nothing to us. `layout` says how the file was read, fit for a JSON column: the line and the
    texts of its headings, the columns by field, some lines below, and as `problem` a code of
    `columns.missing`. `listed` are the entries that our own export held.
    """

    title: str
    lines: Sequence[tuple[int, dict[str, str]]]
    make_rows: Callable[[], list[Row]]
    skipped: tuple[Skipped, ...]
    columns: dict[str, str]
    ignored: tuple[str, ...]
    layout: dict[str, Any]
    listed: Listed

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The activities, with what is asked about them in the language that was read in."""
        return tuple(self.make_rows())


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One logged activity for the export; formulas say what it counts.

    `version` is the entry's, `mark` what `marks` notes of it. What is `disallowed` counts nothing,
    whatever is edited.
    """

    id: str | int | UUID
    started_on: date | None
    completed_on: date
    title: str
    choice_key: str
    hours: Decimal | None
    provider: str = ""
    subject: str = ""
    outcome: str = ""
    planned: bool = False
    disallowed: bool = False
    version: int = 1
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The facts above the table; `reference` is the registration's."""

    program: str
    name: str
    association: str = ""
    member_number: str = ""
    registered_on: date | None = None
    reference: str = ""
