"""Technical tables that every app may use: the outbox of mail."""

from cec.outbox import Attachment, OutgoingMail

__all__ = ["Attachment", "OutgoingMail"]
