"""Handing over: what waits, what changed, who is who, and notes that stay among the committee."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registrations import committee, handover, registering
from registrations.models import AssociationNote
from registrations.timeline import for_person
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def representative(client):
    who = make.representative("MLA")
    client.force_login(who)
    return who


def waiting(days=3, **fields):
    return make.registration(
        status="submitted",
        submitted_on=TODAY - timedelta(days=days),
        submitted_at=timezone.now() - timedelta(days=days),
        **fields,
    )


def test_the_page_says_what_waits_in_the_own_association(client, representative):
    waiting(9)
    waiting(2, association_code="OLA")

    answer = client.get(reverse("handover"))

    counts = {str(label): count for label, count, _query in answer.context["waiting"]}
    assert counts == {"All waiting": 1, "Membership to check": 1, "Fee not paid": 1}
    assert "The longest wait is 9 days." in answer.text


def test_the_page_says_what_waits_beside_the_registrations(client, representative):
    make.registration(status="active", wants_mentor=True)
    make.registration(status="active", wants_mentor=True, association_code="OLA")
    make.registration(status="turned_in")

    answer = client.get(reverse("handover"))

    assert answer.context["others"] == [
        ("Wishes for a mentor, and offers to mentor", 1, reverse("desk_mentors")),
        ("Final reviews", 1, reverse("reviews")),
    ]
    assert "Nothing is waiting." not in answer.text


def test_what_waits_leads_to_the_list_of_it(client):
    client.force_login(make.steering())
    row = waiting()
    waiting(association_code="OLA")

    page = client.get(reverse("handover"), {"association": "MLA"})
    query = next(query for label, _n, query in page.context["waiting"] if "Fee" in str(label))
    listed = client.get(f"{reverse('queue')}?{query}").context["page"].rows

    assert listed == [row]


def test_what_changed_is_counted_and_the_latest_are_shown(client, representative):
    row = waiting()
    registering.decline(row, by=representative, reason="No member.")
    other = waiting(association_code="OLA")
    registering.decline(other, by=make.representative("OLA"), reason="No.")

    answer = client.get(reverse("handover"))

    assert answer.context["changes"].counts == [("Registration declined", 1)]
    assert row.person.name in answer.text
    assert other.person.name not in answer.text


def test_representatives_before_and_now_are_named(client, representative):
    former = make.person("Harold Penner")
    make.appoint(former, "representative", "MLA", last_day=TODAY - timedelta(days=700))
    coming = make.person("Aaju Next")
    make.appoint(coming, "representative", "MLA", first_day=TODAY + timedelta(days=10))

    answer = client.get(reverse("handover"))

    assert [row.person for row in answer.context["before"]] == [former]
    assert {row.person for row in answer.context["current"]} == {representative, coming}


def test_another_associations_page_is_not_there(client, representative):
    assert client.get(reverse("handover"), {"association": "OLA"}).status_code == 404
    answer = client.post(reverse("handover") + "?association=OLA", {"text": "Hello"})

    assert answer.status_code == 404
    assert not AssociationNote.objects.exists()


@pytest.mark.parametrize("query", ["association=%00", "association=x", "days=x"])
def test_steering_reads_every_association_and_nonsense_is_answered(client, query):
    client.force_login(make.steering())

    assert client.get(reverse("handover"), {"association": "OLA"}).status_code == 200
    assert client.get(f"{reverse('handover')}?{query}").status_code in (200, 404)


def test_the_page_takes_the_same_queries_for_one_row_and_for_three(client, representative):
    registering.decline(waiting(), by=representative, reason="No.")
    client.get(reverse("handover"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("handover"))
    for _row in range(2):
        registering.decline(waiting(), by=representative, reason="No.")
        committee.note(make.association(), by=representative, text="A note")
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("handover"))

    assert len(one) == len(three)


def test_first_days_lead_to_the_page(client):
    new, old = make.person(), make.representative("MLA")
    make.appoint(new, "representative", "MLA", first_day=TODAY - timedelta(days=5))

    pages = {}
    for who in (new, old):
        client.force_login(who)
        pages[who] = client.get(reverse("queue")).text

    assert "Your first days" in pages[new]
    assert "Your first days" not in pages[old]


# Notes on an association


def test_a_note_is_left_once_and_read_by_the_next_representative(client, representative):
    page = client.get(reverse("handover"))
    data = {"form_key": page.context["form"]["form_key"].value(), "text": "Ask <b>Joe</b> first."}

    for _click in range(2):
        client.post(reverse("handover") + "?association=MLA", data)

    note = AssociationNote.objects.get()
    assert (note.written_by, note.association.code) == (representative, "MLA")
    client.force_login(make.representative("MLA"))
    assert "Ask &lt;b&gt;Joe&lt;/b&gt; first." in client.get(reverse("handover")).text
    client.force_login(make.representative("OLA"))
    assert "Joe" not in client.get(reverse("handover")).text


def test_an_empty_note_is_refused(client, representative):
    answer = client.post(reverse("handover"), {"text": "  "})

    assert answer.status_code == 422
    assert not AssociationNote.objects.exists()


def test_an_administrator_reads_but_leaves_no_note(client):
    client.force_login(make.administrator())

    assert client.get(reverse("handover")).status_code == 200
    assert client.post(reverse("handover"), {"text": "Hello"}).status_code == 403


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registrations_associationnote SET text = 'Other'",
        "DELETE FROM registrations_associationnote",
    ],
)
def test_the_database_keeps_notes_as_they_are(representative, statement):
    committee.note(make.association(), by=representative, text="As it was")

    with (
        pytest.raises(DatabaseError, match="history is kept"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AssociationNote.objects.get().text == "As it was"


# Notes on a registration


def test_a_note_on_a_registration_is_read_by_the_committee_alone(client, representative):
    row = waiting()
    page = client.get(reverse("desk_registration", args=[row.pk]))
    data = {"form_key": page.context["remark_form"]["form_key"].value(), "text": "Phone first."}

    for _click in range(2):
        client.post(reverse("desk_remark", args=[row.pk]), data)

    event = row.events.get()
    assert (event.kind, event.reason, event.actor) == ("remark", "Phone first.", representative)
    assert "Phone first." in client.get(reverse("desk_registration", args=[row.pk])).text
    assert for_person(row) == []
    client.force_login(row.person)
    status = client.get(reverse("registration_status", args=[row.pk])).text
    assert "Phone first." not in status
    assert "Note for the committee" not in status


def test_nobody_reads_what_the_committee_noted_about_themselves(client, representative):
    own = make.registration(representative, status="submitted")
    committee.remark(own, by=make.steering(), text="Phone first.")

    page = client.get(reverse("desk_registration", args=[own.pk])).text
    changed = handover.changes(representative, own.association, 30)

    assert "Phone first." not in page
    assert changed.counts == []
    assert client.post(reverse("desk_remark", args=[own.pk]), {"text": "Me"}).status_code == 403


def test_a_note_on_another_associations_registration_is_not_there(client, representative):
    row = waiting(association_code="OLA")

    answer = client.post(reverse("desk_remark", args=[row.pk]), {"text": "Hello"})

    assert answer.status_code == 404
    assert not row.events.exists()


def test_an_empty_note_on_a_registration_is_refused(client, representative):
    row = waiting()

    answer = client.post(reverse("desk_remark", args=[row.pk]), {"text": ""})

    assert answer.status_code == 422
    assert not row.events.exists()


def test_looking_writes_no_note(client, representative):
    assert client.get(reverse("desk_remark", args=[waiting().pk])).status_code == 405
