"""What registering meant before texts had versions, as migration 0026 writes it down (K4)."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from registrations import consents
from registrations.models import Consent, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db

MIGRATION = import_module("registrations.migrations.0026_kept_for_a_time")
NOW = timezone.now()


def sent(who, *, days_ago: int, language: str = "en", status: str = "submitted", **fields):
    row = make.registration(who, status=status, language=language, **fields)
    at = NOW - timedelta(days=days_ago)
    Registration.objects.filter(pk=row.pk).update(submitted_at=at)
    return at


def migrate():
    Consent.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.AGREED)


def test_whoever_sent_a_registration_agreed_when_they_sent_their_first_one():
    who = make.person()
    sent(who, days_ago=10, code="CPC", association_code=None)
    first = sent(who, days_ago=400, language="fr", status="withdrawn")

    migrate()

    row = Consent.objects.get()
    assert (row.person, row.kind, row.version, row.given_at) == (who, "program", 0, first)
    assert (row.language, row.given_how, row.withdrawn_at) == ("fr", "earlier", None)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_text_that_it_points_to_is_the_one_that_is_kept(language):
    sent(make.person(), days_ago=10, language=language)

    migrate()

    row = Consent.objects.get()
    assert row.sha256 == consents.text("program", 0, language).sha256


def test_whoever_sent_nothing_agreed_to_nothing():
    make.registration(make.person(), status="draft")
    make.person()

    migrate()

    assert not Consent.objects.exists()


def test_they_are_asked_about_the_text_of_today_and_see_the_former_one(client):
    who = make.person()
    sent(who, days_ago=10)
    migrate()
    client.force_login(who)

    before = client.get(reverse("consents")).text
    client.post(reverse("consents"), {"kind": "program", "deed": "agree"})
    rows = list(Consent.objects.order_by("version").values_list("version", "withdrawn_how"))

    assert "before texts had versions" in before
    assert rows == [(0, "replaced"), (1, "")]
    assert not consents.asked_again(who)
