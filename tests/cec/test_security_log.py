"""What is refused is a line for whoever watches over the site, and says nothing private (J3)."""

import json
import logging
import re
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cec import limits, security_log
from cec.logs import JsonLines
from cec.problems import Refused
from cec.trace import Trace, traced
from tests import factories as make
from tests.registrations import signing_in

pytestmark = pytest.mark.django_db


class Lines(logging.Handler):
    """All that is logged, as production writes it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.texts = []
        self.setFormatter(JsonLines())

    def emit(self, record):
        self.texts.append(self.format(record))

    def of_security(self):
        lines = [json.loads(text) for text in self.texts]
        return [line for line in lines if line["logger"] == "cec.security"]


@contextmanager
def written():
    lines = Lines()
    loggers = [logging.getLogger(), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(lines)
    try:
        yield lines
    finally:
        for logger in loggers:
            logger.removeHandler(lines)


def the_line(lines):
    (line,) = lines.of_security()
    assert re.fullmatch(r"[0-9a-f]{32}", line["request"])
    assert line["time"].endswith("+00:00")
    return line


def test_what_one_may_not_see_is_a_line_with_ones_id(client):
    person, row = make.person("Zacharie Unlikely"), make.registration()
    client.force_login(person)

    with written() as lines:
        client.get(reverse("record", args=[row.pk]))

    line = the_line(lines)
    assert line["event"] == security_log.OUT_OF_SIGHT
    assert (line["status"], line["method"], line["page"]) == (404, "GET", "record")
    assert line["person"] == person.pk
    assert "Zacharie" not in "".join(lines.texts)


def test_what_one_may_not_do_is_a_line(client):
    person = make.person()
    client.force_login(person)

    with written() as lines:
        status = client.get(reverse("payments")).status_code

    line = the_line(lines)
    assert line["status"] == status
    assert (line["event"], line["page"], line["person"]) == (
        {403: security_log.FORBIDDEN, 404: security_log.OUT_OF_SIGHT}[status],
        "payments",
        person.pk,
    )


def test_an_address_that_is_no_page_is_no_line(client):
    with written() as lines:
        client.get("/wp-login.php")

    assert lines.of_security() == []


def test_a_form_without_its_token_is_a_line():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.person())

    with written() as lines:
        answer = strict.post(reverse("reminders"), {})

    line = the_line(lines)
    assert answer.status_code == 403
    assert "This form is out of date" in answer.text
    assert (line["event"], line["page"]) == (security_log.FORM_TOKEN, "reminders")


def test_so_is_a_limit_that_was_reached(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    about = {"email": "someone@example.org", "name": "Someone", "password1": "short"}
    client.post(signing_in.SIGN_UP, about)

    with written() as lines:
        answer = client.post(signing_in.SIGN_UP, about)

    line = the_line(lines)
    assert answer.status_code == 429
    assert (line["event"], line["page"]) == (security_log.RATE_LIMITED, "account_signup")


def test_so_are_more_files_than_one_may_send(monkeypatch):
    monkeypatch.setattr(limits, "UPLOADS", 0)

    with traced(Trace(request_id="0" * 32)), written() as lines, pytest.raises(Refused):
        limits.count_upload(7)

    line = the_line(lines)
    assert (line["event"], line["what"], line["person"]) == ("rate_limited", "uploads", 7)


def test_a_wrong_password_is_a_line_without_a_word_of_it(client):
    signing_in.someone()

    with written() as lines:
        signing_in.sign_in(client, password="a wrong guess")

    line = the_line(lines)
    assert line["event"] == security_log.SIGN_IN_FAILED
    assert not {"robin", "wrong guess"} & set(re.findall("robin|wrong guess", str(lines.texts)))


def test_one_wrong_password_too_many_is_a_line_of_its_own(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1/300s/key"}
    signing_in.someone()
    signing_in.sign_in(client, password="a wrong guess")

    with written() as lines:
        signing_in.sign_in(client, password="a wrong guess")

    assert the_line(lines)["event"] == security_log.RATE_LIMITED


def test_a_workbook_that_is_none_is_a_line_without_its_name(client):
    row = make.registration()
    client.force_login(row.person)
    file = SimpleUploadedFile("zacharie.xlsx", b"%PDF-1.7 of Zacharie")

    with written() as lines:
        client.post(reverse("record_import", args=[row.pk]), {"file": file})

    line = the_line(lines)
    assert line["event"] == security_log.UPLOAD_REFUSED
    assert (line["code"], line["person"]) == ("pdf", row.person_id)
    assert "acharie" not in "".join(lines.texts)


def test_a_broken_line_in_what_was_typed_is_no_line_of_ours():
    with written() as lines:
        logging.getLogger("cec").warning("about %s", "a\nb\r\n{\u2028}\x85c\x0b")

    (text,) = lines.texts
    assert len(text.splitlines()) == 1
    assert json.loads(text)["message"] == "about a\nb\r\n{\u2028}\x85c\x0b"


def test_a_whole_way_in_leaves_no_password_code_token_or_session_in_any_log(client):
    secrets = {signing_in.PASSWORD}
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with written() as lines:
            secrets |= way_in(client)
    finally:
        logging.getLogger().setLevel(level)

    assert len(secrets) > 6
    assert [secret for secret in secrets if secret in "\n".join(lines.texts)] == []


def way_in(client) -> set[str]:
    """Open an account, confirm it, sign in by a code, forget the password; return each secret."""
    about = {"email": "robin@example.org", "name": "Robin", "password1": signing_in.PASSWORD}
    client.post(signing_in.SIGN_UP, about)
    confirm = signing_in.link(signing_in.last_mail())
    strict = Client(enforce_csrf_checks=True)
    strict.post(confirm)  # refused, and Django names the address
    client.post(confirm)
    signing_in.sign_in(client)
    session = client.session.session_key
    client.post(reverse("account_logout"))
    client.post(signing_in.CODE, {"email": "robin@example.org"})
    code = signing_in.code(signing_in.last_mail())
    client.post(signing_in.ENTER_CODE, {"code": "XXXX-XXXX"})
    client.post(signing_in.ENTER_CODE, {"code": code})
    client.post(reverse("account_logout"))
    client.post(signing_in.FORGOTTEN, {"email": "robin@example.org"})
    reset = signing_in.link(signing_in.last_mail())
    strict.post(reset)
    client.get(reset, follow=True)
    client.get(f"{reset}x/")
    keys = {path.rstrip("/").rpartition("/")[2] for path in (confirm, reset)}
    cookies = {cookie.value for each in (client, strict) for cookie in each.cookies.values()}
    return {signing_in.PASSWORD, session, code, *keys, *(value for value in cookies if value)}
