"""The headers that tell browsers what to trust stand on every answer, whatever its kind (C3)."""

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from cec import health
from tests import factories as make
from tests.test_access import ROWS
from tests.world import World

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def wrong(response):
    """What the answer lacks."""
    found = {name for name, value in EVERYWHERE.items() if response.get(name) != value}
    policy = response.get("Content-Security-Policy", "")
    for needed in ("default-src 'none'", "frame-ancestors 'none'"):
        if needed not in policy:
            found.add(needed)
    for loose in ("unsafe-inline", "unsafe-eval", "*", "http:", "https:", "data:"):
        a_mail = loose == "unsafe-inline" and "sandbox" in policy  # its styles are in it
        if loose in policy and not a_mail:
            found.add(loose)
    return found


def asked(url, *, who=None, method="get", strict=False, **more):
    client = Client(raise_request_exception=False, enforce_csrf_checks=strict)
    if who is not None:
        client.force_login(who)
    return getattr(client, method)(url, secure=True, **more)


def test_every_kind_of_answer_has_them(monkeypatch, settings):
    person, office = make.person(), make.administrator()
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    asked(reverse("account_signup"), method="post")
    body = {"data": b"x" * 3_000_000, "content_type": "application/octet-stream"}
    answers = {
        200: asked(reverse("home")),
        302: asked(reverse("start")),
        400: asked(reverse("home"), headers={"host": "evil.example"}),
        403: asked(reverse("reminders"), who=person, method="post", strict=True),
        404: asked("/nowhere"),
        405: asked(reverse("home"), method="post"),
        413: asked(reverse("account_login"), method="post", **body),
        422: asked(reverse("application", args=["partnership-cec"]), who=person, method="post"),
        429: asked(reverse("account_signup"), method="post"),
        503: asked(reverse("readyz")),
    }
    answers["file"] = asked(reverse("payments"), who=office)
    answers["static"] = asked("/static/cec.css")

    def fail():
        raise ValueError

    def lose():
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(health, "failing", fail)
    answers[500] = asked(reverse("readyz"))
    monkeypatch.setattr(health, "failing", lose)
    answers["503 of a lost database"] = asked(reverse("readyz"))

    assert {kind: r.status_code for kind, r in answers.items() if isinstance(kind, int)} == {
        kind: kind for kind in answers if isinstance(kind, int)
    }
    assert answers["503 of a lost database"].status_code == 503
    assert answers["static"].status_code == 200
    answers["static"].getvalue()
    assert {kind: found for kind, each in answers.items() if (found := wrong(each))} == {}


@pytest.mark.parametrize("role", ["anonymous", "owner", "representative", "administrator"])
def test_so_has_every_page_and_file(role):
    world = World()
    client = Client()
    if role != "anonymous":
        client.force_login(world.people[role])

    lacking = {}
    for name, method, _statuses in ROWS:
        if method == "GET":
            response = client.get(world.url(name), secure=True)
            if found := wrong(response):
                lacking[name] = found
            response.getvalue()  # a file is closed once it is read

    assert lacking == {}
