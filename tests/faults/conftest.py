from tests.cec.conftest import hanging_port, mailbox, outbox

__all__ = ["hanging_port", "mailbox", "outbox"]
