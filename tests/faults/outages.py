"""Ways in which a mail server fails everybody, each a real one on this machine."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cec.environment import MailServer
from tests.mailserver import mail_server

Outage = Callable[[Path], AbstractContextManager[MailServer]]


@contextmanager
def refused(_folder: Path) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    yield at(port)


@contextmanager
def hanging(_folder: Path) -> Iterator[MailServer]:
    """Somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        yield at(listener.getsockname()[1])


def greeting(words: bytes, tls: str = "none") -> Outage:
    """A server that says so much, and closes the line."""

    @contextmanager
    def outage(_folder: Path) -> Iterator[MailServer]:
        with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
            speaker = threading.Thread(target=_greet, args=(listener, words), daemon=True)
            speaker.start()
            yield at(listener.getsockname()[1], tls)
            listener.shutdown(socket.SHUT_RDWR)
            speaker.join()

    return outage


def answering(**answers: str) -> Outage:
    """A server that works, and answers so (the attributes of `Mailbox`)."""

    @contextmanager
    def outage(_folder: Path) -> Iterator[MailServer]:
        with mail_server() as mailbox:
            for name, answer in answers.items():
                setattr(mailbox, name, answer)
            yield mailbox.server
            assert mailbox.mails == []

    return outage


@contextmanager
def untrusted(folder: Path) -> Iterator[MailServer]:
    """A server whose certificate nobody vouches for."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(_self_signed(folder / "server.pem"))
    with mail_server(tls) as mailbox:
        yield at(mailbox.port, "implicit")
        assert mailbox.mails == []


OUTAGES: dict[str, Outage] = {
    "connection refused": refused,
    "hanging": hanging,
    "421 as greeting": greeting(b"421 Going down\r\n"),
    "closes at once": greeting(b""),
    "450 to everybody": answering(to_anybody="450 Not now"),
    "421 to everybody": answering(to_anybody="421 Too many"),
    "452 to what is sent": answering(to_data="452 Out of space"),
    "certificate nobody vouches for": untrusted,
    "no TLS where TLS is wanted": greeting(b"220 Welcome\r\n", tls="implicit"),
}


def at(port: int, tls: str = "none") -> MailServer:
    return MailServer("127.0.0.1", port, "", "", tls)


def _greet(listener: socket.socket, words: bytes) -> None:
    try:
        while True:
            line, _address = listener.accept()
            with line:
                line.sendall(words)
    except OSError:  # the test is over, or the other side was faster
        return


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(days=1))
    made = builder.not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
