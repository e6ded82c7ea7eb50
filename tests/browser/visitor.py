"""A person in front of a browser: what they do, what they see, what the browser says of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from registrations.models import Person

SECONDS = 15_000  # milliseconds that a busy machine gets for a page


class Visitor:
    """One person in a browser context of their own: cookies, language and size are theirs alone.

    Every error on the console counts, also a violation of the Content-Security-Policy and a file
    that isn't there; so does an exception in a script, and a page without exactly one heading.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        name: str = "visitor",
        script: bool = True,
        width: int = 1100,
        language: str = "en",
        pictures: Path | None = None,
    ) -> None:
        self.address, self.name, self.language, self.pictures = address, name, language, pictures
        self.complaints: list[str] = []
        self.seen = 0
        self._expected: set[int] = set()
        self.context = browser.new_context(
            base_url=address,
            java_script_enabled=script,
            locale="fr-CA" if language == "fr" else "en-CA",
            timezone_id=settings.TIME_ZONE,
            viewport={"width": width, "height": 900},
            accept_downloads=True,
        )
        self.context.set_default_timeout(SECONDS)
        self.context.on("weberror", lambda error: self._complain(str(error.error)))
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        status = re.search(r"responded with a status of (\d+)", message.text)
        if status and int(status[1]) in self._expected:
            return
        if message.type == "error" or "Content Security Policy" in message.text:
            self._complain(f"{message.text} ({message.location.get('url', '')})")

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{self.name} on {self.page.url}: {text}")

    @contextmanager
    def answered_with(self, status: int) -> Iterator[None]:
        """Expect that the server refuses something meanwhile, which Chromium logs as an error."""
        self._expected.add(status)
        with self.page.expect_response(lambda answer: answer.status == status):
            yield
        self.page.wait_for_load_state()
        self._expected.discard(status)

    def may_be_answered_with(self, *statuses: int) -> None:
        """From now on a refusal is nothing to complain of."""
        self._expected.update(statuses)

    # Going somewhere

    def sign_in(self, person: Person) -> None:
        """Bring a session along, for tests that aren't about signing in."""
        client = Client()
        client.force_login(person)
        self.context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": self.address}
                for name, cookie in client.cookies.items()
            ]
        )

    def go(self, name: str, *args: object, query: str = "") -> Response:
        """Open a page by the name of its address."""
        with translation.override(self.language):
            return self.open(reverse(name, args=args) + query)

    def open(self, url: str) -> Response:
        """Open an address, such as one from a mail."""
        answer = self.page.goto(url)
        assert answer is not None
        self._look()
        return answer

    def follow(self, link: str, *, within: str = "body") -> None:
        """Follow the link that reads so."""
        place = self.page.locator(within)
        self._leave(place.get_by_role("link", name=link, exact=True).first.click)

    def press(self, button: str, *, within: str = "body") -> None:
        """Press the button that reads so, and wait for the page that follows."""
        self._leave(self._button(button, within).click)

    def press_here(self, button: str, *, within: str = "body") -> None:
        """Press a button whose answer htmx puts into this page."""
        self._button(button, within).click()

    def press_twice(self, button: str, *, within: str = "body") -> int:
        """Click once, and again while the answer is on its way; return how often it was sent.

        The server must be slow enough meanwhile: see `slow_server`.
        """
        sent: list[str] = []
        self.page.on("request", lambda asked: sent.append(asked.url) if asked.post_data else None)
        found = self._button(button, within)
        found.scroll_into_view_if_needed()
        place = found.bounding_box()
        assert place is not None
        for _click in range(2):
            self.page.mouse.click(place["x"] + 5, place["y"] + 5)
            self.page.wait_for_timeout(150)
        return len(sent)

    def _button(self, words: str, within: str) -> Locator:
        return self.page.locator(within).get_by_role("button", name=words, exact=True).first

    def unfold(self, summary: str, *, within: str = "main") -> None:
        """Open what is folded away; what only a screen reader reads may follow the words."""
        self.page.locator(within).locator("summary", has_text=summary).first.click()

    def download(self, link: str) -> bytes:
        """Follow a link to a file, and return what came."""
        with self.page.expect_download() as started:
            self.page.get_by_role("link", name=link).click()
        return started.value.path().read_bytes()

    def _leave(self, act: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until it is there."""
        with self.page.expect_navigation():
            act()
        self._look()

    def _look(self) -> None:
        """What every page must have, whoever looks at it."""
        self.page.wait_for_load_state()
        self.seen += 1
        expect(self.page.locator("h1"), f"one heading on {self.page.url}").to_have_count(1)
        self.picture()

    # Filling in

    def field(self, label: str, *, within: str = "main") -> Locator:
        """A field by its label, whether it is optional or not."""
        pattern = re.compile(rf"^\s*{re.escape(label)}(\s+\([a-zé]+\))?\s*$")
        return self.page.locator(within).get_by_label(pattern).first

    def write(self, label: str, value: str, *, within: str = "main") -> None:
        self.field(label, within=within).fill(value)

    def choose(self, label: str, option: str, *, within: str = "main") -> None:
        """Choose from a list the first option that holds these words."""
        choose_from(self.field(label, within=within), option)

    def upload(self, label: str, name: str, content: bytes) -> None:
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.field(label).set_input_files(file)

    def tick(self, label: str, *, within: str = "main") -> None:
        self.field(label, within=within).check()

    # Seeing

    def sees(self, *texts: str, within: str = "main") -> None:
        """Wait until all of these words stand there, to be read without a click."""
        place = self.page.locator(within).first
        for text in texts:
            expect(place, f"{self.name} on {self.page.url}").to_contain_text(
                text, use_inner_text=True, timeout=SECONDS
            )

    def misses(self, *texts: str, within: str = "main") -> None:
        """None of these words stand there."""
        place = self.page.locator(within).first
        for text in texts:
            expect(place).not_to_contain_text(text, use_inner_text=True)

    def has_focus(self, label: str, *, within: str = "main") -> None:
        """Wait until the keyboard writes into this field."""
        expect(self.field(label, within=within)).to_be_focused()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def picture(self) -> None:
        """Keep a picture of the page, when somebody asked for them."""
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)
            page = re.sub(r"\W+", "-", self.path).strip("-")
            file = self.pictures / f"{self.name}-{self.seen:02}-{page}.png"
            # Playwright hides the caret by a style attribute, which the page's policy refuses.
            self.page.screenshot(path=file, full_page=True, caret="initial")


def choose_from(field: Locator, option: str) -> None:
    found = field.locator("option", has_text=option).first.get_attribute("value")
    assert found, f"no option “{option}”"
    field.select_option(found)
