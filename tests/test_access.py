"""Every URL x every role x both methods, against `access_matrix.txt` (reliability A1, A2, C3)."""

import re
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.headers import in_production, lacking
from tests.world import ROLES, World

MATRIX = Path(__file__).with_name("access_matrix.txt")
FOREIGN = {"static"}


def rows():
    """Read the matrix: URL name, method, then one status for each role."""
    for line in MATRIX.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, method, *statuses = line.split()
            assert len(statuses) == len(ROLES), line
            yield name, method, [int(status) for status in statuses]


def all_patterns(patterns=None):
    """Walk the resolver."""
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from all_patterns(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            yield entry


def all_names():
    """Yield the name of every pattern, of those without a name their route."""
    return (entry.name or str(entry.pattern) for entry in all_patterns())


def test_every_url_has_a_row_for_both_methods():
    listed = {(name, method) for name, method, _statuses in rows()}
    wanted = {(name, method) for name in all_names() for method in ("GET", "POST")}

    assert {row for row in wanted - listed if row[0] not in FOREIGN} == set()
    assert listed - wanted == set()


ROWS = list(rows())
PARTS = 12  # a world is dear: each one serves a part of the rows


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_each_role_gets_what_the_matrix_says_with_the_headers_of_safety(part, settings):
    in_production(settings)
    world = World()
    sessions = {role: _signed_in(world, role) for role in ROLES}

    for name, method, expected in ROWS[part::PARTS]:
        url = world.url(name)
        answers = {role: _answer(world, role, method, url, sessions[role]) for role in ROLES}
        found = {role: answer.status_code for role, answer in answers.items()}
        assert found == dict(zip(ROLES, expected, strict=True)), f"{method} {name}"
        assert set().union(*map(lacking, answers.values())) == set(), f"{method} {name}"


NUMBERED = sorted({name for name, _method, _statuses in ROWS if World.takes_a_number(name)})


@pytest.mark.pages
@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0", "2147483648", "1" + "0" * 30, "%00", "-1", "x"])
def test_a_number_that_names_nothing_is_not_found(number):
    world = World()
    client = Client()
    client.force_login(world.people["administrator"])

    for name in NUMBERED:
        url = world.url_with_number(name, number)
        assert client.get(url).status_code in (404, 405), url
        assert client.post(url).status_code in (404, 405), url


@pytest.mark.django_db
def test_what_one_may_not_see_looks_like_what_does_not_exist():
    world = World()
    client = Client()
    client.force_login(world.people["stranger"])

    hidden = client.get(reverse("record", args=[world.registration.pk]))
    missing = client.get(reverse("record", args=[world.registration.pk + 10**6]))

    assert hidden.status_code == missing.status_code == 404
    assert _without_numbers(hidden.text) == _without_numbers(missing.text)


def _without_numbers(page):
    """The page without what is its own: the number in its address and the form token."""
    return re.sub(r'/\d+/|value="[^"]{64}"', "", page)


def _signed_in(world, role):
    """Sign in as this role; returns the cookies of that."""
    client = Client()
    if role != "anonymous":
        client.force_login(world.people[role])
    return client.cookies


def _answer(world, role, method, url, cookies):
    """Ask as this role, then forget what that changed."""
    client = Client()
    client.cookies = cookies.copy()
    with transaction.atomic():
        if role == "deactivated":
            world.deactivate()
        ask = client.get if method == "GET" else client.post
        response = ask(url, secure=True)
        response.getvalue()  # a file is closed once it is read
        transaction.set_rollback(True)
    return response
