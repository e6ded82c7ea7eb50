"""Log lines for machines: one JSON object a line, in UTC (reliability J3)."""

import json
import logging
import re
from datetime import UTC, datetime

# A part of a path that nobody would type: a token of a mail's link, a key, the id of a certificate.
_SECRET = re.compile(r"(?=[^/]*[0-9A-Z:])[^/\s]{20,}")


def without_secrets(path: str) -> str:
    """Return a path as it may stand in a log."""
    return _SECRET.sub("…", path)


class WithoutSecrets(logging.Filter):
    """Django names the address of what it refused: the tokens in it are left out (J3)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        if record.name.startswith("django.") and isinstance(record.args, tuple):
            record.args = tuple(
                without_secrets(part) if isinstance(part, str) and "/" in part else part
                for part in record.args
            )
        return True


# What some programs take for the end of a line, and JSON doesn't.
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


class JsonLines(logging.Formatter):
    """Formats a record as JSON, so that nothing in a message can pass for another line."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS)
