"""Withdrawing, for oneself and on request, and the page for whatever changed."""

from datetime import date

import pytest
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("paid", "said"), [(True, "You paid $40."), (False, "there is nothing to refund")]
)
def test_the_page_says_what_happens_to_the_fee(client, paid, said):
    row = make.registration(status="submitted", paid=paid)
    client.force_login(row.person)

    page = client.get(reverse("withdraw", args=[row.pk]))

    assert said in page.text


def test_the_committee_withdraws_on_request(client):
    row = make.registration()
    client.force_login(make.representative("MLA"))
    url = reverse("desk_withdraw", args=[row.pk])

    nothing = client.post(url)
    client.post(url, {"reason": "By mail of 3 May."})
    again = client.post(url, {"reason": "By mail of 3 May."}, follow=True)

    row.refresh_from_db()
    assert nothing.status_code == 422
    assert row.status == "withdrawn"
    assert row.events.filter(kind="withdraw").count() == 1
    assert "It is now: Withdrawn." in again.text
    assert client.get(url).status_code == 405


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (lambda: make.person(), 404),
        (lambda: make.representative("OLA"), 404),
        (lambda: make.administrator(), 403),
    ],
)
def test_others_withdraw_nothing(client, who, status):
    row = make.registration()
    client.force_login(who())

    answer = client.post(reverse("desk_withdraw", args=[row.pk]), {"reason": "No."})

    row.refresh_from_db()
    assert answer.status_code == status
    assert row.status == "active"


def test_nobody_of_the_committee_withdraws_or_moves_themselves_on_the_desk(client):
    who = make.steering()
    row = make.registration(who)
    client.force_login(who)

    answers = [
        client.post(reverse("desk_withdraw", args=[row.pk]), {"reason": "Me."}),
        client.post(
            reverse("desk_move", args=[row.pk]),
            {"association": make.association("OLA").pk, "reason": "Me."},
        ),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not row.events.exists()


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("submitted", {"move", "withdraw"}),
        ("active", {"move", "withdraw"}),
        ("turned_in", set()),
        ("certified", {"application"}),
    ],
)
def test_something_changed_offers_what_the_state_allows(client, status, offered):
    row = make.registration(status=status, member_until=date(2099, 1, 1))
    client.force_login(row.person)

    page = client.get(reverse("changes", args=[row.pk]))

    links = {
        "move": reverse("move", args=[row.pk]),
        "withdraw": reverse("withdraw", args=[row.pk]),
        "application": reverse("application", args=[row.program.slug]),
    }
    assert {name for name, url in links.items() if f'"{url}"' in page.text} == offered
