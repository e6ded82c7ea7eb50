"""Looking for viruses in files, by the clamd that `CLAMD_URL` names, if there is one (D8)."""

import logging
import socket
import struct

from django.conf import settings

from cec.files.rows import StoredFile

logger = logging.getLogger(__name__)

SECONDS = 10  # for each step of a conversation
_CHUNK = 64 * 1024
Scan = StoredFile.Scan


class NoAnswer(Exception):
    """clamd is down, or hangs at a file."""


def scan(content: bytes) -> StoredFile.Scan:
    """Return what clamd says; `WAITING` when there is none, or it doesn't answer as it should."""
    if settings.CLAMD is None:
        return Scan.WAITING
    try:
        return asked(content)
    except NoAnswer:
        return Scan.WAITING


def asked(content: bytes) -> StoredFile.Scan:
    """Return what clamd says; `WAITING` for what it can't look at. Raises NoAnswer."""
    assert settings.CLAMD is not None
    try:
        said = _talk(settings.CLAMD, content)
    except OSError as error:
        logger.warning("clamd doesn't answer: %s", error)
        raise NoAnswer from error
    if said == b"stream: OK":
        return Scan.CLEAN
    if said.startswith(b"stream: ") and said.endswith(b" FOUND"):
        return Scan.INFECTED
    logger.warning("clamd could not look at a file")
    return Scan.WAITING


def _talk(address: tuple[str, int], content: bytes) -> bytes:
    """Hand the content over in pieces, as INSTREAM wants it, and return the answer."""
    with socket.create_connection(address, timeout=SECONDS) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            piece = content[start : start + _CHUNK]
            clamd.sendall(struct.pack(">I", len(piece)) + piece)
        clamd.sendall(struct.pack(">I", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < 1024 and (more := clamd.recv(1024)):
            answer += more
    return answer.partition(b"\0")[0]


def may_be_served(row: StoredFile, *, to_sender: bool) -> bool:
    """Whether a file may go out: an infected one to nobody, one that wasn't scanned to its sender.

    Without a clamd no file is ever scanned, and all are served.
    """
    if row.scan == Scan.INFECTED:
        return False
    return settings.CLAMD is None or row.scan == Scan.CLEAN or to_sender
