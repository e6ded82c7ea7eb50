"""The web server's log of requests: paths without what opens doors (reliability J3)."""

import re
from typing import Any

from gunicorn.glogging import Logger

# A part of a path that nobody would type: a token of a mail's link, a key, the id of a certificate.
_SECRET = re.compile(r"(?=[^/]*[0-9A-Z:])[^/]{20,}")


class AccessLog(Logger):  # type: ignore[misc]  # gunicorn says no types
    """gunicorn's, which writes the path of a link from a mail without its token."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """See gunicorn's Logger."""
        found: dict[str, Any] = super().atoms(*args, **kwargs)
        found["U"] = _SECRET.sub("…", found["U"])
        return found
