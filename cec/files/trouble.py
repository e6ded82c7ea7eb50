"""Why a file isn't taken although it can be read."""


class Unreadable(Exception):
    """Raised by the readers; `message` is for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
