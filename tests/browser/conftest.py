"""People in front of browsers, on pytest-django's server and the real database.

    CEC_PICTURES=/tmp/pictures pytest tests/browser   # keeps a picture of every page

There is no worker: `mailbox.worker_runs` does what one would have done. What a failed test saw
last is kept in `var/test/browser`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from playwright.sync_api import Browser

from tests.browser import chromium, needed
from tests.browser.traffic import Traffic, watched
from tests.browser.visitor import Visitor

Visitors = Callable[..., Visitor]
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here; skipped loudly without one, which CI doesn't forgive."""
    if needed.is_missing():
        (pytest.skip if needed.is_forgiven() else pytest.fail)(needed.MISSING)
    with chromium.started() as found:
        yield found


@pytest.fixture
def traffic(live_server) -> Iterator[Traffic]:
    """The server's open requests; the tables are emptied only once there are none."""
    with watched() as found:
        yield found
        found.settle()


@pytest.fixture
def visitors(request, browser, live_server, traffic, settings) -> Iterator[Visitors]:
    """Opens a browser for a person; at the end none of them may have complained."""
    settings.SITE_URL = live_server.url
    cache.clear()  # the rate limits: all people here share one address
    opened: list[Visitor] = []
    asked = os.environ.get("CEC_PICTURES")
    pictures = Path(asked) / request.node.name if asked else None

    def visitor(name: str = "visitor", *, kind: type[Visitor] = Visitor, **options) -> Visitor:
        opened.append(kind(browser, live_server.url, name=name, pictures=pictures, **options))
        return opened[-1]

    yield visitor
    failed = request.node.stash.get(FAILED, True)
    for one in opened:
        if failed:
            _keep_last_picture(one, request.node.name)
        one.context.close()
    complaints = [text for one in opened for text in one.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let the fixtures know at the end whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def _keep_last_picture(one: Visitor, test: str) -> None:
    folder = django_settings.VAR / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    one.page.screenshot(path=folder / f"{test}-{one.name}.png", caret="initial")
