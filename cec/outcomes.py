"""How a try to hand a mail over can fail, whoever carries mail."""


class NotNow(Exception):
    """It didn't work this time; `trouble` says whether that holds for all mail."""

    def __init__(self, reason: object, trouble: str) -> None:
        self.trouble = trouble
        super().__init__(str(reason))


class Never(Exception):
    """The mail is refused for good; `answer` says what that tells of the reader's address."""

    def __init__(self, reason: object, *, answer: str = "") -> None:
        self.answer = answer
        super().__init__(str(reason))
