"""Technical tables that every app may use: the outbox of mail, files, signs of life."""

from cec.bounces import FailingAddress
from cec.files.rows import StoredFile
from cec.health import Heartbeat
from cec.holding import MailHold
from cec.jobs import Job
from cec.outbox import Attachment, OutgoingMail
from cec.retention import Retention
from cec.stumbles import Stumble

__all__ = [
    "Attachment",
    "FailingAddress",
    "Heartbeat",
    "Job",
    "MailHold",
    "OutgoingMail",
    "Retention",
    "StoredFile",
    "Stumble",
]
