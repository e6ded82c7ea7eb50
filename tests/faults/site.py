"""The site behind a real gunicorn, and people who use it without a break."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.test import Client

from cec.backups import postgres
from registrations.models import Registration
from tests.activities.pages import at, quick
from tests.faults.workers import ROOT, wait_until

OUR_ERROR = "may not have been saved"  # our own page, 500 or 503, whatever else it says
TOKEN = "t" * 32


@dataclass
class Answer:
    """What came of a request: its status, or 0 and what broke the line."""

    at: float
    status: int
    body: str
    seconds: float


@dataclass
class Site:
    port: int
    answers: list[Answer] = field(default_factory=list)

    def ask(self, path: str, cookies: str, said: dict[str, object] | None = None) -> Answer:
        """Ask as a browser does, on a line of its own."""
        began = time.monotonic()
        headers = {"Cookie": f"{cookies}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        if said is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            body = None if said is None else urlencode(said)
            line.request("GET" if said is None else "POST", path, body, headers)
            response = line.getresponse()
            status, text = response.status, response.read().decode(errors="replace")
        except OSError as error:
            status, text = 0, repr(error)
        finally:
            line.close()
        answer = Answer(began, status, text, time.monotonic() - began)
        self.answers.append(answer)
        return answer

    def answers_now(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def site(folder: Path, **environment: str) -> Iterator[Site]:
    """The web server of the image, with two processes, on the database of the test."""
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        running = Site(closed_soon.getsockname()[1])
    words = ["cec.wsgi", f"--bind=127.0.0.1:{running.port}", "--workers=2", "--no-control-socket"]
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.faults.production",
                "DATABASE_URL": postgres.address(),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(running.answers_now, seconds=60)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=40)


class Participant(threading.Thread):
    """Logs one activity after the other and looks at the record; sends again what failed."""

    def __init__(self, site: Site, registration: Registration, over: threading.Event) -> None:
        super().__init__(daemon=True)
        client = Client()
        client.force_login(registration.person)
        self.site, self.over = site, over
        self.cookies = f"sessionid={client.cookies['sessionid'].value}"
        self.path = at("activities", registration)
        self.form = quick()
        self.confirmed: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            title = f"Entry {self.path} {number}"
            said = self.form | {"title": title, "token": f"{abs(hash(title)):032x}"}
            while self.site.ask(self.path, self.cookies, said).status != 302:
                time.sleep(0.1)
            self.confirmed.append(title)
            self.site.ask(self.path, self.cookies)


@contextmanager
def participants(site: Site, *registrations: Registration) -> Iterator[list[Participant]]:
    """Let people use the site for the time of the block; each finishes what it began."""
    over = threading.Event()
    people = [Participant(site, row, over) for row in registrations]
    for each in people:
        each.start()
    try:
        yield people
    finally:
        over.set()
        for each in people:
            each.join(timeout=60)
