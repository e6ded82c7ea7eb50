"""Viruses in files: refused at the door, and what wasn't looked at stays with its sender (D8)."""

import socket
import struct
import threading
from contextlib import contextmanager

import pytest
from django.urls import reverse

from activities import evidence
from cec import environment
from cec.files import rescanning, scanning
from cec.models import StoredFile
from cec.problems import Refused
from tests import factories as make
from tests.cec.hostile_files import GOOD, pdf, taken, upload

pytestmark = pytest.mark.django_db
TOO_LARGE = b"INSTREAM size limit exceeded. ERROR"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# The test file's text inside a PDF that is sound otherwise.
INFECTED = GOOD["card.pdf"][:9] + b"%" + EICAR + b"\n" + GOOD["card.pdf"][9:]


class Clamd(threading.Thread):
    """Speaks as clamd does, for one thing that it knows."""

    def __init__(self, answer: bytes = b"", cannot: bytes | None = None):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.answer, self.cannot, self.seen = answer, cannot, []
        self.address = self.socket.getsockname()

    def run(self):
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as asked:
                assert asked.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", asked.read(4))[0]:
                    content += asked.read(size)
                self.seen.append(content)
                found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
                if content == self.cannot:
                    found = TOO_LARGE
                line.sendall((self.answer or found) + b"\0")


@contextmanager
def running(settings, answer: bytes = b"", cannot: bytes | None = None):
    clamd = Clamd(answer, cannot)
    clamd.start()
    settings.CLAMD = clamd.address
    try:
        yield clamd
    finally:
        clamd.socket.shutdown(socket.SHUT_RDWR)
        clamd.socket.close()
        clamd.join()


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def record():
    return make.registration()


def sent(record, content=GOOD["card.pdf"]):
    entry = make.activity(record, title="A webinar")
    return evidence.add(record, entry, upload("card.pdf", content), by=record.person)


def asks(client, row, person):
    registration = row.activity.credits.get().registration
    client.force_login(person)
    return client.get(
        reverse("evidence_file", args=[registration.pk, row.activity_id, row.pk])
    ).status_code


def test_a_file_with_a_virus_is_refused_and_not_kept(settings, record):
    with running(settings) as clamd, pytest.raises(Refused, match="found a virus"):
        sent(record, INFECTED)

    assert clamd.seen == [INFECTED]
    assert not StoredFile.objects.exists()


def test_a_clean_one_is_served_to_who_may_see_it(settings, client, record):
    with running(settings):
        row = sent(record)

    assert row.file.scan == "clean"
    assert asks(client, row, make.representative("MLA")) == 200


@pytest.mark.parametrize("down", [True, False], ids=["no answer", "an answer that says nothing"])
def test_what_was_not_scanned_goes_to_its_sender_and_to_nobody_else(settings, client, record, down):
    with running(settings, answer=TOO_LARGE) as clamd:
        if down:
            settings.CLAMD = ("127.0.0.1", 1)
        row = sent(record)

    assert (len(clamd.seen), row.file.scan) == (0 if down else 1, "waiting")
    assert asks(client, row, record.person) == 200
    assert asks(client, row, make.representative("MLA")) == 409
    assert asks(client, row, make.representative("OLA")) == 404


def test_it_is_scanned_when_clamd_is_back(settings, client, record):
    settings.CLAMD = ("127.0.0.1", 1)
    row = sent(record)
    assert rescanning.scan_waiting() == 0

    with running(settings):
        done = rescanning.scan_waiting(), rescanning.scan_waiting()

    assert done == (1, 0)
    assert asks(client, row, make.representative("MLA")) == 200


def test_one_that_cannot_be_scanned_keeps_nobody_elses_waiting(settings, record):
    too_large, other = sent(record), sent(record, pdf(pages=2))

    with running(settings, cannot=GOOD["card.pdf"]):
        assert rescanning.scan_waiting() == 1

    too_large.file.refresh_from_db()
    other.file.refresh_from_db()
    assert (too_large.file.scan, other.file.scan) == ("waiting", "clean")


def test_one_that_clamd_never_answers_about_keeps_nobody_elses_waiting(
    settings, record, monkeypatch
):
    endless, other = sent(record), sent(record, pdf(pages=2))
    scan = scanning.asked

    def asked(content):
        if content == GOOD["card.pdf"]:
            raise scanning.NoAnswer
        return scan(content)

    monkeypatch.setattr(scanning, "asked", asked)

    with running(settings):
        assert rescanning.scan_waiting() == 1

    endless.file.refresh_from_db()
    other.file.refresh_from_db()
    assert (endless.file.scan, other.file.scan) == ("waiting", "clean")


def test_a_virus_that_is_found_later_goes_to_nobody(settings, client, record):
    row = sent(record, INFECTED)

    with running(settings):
        rescanning.scan_waiting()

    settings.CLAMD = None
    assert asks(client, row, record.person) == 409
    assert asks(client, row, make.representative("MLA")) == 409


def test_without_a_clamd_every_file_is_served(client, record):
    row = sent(record)

    assert rescanning.scan_waiting() == 0
    assert taken("card.pdf", GOOD["card.pdf"]).scan == "waiting"
    assert asks(client, row, make.representative("MLA")) == 200


@pytest.mark.parametrize("value", ["clamd", "http://clamd:3310", "tcp://", "tcp://clamd:x"])
def test_an_address_that_is_none_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("CLAMD_URL", value)

    with pytest.raises(environment.Unsafe, match=r"tcp://host:3310"):
        environment.scanner("CLAMD_URL")


def test_the_address_is_a_host_and_a_port(monkeypatch):
    monkeypatch.setenv("CLAMD_URL", "tcp://clamd")

    assert environment.scanner("CLAMD_URL") == ("clamd", 3310)
