"""More than a form holds is refused in words, and long texts take no time (C7)."""

import time

import pytest
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db

LONG = 100_000
SLOWEST_SECONDS = 1
# What makes a search that tries everything try for ever.
TEXTS = {
    "one letter": "a" * LONG,
    "spaces": " " * LONG,
    "lines": "\n" * LONG,
    "digits": "1" * LONG,
    "at signs": "@" * LONG,
    "nearly an address": "a@" + "a." * (LONG // 2),
    "nearly a day": "1-" * (LONG // 2),
    "brackets": "<" * LONG,
    "quotation marks": "'\"" * (LONG // 2),
}


@pytest.mark.parametrize(
    "fields",
    [{f"field{n}": "x" for n in range(1_001)}, {"title": "x" * 2_700_000}],
    ids=["too many fields", "too much text"],
)
def test_a_form_that_is_too_large_is_refused(client, fields):
    row = make.registration()
    client.force_login(row.person)

    answer = client.post(reverse("activity_add", args=[row.pk]), fields)

    assert answer.status_code == 400
    assert "there was too much of it" in answer.text
    assert not row.person.activities.exists()


@pytest.mark.parametrize("text", TEXTS)
def test_a_long_text_in_each_field_is_answered_at_once(client, text):
    row = make.registration()
    client.force_login(row.person)
    pages = {
        reverse("activity_add", args=[row.pk]): (
            *("title", "provider", "hours", "completed_on", "started_on", "outcome", "outcomes"),
            *("subject", "topic", "goals", "materials"),
        ),
        reverse("account_login"): ("login", "password"),
        reverse("plan_note", args=[row.pk]): ("text",),
    }
    slow = {}

    for url, names in pages.items():
        for name in names:
            started = time.process_time()
            answer = client.post(url, {name: TEXTS[text]})
            if (seconds := time.process_time() - started) > SLOWEST_SECONDS:
                slow[f"{url} {name}"] = seconds
            assert answer.status_code < 500

    assert slow == {}
