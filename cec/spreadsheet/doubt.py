"""What a reader of one cell says when it can't be sure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stable code and answers worth offering; the caller has the sentence for it."""

    code: str
    suggestions: tuple[str, ...] = ()
