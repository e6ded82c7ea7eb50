"""The headers that tell browsers what to trust stand on every kind of answer (C3).

Each page and file is asked for them with the access matrix (`test_access.py`).
"""

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from cec import health
from tests import factories as make
from tests.headers import in_production, lacking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    in_production(settings)


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
    assert {kind: found for kind, each in answers.items() if (found := lacking(each))} == {}
