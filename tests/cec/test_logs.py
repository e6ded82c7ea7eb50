"""The log: each line says what it belongs to, and nothing of anybody (reliability J3, C5)."""

import json
import logging
import re
import sys
from uuid import uuid4

import pytest
from celery import shared_task
from celery.app.trace import build_tracer
from django.db import IntegrityError, transaction
from django.test import override_settings

from cec import logs, trace
from cec.celery import app
from registrations.models import Person
from tests import factories as make

logger = logging.getLogger("cec.of_the_test")
ID = re.compile("[0-9a-f]{32}")


def line(message: str, *arguments: object, **more: object) -> dict:
    """What is written of a record made now."""
    exception = sys.exc_info() if more.pop("with_error", False) else None
    record = logger.makeRecord("cec", 20, "f", 1, message, arguments, exception, extra=more)
    return json.loads(logs.JsonLines().format(record))


@shared_task(name="test.says_what_it_belongs_to")
def says_what_it_belongs_to():
    said.append(line("Working"))


said: list[dict] = []


def test_a_line_of_a_task_names_it_and_the_request_that_asked():
    said.clear()
    task = app.tasks["test.says_what_it_belongs_to"]
    number = str(uuid4())

    build_tracer(task.name, task, app=app)(number, (), {}, {"id": number, logs.ASKED_BY: "a1b2"})

    assert said[0]["task"] == "test.says_what_it_belongs_to"
    assert said[0]["request"] == "a1b2"
    assert said[0]["task_id"] == number


@pytest.mark.django_db
def test_a_line_of_a_request_has_its_id_and_the_number_of_the_person(rf):
    who = make.person()
    request = rf.get("/")
    request._cached_user = who

    with trace.traced(trace.Trace("a1b2", "192.0.2.7", request)):
        written = line("Something")

    assert (written["request"], written["person"]) == ("a1b2", who.pk)
    assert who.email not in json.dumps(written)


def test_a_line_of_nothing_has_neither():
    assert line("Something").keys() == {"time", "level", "logger", "message"}


def test_a_line_has_no_address_of_mail_and_no_line_break():
    written = line("To %s: refused\n{fake}", "Nadia <nadia.k@example.org>")

    assert "example.org" not in written["message"]
    assert "\n" not in logs.JsonLines().format(logger.makeRecord("c", 20, "f", 1, "a\nb", (), None))


def test_a_line_about_a_request_has_no_token_of_its_path(rf):
    token = "7-cz1f2g-0123456789ABCDEF0123456789abcdef"

    written = line("Not Found: %s", f"/en/account/reset/{token}/", request=rf.get("/"))

    assert written["message"] == "Not Found: /en/account/reset/…/"


@pytest.mark.django_db
def test_what_postgresql_quotes_of_a_row_is_left_out():
    who = make.person()

    try:
        with transaction.atomic():
            Person.objects.create(email=who.email.upper(), name="Nadia Kwiatkowska")
    except IntegrityError as error:
        written = line("It failed: %s", error, with_error=True)

    assert "unique constraint" in written["exception"]
    assert "DETAIL: …" in written["message"]
    assert who.email.lower() not in json.dumps(written).lower()


@pytest.mark.django_db
class TestTheIdOfARequest:
    def test_is_told_in_the_answer_and_is_another_each_time(self, client):
        first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))

        assert ID.fullmatch(first)
        assert first != second

    @pytest.mark.parametrize(
        ("proxies", "given", "taken"),
        [
            (1, "0123456789abcdef0123456789abcdef", True),
            (1, "01234567-89AB-cdef-0123-456789abcdef", True),
            (1, "<script>", False),
            (1, "a" * 33, False),
            (0, "0123456789abcdef0123456789abcdef", False),
        ],
    )
    def test_is_taken_from_our_own_proxy_alone(self, client, proxies, given, taken):
        headers = {"X-Request-ID": given, "X-Forwarded-For": "192.0.2.7"}
        with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
            told = client.get("/healthz", headers=headers)["X-Request-ID"]

        assert (told == "0123456789abcdef0123456789abcdef") is taken
        assert ID.fullmatch(told)

    def test_stands_on_a_page_that_says_what_went_wrong(self, client, monkeypatch):
        def broken():
            raise RuntimeError("secret detail")

        monkeypatch.setattr("cec.health.failing", broken)
        client.raise_request_exception = False

        for answer in (client.get("/readyz"), client.get("/healthz", headers={"Host": "evil"})):
            assert answer["X-Request-ID"] in answer.text or answer.status_code == 200
            assert "secret detail" not in answer.text
        assert client.get("/readyz").status_code == 500
