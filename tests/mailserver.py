"""A real SMTP server for tests, that takes mail, refuses it or breaks down as it is told."""

import asyncio
import socket
import ssl
import time
from asyncio import AbstractServer
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cec.environment import MailServer


class Mailbox:
    """What arrived, and how the server answers: its next answers to RCPT and DATA."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.senders: list[str | None] = []  # of the envelope: where mail comes back to
        self.to_anybody = "250 OK"
        self.to_recipient: dict[str, str] = {}  # answers to single addresses
        self.to_data = "250 OK"
        self.cut_after_data = 0  # how many times the line is cut instead of an answer
        self.seconds = 0.0  # that pass between taking a mail and saying so
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.to_recipient.get(address, self.to_anybody)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.to_data.startswith("2"):
            return self.to_data
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        self.senders.append(envelope.mail_from)
        if self.cut_after_data:
            self.cut_after_data -= 1
            server.transport.abort()
        await asyncio.sleep(self.seconds)
        return self.to_data

    @property
    def server(self) -> MailServer:
        """The address for settings.MAIL_SERVER."""
        return MailServer("127.0.0.1", self.port, "", "", "none")

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def wait_for(self, count: int, *, seconds: float = 15) -> None:
        """Wait until so many mails are there, or raise."""
        ends = time.monotonic() + seconds
        while len(self.mails) < count:
            if time.monotonic() > ends:
                raise TimeoutError(f"{len(self.mails)} mails of {count} after {seconds} seconds")
            time.sleep(0.02)


class OnFreePort(Controller):
    """Listens where nobody else does; aiosmtpd itself wants to be told a port."""

    def __init__(self, handler: Mailbox, tls: ssl.SSLContext | None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, "127.0.0.1", self.listener.getsockname()[1], ssl_context=tls)

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self.listener, ssl=self.ssl_context
        )


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Run a server on a free port of this machine; with `tls`, encrypted from the start."""
    mailbox = Mailbox()
    controller = OnFreePort(mailbox, tls)
    mailbox.port = controller.port
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
