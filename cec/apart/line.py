"""What a process and its child say to each other: pieces of bytes, each behind its length.

Whoever reads a stranger's file may have been taken over by it, so nothing that it says is ever run:
it is bytes to look at, and never too many of them.
"""

import socket
import struct
import time

READY = b"ready"  # what a nursery says first, and each child
LIMITS = struct.Struct("ddQ")  # seconds of the processor, seconds by the clock, bytes of memory
LARGEST = 100_000_000  # bytes of one piece
_HEAD = struct.Struct(">cI")
_SAID, _FAILED, _DONE = b"=", b"!", b"."


class Ended(Exception):
    """The child was ended at its work: it took too much time or memory, or fell over the file.

    `late` says that its time by the clock was over, or that it never began: of both a busy machine
    may be the reason.
    """

    late = False


class Failed(Exception):
    """The child's code has an error; the message says where, and nothing that was in the file."""


class Line:
    """One end of the line. `spent` is the child's processor time in seconds, once it is done.

    Nobody waits at it longer than `until`, a moment of `time.monotonic`, whatever the other does.
    """

    spent = 0.0

    def __init__(self, end: socket.socket, *, until: float | None = None) -> None:
        self._end = end
        self._until = until
        self._heard = end.makefile("rb")

    def say(self, piece: bytes) -> None:
        """Say something; raises `Ended` if nobody is there."""
        self._write(_SAID, piece)

    def hear(self) -> bytes:
        """Wait for what is said next."""
        return self._read(_SAID)

    def fail(self, where: str) -> None:
        """Say, as a child, that there is an error in our own code."""
        self._write(_FAILED, where.encode())

    def done(self, seconds: float) -> None:
        """Say, as a child, that all is done, and how long the processor was at it."""
        self._write(_DONE, str(seconds).encode())

    def hear_the_end(self) -> None:
        """Wait for the child to be done."""
        self.spent = float(self._read(_DONE))

    def close(self) -> None:
        """Hang up: a child that still says something is ended by it."""
        self._heard.close()
        self._end.close()

    def _wait_no_longer(self) -> None:
        if self._until is not None:
            self._end.settimeout(max(self._until - time.monotonic(), 0.001))

    def _write(self, kind: bytes, piece: bytes) -> None:
        try:
            for part in (_HEAD.pack(kind, len(piece)), piece):
                self._wait_no_longer()
                self._end.sendall(part)  # all of it within that time, unlike a file
        except OSError:
            raise Ended from None

    def _read(self, wanted: bytes) -> bytes:
        kind, size = _HEAD.unpack(self._exactly(_HEAD.size))
        if size > LARGEST:
            raise Ended
        piece = self._exactly(size)
        if kind == _FAILED:
            raise Failed(piece.decode(errors="replace"))
        if kind != wanted:
            raise Ended
        return piece

    def _exactly(self, size: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < size:
            try:
                self._wait_no_longer()
                piece = self._heard.read1(size - len(pieces))
            except OSError:
                raise Ended from None
            if not piece:
                raise Ended
            pieces += piece
        return bytes(pieces)
