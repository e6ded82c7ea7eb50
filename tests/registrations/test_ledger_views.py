"""The pages of payments: who owes, the ledger, its months and its export."""

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from cec.models import OutgoingMail
from registrations import fees, ledger_export, queue
from registrations.models import Event, Payment
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    who = make.administrator()
    client.force_login(who)
    return who


def sent(days=2, **fields):
    day = timezone.localdate() - timedelta(days=days)
    return make.registration(status="submitted", submitted_on=day, **fields)


def test_who_owes_is_listed_with_how_long_and_who_paid_is_not(client, administrator):
    owing, paid = sent(15), sent(paid=True)

    page = client.get(reverse("payments")).text

    assert owing.reference in page
    assert f"owed for {queue.waiting_days(owing)} days" in page
    assert paid.reference not in page


def test_a_reference_leads_to_its_registration_and_a_name_to_all_of_that_name(
    client, administrator
):
    owing = sent(who=make.person("Zoé Lavallée"))
    paid = sent(who=make.person("Luc Lavallée"), paid=True)

    by_reference = client.get(reverse("payments"), {"q": paid.reference.lower()})
    by_name = client.get(reverse("payments"), {"q": "lavallée"})

    assert by_reference.url == f"{reverse('desk_registration', args=[paid.pk])}#fee"
    assert [row.pk for row in by_name.context["page"].rows] == [owing.pk]
    assert [row.pk for row in by_name.context["others"]] == [paid.pk]


def test_what_was_paid_too_much_is_shown(client, administrator):
    row = sent(paid=True)
    make.pay(row, "40.00", on=timezone.localdate())

    page = client.get(reverse("payments"), {"view": "overpaid"}).text
    desk = client.get(reverse("desk_registration", args=[row.pk])).text

    assert row.reference in page
    assert "Overpaid" in page
    assert "Overpaid" in desk


def test_nothing_waiting_says_what_came_in_this_month(client, administrator):
    make.pay(sent(), "40.00")
    make.pay(sent(), "40.00")
    make.pay(sent(), "40.00", on=date(2026, 1, 5))

    page = client.get(reverse("payments")).text

    assert "No payments waiting." in page
    assert "$80 received this month." in page


def test_the_ledger_is_searched_by_person_and_by_the_cheques_reference(client, administrator):
    person, other = sent(), sent()
    for row, reference in ((person, "000777"), (other, "000888")):
        fees.record_payment(
            row,
            by=administrator,
            amount=row.fee,
            method="cheque",
            received_on=timezone.localdate(),
            reference=reference,
        )

    found = [
        [
            line.registration
            for line in client.get(reverse("ledger"), {"q": asked}).context["page"].rows
        ]
        for asked in ("000777", person.reference, other.person.email, "nobody", "\x00")
    ]

    assert found == [[person], [person], [other], [], [other, person]]


def test_a_line_of_the_ledger_says_how_it_was_paid_in_the_readers_language(client, administrator):
    make.pay(sent(), "40.00", method="cheque")
    fees.waive(sent(), by=administrator, reason="Bursary.")

    english = client.get(reverse("ledger")).text
    with override("fr"):
        french = client.get(reverse("ledger")).text

    assert '<td data-l="Method">Cheque</td>' in english
    assert '<td data-l="Method">–</td>' in english
    assert ">Chèque</td>" in french


def test_the_ledger_says_what_its_lines_sum_to(client, administrator):
    row, other = sent(), sent()
    make.pay(row, "40.00", on=date(2026, 1, 5))
    fees.refund(row, by=administrator, amount=row.fee / 4, method="cheque", reason="Given back.")
    fees.waive(other, by=administrator, reason="Bursary.")

    page = client.get(reverse("ledger"))

    sums = page.context["sums"]
    assert (sums.lines, sums.received, sums.refunded, sums.waived) == (3, 40, -10, 40)
    for words in ("Received", "Refunded", "Waived", "Given back.", "Bursary."):
        assert words in page.text


@pytest.mark.parametrize(
    "query",
    [
        *("?kind=nonsense", "?method=none", "?program=%00", "?first=2026-99", "?last=x"),
        *("?page=99", "?page=x", "?q=%00", "?first=2026-01&last=2025-01"),
    ],
)
def test_the_ledger_survives_any_address(client, administrator, query):
    make.pay(sent())

    assert client.get(reverse("ledger") + query).status_code == 200


def test_months_lead_to_their_lines_and_sum_up(client, administrator):
    row = sent(400)
    make.pay(row, "15.00", on=date(2026, 1, 31), method="cheque")
    make.pay(row, "5.00", on=date(2026, 2, 1), method="cash")
    sent()

    page = client.get(reverse("ledger_months"))

    (part,) = page.context["overview"]
    assert [(month.key, month.totals.net) for month in part["months"]] == [
        ("2026-02", 5),
        ("2026-01", 15),
    ]
    assert (part["sums"].net, part["owed"]) == (20, 60)
    assert "?program=partnership-cec&amp;first=2026-01" in page.text
    assert "$60 is owed today." in page.text


@pytest.mark.parametrize("name", ["payments", "ledger", "ledger_months"])
def test_a_page_asks_the_same_number_of_queries_for_one_row_and_for_three(
    client, administrator, name
):
    def add():
        make.pay(sent(), "10.00", on=date(2026, 1, 5))

    add()
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(name))
    add()
    add()
    with CaptureQueriesContext(connection) as three:
        client.get(reverse(name))

    assert len(one) == len(three)
    assert len(three) <= 10


def test_the_ledger_goes_out_as_a_workbook_and_that_is_written_down(client, administrator):
    make.pay(sent(), "10.00", on=date(2026, 1, 5))
    make.pay(sent(), "20.00", on=date(2026, 2, 5))

    answer = client.post(reverse("ledger_export"), {"first": "2026-01"})

    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet.max_row == 2
    assert "attachment" in answer["Content-Disposition"]
    assert Event.objects.get(kind="exported").details["rows"] == 1


def test_more_lines_than_anybody_waits_for_are_not_begun(client, administrator, monkeypatch):
    monkeypatch.setattr(ledger_export, "MOST_ROWS", 1)
    make.pay(sent(), "10.00", on=date(2026, 1, 5))
    make.pay(sent(), "20.00", on=date(2026, 2, 5))

    answer = client.post(reverse("ledger_export"), follow=True)

    assert "Export fewer months at a time." in answer.text
    assert not Event.objects.filter(kind="exported").exists()


def test_nobody_else_takes_the_ledger_out_and_looking_is_no_taking(client):
    client.force_login(make.steering())

    answer = client.post(reverse("ledger_export"))

    assert answer.status_code == 403
    assert client.get(reverse("ledger_export")).status_code == 405
    assert not Event.objects.filter(kind="exported").exists()


def test_the_person_sees_what_was_paid_line_by_line(client):
    row = sent()
    admin = make.administrator()
    make.pay(row, "15.00", on=date(2026, 1, 5), reference="000451", method="cheque")
    client.force_login(row.person)

    part = client.get(reverse("registration_status", args=[row.pk])).text
    fees.waive(row, by=admin, reason="Bursary of the association.")
    whole = client.get(reverse("registration_status", args=[row.pk])).text

    assert "Part paid" in part
    assert "$25 to pay" in part
    assert row.reference in part
    assert "$15, 5\xa0January\xa02026, Cheque, 000451" in part
    assert "Bursary of the association." in whole
    assert "Waived" in whole


class TestMail:
    def test_a_payment_and_a_waiver_are_told_once(self):
        row, admin = sent(who=make.person("Zoé", language="fr")), make.administrator()
        fees.record_payment(
            row,
            by=admin,
            amount=row.fee / 2,
            method="cash",
            received_on=timezone.localdate(),
        )
        fees.waive(row, by=admin, reason="Bourse.")

        mails = {mail.kind: mail for mail in OutgoingMail.objects.filter(person=row.person)}

        assert mails["payment_recorded"].subject == "Votre paiement de 20 $ est consigné"
        assert "20\xa0$" in mails["payment_recorded"].text
        assert "Bourse." in mails["fee_waived"].text
        assert Payment.objects.count() == len(mails) == 2
