"""Every page on the narrowest screen, in both languages, by day and by night."""

import pytest

from tests.browser.accessibility import violations
from tests.browser.gallery import Gallery, Page, Room
from tests.browser.visitor import Visitor
from tests.certificates import records

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = 320  # CSS pixels: a small telephone, and a desktop at 400 %
WIDE = 1100
ONE_LINE = 90  # pixels; a second line in the masthead makes it 120

# How wide the page is, and what sticks out of it: whatever doesn't scroll in a frame of its own.
MEASURE = """() => {
    const width = document.documentElement.clientWidth;
    const framed = (part) => {
        for (let up = part.parentElement; up; up = up.parentElement) {
            if (getComputedStyle(up).overflowX !== "visible") return true;
        }
        return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter(
        (part) => part.getBoundingClientRect().right > width + 0.5 && !framed(part),
    );
    return {
        width: document.scrollingElement.scrollWidth,
        out: out.slice(0, 3).map((part) => part.outerHTML.slice(0, 120)),
    };
}"""
COLOURS = "() => { const s = getComputedStyle(document.body); return s.backgroundColor + s.color; }"


def test_every_page_in_english_fits_and_is_accessible(visitors):
    problems = []
    for room in Gallery().rooms():
        one = enter(visitors, room, "en")
        for page in room.pages:
            problems += [*fits(one, page), *breaches(one, NARROW, "light")]

    assert not problems, "\n".join(problems)


def test_every_page_in_french_fits_and_one_of_each_person_is_accessible_at_night(visitors):
    problems = []
    for room in Gallery().rooms():
        one = enter(visitors, room, "fr")
        for page in reversed(room.pages):
            problems += fits(one, page)
        problems += breaches(one, WIDE, "dark")

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_masthead_of_a_visitor_keeps_to_one_line(visitors, language):
    one = visitors(language=language)
    one.go("home")

    heights = {width: masthead_height(one, width) for width in (320, 700, 991, 992, WIDE, 1279)}

    assert max(heights.values()) < ONE_LINE, heights


def masthead_height(one: Visitor, width: int) -> float:
    resize(one, width)
    box = one.page.locator(".masthead").bounding_box()
    assert box is not None
    return box["height"]


def enter(visitors, room: Room, language: str) -> Visitor:
    one = visitors(f"{room.role}-{language}", width=NARROW, language=language)
    one.page.emulate_media(reduced_motion="reduce")  # no colour on its way to another
    if room.person:
        one.sign_in(room.person)
    return one


def fits(one: Visitor, page: Page) -> list[str]:
    """What makes this page scroll sideways on a narrow screen, and whether night looks like day."""
    name, args, query, status = page
    one.may_be_answered_with(*{status} - {200})
    answer = one.go(name, *args, query=query)
    assert answer.status == status, f"{answer.status} on {one.page.url}"
    resize(one, NARROW)
    found = one.page.evaluate(MEASURE)
    problems = []
    if found["width"] > NARROW:
        problems.append(f"{one.name} on {one.path}: {found['width']} pixels wide: {found['out']}")
    if colours(one, "light") == colours(one, "dark"):
        problems.append(f"{one.name} on {one.path}: night looks like day")
    return problems


def colours(one: Visitor, scheme: str) -> str:
    one.page.emulate_media(color_scheme=scheme)
    found: str = one.page.evaluate(COLOURS)
    return found


def breaches(one: Visitor, width: int, scheme: str) -> list[str]:
    """What axe finds on the page that is open, at this width and in these colours."""
    resize(one, width)
    one.page.emulate_media(color_scheme=scheme)
    return [f"{one.name} on {one.path}: {text}" for text in violations(one.page)]


def resize(one: Visitor, width: int) -> None:
    one.page.set_viewport_size({"width": width, "height": 900})


def test_a_row_of_the_readiness_list_leaves_most_room_to_its_words(visitors):
    row = records.finished()
    one = visitors(width=NARROW, language="fr")
    one.sign_in(row.person)

    one.go("certificate", row.pk)

    shares = one.page.locator(".tasks li").evaluate_all(
        "rows => rows.map(li => li.lastElementChild.offsetWidth / li.offsetWidth)"
    )
    assert max(shares) < 0.45, shares
