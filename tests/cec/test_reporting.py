"""Reports of errors to a Sentry: what failed where, and nothing of anybody."""

import json
import logging

import pytest
import sentry_sdk
from celery import shared_task
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from cec import reporting
from cec.celery import app
from tests import factories as make

ADDRESS = ".".join(("192", "0", "2", "7"))
MARKERS = [f"marker-{number}" for number in range(10)]
BODY, COOKIE, HEADER, QUERY, LOCAL, ARGUMENT, MAIL, DETAIL, LOGGED, TASK = MARKERS


class Kept(Transport):
    """Takes reports in place of a server."""

    def __init__(self, options=None):
        super().__init__(options)
        self.reports: list[dict] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.reports += [json.loads(item.payload.get_bytes()) for item in envelope.items]


@pytest.fixture
def sent(settings):
    """What a Sentry was told; the process tells nobody afterwards."""
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"
    transport = Kept()
    reporting.start(transport=transport)
    yield transport.reports
    sentry_sdk.get_global_scope().set_client(None)


def fails(said: str) -> None:
    local = LOCAL
    raise ValueError(f"{said} {local} {MAIL}@example.org DETAIL: Key (name)=({DETAIL})")


@shared_task(name="test.fails_with_markers")
def task_that_fails(said):
    fails(said)


@pytest.mark.django_db
def test_an_error_of_a_page_is_told_without_anything_of_the_request(sent, client, monkeypatch):
    monkeypatch.setattr("cec.health.failing", lambda: fails(ARGUMENT))
    client.raise_request_exception = False
    who = make.person()
    client.force_login(who)
    client.cookies["a"] = COOKIE

    answer = client.generic(
        "GET", f"/readyz?name={QUERY}", BODY, headers={"X-Secret": HEADER}, REMOTE_ADDR=ADDRESS
    )

    told = json.dumps(sent)
    (raised,) = sent[0]["exception"]["values"]
    assert raised["type"] == "ValueError"
    assert raised["stacktrace"]["frames"][-1]["function"] == "fails"
    assert {report["tags"]["request"] for report in sent} == {answer["X-Request-ID"]}
    assert [hidden for hidden in (*MARKERS, ADDRESS, who.email, who.name) if hidden in told] == []


def test_a_line_of_the_log_is_told_in_the_words_of_our_code(sent):
    logging.getLogger("cec.test").error("It failed for %s", LOGGED)

    assert sent[0]["logentry"] == {"message": "It failed for %s"}
    assert LOGGED not in json.dumps(sent)


def test_an_error_of_a_task_is_told_with_its_name_and_without_its_arguments(sent):
    app.tasks["test.fails_with_markers"].apply(args=[TASK])

    report = sent[0]
    assert report["tags"]["task"] == "test.fails_with_markers"
    assert TASK not in json.dumps(report)


def test_what_is_no_error_is_not_told(sent):
    logging.getLogger("cec.test").warning("Something %s", LOGGED)

    assert sent == []
