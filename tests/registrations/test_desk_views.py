"""The committee's pages: the queue, decisions, payments and roles."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cec.models import OutgoingMail
from registrations import registering
from registrations.models import Appointment, MembershipDoubt
from tests import factories as make
from tests.registrations.lists import roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(client):
    who = make.representative("MLA")
    client.force_login(who)
    return who


@pytest.fixture
def administrator(client):
    who = make.administrator()
    client.force_login(who)
    return who


def waiting(days=2, **fields):
    sent_on = timezone.localdate() - timedelta(days=days)
    return make.registration(status="submitted", submitted_on=sent_on, **fields)


def ready(**fields):
    return waiting(paid=True, member_until=timezone.localdate() + timedelta(days=90), **fields)


def test_the_queue_holds_the_own_association_longest_waiting_first(client, representative):
    late, early = waiting(2), waiting(9)
    foreign = waiting(5, association_code="OLA")
    draft = make.registration(status="draft")

    page = client.get(reverse("queue")).text

    assert page.index(early.person.name) < page.index(late.person.name)
    assert foreign.person.email not in page
    assert draft.person.email not in page


def test_the_line_goes_on_behind_the_registration_that_is_open(client, representative):
    first, middle, last = waiting(9), waiting(5), waiting(2)

    followers = {}
    for row in (first, middle, last):
        page = client.get(reverse("desk_registration", args=[row.pk]))
        followers[row.pk] = page.context["next"].pk

    assert followers == {first.pk: middle.pk, middle.pk: last.pk, last.pk: first.pk}


def test_views_of_the_queue_tell_what_is_missing(client, representative):
    unpaid, complete = waiting(), ready()

    fee = client.get(reverse("queue") + "?view=fee").text
    good = client.get(reverse("queue") + "?view=ready").text

    assert unpaid.reference in fee
    assert complete.reference not in fee
    assert complete.reference in good
    assert unpaid.reference not in good


@pytest.mark.parametrize("text", ["łazarewicz", "MLA-77", "CEC-R-{number}"])
def test_the_queue_is_searched(client, representative, text):
    wanted = waiting(who=make.person("Tomasz Łazarewicz"), member_number="MLA-77")
    other = waiting()

    page = client.get(reverse("queue"), {"q": text.format(number=1000 + wanted.pk)}).text

    assert "Tomasz Łazarewicz" in page
    assert other.reference not in page


@pytest.mark.parametrize(
    "query",
    [
        "?view=nonsense",
        "?page=99",
        "?page=x",
        "?q=%00",
        "?program=x",
        "?program=%00",
        "?language=%00",
    ],
)
def test_the_queue_survives_any_address(client, representative, query):
    assert client.get(reverse("queue") + query).status_code == 200


def test_the_queue_asks_the_same_number_of_queries_for_one_row_and_for_three(
    client, representative
):
    waiting()
    client.get(reverse("queue"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("queue"))
    waiting()
    waiting()
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("queue"))

    assert len(one) == len(three)
    assert len(three) <= 12


def test_confirming_approving_and_going_on_to_the_next(client, representative):
    first, second = waiting(9, paid=True), waiting(3)
    until = timezone.localdate() + timedelta(days=200)

    client.post(
        reverse("desk_membership", args=[first.pk]),
        {"outcome": "confirmed", "good_until": until.isoformat()},
    )
    answer = client.post(
        reverse("desk_approve", args=[first.pk]), {"starts_on": first.submitted_on.isoformat()}
    )

    first.refresh_from_db()
    assert first.status == "active"
    assert answer.url == reverse("desk_registration", args=[second.pk])
    assert "1 left" in client.get(answer.url).text


def test_an_open_gate_is_named_on_the_page_and_nothing_changes(client, representative):
    row = waiting()

    answer = client.post(
        reverse("desk_approve", args=[row.pk]), {"starts_on": row.submitted_on.isoformat()}
    )

    row.refresh_from_db()
    assert answer.status_code == 409
    assert "The fee isn’t settled yet." in answer.text
    assert row.status == "submitted"


def test_the_slower_of_two_is_told_who_was_first(client, representative):
    row = ready()
    colleague = make.steering()
    registering.decline(row, by=colleague, reason="No.")
    answer = client.post(
        reverse("desk_approve", args=[row.pk]), {"starts_on": row.submitted_on.isoformat()}
    )

    assert answer.status_code == 409
    assert f"{colleague.name} was here first. It is now: Declined." in answer.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("desk_membership", {"outcome": "confirmed", "good_until": ""}),
        ("desk_membership", {"outcome": "perhaps"}),
        ("desk_approve", {"starts_on": "12/11/2026"}),
        ("desk_decline", {"reason": "  "}),
    ],
)
def test_a_wrong_answer_is_shown_by_its_field(client, representative, name, data):
    row = ready()
    events = row.events.count()

    answer = client.post(reverse(name, args=[row.pk]), data)

    row.refresh_from_db()
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert (row.status, row.events.count()) == ("submitted", events)


POSTS = [
    ("desk_membership", {"outcome": "lapsed"}),
    ("desk_approve", {"starts_on": "2026-01-01", "reason": "x"}),
    ("desk_decline", {"reason": "No."}),
    ("desk_pay", {"amount": "40", "method": "cash", "received_on": "2026-01-01"}),
    ("desk_waive", {"reason": "Bursary."}),
    ("desk_refund", {"amount": "1", "method": "cash", "reason": "Twice."}),
]


@pytest.mark.parametrize(("name", "data"), POSTS)
def test_another_associations_registration_is_not_there(client, representative, name, data):
    row = ready(association_code="OLA")

    answer = client.post(reverse(name, args=[row.pk]), data)

    row.refresh_from_db()
    assert answer.status_code == 404
    assert (row.status, row.payments.count()) == ("submitted", 1)
    assert not row.events.exists()


@pytest.mark.parametrize(("name", "data"), POSTS)
def test_a_participant_changes_nothing_at_the_desk(client, name, data):
    row = ready()
    client.force_login(row.person)

    answer = client.post(reverse(name, args=[row.pk]), data)

    row.refresh_from_db()
    assert answer.status_code == 404
    assert row.status == "submitted"


@pytest.mark.parametrize(("name", "data"), POSTS)
def test_looking_changes_nothing(client, administrator, name, data):
    row = ready()

    assert client.get(reverse(name, args=[row.pk])).status_code == 405


@pytest.mark.parametrize(("name", "data"), POSTS[3:])
def test_a_representative_does_not_touch_fees(client, representative, name, data):
    row = waiting()

    answer = client.post(reverse(name, args=[row.pk]), data)

    assert answer.status_code == 403
    assert not row.payments.exists()


def test_an_administrator_records_a_payment_once(client, administrator):
    row = waiting()
    data = {
        "amount": "40",
        "method": "cheque",
        "received_on": timezone.localdate().isoformat(),
        "reference": "000451",
    }

    client.post(reverse("desk_pay", args=[row.pk]), data)
    again = client.post(reverse("desk_pay", args=[row.pk]), data)

    assert again.status_code == 409
    assert "Nothing is owed any more" in again.text
    assert row.payments.count() == 1


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "1e9", "NaN", "Infinity", "40.005", ""])
def test_an_absurd_amount_is_refused(client, administrator, amount):
    row = waiting()

    answer = client.post(
        reverse("desk_pay", args=[row.pk]),
        {"amount": amount, "method": "cheque", "received_on": "2026-01-01"},
    )

    assert answer.status_code == 422
    assert not row.payments.exists()


@pytest.mark.parametrize("name", ["desk_waive", "desk_refund"])
def test_a_reason_that_the_ledger_has_no_room_for_is_refused(client, administrator, name):
    row = waiting()
    make.pay(row, "20.00")
    data = {"amount": "5.00", "method": "cheque", "reason": "b" * 501}

    answer = client.post(reverse(name, args=[row.pk]), data)

    assert answer.status_code == 422
    assert row.payments.count() == 1


def test_the_same_part_of_a_fee_is_recorded_once(client, administrator):
    row = waiting()
    url = reverse("desk_pay", args=[row.pk])
    data = {"amount": "10", "method": "cheque", "received_on": "2026-01-01", "reference": "000451"}
    client.post(url, data)

    again = client.post(url, data)

    assert again.status_code == 409
    assert "A payment of that day with this reference is there already" in again.text
    assert row.payments.count() == 1


def test_a_search_goes_along_to_the_other_tabs(client, representative):
    active = make.registration(status="active")

    waiting_tab = client.get(reverse("queue"), {"q": active.person.email})
    tabs = {tab.key: tab.url for tab in waiting_tab.context["views"]}

    assert active.reference not in waiting_tab.text
    assert active.reference in client.get(tabs["active"]).text


def test_a_role_is_given_by_e_mail_and_ended(client, administrator):
    person = make.person()

    client.post(
        reverse("appointments"),
        {
            "email": person.email.upper(),
            "role": "representative",
            "association": make.association("OLA").pk,
            "first_day": timezone.localdate().isoformat(),
        },
    )
    appointment = Appointment.objects.get(person=person)
    client.post(reverse("appointment_end", args=[appointment.pk]))

    appointment.refresh_from_db()
    assert appointment.association.code == "OLA"
    assert (appointment.appointed_by, appointment.ended_by) == (administrator, administrator)


def test_a_role_for_nobody_is_refused(client, administrator):
    answer = client.post(
        reverse("appointments"),
        {"email": "nobody@example.org", "role": "steering", "first_day": "2026-01-01"},
    )

    assert answer.status_code == 422
    assert "Nobody has an account with this e-mail." in answer.text


def test_the_own_case_offers_no_decision(client):
    who = make.steering()
    row = ready(who=who)
    client.force_login(who)

    page = client.get(reverse("desk_registration", args=[row.pk])).text

    assert "This is your own registration." in page
    assert reverse("desk_approve", args=[row.pk]) not in page


def test_the_same_part_payment_form_twice_is_one_payment(client, administrator):
    row = waiting()
    page = client.get(reverse("desk_registration", args=[row.pk]))
    data = {
        "form_key": page.context["payment_form"]["form_key"].value(),
        "amount": "20",
        "method": "cash",
        "received_on": timezone.localdate().isoformat(),
    }

    for _click in range(2):
        answer = client.post(reverse("desk_pay", args=[row.pk]), data)

    assert answer.url == reverse("desk_registration", args=[row.pk])
    assert row.payments.count() == 1


def test_the_same_membership_form_twice_is_one_look_and_one_mail(client, representative):
    row = waiting()
    page = client.get(reverse("desk_registration", args=[row.pk]))
    data = {"form_key": page.context["membership_form"]["form_key"].value(), "outcome": "proof"}

    for _click in range(2):
        client.post(reverse("desk_membership", args=[row.pk]), data)

    assert row.membership_checks.count() == 1
    assert OutgoingMail.objects.filter(to=row.person.email).count() == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [("desk_approve", {"starts_on": "submitted"}), ("desk_decline", {"reason": "No."})],
)
def test_ones_own_second_click_finds_the_decision_made(client, representative, name, data):
    row = ready()
    if "starts_on" in data:
        data = {"starts_on": row.submitted_on.isoformat()}

    for _click in range(2):
        answer = client.post(reverse(name, args=[row.pk]), data)

    assert answer.url == reverse("queue")
    assert row.events.exclude(to_status="").count() == 1
    assert "was here first" not in client.get(answer.url).text


@pytest.mark.parametrize("member_days_ago", [6, 3, 0])
def test_ready_to_approve_lists_exactly_whom_an_approval_accepts(
    client, representative, member_days_ago
):
    row = waiting(days=9)
    today = timezone.localdate()
    make.pay(row, on=today - timedelta(days=3))
    make.confirm(row, until=today - timedelta(days=member_days_ago))

    listed = row.reference in client.get(reverse("queue") + "?view=ready").text

    assert listed == (registering.readiness(row).problems == ())


def test_what_the_list_doubts_is_said_where_one_approves(client, representative):
    row = ready()
    sure = "Check it once more before you approve."
    before = client.get(reverse("desk_registration", args=[row.pk])).text
    MembershipDoubt.objects.create(registration=row, kind="differs", roster=roster())

    page = client.get(reverse("desk_registration", args=[row.pk])).text

    assert sure not in before
    assert sure in page


def test_a_day_that_was_over_is_asked_for_anew_with_what_was_typed(client, representative):
    row = waiting(5)
    typed = {"outcome": "confirmed", "good_until": "2020-01-01", "note": "Seen the card."}

    answer = client.post(reverse("desk_membership", args=[row.pk]), typed)

    assert answer.status_code == 409
    assert "was over when the registration was sent" in answer.text
    assert 'value="2020-01-01"' in answer.text
    assert "Seen the card.</textarea>" in answer.text
    assert not row.membership_checks.exists()
