"""What a check answers: data that a page can show and a test can compare."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way.

    `code` is stable and for programs, `message` is a translated sentence for people, and
    `fixable` says whether the person who reads it can mend it.
    """

    code: str
    message: str
    fixable: bool = True


class Refused(Exception):
    """A move that may not be made now; carries the problems, ready to be shown."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem.message) for problem in problems))
