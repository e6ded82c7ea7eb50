"""How a page looks: whether it fits its screen, what axe says of it, what it weighs."""

import gzip

from playwright.sync_api import Response

from tests.browser.accessibility import violations
from tests.browser.gallery import Page, Room
from tests.browser.visitor import Visitor

NARROW = 320  # CSS pixels: a small telephone, and a desktop at 400 %
WIDE = 1280
HEAVIEST = 8 * 1024  # bytes of a page's HTML on the way (design 2.3)

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


def enter(visitors, room: Room, language: str, *, width: int = NARROW) -> Visitor:
    """Open a browser for the person of this room."""
    one: Visitor = visitors(f"{room.role}-{language}", width=width, language=language)
    one.page.emulate_media(reduced_motion="reduce")  # no colour on its way to another
    if room.person:
        one.sign_in(room.person)
    return one


def opened(one: Visitor, page: Page) -> Response:
    """Open a page of the gallery, which must answer as it says."""
    name, args, query, status = page
    one.may_be_answered_with(*{status} - {200})
    answer = one.go(name, *args, query=query)
    assert answer.status == status, f"{answer.status} on {one.page.url}"
    return answer


def fits(one: Visitor, *widths: int) -> list[str]:
    """What makes the open page scroll sideways at these widths."""
    problems = []
    for width in widths or (NARROW,):
        resize(one, width)
        found = one.page.evaluate(MEASURE)
        if found["width"] > width:
            problems.append(f"{_place(one)}: {found['width']} pixels at {width}: {found['out']}")
    return problems


def night(one: Visitor) -> list[str]:
    """Whether the page keeps the colours of the day at night."""
    if colours(one, "light") == colours(one, "dark"):
        return [f"{_place(one)}: night looks like day"]
    return []


def colours(one: Visitor, scheme: str) -> str:
    one.page.emulate_media(color_scheme=scheme)
    found: str = one.page.evaluate(COLOURS)
    return found


def breaches(one: Visitor, width: int, scheme: str) -> list[str]:
    """What axe finds on the page that is open, at this width and in these colours."""
    resize(one, width)
    one.page.emulate_media(color_scheme=scheme)
    return [f"{_place(one)} ({width}, {scheme}): {text}" for text in violations(one.page)]


def too_heavy(one: Visitor, answer: Response) -> list[str]:
    """Whether the page's HTML is more than it may be, compressed as a server would."""
    weight = len(gzip.compress(answer.body()))
    return [f"{_place(one)}: {weight} bytes of HTML"] if weight > HEAVIEST else []


def resize(one: Visitor, width: int) -> None:
    one.page.set_viewport_size({"width": width, "height": 900})


def _place(one: Visitor) -> str:
    return f"{one.name} on {one.path}"
