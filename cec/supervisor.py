"""`make run`: everything that the product needs, on one machine, from one terminal.

Starts the private servers, prepares the database, then runs web, workers and beat side by side,
each line prefixed by its name. Ctrl-C, SIGTERM, or the end of any of them stops all of them, and no
process is left over. What a run that was killed outright left over, the next one clears away.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cec.private_server import PrivateServer, ServiceError
from cec.run_lock import AlreadyRunning, RunLock, end_group
from cec.services import Postgres, Valkey

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE_SECONDS = 10  # for a child that was told to end
READY_SECONDS = 60  # for the web server to take connections
WATCH_SECONDS = 2  # between two looks at the private servers

# A worker for each queue: none of them waits for the others (docs/decisions/0035).
WORKERS = {"worker": "general", "mail": "mail", "pdf": "certificates"}
# They needn't look for each other, which would take a second at each start.
WORKER_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")

Command = Sequence[str]
_speaking = threading.Lock()


class Stop(Exception):
    """The run is over; the text, if any, says what went wrong."""


@dataclass(frozen=True)
class Plan:
    """What to run, where; the tests have plans of their own."""

    var: Path
    port: int
    servers: Sequence[PrivateServer]
    steps: Mapping[str, Command]  # one after the other, each to its end
    children: Mapping[str, Command]  # side by side; one of them listens on the port
    greeting: Command  # its output is shown when the port answers
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where a browser finds the product."""
        return f"http://{HOST}:{self.port}/"


class Child:
    """A process in a group of its own, whose lines are passed on with its name before them."""

    def __init__(self, name: str, command: Command, *, environment: Mapping[str, str]) -> None:
        self.name = name
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._pass_on, daemon=True)
        self._reader.start()

    def _pass_on(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            say(line.rstrip("\n"), name=self.name)

    def finish(self) -> None:
        """Let the last lines through and collect the process, which has ended."""
        self.process.wait()
        self._reader.join(timeout=1)


class Supervisor:
    """Carries out one plan from the first line to the last process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lock = RunLock(plan.var)
        self.children: list[Child] = []
        self._signals = 0

    def run(self) -> int:
        """Run until somebody or something ends it; return the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._note_signal)
        try:
            self.lock.take(address=self.plan.address)
        except AlreadyRunning as error:
            say(str(error))
            return 1
        if not port_is_free(self.plan.port):
            self.lock.release()
            say(
                f"Port {self.plan.port} is taken; choose another, for example: "
                f"PORT={self.plan.port + 1} make run"
            )
            return 1
        problem = ""
        try:
            self._start()
            self._watch()
        except (Stop, ServiceError) as error:
            problem = str(error)
        self._stop_all(problem)
        return 1 if problem else 0

    def _start(self) -> None:
        for server in self.plan.servers:
            server.attach()
        for name, command in self.plan.steps.items():
            step = self._launch(name, command)
            while step.process.poll() is None:
                self._pause()
            step.finish()
            self.children.remove(step)
            if step.process.returncode:
                raise Stop(f"{name} failed (exit status {step.process.returncode}).")
        for name, command in self.plan.children.items():
            self._launch(name, command)
        greeting = self._greeting()
        deadline = time.monotonic() + READY_SECONDS
        while port_is_free(self.plan.port):
            self._require_alive()
            if time.monotonic() > deadline:
                raise Stop(f"Nothing answers at {self.plan.address} after {READY_SECONDS} seconds.")
            self._pause()
        say(f"\n{greeting}\n\ncec runs at {self.plan.address} (Ctrl-C stops it)\n")

    def _greeting(self) -> str:
        """Return what to tell the person, made while the children are starting."""
        done = subprocess.run(
            self.plan.greeting,
            cwd=ROOT,
            env={**os.environ, **self.plan.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
            text=True,
        )
        return done.stdout.strip()

    def _watch(self) -> None:
        """Keep the private servers up until a signal comes or a child ends."""
        next_look = time.monotonic() + WATCH_SECONDS
        while True:
            self._pause()
            self._require_alive()
            if time.monotonic() > next_look:
                for server in self.plan.servers:
                    if not server.answers():
                        say(f"{server.name} does not answer; starting it again.")
                    server.attach()
                next_look = time.monotonic() + WATCH_SECONDS

    def _launch(self, name: str, command: Command) -> Child:
        child = Child(name, command, environment=self.plan.environment)
        self.children.append(child)
        self.lock.add_child(child.process.pid)
        return child

    def _require_alive(self) -> None:
        for child in self.children:
            if child.process.poll() is not None:
                child.finish()
                raise Stop(f"{child.name} ended (exit status {child.process.returncode}).")

    def _pause(self) -> None:
        """Wait a little. Raises Stop once somebody wants the run to end."""
        if self._signals:
            raise Stop
        time.sleep(0.1)

    def _note_signal(self, *_: object) -> None:
        self._signals += 1

    def _stop_all(self, problem: str) -> None:
        say(f"\n{problem} Stopping the rest." if problem else "\nStopping.")
        for child in self.children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(child.process.poll() is None for child in self.children):
            if time.monotonic() > deadline or self._signals > 1:
                break
            time.sleep(0.05)
        for child in self.children:
            end_group(child.process.pid, seconds=1)
            child.finish()
        for server in self.plan.servers:
            server.release()
        self.lock.release()
        say("Stopped.")


def say(text: str, *, name: str = "") -> None:
    """Print for the person at the terminal, who may have closed it already."""
    line = f"{name:<6} | {text}\n" if name else f"{text}\n"
    try:
        with _speaking:
            sys.stdout.write(line)
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def port_is_free(port: int) -> bool:
    """Say whether nothing takes connections at the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def the_plan() -> Plan:
    """Return what `make run` runs. Exits with one line if PORT isn't a port."""
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 1024 <= int(port) <= 65535:
        sys.exit(f"PORT must be a number from 1024 to 65535, not {port!r}.")
    var = Path(os.environ.get("CEC_VAR") or ROOT / "var").resolve()
    manage = [sys.executable, "manage.py"]
    celery = [sys.executable, "-m", "celery", "-A", "cec", "--quiet"]
    return Plan(
        var=var,
        port=int(port),
        servers=private_servers(var),
        steps={"setup": [*manage, "prepare"]},
        children={
            "web": [*manage, "runserver", f"{HOST}:{port}"],
            **{name: [*celery, *worker(name)] for name in WORKERS},
            "beat": [*celery, "beat", "--pidfile="],
        },
        greeting=[*manage, "demo_signins"],
        environment={
            "CEC_VAR": str(var),
            "DEBUG": os.environ.get("DEBUG") or "1",
            **_trial(),
            "SITE_URL": os.environ.get("SITE_URL") or f"http://{HOST}:{port}",
            "DJANGO_RUNSERVER_HIDE_WARNING": "true",
            "REMAP_SIGTERM": "SIGQUIT",  # a worker waits for its tasks, but not for ever
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        },
    )


def _trial() -> dict[str, str]:
    """Let the sign-ins that are printed work with their password alone; a real site doesn't."""
    asked = os.environ.get("STAFF_SECOND_FACTOR")
    return {} if asked or os.environ.get("DEBUG") == "0" else {"STAFF_SECOND_FACTOR": "offered"}


def worker(name: str) -> list[str]:
    """Return the words that start the worker of this name, with two processes for its queue."""
    return [
        "worker",
        f"--hostname={name}@%h",
        f"--queues={WORKERS[name]}",
        "--concurrency=2",
        *WORKER_ALONE,
    ]


def private_servers(var: Path) -> list[PrivateServer]:
    """Return the servers that nobody gave us the address of."""
    servers: list[PrivateServer] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(var / "postgres"))
    if not os.environ.get("REDIS_URL"):
        servers.append(Valkey(var / "valkey"))
    return servers


def stop() -> int:
    """`make stop`: stop a run or what is left of one, and the private servers, used or not."""
    var = the_plan().var
    lock = RunLock(var)
    if not lock.stop_holder(seconds=3 * PATIENCE_SECONDS):
        say("The running cec does not stop.")
        return 1
    lock.take(address="")
    for server in private_servers(var):
        server.stop()
    lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(stop() if sys.argv[1:] == ["stop"] else Supervisor(the_plan()).run())
