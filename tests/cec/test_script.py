"""cec.js and htmx in a real Chromium, under the real Content-Security-Policy."""

import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

CHROMIUM = os.environ.get("CEC_CHROMIUM", "/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and os.environ.get("CI") != "true",
        reason=f"no Chromium at {CHROMIUM}: the script of the pages is NOT tested",
    ),
]
ADDRESS = "http://cec.example.test"

PAGE = """{% extends "base.html" %}
{% block main %}
  <h1>Test</h1>
  <form method="post" action="/post" id="once"><button id="send">Send</button></form>
  <form hx-post="/refuse" hx-target="this" hx-swap="outerHTML" id="checked">
    <button id="check">Check</button>
  </form>
  <form hx-post="/fail" id="failing"><button id="fail">Fail</button></form>
  <form method="post" id="bulk">
    <div class="bulk">{% include "components/bulk_count.html" %}</div>
    <input type="search" id="find" aria-label="Find">
    <table class="t stackable" data-shortcuts>
      <thead><tr><th scope="col">{% include "components/select_all.html" %}</th>
        <th scope="col">Name</th></tr></thead>
      <tbody>
        {% for name in "abc" %}
          <tr><td><input type="checkbox" name="ids" value="{{ name }}" aria-label="{{ name }}"></td>
            <th scope="row"><a href="#{{ name }}">{{ name }}</a></th></tr>
        {% endfor %}
      </tbody>
    </table>
  </form>
  {% include "components/shortcuts.html" %}
{% endblock %}"""

REFUSED = """<form hx-post="/refuse" id="checked">
  <div class="problem" id="problem" tabindex="-1" data-focus><h2>There is a problem</h2></div>
</form>"""


class Site:
    """Answers the browser's requests without a server, and remembers what was posted."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.posted: list[str] = []

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if route.request.method == "POST":
            self.posted.append(path)
            status = {"/post": 204, "/refuse": 422, "/fail": 500}[path]
            route.fulfill(status=status, body=REFUSED, content_type="text/html")
        elif path.startswith(settings.STATIC_URL):
            file = finders.find(path.removeprefix(settings.STATIC_URL).split("#")[0])
            kind = mimetypes.guess_type(file)[0]
            route.fulfill(body=Path(file).read_bytes(), content_type=kind)
        else:
            route.fulfill(body=self.markup, content_type="text/html", headers=policy())


def policy() -> dict[str, str]:
    rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
    return {"content-security-policy": "; ".join(f"{n} {' '.join(v)}" for n, v in rules)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def site() -> Site:
    return Site(engines["django"].from_string(PAGE).render({}))


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    opened = browser.new_page()
    opened.set_default_timeout(5000)
    opened.route("**/*", site.answer)
    opened.clock.install()
    opened.goto(f"{ADDRESS}/")
    yield opened
    opened.close()


def test_the_policy_is_never_violated(browser, site):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", site.answer)

    page.goto(f"{ADDRESS}/")
    page.wait_for_load_state("networkidle")

    assert complaints == []
    assert page.evaluate("typeof htmx") == "object"
    page.close()


def test_a_second_click_sends_nothing(page, site):
    middle = page.locator("#send").bounding_box()
    with page.expect_response("**/post"):
        page.click("#send")

    page.mouse.click(middle["x"] + 5, middle["y"] + 5)
    page.wait_for_timeout(300)

    assert site.posted == ["/post"]
    assert page.get_attribute("#send", "aria-disabled") == "true"


def test_a_form_can_be_sent_again_after_going_back_to_it(page, site):
    page.click("#send")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    with page.expect_response("**/post"):
        page.click("#send")

    assert site.posted == ["/post", "/post"]


def test_a_form_whose_answer_leaves_the_page_can_be_sent_again_later(page, site):
    page.click("#send")
    page.clock.fast_forward(9000)

    with page.expect_response("**/post"):
        page.click("#send")

    assert site.posted == ["/post", "/post"]


def test_a_refused_fragment_is_swapped_and_its_summary_takes_the_focus(page):
    page.click("#check")

    expect(page.locator("#problem")).to_be_focused()


def test_a_failure_leaves_the_page_alone_and_is_said(page):
    page.click("#fail")

    expect(page.locator("#status")).to_contain_text("That didn’t work")
    assert page.is_visible("#failing")


def test_select_all_marks_the_rows_and_counts_them(page):
    page.check("#select-all")

    assert page.inner_text("[data-bulk-count]") == "3 selected"
    assert page.locator("tbody :checked").count() == 3


def test_one_row_less_is_counted_and_select_all_is_neither_on_nor_off(page):
    page.check("#select-all")
    page.uncheck("[value=b]")

    assert page.inner_text("[data-bulk-count]") == "2 selected"
    assert page.evaluate("document.getElementById('select-all').indeterminate")


def test_letters_move_and_select_in_a_list_with_shortcuts(page):
    for key in "jjjjkx":
        page.keyboard.press(key)

    assert page.evaluate("document.activeElement.textContent") == "b"
    assert page.locator("tbody :checked").evaluate_all("all => all.map(box => box.value)") == ["b"]
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "a"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#a"


def test_a_letter_that_is_typed_stays_a_letter(page):
    page.keyboard.press("/")
    page.keyboard.type("jx?/")

    assert page.input_value("#find") == "jx?/"
    assert page.locator("tbody :checked").count() == 0


def test_a_question_mark_opens_the_list_of_shortcuts(page):
    page.keyboard.press("?")

    assert page.is_visible("#shortcuts kbd")


def test_without_the_persons_wish_letters_do_nothing(page):
    page.evaluate("document.querySelector('table').removeAttribute('data-shortcuts')")

    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.click("details.menu summary")

    page.keyboard.press("Escape")

    assert page.locator("details[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_table_laid_out_as_cards_keeps_its_roles(page):
    roles = page.evaluate(
        "[...document.querySelectorAll('table, tbody tr:first-child, tbody tr:first-child > *')]"
        ".map(part => part.getAttribute('role'))"
    )

    assert roles == ["table", "row", "cell", "rowheader"]


def test_without_the_script_the_bulk_bar_says_what_it_does_and_offers_no_dead_control(
    browser, site
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("**/*", site.answer)

    page.goto(f"{ADDRESS}/")

    assert page.inner_text("[data-bulk-count]") == "With those selected:"
    assert not page.is_visible("#select-all")
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_page_never_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
