"""Log lines for machines: one JSON object a line, in UTC, without personal data (reliability J3).

A line says which request, person (by number) and task it belongs to, so that all lines of one deed
can be found. E-mail addresses, values that PostgreSQL quotes and tokens in paths are left out here,
whoever wrote the line.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from celery import current_task
from celery.signals import setup_logging

from cec import trace

# A part of a path that nobody would type: a token of a mail's link, a key, the id of a certificate.
_SECRET = re.compile(r"(?=[^/\s?]*[0-9A-Z:])[^/\s?]{20,}")
_ADDRESS = re.compile(r"[^\s<>:;,()\"'=]+@[^\s<>:;,()\"'=]+")
# What PostgreSQL quotes of a row under its one line of what was wrong.
_QUOTED = re.compile(r"^(DETAIL|CONTEXT): .*(?:\n(?!\w*(?:Error|Exception)\b|\S+:|\s*$).*)*", re.M)


ASKED_BY = "asked_by"  # header of a task: the request that gave the hint


def without_tokens(path: str) -> str:
    """Return a path without the parts that open doors."""
    return _SECRET.sub("…", path)


def without_personal_data(text: str) -> str:
    """Return a text without e-mail addresses and without the values that PostgreSQL quotes."""
    return _ADDRESS.sub("…", _QUOTED.sub(r"\1: …", text))


# What some programs take for the end of a line, and JSON doesn't.
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


class JsonLines(logging.Formatter):
    """Formats a record as JSON, so that nothing in a message can pass for another line.

    `fields` of a record, a dictionary, stand beside the message.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        message = record.getMessage()
        if hasattr(record, "request"):  # Django's lines about a request end with its path
            message = without_tokens(message)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_personal_data(message),
            **belongs_to(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = without_personal_data(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str).translate(_LINE_ENDS)


def belongs_to() -> dict[str, Any]:
    """Return the request, the person and the task that this moment is part of, as far as known."""
    here = trace.current()
    task = current_task.request if current_task else None
    known = {
        "request": here.request_id or (task and task.get(ASKED_BY)),
        "person": here.person_id,
        "task": current_task.name if current_task else None,
        "task_id": task and task.id,
    }
    return {name: value for name, value in known.items() if value}


@setup_logging.connect(dispatch_uid="cec.logs")  # type: ignore[untyped-decorator]
def leave_alone(**_: Any) -> None:
    """Workers and beat write as everything else does: Celery sets up no log of its own."""
