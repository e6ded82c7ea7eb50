"""Lists of registrations as they grow: queries, units of the plainest page, and the last page.

First with the participants alone, then with five times as many registrations in the database, or
with all of them where they are that many already.
"""

from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from certificates.goals import filling, pages
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, in_turns
from registrations.models import Person, Registration

MANY, TIMES = 50_000, 5
MOST_QUERIES, MOST_UNITS, MOST_SEARCH = 10, 12, 15
MOST_GROWTH, MOST_LAST = 2, 1.5


def measure(filled: Filled) -> Iterator[Result]:
    """Measure who waits, everybody who takes part, who owes a fee, and the whole ledger."""
    settings = {
        "ROOT_URLCONF": pages.__name__,
        "DEBUG": False,
        "ALLOWED_HOSTS": ["testserver"],
        "STAFF_SECOND_FACTOR": "offered",  # these people have a role and nothing else
    }
    with override_settings(**settings):
        browser, office = _signed_in(filled.staff), _signed_in(filled.office)
        lists = {
            "Queue": (browser, reverse("queue")),
            "List of all active": (browser, f"{reverse('queue')}?view=active"),
            "Fees to come": (office, reverse("payments")),
            "Ledger": (office, reverse("ledger")),
        }
        few = {name: _units(*place) for name, place in lists.items()}
        for name, units in few.items():
            yield at_most(f"{name}, units", units, most=MOST_UNITS, unit="units")
        rows = _grow(filled)
        for name, place in lists.items():
            yield at_most(
                f"{name}, queries, {rows} rows", _queries(*place), most=MOST_QUERIES, unit="queries"
            )
            grown = _units(*place) / few[name]
            yield at_most(f"{name}, growth", grown, most=MOST_GROWTH, unit="x")
        yield from _last_and_search(browser, f"{reverse('queue')}?view=active")


def _signed_in(person: Person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def _last_and_search(browser: Client, url: str) -> Iterator[Result]:
    number = Registration.objects.order_by("-pk").values_list("pk", flat=True)[0] // 2
    last, first = in_turns(lambda: browser.get(f"{url}&before=end"), lambda: browser.get(url))
    yield at_most("Last page to the first", last / first, most=MOST_LAST, unit="x")
    middle, first = in_turns(lambda: browser.get(f"{url}&after={number}"), lambda: browser.get(url))
    yield at_most("A page in the middle to the first", middle / first, most=MOST_LAST, unit="x")
    for what, asked in (("name", "4711"), ("number", "M-4711")):
        units = _units(browser, f"{url}&q={asked}")
        yield at_most(f"Search by {what}, units", units, most=MOST_SEARCH, unit="units")


def _units(browser: Client, url: str) -> float:
    answer = browser.get(url)
    assert answer.status_code == 200, f"{url} answers {answer.status_code}"
    page, plain = in_turns(lambda: browser.get(url), lambda: browser.get(pages.UNIT), seconds=4)
    return page / plain


def _queries(browser: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        browser.get(url)
    return len(queries)


def _grow(filled: Filled) -> int:
    """Add people with a registration each, up to many; return how many registrations there are."""
    wanted = min(TIMES * filled.participants, max(MANY, filled.participants))
    more = wanted - filled.participants
    if more > 0:
        filling.add(participants=more)
    return Registration.objects.count()
