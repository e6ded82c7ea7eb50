"""One `make run` at a time: a lock that can't go stale, and a note of what its holder started."""

import fcntl
import json
import os
import signal
from pathlib import Path
from typing import Any

import psutil

from cec.private_server import wait_until


class AlreadyRunning(Exception):
    """Somebody holds the lock; the text says who and where, in one line."""


class RunLock:
    """The lock on `run.lock`, which also holds a note: process, address, children of the holder."""

    def __init__(self, var: Path) -> None:
        self.path = var / "run.lock"
        self._descriptor = -1
        self._note: dict[str, Any] = {}

    def take(self, *, address: str) -> None:
        """Take the lock and end what a killed holder left running. Raises AlreadyRunning."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        left = self._read()
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise AlreadyRunning(
                f"cec is already running at {left.get('address')} (process {left.get('pid')});"
                " stop it with Ctrl-C there, or with: make stop"
            ) from None
        for pid, created in left.get("children", {}).items():
            _end_group(int(pid), created=created)
        self._write({"pid": os.getpid(), "address": address, "children": {}})

    def add_child(self, pid: int) -> None:
        """Note a child, the leader of its own process group, in case that we are killed."""
        created = psutil.Process(pid).create_time()
        self._write({**self._note, "children": {**self._note["children"], str(pid): created}})

    def release(self) -> None:
        """Give the lock back; nothing that we started is left."""
        self._write({})
        os.close(self._descriptor)

    def stop_holder(self, *, seconds: float) -> bool:
        """Ask whoever holds the lock to stop; say whether nobody holds it any more."""
        pid = self._read().get("pid")
        if pid and self._is_held():
            os.kill(pid, signal.SIGTERM)
        return wait_until(lambda: not self._is_held(), seconds)

    def _is_held(self) -> bool:
        if not self.path.exists():
            return False
        with self.path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _read(self) -> dict[str, Any]:
        try:
            note = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def _write(self, note: dict[str, Any]) -> None:
        self._note = note
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(note).encode(), 0)


def group_exists(group: int) -> bool:
    """Say whether the process group has a living member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group in which all have ended
        return False
    return any(
        process.info["status"] != psutil.STATUS_ZOMBIE
        for process in psutil.process_iter(["status"])
        if _group_of(process.pid) == group
    )


def end_group(group: int, *, seconds: float) -> None:
    """End a whole process group: first by asking, then, what is left after that time, outright."""
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5)):
        if not group_exists(group):
            return
        os.killpg(group, number)
        wait_until(lambda: not group_exists(group), patience)


def _end_group(group: int, *, created: float) -> None:
    """End a group that is left over, unless its number belongs to another process by now."""
    try:
        another = psutil.Process(group).create_time() != created
    except psutil.NoSuchProcess:
        another = False  # the leader is gone, and its number is not given away before its group is
    if not another:
        end_group(group, seconds=5)


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
