"""Completing a cycle (C1 to C4): who is ready, what is missing for whom, and the moves.

`findings.py` is the definition, in SQL; `problems.py` puts it in words, `days.py` has the days that
it is judged on, and `moves.py` asks for it.
"""

from certificates.completion.days import day_of_completion, last_event, turn_in_until, with_days
from certificates.completion.findings import Progress, ready, required_total
from certificates.completion.moves import (
    accept,
    check_accept,
    lock,
    questions_of,
    return_with_questions,
    turn_in,
)
from certificates.completion.problems import (
    check_completion,
    check_name,
    check_turn_in,
    missing,
    progress,
)

__all__ = [
    "Progress",
    "accept",
    "check_accept",
    "check_completion",
    "check_name",
    "check_turn_in",
    "day_of_completion",
    "last_event",
    "lock",
    "missing",
    "progress",
    "questions_of",
    "ready",
    "required_total",
    "return_with_questions",
    "turn_in",
    "turn_in_until",
    "with_days",
]
