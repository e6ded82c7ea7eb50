"""The sentences for what a reader of one cell isn't sure of."""

from django.utils.translation import gettext_lazy as _

from activities.workbook.sheet import Problem, Question
from cec.spreadsheet.doubt import Doubt

_LONGEST_SHOWN = 80


QUESTIONS = {
    "title_missing": _("What was this activity called?"),
    "choice_missing": _("Which type of activity was it?"),
    "choice_unknown": _("“%(text)s” isn’t one of the program’s types. Which one is it?"),
    "choice_ambiguous": _("“%(text)s” fits more than one type. Which one is it?"),
    "choice_likely": _("We aren’t sure which type “%(text)s” is. Is it this one?"),
    "date_missing": _("On which day was it completed?"),
    "date_unreadable": _("We can’t read “%(text)s” as a date. Which day is it?"),
    "date_month": _("“%(text)s” names a month. Which day is it?"),
    "date_year": _("“%(text)s” names a year. Which day is it?"),
    "date_without_year": _("“%(text)s” has no year. Which day is it?"),
    "date_ambiguous": _("“%(text)s” can be read in more than one way. Which day is it?"),
    "date_impossible": _("There is no such day as “%(text)s”. Which day is it?"),
    "date_unlikely": _("The year in “%(text)s” looks like a slip. Which day is it?"),
    "date_number": _("“%(text)s” is a number, not a date. Which day is it?"),
    "date_order": _("The last day in “%(text)s” comes before the first. Which days are they?"),
    "start_after_end": _("“%(text)s” is after the day it was completed. When did it start?"),
    "cell_error": _("The cell shows “%(text)s”, an error in the workbook. What should it be?"),
    "hours_missing": _("How many hours was it?"),
    "hours_unreadable": _("We can’t read “%(text)s” as hours. Enter a number, like 1.5."),
    "hours_not_positive": _("“%(text)s” can’t count. How many hours was it?"),
    "hours_too_many": _("“%(text)s” is more than 1,000 hours. How many hours was it?"),
    "hours_not_quarters": _("Hours are kept in quarters of an hour. Which one is “%(text)s”?"),
    "hours_date": _("“%(text)s” is a date, not a number of hours. How many hours was it?"),
    "hours_approximate": _("“%(text)s” isn’t exact. How many hours should we record?"),
    "hours_beyond_days": _(
        "%(text)s hours don’t fit between the first and the last day. When did it start?"
    ),
}

PROBLEMS = {
    "control_characters": _("This cell holds characters that can’t be shown. Type it again."),
    "too_long": _("This cell has more than %(limit)s characters. Shorten it."),
}


def question(field: str, doubt: Doubt, text: str = "") -> Question:
    """The sentence for a doubt, in the active language."""
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    message = str(QUESTIONS[doubt.code]) % {"text": shown}
    return Question(field, doubt.code, message, doubt.suggestions)


def problem(field: str, code: str, *, limit: int = 0) -> Problem:
    return Problem(code, field, str(PROBLEMS[code]) % {"limit": limit})
