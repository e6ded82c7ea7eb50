"""Several at once: a page with names first, each under its own lock, and undo where it can be."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cec.models import OutgoingMail
from cec.wording import short_day
from registrations import bulk, membership, moving, registering
from registrations.models import MembershipCheck, MembershipDoubt
from tests import factories as make
from tests.races import at_once
from tests.registrations.lists import roster, row_of

pytestmark = pytest.mark.django_db

UNTIL = timezone.localdate() + timedelta(days=200)


@pytest.fixture
def representative(client):
    who = make.representative("MLA")
    client.force_login(who)
    return who


def waiting(name="", days=3, **fields):
    sent_on = timezone.localdate() - timedelta(days=days)
    return make.registration(make.person(name), status="submitted", submitted_on=sent_on, **fields)


def ready(name="", **fields):
    return waiting(name, paid=True, member_until=UNTIL, **fields)


def page(client, action, rows, **more):
    ids = [row.pk for row in rows]
    return client.get(reverse("queue_together"), {"action": action, "registration": ids, **more})


def answers(shown, **more):
    """What the browser sends from a page that lists the names."""
    fields = re.findall(r'name="(action|list|form_key)" value="([^"]*)"', shown.text)
    tokens = re.findall(r'name="registration" value="([^"]*)"', shown.text)
    kept = {name: unescape(value) for name, value in fields}
    return {**kept, "registration": tokens, **more}


def send(client, shown, **more):
    return client.post(reverse("queue_together"), answers(shown, **more))


def confirm(client, rows, until=UNTIL):
    return send(client, page(client, "confirm", rows), good_until=until.isoformat())


def outcomes(row):
    return list(row.membership_checks.order_by("pk").values_list("outcome", flat=True))


def said(client):
    return client.get(reverse("queue")).text


def test_a_page_lists_the_names_before_anything_happens(client, representative):
    rows = [waiting("Anna"), waiting("Bea")]

    shown = page(client, "confirm", rows)

    assert "Confirm membership for 2 people?" in shown.text
    assert "Anna" in shown.text
    assert not MembershipCheck.objects.exists()


def test_the_page_says_what_the_list_says_of_each(client, representative):
    in_use = roster()
    good, suspended, unknown = (waiting(name) for name in ("Ada Good", "Bo Out", "Cy Who"))
    row_of(in_use, good, until=UNTIL)
    row_of(in_use, suspended, suspended=True)
    elsewhere = waiting("Di Quebec", association_code="ABQLA")
    client.force_login(make.steering())

    shown = page(client, "confirm", [good, suspended, unknown, elsewhere]).context["choices"]

    assert {choice.registration.person.name: choice.listed for choice in shown} == {
        "Ada Good": f"until {short_day(UNTIL)}",
        "Bo Out": "not in good standing",
        "Cy Who": "not found for certain",
        "Di Quebec": "",
    }
    assert [c.registration for c in shown if c.doubtful] == [suspended, unknown]


def test_what_the_list_doubts_is_said_before_an_approval(client, representative):
    row, sure = ready("Ann"), ready("Bob")
    MembershipDoubt.objects.create(registration=row, kind="differs", roster=roster())

    shown = page(client, "approve", [row, sure])

    assert len(shown.context["choices"]) == 2
    assert shown.text.count("The list says something else") == 1


def test_memberships_are_confirmed_together_and_each_has_its_history(client, representative):
    rows = [waiting("Anna"), waiting("Bea")]

    answer = confirm(client, rows)

    for row in rows:
        check = row.membership_checks.get()
        assert (check.outcome, check.good_until) == ("confirmed", UNTIL)
        assert check.checked_by == representative
        assert [event.kind for event in row.events.all()] == ["confirmed"]
    assert answer.url == reverse("queue")
    assert "The memberships of 2 people are confirmed." in said(client)
    assert not OutgoingMail.objects.exists()


def test_proof_is_asked_of_several_and_each_gets_the_note(client, representative):
    rows = [waiting("Anna"), waiting("Bea", member_until=None)]

    send(client, page(client, "proof", rows), note="A receipt, please.")

    assert [outcomes(row) for row in rows] == [["proof"], ["proof"]]
    assert OutgoingMail.objects.filter(text__contains="A receipt, please.").count() == 2


def test_only_those_with_both_gates_green_are_approved_and_the_others_say_why(
    client, representative
):
    green, unpaid = ready("Anna"), waiting("Bea", member_until=UNTIL)
    unchecked = waiting("Cleo", paid=True)

    shown = page(client, "approve", [green, unpaid, unchecked])
    send(client, shown)

    assert "Approve the registration of 1 person?" in shown.text
    assert "The fee isn’t settled yet." in shown.text
    assert "The membership isn’t checked yet." in shown.text
    for row, status in ((green, "active"), (unpaid, "submitted"), (unchecked, "submitted")):
        row.refresh_from_db()
        assert row.status == status
    assert green.starts_on == green.submitted_on
    assert green.years.count() == 3


def test_when_nobody_is_left_it_does_not_ask_about_nobody(client, representative):
    shown = page(client, "approve", [waiting("Bea", member_until=UNTIL)])

    assert "Nobody is left to do this for" in shown.text
    assert "0 p" not in shown.text


@pytest.mark.parametrize("member_days_ago", [6, 3, 0])
@pytest.mark.parametrize("paid", [True, False])
def test_who_may_be_approved_together_is_who_may_be_approved_alone(
    representative, member_days_ago, paid
):
    row = waiting(days=9)
    today = timezone.localdate()
    if paid:
        make.pay(row, on=today - timedelta(days=3))
    make.confirm(row, until=today - timedelta(days=member_days_ago))

    (choice,) = bulk.sort_out(representative, "approve", [row.pk])

    alone = registering.readiness(row).problems
    assert choice.problem == " ".join(str(problem.message) for problem in alone)


@pytest.mark.parametrize("action", ["confirm", "proof", "approve"])
def test_a_second_click_does_nothing_twice(client, representative, action):
    row = ready("Anna") if action == "approve" else waiting("Anna")
    data = answers(page(client, action, [row]), good_until=UNTIL.isoformat())

    for _click in range(2):
        client.post(reverse("queue_together"), data)

    row.refresh_from_db()
    assert row.events.count() == 1
    assert OutgoingMail.objects.count() == (0 if action == "confirm" else 1)
    assert "was here first" not in said(client)
    assert "It is now" not in said(client)


@pytest.mark.parametrize("action", ["confirm", "proof", "approve"])
def test_ids_of_another_association_name_nobody(client, representative, action):
    foreign = ready(association_code="OLA")
    own = waiting()

    shown = page(client, action, [foreign])
    client.post(
        reverse("queue_together"),
        {
            "action": action,
            "registration": [f"{foreign.pk}-0", f"{own.pk}-0", "987654321", "x", "1-", "-", "0"],
            "good_until": UNTIL.isoformat(),
        },
    )

    foreign.refresh_from_db()
    assert shown.url == reverse("queue")
    assert foreign.status == "submitted"
    assert not foreign.events.exists()


def test_an_administrator_alone_decides_nothing(client):
    client.force_login(make.administrator())
    row = waiting()

    shown = page(client, "confirm", [row])
    sent = client.post(
        reverse("queue_together"),
        {"action": "confirm", "registration": [row.pk], "good_until": UNTIL.isoformat()},
    )

    assert (shown.status_code, sent.status_code) == (403, 403)
    assert not row.membership_checks.exists()
    assert 'name="registration"' not in client.get(reverse("queue")).text


def test_nobody_decides_on_their_own_registration_among_others(client):
    who = make.steering()
    client.force_login(who)
    own = make.registration(who, status="submitted")
    other = waiting("Anna")

    shown = page(client, "confirm", [own, other])
    client.post(
        reverse("queue_together"),
        {
            "action": "confirm",
            "registration": [own.pk, other.pk],
            "good_until": UNTIL.isoformat(),
        },
    )

    assert "This is your own registration. Somebody else decides on it." in shown.text
    assert outcomes(own) == []
    assert outcomes(other) == ["confirmed"]


def test_nobody_decides_on_somebody_they_mentor(representative):
    mentee, other = ready("Anna"), ready("Bea")
    make.mentorship(mentee, representative)

    done = bulk.do(representative, "approve", {mentee.pk: None, other.pk: None}, form_key=None)

    mentee.refresh_from_db()
    assert mentee.status == "submitted"
    assert done.people == ["Bea"]
    assert done.left_out == [("Anna", "You mentor this person: somebody else decides.")]
    with pytest.raises(PermissionDenied):
        registering.approve(mentee, by=representative)


def test_what_a_colleague_found_meanwhile_is_not_overruled(client, representative):
    row, other = waiting("Anna"), waiting("Bea")
    shown = page(client, "confirm", [row, other])
    colleague = make.steering()
    membership.record_check(row, by=colleague, outcome="lapsed")

    send(client, shown, good_until=UNTIL.isoformat())

    assert (outcomes(row), outcomes(other)) == (["lapsed"], ["confirmed"])
    assert f"Anna: {colleague.name} has looked meanwhile" in said(client)


def test_whoever_is_approved_meanwhile_is_named_and_the_others_are_approved(client, representative):
    row, other = ready("Anna"), ready("Bea")
    shown = page(client, "approve", [row, other])
    registering.approve(row, by=make.steering())

    send(client, shown)

    other.refresh_from_db()
    page_after = said(client)
    assert other.status == "active"
    assert "1 person is registered." in page_after
    assert "Anna: It is now: Active." in page_after


@pytest.mark.parametrize("day", ["", "12/11/2026", "soon"])
def test_a_missing_day_is_asked_for_with_the_names_still_there(client, representative, day):
    row = waiting("Anna")

    answer = send(client, page(client, "confirm", [row]), good_until=day)

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "Anna" in answer.text
    assert not row.membership_checks.exists()


def test_a_day_before_the_form_was_sent_is_refused_for_that_person_alone(client, representative):
    late, early = waiting("Anna", days=2), waiting("Bea", days=40)

    confirm(client, [late, early], until=timezone.localdate() - timedelta(days=20))

    assert (outcomes(late), outcomes(early)) == ([], ["confirmed"])
    assert "Anna: A membership until" in said(client)


def test_no_more_than_a_hundred_are_read(representative):
    tokens = [str(number) for number in range(1, 500)]

    assert len(bulk.read_tokens(tokens)) == bulk.MOST


def test_the_way_back_keeps_the_list(client, representative):
    row = waiting("Anna")

    shown = page(client, "confirm", [row], list="view=fee&q=anna&next=//evil.example")
    answer = send(client, shown, good_until=UNTIL.isoformat())

    assert answer.url == reverse("queue") + "?view=fee&q=anna"


def test_the_page_with_names_takes_the_same_queries_for_one_and_for_three(client, representative):
    rows = [waiting(), waiting(member_until=UNTIL), ready()]
    page(client, "approve", rows)
    with CaptureQueriesContext(connection) as one:
        page(client, "approve", rows[:1])
    with CaptureQueriesContext(connection) as three:
        page(client, "approve", rows)

    assert len(one) == len(three)


# Taking back


def take_back(client):
    shown = client.get(reverse("queue"))
    return client.post(
        reverse("queue_take_back"), {"form_key": shown.context["undo"]["key"], "list": ""}
    )


def test_a_confirmation_can_be_taken_back_for_ten_minutes(client, representative):
    fresh, asked = waiting("Anna"), waiting("Bea")
    membership.record_check(asked, by=representative, outcome="proof")
    confirm(client, [fresh, asked])
    assert "You confirmed 2 memberships." in said(client)

    take_back(client)

    assert outcomes(fresh) == ["confirmed", "unchecked"]
    assert outcomes(asked) == ["proof", "confirmed", "proof"]
    assert fresh.events.last().kind == "taken_back"
    assert "The confirmations of 2 memberships are taken back." in said(client)
    assert client.get(reverse("queue")).context["undo"] is None


def test_what_was_taken_back_is_to_be_checked_again(client, representative):
    row = waiting("Anna", paid=True)
    confirm(client, [row])

    take_back(client)

    listed = client.get(reverse("queue"), {"view": "membership"}).text
    assert row.reference in listed
    assert [problem.code for problem in registering.readiness(row).problems] == [
        "membership_unchecked"
    ]


def test_a_confirmation_that_an_approval_stands_on_is_not_taken_back(client, representative):
    row = waiting("Anna", paid=True)
    confirm(client, [row])
    registering.approve(row, by=representative)

    take_back(client)

    assert outcomes(row) == ["confirmed"]
    assert f"Anna: {representative.name} was here first. It is now: Active." in said(client)


def test_a_confirmation_that_somebody_looked_at_since_is_not_taken_back(client, representative):
    row = waiting("Anna")
    confirm(client, [row])
    membership.record_check(row, by=make.steering(), outcome="lapsed")

    take_back(client)

    assert outcomes(row) == ["confirmed", "lapsed"]


def test_who_moved_away_since_keeps_nobody_else_from_being_taken_back(client, representative):
    moved, stays = waiting("Anna", days=4), waiting("Bea")
    confirm(client, [moved, stays])
    moving.move(moved, by=moved.person, association=make.association("OLA"))

    answer = take_back(client)

    assert answer.status_code == 302
    assert outcomes(moved) == ["confirmed", "unchecked"]
    assert outcomes(stays) == ["confirmed", "unchecked"]
    assert "Anna: That isn’t yours to decide." in said(client)


def test_nobody_takes_back_what_somebody_else_confirmed(client, representative):
    row = waiting("Anna")
    confirm(client, [row])
    key = str(row.membership_checks.get().form_key)
    colleague = Client()
    colleague.force_login(make.representative("MLA"))

    colleague.post(reverse("queue_take_back"), {"form_key": key})

    assert outcomes(row) == ["confirmed"]


def test_after_ten_minutes_it_is_too_late(client, representative, monkeypatch):
    row = waiting("Anna")
    confirm(client, [row])
    check = row.membership_checks.get()
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)

    assert bulk.take_back(representative, check.form_key).people == []
    assert outcomes(row) == ["confirmed"]


@pytest.mark.parametrize("key", ["", "x", "\x00", "0" * 32])
def test_a_key_of_nothing_takes_nothing_back(client, representative, key):
    assert client.post(reverse("queue_take_back"), {"form_key": key}).status_code == 302


@pytest.mark.parametrize("name", ["queue_take_back"])
def test_looking_changes_nothing(client, representative, name):
    assert client.get(reverse(name)).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_the_same_people_at_once_make_one_check_each():
    people = [make.representative("MLA"), make.representative("MLA")]
    rows = [waiting("Anna"), waiting("Bea")]
    seen = {row.pk: 0 for row in rows}

    results = at_once(
        [
            lambda person=person: bulk.do(person, "confirm", seen, form_key=None, good_until=UNTIL)
            for person in people
        ]
    )

    assert [row.membership_checks.count() for row in rows] == [1, 1]
    assert sorted(len(done.people) + len(done.left_out) for done in results) == [2, 2]
    assert sum(len(done.people) for done in results) == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_does_it_once():
    representative = make.representative("MLA")
    row = ready("Anna")

    results = at_once(
        [
            lambda: bulk.do(representative, "approve", {row.pk: None}, form_key=None)
            for _click in range(2)
        ]
    )

    assert [done.people for done in results] == [["Anna"], ["Anna"]]
    assert row.events.filter(kind="approve").count() == 1
    assert row.years.count() == 3
    assert OutgoingMail.objects.count() == 1
