"""Work that is done apart, of every kind that must not harm anybody (`tests/cec/test_apart.py`)."""

import os
import signal
import struct
import time
from pathlib import Path

from cec.apart import Line


def serve(line: Line) -> None:
    """Do what is said first."""
    word = line.hear().decode()
    globals()[word](line)


def echo(line):
    line.say(line.hear())


def who(line):
    line.say(str(os.getpid()).encode())
    line.hear()


def environment(line):
    line.say(Path("/proc/self/environ").read_bytes() + repr(dict(os.environ)).encode())


def spin(line):
    line.say(str(os.getpid()).encode())
    while True:
        pass


def sleep(line):
    line.say(str(os.getpid()).encode())
    time.sleep(600)


def sleep_on(line):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    sleep(line)


def trickle(line):
    """Say something long, a byte at a time."""
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    line.say(str(os.getpid()).encode())
    os.write(line._end.fileno(), struct.pack(">cI", b"=", 10_000_000))
    while True:
        os.write(line._end.fileno(), b"x")
        time.sleep(0.05)


def eat(line):
    line.say(str(len(bytearray(2 * 1024**3))).encode())


def crash(line):
    os.kill(os.getpid(), signal.SIGSEGV)


def stumble(line):
    raise ValueError("what somebody wrote")


def write(line):
    Path(line.hear().decode()).write_text("x")


def shout(line):
    line.say(b"x" * 100_000_001)
