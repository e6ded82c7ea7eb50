"""Technical tables that every app may use: the outbox of mail, signs of life."""

from cec.health import Heartbeat
from cec.outbox import Attachment, OutgoingMail

__all__ = ["Attachment", "Heartbeat", "OutgoingMail"]
