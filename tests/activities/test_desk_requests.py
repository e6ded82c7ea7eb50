"""The desk of an organisation: reading requests and deciding them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities import crediting, log
from activities.models import CreditRequest
from registrations.models import Registration
from tests import factories as make
from tests.activities.asking import asked_for_entry as asked_for

pytestmark = pytest.mark.django_db


def own(name, row, *args):
    return reverse(name, args=[row.pk, *args])


def desk(name, asked):
    return reverse(name, args=[asked.organisation_id, asked.pk])


def queries(client, url):
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_an_officer_reads_what_the_request_says_and_nothing_more_of_the_person(client):
    asked = asked_for(row=make.careers(make.person("Denise Falconer")))
    client.force_login(make.officer(asked.organisation))

    page = client.get(desk("desk_request", asked)).text

    assert "Denise Falconer" in page
    assert "Résumés for newcomers" in page
    assert asked.registration.person.email not in page
    for name in ("record", "requests"):
        assert client.get(own(name, asked.registration)).status_code == 404
    entry = own("activity", asked.registration, asked.activity_id)
    assert client.get(entry).status_code == 404


def test_an_officer_approves_the_number_of_the_table(client):
    asked = asked_for()
    client.force_login(make.officer(asked.organisation))
    form = client.get(desk("desk_request", asked)).context["approve_form"]

    answer = client.post(desk("desk_request_approve", asked), form.initial)

    asked.refresh_from_db()
    assert (asked.state, asked.credits, asked.allocated) == ("approved", 1, 1)
    assert answer.url == reverse("desk_requests", args=[asked.organisation_id])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"credits": ""}, "Enter a number from 0 on"),
        ({"credits": "-1"}, "Enter a number from 0 on"),
        ({"credits": "2"}, "Say why it is another number than in your table."),
        ({"credits": "2", "note": "  "}, "Say why it is another number than in your table."),
    ],
)
def test_an_approval_that_lacks_something_is_none(client, fields, words):
    asked = asked_for()
    client.force_login(make.officer(asked.organisation))

    answer = client.post(desk("desk_request_approve", asked), fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert CreditRequest.objects.get().state == "asked"


def test_an_officer_declines_with_a_reason_that_the_person_reads(client):
    asked = asked_for()
    client.force_login(make.officer(asked.organisation))

    empty = client.post(desk("desk_request_decline", asked), {"note": ""})
    client.post(desk("desk_request_decline", asked), {"note": "Not in our field."})

    client.force_login(asked.registration.person)
    page = client.get(own("request", asked.registration, asked.pk)).text
    assert empty.status_code == 422
    assert "Not in our field." in page


def test_a_second_click_says_nothing_and_a_second_officer_hears_who_was_first(client):
    asked = asked_for()
    officers = [make.officer(asked.organisation, "Olive"), make.officer(asked.organisation)]
    client.force_login(officers[0])
    client.post(desk("desk_request_approve", asked), {"credits": "1"})

    again = client.post(desk("desk_request_approve", asked), {"credits": "1"}, follow=True)
    client.force_login(officers[1])
    late = client.post(desk("desk_request_decline", asked), {"note": "No."}, follow=True)

    assert "was here first" not in again.text
    assert "Olive was here first. It is now: Approved." in late.text
    assert CreditRequest.objects.get().credits == 1


def test_an_entry_that_was_deleted_meanwhile_is_told_to_the_officer(client):
    asked = asked_for()
    log.delete(asked.registration, asked.activity, by=asked.registration.person)
    client.force_login(make.officer(asked.organisation))

    answer = client.post(desk("desk_request_approve", asked), {"credits": "1"})

    assert answer.status_code == 409
    assert "The entry was changed or deleted after the request was sent." in answer.text


def test_an_administrator_reads_requests_and_decides_none(client):
    asked = asked_for()
    client.force_login(make.administrator())

    page = client.get(desk("desk_request", asked)).text

    assert "An officer of the organization decides on this." in page
    assert client.post(desk("desk_request_approve", asked), {"credits": "1"}).status_code == 403


def test_requests_to_another_organisation_are_not_there(client):
    asked, other = asked_for(), make.organisation()
    client.force_login(make.officer(other))

    assert client.get(desk("desk_request", asked)).status_code == 404
    assert client.get(reverse("desk_request", args=[other.pk, asked.pk])).status_code == 404
    assert client.post(desk("desk_request_approve", asked)).status_code == 404
    assert client.get(reverse("desk_requests", args=[asked.organisation_id])).status_code == 404


def test_access_ends_with_the_last_day_of_an_officer(client):
    asked = asked_for()
    officer = make.officer(asked.organisation)
    client.force_login(officer)
    before = client.get(desk("desk_request", asked)).status_code
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    officer.appointments.update(last_day=yesterday)

    after = client.get(desk("desk_request", asked)).status_code

    assert (before, after) == (200, 404)


def test_what_waits_is_apart_from_what_is_decided(client):
    organisation = make.organisation()
    officer = make.officer(organisation)
    waiting, decided = asked_for(organisation), asked_for(organisation)
    crediting.approve(decided, by=officer, credits=Decimal(1))
    client.force_login(officer)
    url = reverse("desk_requests", args=[organisation.pk])

    lists = [client.get(url), client.get(url, {"view": "decided"})]

    assert [list(page.context["page"].object_list) for page in lists] == [[waiting], [decided]]


def test_the_way_there_counts_what_the_list_holds(client):
    organisation = make.organisation()
    waiting, ended = asked_for(organisation), asked_for(organisation)
    Registration.objects.filter(pk=ended.registration_id).update(status="withdrawn")
    client.force_login(make.officer(organisation))

    page = client.get(reverse("desk_requests", args=[organisation.pk]))

    assert list(page.context["page"].object_list) == [waiting]
    counts = [item.count for group in page.context["workspace_nav"]() for item in group.items]
    assert counts == [1, None]


def test_the_lists_ask_as_much_for_one_request_as_for_three(client):
    first = asked_for()
    organisation, row = first.organisation, first.registration
    officer = make.officer(organisation)
    urls = {
        officer: reverse("desk_requests", args=[organisation.pk]),
        row.person: own("requests", row),
    }
    counts = {}

    for total in (1, 3):
        for person, url in urls.items():
            client.force_login(person)
            counts.setdefault(url, []).append(queries(client, url))
        if total == 1:
            asked_for(organisation, row)
            asked_for(organisation, row)

    assert all(one == three for one, three in counts.values())
