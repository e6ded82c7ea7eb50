"""Every page on the narrowest screen; `test_every_page.py` has all widths, roles and states."""

import pytest

from tests.browser import looks
from tests.browser.gallery import Gallery
from tests.browser.looks import NARROW
from tests.browser.visitor import Visitor
from tests.certificates import records

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ONE_LINE = 90  # pixels; a second line in the masthead makes it 120


@pytest.mark.pages
def test_every_page_in_english_fits_and_is_accessible(visitors):
    problems = []
    for room in Gallery().rooms():
        one = looks.enter(visitors, room, "en")
        for page in room.pages:
            answer = looks.opened(one, page)
            problems += [
                *looks.fits(one),
                *looks.night(one),
                *looks.breaches(one, NARROW, "light"),
                *looks.too_heavy(one, answer),
            ]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_masthead_of_a_visitor_keeps_to_one_line(visitors, language):
    one = visitors(language=language)
    one.go("home")

    heights = {width: masthead_height(one, width) for width in (320, 700, 991, 992, 1100, 1279)}

    assert max(heights.values()) < ONE_LINE, heights


def masthead_height(one: Visitor, width: int) -> float:
    looks.resize(one, width)
    box = one.page.locator(".masthead").bounding_box()
    assert box is not None
    return box["height"]


def test_a_row_of_the_readiness_list_leaves_most_room_to_its_words(visitors):
    row = records.finished()
    one = visitors(width=NARROW, language="fr")
    one.sign_in(row.person)

    one.go("certificate", row.pk)

    shares = one.page.locator(".tasks li").evaluate_all(
        "rows => rows.map(li => li.lastElementChild.offsetWidth / li.offsetWidth)"
    )
    assert max(shares) < 0.45, shares
