"""Every page as every role, in every state, at every width, by day and by night.

`make test-pages`: it takes minutes. `test_widths.py` looks at one of every page each time.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from registrations.models import Person, Registration
from tests import factories
from tests.browser import looks
from tests.browser.gallery import Gallery, Page, Room
from tests.browser.looks import NARROW, WIDE
from tests.browser.visitor import Visitor
from tests.test_access import ROWS
from tests.world import ROLES, World, places

pytestmark = [
    pytest.mark.browser,
    pytest.mark.pages,
    pytest.mark.django_db(transaction=True),
]

TELEPHONE = 390
WIDTHS = (NARROW, TELEPHONE, 768, 1024, WIDE)  # CSS pixels
LANGUAGES = ("en", "fr")
PARTS = 4  # so that they can be shared out
TEMPLATES = Path(settings.BASE_DIR, "templates")

NAMES = sorted({name for name, method, _found in ROWS if method == "GET"})
OF_A_REGISTRATION = [name for name in NAMES if places(name) == ["registration"]]

# Takes away what was filled in where an answer is needed, and sends the form all the same.
SEND_EMPTY = """form => {
    for (const field of form.querySelectorAll("[required]:not([type=hidden])")) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = false;
        else field.value = "";
    }
    const button = form.querySelector("button[name]");
    if (button) form.append(Object.assign(document.createElement("input"),
        { type: "hidden", name: button.name, value: button.value }));
    form.submit();
}"""
NEEDS_AN_ANSWER = 'main form[method="post"]:has([required]:not([type=hidden]))'


@pytest.mark.parametrize("role", ROLES)
def test_every_url_as_every_role_is_accessible(visitors, role):
    world = World()
    if role == "deactivated":
        world.deactivate()
    person = None if role == "anonymous" else world.people[role]
    one = looks.enter(visitors, Room(role, person, []), "en")
    pages = [name for name in _answered(role) if _is_a_page(world.url(name), person)]

    problems = []
    for name in pages:
        one.open(world.url(name))
        problems += _by_day_and_by_night(one)

    assert pages
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_longest_words_fit_at_every_width_in_french(visitors, part):
    problems = []
    for room in Gallery().rooms()[part::PARTS]:
        one = looks.enter(visitors, room, "fr")
        for page in room.pages:
            looks.opened(one, page)
            problems += [*looks.fits(one, *WIDTHS), *looks.breaches(one, WIDE, "dark")]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_form_sent_without_answers_says_so_accessibly(visitors, part, language):
    problems, sent = [], 0
    for room in Gallery().rooms()[part::PARTS]:
        one = looks.enter(visitors, room, language)
        one.may_be_answered_with(403, 404, 409, 422)
        for page in room.pages:
            for number in range(_forms(one, page)):
                sent += 1
                problems += _send_empty(one, page, number)

    assert sent > 5
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["newcomer", "representative", "steering", "administrator"])
def test_pages_of_a_new_installation_are_whole(visitors, role, language):
    person = factories.person() if role == "newcomer" else getattr(factories, role)()
    one = looks.enter(visitors, Room(role, person, []), language)
    one.may_be_answered_with(403, 404)

    problems = _looked_at(one, person, [name for name in NAMES if not places(name)])

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("status", Registration.Status.values)
def test_pages_of_a_registration_in_any_state_are_whole(visitors, status):
    row = factories.registration(status=status, association_code="MLA")
    problems = []
    for who, language in ((row.person, "fr"), (factories.steering(), "en")):
        one = looks.enter(visitors, Room(status, who, []), language)
        one.may_be_answered_with(403, 404, 409)
        problems += _looked_at(one, who, OF_A_REGISTRATION, row.pk)

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.glob("[45]*.html")), ids=lambda file: file.stem
)
def test_pages_that_say_what_went_wrong_are_whole(visitors, template, language):
    status = int(template.stem[:3])
    with translation.override(language):
        html = render_to_string(template.name, request=RequestFactory().get("/"))
    one = looks.enter(visitors, Room(template.stem, None, []), language)
    one.may_be_answered_with(status)
    one.page.route(
        "**/wrong",
        lambda route: route.fulfill(
            status=status, body=html, content_type="text/html; charset=utf-8"
        ),
    )

    one.open("/wrong")
    problems = [*looks.fits(one, *WIDTHS), *_by_day_and_by_night(one), *looks.night(one)]

    assert not problems, "\n".join(problems)


def _answered(role: str) -> list[str]:
    """The names of the addresses that answer this role with a page or a file."""
    column = ROLES.index(role)
    return [name for name, method, found in ROWS if method == "GET" and found[column] == 200]


def _looked_at(one: Visitor, person: Person | None, names: list[str], *args: object) -> list[str]:
    """Open each of these that is a page for this person; say what is wrong with it."""
    problems = []
    pages = [name for name in names if _is_a_page(reverse(name, args=args), person)]
    assert pages, "no page to look at"
    for name in pages:
        one.go(name, *args)
        problems += [*looks.fits(one, *WIDTHS), *looks.breaches(one, TELEPHONE, "dark")]
    return problems


def _is_a_page(url: str, person: Person | None) -> bool:
    """Whether this person gets a page of ours there: no file, no mail, no part of a page."""
    client = Client()
    if person:
        client.force_login(person)
    answer = client.get(url, follow=True)
    content = answer.getvalue()  # a file must be read to its end, or its request never ends
    is_a_mail = "sandbox" in answer.get("Content-Security-Policy", "")
    return not is_a_mail and b"<!DOCTYPE html>" in content[:100]


def _by_day_and_by_night(one: Visitor) -> list[str]:
    return [*looks.breaches(one, TELEPHONE, "light"), *looks.breaches(one, WIDE, "dark")]


def _forms(one: Visitor, page: Page) -> int:
    """How many forms on this page want an answer."""
    looks.opened(one, page)
    return one.page.locator(NEEDS_AN_ANSWER).count()


def _send_empty(one: Visitor, page: Page, number: int) -> list[str]:
    """Send one form of the page without what it needs; it must come back whole and say so."""
    looks.opened(one, page)
    form = one.page.locator(NEEDS_AN_ANSWER).nth(number)
    with one.page.expect_navigation() as answer:
        form.evaluate(SEND_EMPTY)
    place = f"{one.name}: form {number} of {page[0]}"
    found = [*looks.fits(one), *looks.breaches(one, NARROW, "light")]
    if not one.page.locator("[aria-invalid=true]").count():
        found.append(f"{place}: no field says what is missing ({answer.value.status})")
    return found
