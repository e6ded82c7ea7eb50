"""Markup in every text that is stored shows as text on every page (C8).

Mails have it in tests/cec/test_mail.py and tests/registrations/test_mail_texts.py, PDFs in
tests/certificates/test_press.py and test_conformance.py, workbooks in tests/cec/test_export.py.
"""

import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction
from django.test import Client

from tests.test_access import ROWS
from tests.world import World

pytestmark = [pytest.mark.pages, pytest.mark.django_db]

MARKUP = "<b id=xss onclick=alert(1)>\"'&amp;</b>{{ 7 }}"
OURS = ("cec", "registrations", "activities", "certificates")
SHORTEST = 60  # columns that are shorter hold codes of ours
# Texts that are no words: how something is to be found, read or recomputed.
NO_WORDS = {"email", "key", "digest", "sha256", "public_id", "serial", "time_zone", "password"}
NO_WORDS |= {"address", "request_id", "seed", "slug", "expiry_said", "payload", "fingerprint"}
NO_WORDS |= {"work", "worker", "html", "language", "kind", "name_key", "method", "token"}


def columns():
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField)
                long_enough = (field.max_length or SHORTEST) >= SHORTEST
                free = not field.choices and not field.unique and field.name not in NO_WORDS
                if is_text and long_enough and free:
                    yield model, field


def write_everywhere():
    """Put the markup into every text; return how many columns took it."""
    taken = set()
    for model, field in columns():
        table, column = map(connection.ops.quote_name, (model._meta.db_table, field.column))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table} SET {column} = %s WHERE {column} <> ''",
                    [MARKUP[: field.max_length]],
                )
                if cursor.rowcount:
                    taken.add(f"{model.__name__}.{field.name}")
        except Error:  # what a constraint or the seal of the history keeps as it is
            continue
    return taken


@pytest.mark.parametrize("role", ["owner", "representative", "administrator", "mentor", "officer"])
def test_no_page_shows_stored_markup_as_markup(role):
    world = World()
    urls = {name: world.url(name) for name, method, _statuses in ROWS if method == "GET"}
    taken = write_everywhere()
    client = Client()
    client.force_login(world.people[role])

    as_text, as_markup = set(), set()
    for name, url in urls.items():
        response = client.get(url)
        if "html" in response["Content-Type"]:
            if "<b id=xss" in response.text:
                as_markup.add(name)
            if "&lt;b id=xss" in response.text:
                as_text.add(name)
        assert response.status_code < 500 or name == "readyz", name

    assert {"Person.name", "Activity.title", "StoredFile.name"} <= taken
    assert len(taken) > 30
    assert len(as_text) > 5
    assert as_markup == set()
