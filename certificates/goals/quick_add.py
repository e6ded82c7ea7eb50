"""The quick card, through all middleware, in units of the plainest page for who is signed in.

Alone, as it is answered without JavaScript, and with the list that comes back by htmx.
"""

import itertools
from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from certificates.goals import pages
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, in_turns
from registrations.models import Rate


def measure(filled: Filled) -> Iterator[Result]:
    registration = filled.another
    browser = Client()
    browser.force_login(registration.person)
    rate = Rate.objects.filter(activity_type__rules=registration.rules_id).earliest("pk")
    address = reverse("activities", args=[registration.pk])
    numbers = itertools.count(1)

    def add(status: int = 302, **headers: str) -> None:
        said = {
            "title": f"Quickly logged {next(numbers)}",
            "completed_on": registration.starts_on,
            "rate": rate.pk,
            "hours": "0.25",
        }
        answer = browser.post(address, said, headers=headers)
        assert answer.status_code == status, f"the quick card answers {answer.status_code}"

    def add_by_htmx() -> None:
        add(200, **{"HX-Request": "true"})

    with override_settings(ROOT_URLCONF=pages.__name__, DEBUG=False, ALLOWED_HOSTS=["testserver"]):
        alone = _queries(add)
        with_list = _queries(add_by_htmx)
        yield at_most("Quick add, queries", alone, most=18, unit="queries")
        yield at_most("Quick add and list, queries", with_list, most=20, unit="queries")

        took, whole, plain = in_turns(add, add_by_htmx, lambda: browser.get(pages.UNIT))
        yield at_most("Quick add, units", took / plain, most=12, unit="units")
        yield at_most("Quick add and list, units", whole / plain, most=20, unit="units")


def _queries(way: Callable[[], None]) -> int:
    with CaptureQueriesContext(connection) as queries:
        way()
    return len(queries)
