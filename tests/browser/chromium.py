"""The browser that the tests drive: Debian's Chromium, started so that it asks nobody anything."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.needed import CHROMIUM

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
# Playwright's loop runs in the thread of the tests, where Django then refuses to ask the database.
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


@contextmanager
def started() -> Iterator[Browser]:
    """A running Chromium; meanwhile the thread may use the database all the same."""
    before = os.environ.get(UNSAFE)
    os.environ[UNSAFE] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ[UNSAFE]
        else:
            os.environ[UNSAFE] = before
