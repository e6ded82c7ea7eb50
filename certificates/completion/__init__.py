"""Completing a cycle: the rule (`rule.py`), and the moves that ask for it (`moves.py`)."""

from certificates.completion.moves import (
    accept,
    check_accept,
    lock,
    questions_of,
    return_with_questions,
    turn_in,
)
from certificates.completion.rule import (
    check_completion,
    check_name,
    check_turn_in,
    day_of_completion,
    last_event,
    ready,
    required_total,
    turn_in_until,
)

__all__ = [
    "accept",
    "check_accept",
    "check_completion",
    "check_name",
    "check_turn_in",
    "day_of_completion",
    "last_event",
    "lock",
    "questions_of",
    "ready",
    "required_total",
    "return_with_questions",
    "turn_in",
    "turn_in_until",
]
