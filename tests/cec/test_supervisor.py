"""`make run` and its end, with small stand-in commands for web and worker and a real Valkey."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cec.private_server import wait_until
from cec.services import Valkey
from cec.supervisor import private_servers, the_plan

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from pathlib import Path
from cec.services import Valkey
from cec.supervisor import Plan, Supervisor

var, port, second = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
python = [sys.executable, "-c"]
web = f"import subprocess, sys, http.server as h; print('up')" \\
    f"; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{var}'])" \\
    f"; h.HTTPServer(('127.0.0.1', {port}), h.BaseHTTPRequestHandler).serve_forever()"
plan = Plan(
    var=var,
    port=port,
    servers=[Valkey(var / "valkey")],
    steps={"setup": [*python, "print('prepared')"]},
    children={"web": [*python, web, str(var)], "worker": [*python, second, str(var)]},
    greeting=[*python, "print('Sign in as Amina.')"],
)
sys.exit(Supervisor(plan).run())
"""
SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


class Run:
    """One supervisor in a process of its own, and what it has printed."""

    def __init__(self, var: Path, port: int, *, worker: str = SLEEP) -> None:
        self.var = var
        self.output = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(var), str(port), worker],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, text: str) -> None:
        assert self.process.stdout is not None
        while text not in self.output:
            line = self.process.stdout.readline()
            assert line, f"{text!r} never came; all that came:\n{self.output}"
            self.output += line

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.finish()

    def finish(self) -> int:
        self.output += self.process.communicate(timeout=30)[0]
        return self.process.returncode


@pytest.fixture
def var() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cec-test-") as name:
        yield Path(name).resolve()
        for process in processes_about(Path(name)):
            process.kill()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def processes_about(var: Path) -> list[psutil.Process]:
    """Whatever runs in the folder or was told its name: all descendants, servers, guards."""
    found = []
    for process in psutil.process_iter(["cwd", "cmdline", "status"]):
        known = [process.info["cwd"] or "", *(process.info["cmdline"] or [])]
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(var) in it for it in known):
            found.append(process)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_greets_with_its_address_and_leaves_no_process(
    var: Path, port: int, number: signal.Signals
) -> None:
    run = Run(var, port)
    run.wait_for(f"http://127.0.0.1:{port}/")
    busy = len(processes_about(var))

    status = run.end(number)

    assert status == 0
    assert "setup  | prepared" in run.output
    assert "web    | up" in run.output
    assert "Sign in as Amina." in run.output
    assert busy >= 6  # the run, web and its child, worker, Valkey and its guard
    assert processes_about(var) == []


def test_a_child_that_ends_is_named_and_stops_the_run(var: Path, port: int) -> None:
    run = Run(var, port, worker="import sys; print('I give up'); sys.exit(7)")

    status = run.finish()

    assert status == 1
    assert "worker | I give up" in run.output
    assert "worker ended (exit status 7)" in run.output
    assert processes_about(var) == []


def test_a_child_that_ignores_the_signal_is_stopped_by_a_second_ctrl_c(
    var: Path, port: int
) -> None:
    run = Run(var, port, worker=STUBBORN)
    run.wait_for(f"http://127.0.0.1:{port}/")
    run.process.send_signal(signal.SIGINT)
    run.wait_for("Stopping.")

    status = run.end()

    assert status == 0
    assert processes_about(var) == []


def test_a_taken_port_is_named_in_one_line_with_the_way_out(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = Run(var, port)

        status = run.finish()

    assert status == 1
    assert run.output == (
        f"Port {port} is taken; choose another, for example: PORT={port + 1} make run\n"
    )
    assert processes_about(var) == []


def test_a_second_run_names_the_first_in_one_line_and_leaves_it_alone(var: Path, port: int) -> None:
    first = Run(var, port)
    first.wait_for(f"http://127.0.0.1:{port}/")

    second = Run(var, port + 1)
    status = second.finish()

    assert status == 1
    assert second.output.count("\n") == 1
    assert f"http://127.0.0.1:{port}/ (process {first.process.pid})" in second.output
    assert first.process.poll() is None
    first.end()


def test_what_a_killed_run_left_over_is_cleared_away_by_the_next(var: Path, port: int) -> None:
    killed = Run(var, port)
    killed.wait_for(f"http://127.0.0.1:{port}/")
    killed.end(signal.SIGKILL)
    left_over = {process.pid for process in processes_about(var)}

    run = Run(var, port)
    run.wait_for(f"http://127.0.0.1:{port}/")
    still_there = left_over & {process.pid for process in processes_about(var)}
    server = {Valkey(var / "valkey").pid()}
    run.end()

    assert len(left_over) >= 4
    assert len(still_there - server) <= 1  # the guard, which may have had no reason to end
    assert processes_about(var) == []


def test_a_private_server_that_dies_during_a_run_is_started_again(var: Path, port: int) -> None:
    run = Run(var, port)
    run.wait_for(f"http://127.0.0.1:{port}/")
    server = Valkey(var / "valkey")
    os.kill(server.pid() or 0, signal.SIGKILL)

    run.wait_for("valkey does not answer; starting it again.")

    assert wait_until(server.answers, 5)
    run.end()
    assert processes_about(var) == []


@pytest.mark.parametrize("port", ["http", "80", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_one_line(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(SystemExit, match="PORT must be a number from 1024 to 65535"):
        the_plan()


def test_the_port_is_in_the_address_of_the_site_and_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "8765")
    monkeypatch.delenv("SITE_URL", raising=False)

    plan = the_plan()

    assert plan.environment["SITE_URL"] == "http://127.0.0.1:8765"
    assert plan.children["web"][-1] == "127.0.0.1:8765"


def test_a_server_whose_address_is_given_is_not_started(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.org/cec")
    monkeypatch.delenv("REDIS_URL", raising=False)

    names = [server.name for server in private_servers(var)]

    assert names == ["valkey"]
