"""The web server's log of requests: paths without what opens doors (reliability J3)."""

from typing import Any

from gunicorn.glogging import Logger

from cec.logs import without_secrets


class AccessLog(Logger):  # type: ignore[misc]  # gunicorn says no types
    """gunicorn's, which writes the path of a link from a mail without its token."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """See gunicorn's Logger."""
        found: dict[str, Any] = super().atoms(*args, **kwargs)
        found["U"] = without_secrets(found["U"])
        return found
