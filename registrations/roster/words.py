"""The sentences about a list: why it can't be read, what is asked about it, how it was read."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cec.bilingual import OWN_NAMES
from cec.spreadsheet import date_order
from cec.spreadsheet.limits import MEGABYTE
from cec.spreadsheet.safety import REFUSALS
from cec.wording import day as write_day
from cec.wording import short_day
from registrations.models import Roster, RosterMember, RosterQuestion
from registrations.roster import columns
from registrations.roster.questions import GOOD, LAPSED, LEAVE, LIFE, SUSPENDED

Kind = RosterQuestion.Kind

ERRORS = {
    "unreadable": gettext_lazy(
        "We couldn’t read this file. Open it in your spreadsheet, save it under a new name as "
        "Excel Workbook (.xlsx), and choose the new file."
    ),
    "no_name_column": gettext_lazy("Say which column holds the name."),
    "no_number_column": gettext_lazy(
        "Say which column holds the member number or the e-mail: a name alone isn’t enough to tell "
        "members apart."
    ),
    "no_expiry_column": gettext_lazy(
        "Say which column holds the last day in good standing, or the status."
    ),
    "no_members": gettext_lazy("There are headings in this list and no members below them."),
    "no_addresses": gettext_lazy(
        "Most of what stands in the column for the e-mail isn’t an address. Is it the right column?"
    ),
    "too_doubtful": gettext_lazy(
        "There are more than 500 things in this list that we aren’t sure of. Are the columns the "
        "right ones?"
    ),
}
_LIMITS = {
    "too_big": columns.LIMITS.file // MEGABYTE,
    "too_many_rows": columns.LIMITS.rows,
    "too_many_columns": columns.LIMITS.columns,
}
_EXPIRIES = {
    "missing": gettext_lazy("No last day is given. What holds for these members?"),
    "lifetime": gettext_lazy("The list says “%(text)s”. Is this a membership for life?"),
    "date_ambiguous": gettext_lazy("“%(text)s” can be read in more than one way. Which day is it?"),
    "date_month": gettext_lazy("“%(text)s” names a month. Which day is it?"),
    "date_year": gettext_lazy("“%(text)s” names a year. Which day is it?"),
    "date_without_year": gettext_lazy("“%(text)s” has no year. Which day is it?"),
    "date_impossible": gettext_lazy("There is no such day as “%(text)s”. Which day is it?"),
    "date_unlikely": gettext_lazy("The year in “%(text)s” looks like a slip. Which day is it?"),
    "date_number": gettext_lazy("“%(text)s” is a number, not a date. Which day is it?"),
    "date_range": gettext_lazy("“%(text)s” names more than one day. Which is the last one?"),
}
_UNREADABLE = gettext_lazy("We can’t read “%(text)s” as a date. What holds for these members?")
_TROUBLES = {
    "nobody": gettext_lazy("These rows name nobody."),
    "error": gettext_lazy("A cell of these rows shows an error."),
    "control": gettext_lazy("A cell of these rows holds characters that can’t be shown."),
    "long": gettext_lazy("A cell of these rows is longer than a name, number or address can be."),
    "uneven": gettext_lazy("These rows have more cells than there are headings."),
}
_ORDERS = {
    date_order.DAY_FIRST: gettext_lazy("Day, month, year"),
    date_order.MONTH_FIRST: gettext_lazy("Month, day, year"),
    date_order.YEAR_FIRST: gettext_lazy("Year, month, day"),
}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
}
_DELIMITERS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar"),
}


def error_text(code: str) -> str:
    """Why a list can't be read, or what has to be said first."""
    sentence = ERRORS.get(code) or REFUSALS.get(code) or ERRORS["unreadable"]
    return str(sentence) % {"limit": _LIMITS.get(code, 0)}


def question_text(question: RosterQuestion) -> str:
    """The sentence of a question."""
    if question.kind == Kind.ORDER:
        return _("In which order are the dates written?")
    if question.kind == Kind.STATUS:
        return _("What does the status “%(text)s” mean?") % {"text": question.text}
    if question.kind == Kind.DOUBLE:
        return _("The same member stands in more than one row. Which row holds?")
    if question.kind == Kind.ROW:
        return str(_TROUBLES.get(question.text, _TROUBLES["error"]))
    return str(_EXPIRIES.get(question.code, _UNREADABLE)) % {"text": question.text}


def choices(question: RosterQuestion, rows: Iterable[RosterMember]) -> list[tuple[str, str]]:
    """The answers to a question; `rows` are those that a double consists of."""
    if question.kind == Kind.ORDER:
        return [(way, _order_example(way, question.text)) for way in question.suggestions]
    leave = ngettext("Leave this row out", "Leave these rows out", question.rows)
    if question.kind == Kind.STATUS:
        offers = [(GOOD, _("In good standing")), (SUSPENDED, _("Not in good standing"))]
    elif question.kind == Kind.DOUBLE:
        offers = [(f"row:{row.number}", row_text(row)) for row in rows]
    elif question.kind == Kind.ROW:
        offers = []
    else:
        days = [(f"day:{day}", write_day(date.fromisoformat(day))) for day in question.suggestions]
        offers = [*days, (LIFE, _("For life")), (LAPSED, _("Not in good standing"))]
    return [*offers, (LEAVE, leave)]


def _order_example(way: str, text: str) -> str:
    day = date_order.ways(text).get(way)
    return _("%(order)s: %(text)s is %(day)s") % {
        "order": _ORDERS[way],
        "text": text,
        "day": write_day(day),
    }


def row_text(row: RosterMember) -> str:
    """A row of the file in a line: what tells it from another."""
    number = _("Row %(number)s") % {"number": row.number}
    until = standing(row)
    return ", ".join(part for part in (number, row.name, row.email, until) if part)


def standing(row: RosterMember) -> str:
    """Until when a member is in good standing, in words."""
    if row.suspended:
        return _("not in good standing")
    if row.for_life:
        return _("for life")
    if row.good_until:
        return _("until %(day)s") % {"day": short_day(row.good_until)}
    return row.expiry_said


def answer_text(question: RosterQuestion) -> str:
    """An answer that was given, in words."""
    answer = question.answer
    kind, _colon, rest = answer.partition(":")
    if kind == "day":
        return write_day(date.fromisoformat(rest))
    if kind == "row":
        return _("Row %(number)s") % {"number": rest}
    return dict(choices(question, [])).get(answer, answer)


def facts(roster: Roster) -> list[tuple[str, str]]:
    """How a list was read, for a summary: what was found and from what (the seed's "shown")."""
    layout = roster.layout
    rows = [(_("File"), roster.file_name)]
    if layout.get("kind") == "csv":
        encoding = layout["encoding"]
        rows.append((_("Encoding"), _ENCODINGS.get(encoding, encoding)))
        rows.append((_("Delimiter"), str(_DELIMITERS[layout["delimiter"]])))
    elif layout.get("sheet"):
        rows.append((_("Sheet"), layout["sheet"]))
    if layout.get("headings"):
        language = layout.get("language")
        rows.append((_("Headings"), OWN_NAMES.get(language, _("Not recognized"))))
    if layout.get("order"):
        order = _("%(order)s, as %(text)s shows") % {
            "order": _ORDERS[layout["order"]],
            "text": layout["told_by"],
        }
        rows.append((_("Dates"), order))
    elif layout.get("headings") and not layout.get("problem"):
        rows.append((_("Dates"), _date_fact(roster)))
    return rows


def _date_fact(roster: Roster) -> str:
    asked = roster.questions.filter(kind=Kind.ORDER).first()
    if asked is None:
        return _("Plain days, nothing to choose")
    return answer_text(asked) if asked.answer else _("To be answered")


def column_list(roster: Roster) -> list[tuple[str, str]]:
    """Field and heading of every column that is used."""
    headings = roster.layout.get("headings", [])
    return [
        (str(columns.FIELDS[field]), headings[index] or _("Column %(n)s") % {"n": index + 1})
        for field, index in sorted(roster.layout.get("columns", {}).items(), key=lambda x: x[1])
        if index < len(headings)
    ]
