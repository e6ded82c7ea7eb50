"""Measuring what takes seconds: processor time, and by how much a process of its own grows."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from cec import apart

ROUNDS = 2
_ALONE = (
    "import sys, django; django.setup();"
    "from certificates.goals import processor; processor.tell_growth(*sys.argv[1:])"
)


def least(*ways: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The least processor time of each way, taken in turns."""
    found = []
    for _round in range(rounds):
        times = []
        for way in ways:
            start = apart.processor_time()
            way()
            times.append(apart.processor_time() - start)
        found.append(times)
    return [min(times) for times in zip(*found, strict=True)]


def growth(parse: Callable[[bytes], int], data: bytes) -> int:
    """By how many bytes a process of its own grows at its peak while it parses, file and all."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        told = subprocess.run(
            [sys.executable, "-c", _ALONE, parse.__module__, parse.__name__, file.name],
            check=True,
            capture_output=True,
            text=True,
        )
    return int(told.stdout)


def tell_growth(module: str, name: str, path: str) -> None:
    """What that process does."""
    parse = getattr(import_module(module), name)
    before = _peak()
    assert parse(Path(path).read_bytes()) > 0
    print(_peak() - before)


def _peak() -> int:
    """The most bytes that the process had so far; what `getrusage` says is of its parent too."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError("VmHWM")
