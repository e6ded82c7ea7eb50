"""A change of name: at once for what comes, never for what was issued."""

import pytest
from django.urls import reverse

from registrations import renaming, timeline
from registrations.models import Event
from tests import factories as make
from tests.certificates import records

pytestmark = pytest.mark.django_db

OLD, NEW = "Nadia Kowalchuk", "Nadia Kowalchuk-Łazarewicz"


def rename(client, who, name):
    client.force_login(who)
    return client.post(
        reverse("account"), {"name": name, "language": who.language, "theme": "auto"}
    )


def test_the_name_changes_at_once_and_history_says_that_it_did(client):
    row = make.registration(make.person(OLD))

    rename(client, row.person, NEW)

    row.person.refresh_from_db()
    event = Event.objects.get(kind="renamed")
    assert row.person.name == NEW
    assert (event.actor, event.person, event.role) == (row.person, row.person, "participant")
    assert event.details == {"field": "name"}
    assert OLD not in str(vars(event))
    assert NEW not in str(vars(event))


def test_saving_the_same_name_is_no_change(client):
    who = make.person(OLD)

    rename(client, who, f"  {OLD} ")

    assert not Event.objects.filter(kind="renamed").exists()


def test_it_stands_in_the_timeline_of_what_was_registered_by_then():
    who = make.person(OLD)
    renaming.rename(who, name="Another", by=who)
    row = make.registration(who)
    before = [line.text for line in timeline.of(row, reader=make.steering())]

    renaming.rename(who, name=NEW, by=who)

    assert "Name changed" not in before
    assert [line.text for line in timeline.of(row, reader=make.steering())] == ["Name changed"]
    assert [line.text for line in timeline.for_person(row)] == ["Name changed"]


def test_a_certificate_keeps_its_name(client):
    certificate = records.issued(make.person(OLD))
    who = certificate.registration.person

    rename(client, who, NEW)
    page = client.get(reverse("account"))

    certificate.refresh_from_db()
    assert (certificate.holder, certificate.facts["name"]) == (OLD, OLD)
    assert "keeps the name that it has" in page.text


@pytest.mark.parametrize(("status", "said"), [("turned_in", 1), ("accepted", 1), ("active", 0)])
def test_whoever_has_a_record_in_review_is_told_what_is_printed(client, status, said):
    row = make.registration(status=status)
    client.force_login(row.person)

    page = client.get(reverse("account"))

    assert page.text.count("takes the name that stands here on the day of issue") == said
