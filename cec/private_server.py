"""A private server lives exactly as long as somebody uses it (docs/decisions/0002).

It has no owner. Every process that uses it holds a shared lock on `users.lock` for as long as it
lives, however it ends; a guard process waits for the exclusive lock, so it wakes at the moment when
nobody is left, and stops the server. The kernel drops the locks, so nothing can go stale.

This module is also the guard's program, so it imports nothing of the project.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A socket's path has 104 bytes at most on macOS, 108 on Linux; the server adds a name of its own.
LONGEST_SOCKET_FOLDER = 80
START_SECONDS = 60
STOP_SECONDS = 15

_leases: dict[Path, int] = {}


class ServiceError(RuntimeError):
    """A private server can't be started or stopped; the text says which one and why."""


class PrivateServer:
    """One server and its folder: data, log, locks and, where its path is short, the socket."""

    def __init__(
        self, folder: Path, *, name: str, pid_file: str, stop_signals: tuple[signal.Signals, ...]
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.name = name
        self.pid_file = self.folder / pid_file
        self.stop_signals = stop_signals

    def answers(self) -> bool:
        """Say whether a client would be served now."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the server and come back when it answers. Only one process at a time calls it."""
        raise NotImplementedError

    def attach(self) -> None:
        """Become a user of the server, starting it if need be; a few milliseconds if it runs.

        Raises ServiceError if the server can't be started.
        """
        if self.folder not in _leases:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                # Waits while the server is being stopped: the guard holds it exclusively then.
                _leases[self.folder] = _lock(self.folder / "users.lock", fcntl.LOCK_SH)
            except PermissionError as error:
                raise ServiceError(f"{self.name}: {error}; another account made it.") from error
        if self.answers() and self._guarded():
            return
        starting = _lock(self.folder / "start.lock", fcntl.LOCK_EX)
        try:
            self._post_guard()
            if not self.answers():
                self._make_answer()
            self._post_guard()  # the first may just have met a guard that was being killed
        finally:
            os.close(starting)

    def release(self) -> None:
        """Stop being a user; if nobody else is one, no process is left when this returns."""
        lease = _leases.pop(self.folder, None)
        if lease is not None:
            os.close(lease)
        users = self.folder / "users.lock"
        if not self.folder.exists() or (_taken(users, fcntl.LOCK_EX) and not _taken(users)):
            return  # somebody else uses it
        if self.pid() is not None:
            self._post_guard()
        wait_until(lambda: not self._guarded(), STOP_SECONDS)

    def stop(self) -> None:
        """Stop the server now, whoever uses it. Raises ServiceError if it doesn't stop."""
        for number in (*self.stop_signals, signal.SIGKILL):
            pid = self.pid()
            if pid is not None:
                os.kill(pid, number)
                wait_until(lambda: self.pid() is None, STOP_SECONDS)
        # The children of a server that was killed need a moment to notice.
        if not wait_until(lambda: not self._processes(), STOP_SECONDS):
            raise ServiceError(f"{self.name}: these do not stop: {self._processes()}.")
        self.pid_file.unlink(missing_ok=True)

    def guard(self) -> None:
        """Be the guard, in a process of its own; the process that called it may go on at once."""
        guard = _lock(self.folder / "guard.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if guard < 0 or os.fork():
            return
        users = _lock(self.folder / "users.lock", fcntl.LOCK_EX)
        # A folder that was deleted and made anew under the same name has another guard.
        path = self.folder / "users.lock"
        if path.exists() and os.path.samestat(os.fstat(users), path.stat()):
            self.stop()
            self._forget_short_folder()
        # In this order: whoever gets the users' lock next must see that the guard is gone.
        os.close(guard)
        os.close(users)

    def pid(self) -> int | None:
        """Return the server's process or None; a number that was left in a file proves nothing."""
        import psutil  # only here and below: 20 ms that a process that merely attaches can save

        try:
            pid = int(self.pid_file.read_text().split()[0])
            return pid if psutil.Process(pid).cwd() == str(self.data) else None
        except (OSError, IndexError, ValueError, psutil.Error):
            return None

    def _processes(self) -> list[int]:
        """Return every process that lives in the data folder; all of a server's processes do."""
        import psutil

        found = psutil.process_iter(["cwd"])
        return [process.pid for process in found if process.info["cwd"] == str(self.data)]

    def socket_folder(self) -> Path:
        """Return where the socket is: the data folder, or a short private one if that is too long.

        The short folder belongs to the data's owner and is remembered beside the data.
        """
        path = str(self.data)
        if len(os.fsencode(path)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./+-]+", path):
            return self.data
        note = self.folder / "socket-folder"
        owner = self.data.stat().st_uid
        if note.exists() and _is_private(folder := Path(note.read_text()), owner=owner):
            return folder
        base = tempfile.gettempdir()
        if len(base) > 50:
            base = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
        folder = Path(tempfile.mkdtemp(prefix="cec-", dir=base))
        os.chown(folder, owner, -1)
        note.write_text(str(folder))
        return folder

    def run(self, *command: str | Path, **options: Any) -> None:
        """Run one of the server's own programs, in an environment that can't change its ways.

        Raises ServiceError with the end of the log if it fails.
        """
        if self.log.exists() and self.log.stat().st_size > 1_000_000:
            self.log.replace(self.log.with_suffix(".old"))
        with self.log.open("ab") as log:
            done = subprocess.run(
                command,
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                check=False,
                **options,
            )
        if done.returncode:
            raise self.failure()

    def failure(self) -> ServiceError:
        """Return the error that tells a person what the server said last."""
        said = self.log.read_text(errors="replace").splitlines()[-8:]
        return ServiceError("\n".join([f"{self.name} does not start. {self.log} ends:", *said]))

    def connect(self) -> socket.socket:
        """Return a connection to the server's socket. Raises OSError if nobody listens there."""
        raise NotImplementedError

    def _make_answer(self) -> None:
        """Start the server; first give one that runs the time to repair itself after a crash."""
        try:
            self.connect().close()
        except OSError:
            pass
        else:
            if wait_until(self.answers, START_SECONDS):
                return
        self.stop()
        self.start()

    def _guarded(self) -> bool:
        return _taken(self.folder / "guard.lock")

    def _post_guard(self) -> None:
        """Start the guard unless there is one; it inherits nothing, so that nobody waits for it."""
        if self._guarded():
            return
        signals = ",".join(number.name for number in self.stop_signals)
        pid_file = self.pid_file.relative_to(self.folder)
        subprocess.run(
            [sys.executable, "-P", __file__, self.folder, self.name, pid_file, signals],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            check=True,
        )

    def _forget_short_folder(self) -> None:
        note = self.folder / "socket-folder"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)
            note.unlink()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until the condition holds; say whether it came to hold within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lock(path: Path, how: int) -> int:
    """Open and lock a file; return its descriptor, or -1 if it is taken and `how` says LOCK_NB."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        os.close(descriptor)
        return -1
    return descriptor


def _taken(path: Path, how: int = fcntl.LOCK_SH) -> bool:
    """Say whether the lock could not be had in this way now."""
    descriptor = _lock(path, how | fcntl.LOCK_NB)
    if descriptor >= 0:
        os.close(descriptor)
    return descriptor < 0


def _is_private(folder: Path, *, owner: int) -> bool:
    """Say whether the folder is still there and nobody but the owner can have put a socket in."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077


if __name__ == "__main__":
    _folder, _name, _pid_file, _signals = sys.argv[1:]
    PrivateServer(
        Path(_folder),
        name=_name,
        pid_file=_pid_file,
        stop_signals=tuple(signal.Signals[number] for number in _signals.split(",")),
    ).guard()
