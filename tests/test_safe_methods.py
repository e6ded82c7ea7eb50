"""Looking at pages changes nothing, and no form is taken without its token (C6)."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client

from tests import factories as make
from tests.test_access import ROWS, all_patterns
from tests.world import ROLES, World

pytestmark = pytest.mark.django_db

# What looking may change: the session that a message was read from, the counts of limits, and who
# looked at whose record (K4).
MAY_CHANGE = {"django_session", "cec_cache", "registrations_recordview"}
# That somebody of the committee took a person's paper is written down (J2).
EVENTS = "registrations_event"
TAKEN = "WHERE kind NOT IN ('downloaded', 'transcript')"
LINK = re.compile(r'href="([^"#]+)')
MOST_PAGES = 700


def contents():
    """Stand for every row of every table."""
    names = [name for name in connection.introspection.table_names() if name not in MAY_CHANGE]
    with connection.cursor() as cursor:
        found = {}
        for name in sorted(names):
            table = connection.ops.quote_name(name)
            rows = "string_agg(md5(r::text), '' ORDER BY r::text)"
            kept = TAKEN if name == EVENTS else ""
            cursor.execute(f"SELECT md5({rows}) FROM {table} r {kept}")
            found[name] = cursor.fetchone()[0]
    return found


def changed(before):
    after = contents()
    return {name for name in after if after[name] != before[name]}


@pytest.mark.pages
@pytest.mark.parametrize("role", ["administrator", "representative", "owner"])
def test_following_every_link_changes_no_row(role):
    world = World()
    client = Client()
    client.force_login(make.confirmed_address(world.people[role]))
    client.get("/en/start/")
    waiting = [world.url(name) for name, method, _statuses in ROWS if method == "GET"]
    seen = set(waiting)
    before = contents()

    looked = 0
    while waiting and looked < MOST_PAGES:
        url = waiting.pop(0)
        response = client.get(url)
        looked += 1
        if response.status_code == 200 and "html" in response["Content-Type"]:
            for link in LINK.findall(response.text):
                address = urljoin(url, link.replace("&amp;", "&"))
                parts = urlsplit(address)
                if not parts.netloc and address not in seen and "/static/" not in address:
                    seen.add(address)
                    waiting.append(address)

    assert looked > 100
    assert changed(before) == set()


@pytest.mark.parametrize("role", ["administrator", "owner"])
def test_asking_for_the_head_alone_changes_no_row(role):
    world = World()
    client = Client()
    client.force_login(make.confirmed_address(world.people[role]))
    before = contents()

    for name, method, _statuses in ROWS:
        if method == "GET":
            client.head(world.url(name))

    assert changed(before) == set()


def test_only_mail_programs_post_without_a_token():
    exempt = {
        pattern.name
        for pattern in all_patterns()
        if getattr(pattern.callback, "csrf_exempt", False)
    }

    assert exempt == {"unsubscribe"}


def test_every_form_is_refused_without_its_token():
    world = World()
    role = "administrator"
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[role])
    at = ROLES.index(role)
    before = contents()

    taken = {}
    for name, method, statuses in ROWS:
        if method == "POST" and name != "unsubscribe" and statuses[at] not in (404, 405):
            with transaction.atomic():
                status = client.post(world.url(name)).status_code
                if status != 403:
                    taken[name] = status
                transaction.set_rollback(True)

    assert taken == {}
    assert changed(before) == set()
