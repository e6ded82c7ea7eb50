"""Many people of several associations at once: nobody ever reads another one's words (A8)."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.races import at_once

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ASSOCIATIONS = ("MLA", "OLA", "BCLA", "SLA", "LAA")
SECONDS = 60


def marker(number: int) -> str:
    return f"Marker{number:02d}Zq"


def pages(row):
    names = "record activities standing registration_status plan activity_add"
    return [
        *(reverse(name, args=[row.pk]) for name in names.split()),
        *(reverse(name) for name in ("start", "my_registrations", "account")),
    ]


def test_ten_people_of_five_associations_read_their_own_words_alone():
    rows = []
    for number in range(10):
        who = make.person(f"{marker(number)} Person")
        row = make.registration(who, association_code=ASSOCIATIONS[number % 5])
        make.activity(row, title=f"{marker(number)} webinar", on=row.starts_on)
        rows.append(row)
    until = time.monotonic() + SECONDS

    def look(number: int) -> tuple[int, int, set[str]]:
        client = Client()
        client.force_login(rows[number].person)
        strange = [marker(other) for other in range(10) if other != number]
        seen, own, leaked = 0, 0, set()
        while time.monotonic() < until:
            for url in [*pages(rows[number]), *pages(rows[(number + 1) % 10])[:3]]:
                text = client.get(url).text
                seen += 1
                own += marker(number) in text
                leaked |= {each for each in strange if each in text}
        return seen, own, leaked

    found = at_once([lambda number=number: look(number) for number in range(10)])

    assert all(seen > 10 and own for seen, own, _leaked in found)
    assert set().union(*(leaked for _seen, _own, leaked in found)) == set()
