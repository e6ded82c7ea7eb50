"""Taking a bank's CSV file apart: encoding, delimiter and headings are found, not asked for.

A file is read whole or not at all: `Refused` carries what is wrong with it, by the line's number.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from cec.spreadsheet.wording import without_controls
from registrations.bank import cells
from registrations.likeness import name_key

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 5_000
MOST_COLUMNS = 60
HEADINGS_WITHIN = 20  # lines; banks write the account's name above the table
PROBLEMS_SHOWN = 5
LONGEST_SHOWN = 30
EARLIEST = date(2000, 1, 1)

DATE, DESCRIPTION, REFERENCE = "date", "description", "reference"
DEPOSIT, WITHDRAWAL, AMOUNT, BALANCE = "deposit", "withdrawal", "amount", "balance"

# Headings in English and French, folded as by `name_key`: without accents, in alphabetical order.
_HEADINGS: dict[str, tuple[str, ...]] = {
    DATE: (
        *("date", "transaction date", "posted date", "posting date", "date posted", "value date"),
        *("date de l’opération", "date d’opération", "date de transaction", "date comptable"),
        *("date de la transaction", "effective date", "date d’inscription"),
    ),
    DESCRIPTION: (
        *("description", "description 1", "description 2", "details", "transaction details"),
        *("transaction", "memo", "name", "payee", "payor", "sender", "particulars"),
        *("libellé", "détails", "détail", "opération", "nom", "payeur", "expéditeur", "mémo"),
        *("description de l’opération", "transaction description", "message"),
    ),
    REFERENCE: (
        *("reference", "ref", "reference number", "reference no", "ref number", "cheque number"),
        *("cheque no", "check number", "référence", "réf", "numéro de référence"),
        *("no de référence", "n° de référence", "numéro de chèque", "no de chèque"),
    ),
    DEPOSIT: (
        *("deposit", "deposits", "credit", "credits", "credit amount", "deposit amount"),
        *("money in", "paid in", "dépôt", "dépôts", "crédit", "crédits", "montant crédité"),
    ),
    WITHDRAWAL: (
        *("withdrawal", "withdrawals", "debit", "debits", "debit amount", "withdrawal amount"),
        *("money out", "paid out", "retrait", "retraits", "débit", "débits", "montant débité"),
    ),
    AMOUNT: ("amount", "transaction amount", "cad", "cad$", "montant", "montant de l’opération"),
    BALANCE: ("balance", "running balance", "solde", "account balance", "solde du compte"),
}
_COLUMN_OF = {
    name_key(words): column for column, headings in _HEADINGS.items() for words in headings
}


@dataclass(frozen=True)
class Deposit:
    """Money that came in, as a line of the file says; `balance` is the text beside it."""

    number: int
    received_on: date
    description: str
    reference: str
    amount: Decimal
    balance: str


@dataclass(frozen=True)
class Statement:
    """What a file says: its deposits, and how many lines are none."""

    deposits: list[Deposit]
    left_out: int


Line = tuple[int, list[str]]  # the line's number in the file, its cells
Columns = dict[str, list[int]]


def read(content: bytes, *, day_order: str = "") -> Statement:
    """Read a file; `day_order` answers for days that can be read in two ways.

    Raises `Refused`, with the code "day_order" when it is needed.
    """
    text = _decoded(content)
    columns, lines = _table(text)
    order = day_order or _order(columns, lines)
    deposits: list[Deposit] = []
    problems: list[Problem] = []
    left_out = 0
    for number, row in lines:
        try:
            deposit = _deposit(number, row, columns, order)
        except Refused as refused:
            problems += refused.problems
            continue
        if deposit:
            deposits.append(deposit)
        else:
            left_out += 1
    if problems:
        raise Refused(*_first(problems))
    if not deposits and not left_out:
        raise _refusal("empty", _("There are no lines under the headings of this file."))
    return Statement(deposits, left_out)


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _refusal("too_large", _("The file is larger than 2 MB. Export a shorter time."))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise _refusal("no_csv", _("This isn’t a CSV file. Export the list from the bank as CSV."))
    encodings = (
        ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    )
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refusal("no_text", _("This file isn’t text. Export the list from the bank as CSV."))


def _table(text: str) -> tuple[Columns, list[Line]]:
    """Find the delimiter by which some line near the top holds the headings."""
    for delimiter in (",", ";", "\t", "|"):
        lines = _lines(text, delimiter)
        for at, (_number, row) in enumerate(lines[:HEADINGS_WITHIN]):
            columns = _columns(row)
            if DATE in columns and (DEPOSIT in columns or AMOUNT in columns):
                found = lines[at + 1 :]
                if len(found) > MOST_LINES:
                    raise _refusal(
                        "too_many",
                        _("The file has more than 5,000 lines. Export a shorter time."),
                    )
                return columns, found
    raise _refusal(
        "no_headings",
        _("The headings aren’t there: one line has to name at least the date and the deposits."),
    )


def _lines(text: str, delimiter: str) -> list[Line]:
    """Split into lines that hold something; more than are taken aren't read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[Line] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((reader.line_num, row[:MOST_COLUMNS]))
            if len(found) > MOST_LINES + HEADINGS_WITHIN:
                break
    except csv.Error as error:
        raise _refusal(
            "broken",
            _("Line %(number)s can’t be read. Export the list again.")
            % {"number": reader.line_num},
        ) from error
    return found


def _columns(row: Sequence[str]) -> Columns:
    columns: Columns = {}
    for place, heading in enumerate(row):
        if column := _COLUMN_OF.get(name_key(heading[:60])):
            columns.setdefault(column, []).append(place)
    return columns


def _order(columns: Columns, lines: list[Line]) -> str:
    try:
        return cells.order_of([_cell(row, columns, DATE) for _number, row in lines])
    except ValueError as error:
        raise _refusal(
            "mixed_days", _("Some days have the day first and others the month. Mend the file.")
        ) from error


def _deposit(number: int, row: list[str], columns: Columns, order: str) -> Deposit | None:
    """Return the line's deposit, or None for a withdrawal and for a line without money."""
    if DEPOSIT in columns:
        amount = _amount(number, row, columns, DEPOSIT)
        _amount(number, row, columns, WITHDRAWAL)
    else:
        amount = _amount(number, row, columns, AMOUNT)
    if amount is None or amount <= 0:
        return None
    return Deposit(
        number=number,
        received_on=_day(number, _cell(row, columns, DATE), order),
        description=_cell(row, columns, DESCRIPTION)[:300],
        reference=_cell(row, columns, REFERENCE)[:100],
        amount=amount,
        balance=_cell(row, columns, BALANCE),
    )


def _amount(number: int, row: list[str], columns: Columns, column: str) -> Decimal | None:
    text = _cell(row, columns, column)
    try:
        return cells.amount(text)
    except ValueError as error:
        message = _("Line %(number)s: “%(text)s” is no amount of money.")
        raise _in_line(message, number, text) from error


def _day(number: int, text: str, order: str) -> date:
    try:
        day = cells.day(text, order)
    except cells.Ambiguous as error:
        message = _("A day such as %(text)s can be read in two ways. Say which number is the day.")
        raise _refusal("day_order", message % {"text": text[:10]}) from error
    except ValueError as error:
        raise _in_line(_("Line %(number)s: “%(text)s” is no day."), number, text) from error
    if day > timezone.localdate():
        raise _in_line(_("Line %(number)s: the day “%(text)s” is still ahead."), number, text)
    if day < EARLIEST:
        raise _in_line(_("Line %(number)s: the day “%(text)s” is too long ago."), number, text)
    return day


def _cell(row: list[str], columns: Columns, column: str) -> str:
    """Return what the columns of this kind say, in one line and without control characters."""
    texts = (row[place] for place in columns.get(column, ()) if place < len(row))
    return " ".join(without_controls(" ".join(texts)).split())


def _in_line(message: str, number: int, text: str) -> Refused:
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return _refusal("line", message % {"number": number, "text": shown})


def _first(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Keep the first few; what is asked about the whole file is said once."""
    by_message = {problem.message: problem for problem in problems if problem.code != "day_order"}
    asked = next((problem for problem in problems if problem.code == "day_order"), None)
    if asked:
        yield asked
    yield from list(by_message.values())[:PROBLEMS_SHOWN]
    if len(by_message) > PROBLEMS_SHOWN:
        yield Problem("more", _("And %(n)s more lines.") % {"n": len(by_message) - PROBLEMS_SHOWN})


def _refusal(code: str, message: str) -> Refused:
    return Refused(Problem(code, message))
