"""The pages of bank exports: upload, look, confirm, split, set aside."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.bank import recording
from registrations.models import BankExport, BankLine, Event, Payment
from tests import factories as make
from tests.registrations.bank_world import DATA, Example, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def example(client):
    """The people of the bank's own file; the administrator is signed in."""
    example = Example()
    client.force_login(example.administrator)
    return example


def upload(client, content=None, **answers):
    content = DATA.read_bytes() if content is None else content
    file = SimpleUploadedFile("november.csv", content)
    return client.post(reverse("bank_exports"), {"file": file, **answers})


def address(example, name, *lines):
    """The page of the export, or of one of its lines by its place."""
    export = example.take_in()
    found = example.lines(export)
    return export, [reverse(name, args=[found[place].pk]) for place in lines]


class TestUploading:
    def test_an_export_is_brought_in_and_nothing_recorded(self, client, example):
        answer = upload(client)

        export = BankExport.objects.get()
        page = client.get(answer.url).text
        assert answer.url == reverse("bank_export", args=[export.pk])
        assert "Nothing is recorded yet." in page
        assert "1 line is no deposit" in page
        assert "Amrit Dhaliwal" in page
        assert not Payment.objects.exists()

    def test_the_same_file_again_leads_to_the_first(self, client, example):
        first = upload(client)

        again = upload(client)

        assert again.url == first.url
        assert "This file is here already: Administrator uploaded it." in client.get(again.url).text
        assert BankLine.objects.count() == 5

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"PK\x03\x04", "This isn’t a CSV file"),
            (b"", "The headings aren’t there"),
            (b"Date,Deposits\n2026-11-02,forty\n", "Line 2: “forty” is no amount of money."),
            (b"Date,Deposits\n02/11/2026,40\n", "can be read in two ways"),
        ],
    )
    def test_what_is_wrong_with_a_file_is_said_by_its_field(self, client, example, content, words):
        answer = upload(client, content)

        assert answer.status_code == 422
        assert words in answer.text
        assert not BankExport.objects.exists()

    def test_the_order_of_days_is_answered(self, client, example):
        upload(client, b"Date,Deposits\n02/11/2026,40\n", day_order="day")

        assert BankLine.objects.get().received_on.month == 11

    def test_without_a_deposit_to_mark_there_is_no_button_that_records(self, client, example):
        markable = upload(client)
        nobody = upload(client, b"Date,Description,Deposits\n2026-11-02,A STRANGER,40\n")

        assert "With those selected:" in client.get(markable.url).text
        assert "With those selected:" not in client.get(nobody.url).text


class TestConfirming:
    def test_marked_deposits_pass_a_page_of_names_and_are_recorded(self, client, example):
        export = example.take_in()
        amrit, boudreau, *_rest = example.lines(export)
        url = reverse("bank_confirm", args=[export.pk])
        marks = [f"{amrit.pk}-{example.amrit.pk}", f"{boudreau.pk}-{example.claire.pk}"]

        page = client.get(url, {"line": marks}).text
        assert not Payment.objects.exists()
        answer = client.post(
            url,
            {
                "line": marks,
                f"cents-{amrit.pk}": "4000",
                f"cents-{boudreau.pk}": "4000",
                f"method-{boudreau.pk}": "card",
            },
            follow=True,
        )

        assert "Record 2 payments?" in page
        assert "Amrit Dhaliwal, $40" in page
        assert "2 payments are recorded." in answer.text
        assert example.amrit.payments.get().method == "transfer"
        assert example.claire.payments.get().method == "card"
        assert example.claire.events.filter(kind="payment").count() == 1

    def test_a_second_click_finds_them_recorded(self, client, example):
        export = example.take_in()
        line = example.lines(export)[0]
        url = reverse("bank_confirm", args=[export.pk])
        data = {"line": f"{line.pk}-{example.amrit.pk}", f"cents-{line.pk}": "4000"}

        client.post(url, data)
        again = client.post(url, data, follow=True)

        assert "Administrator has recorded this deposit already." in again.text
        assert example.amrit.payments.count() == 1

    def test_what_was_seen_is_recorded_and_no_other_amount(self, client, example):
        export = example.take_in()
        cheque = example.lines(export)[2]
        ames, bell, _cole = example.staff
        share = recording.Share(ames, Decimal("40.00"))
        recording.record(cheque, [share], by=make.administrator(), method="cheque")
        data = {"line": f"{cheque.pk}-{bell.pk}", f"cents-{cheque.pk}": "12000"}

        answer = client.post(reverse("bank_confirm", args=[export.pk]), data, follow=True)

        assert "That is more than the $80 left of this deposit." in answer.text
        assert not bell.payments.exists()

    def test_ids_of_elsewhere_are_not_found_and_change_nothing(self, client, example):
        export = example.take_in()
        line = example.lines(export)[0]
        draft = make.registration(status="draft")
        url = reverse("bank_confirm", args=[export.pk])

        statuses = [
            client.post(url, {"line": mark}).status_code
            for mark in (f"{line.pk}-{draft.pk}", f"{line.pk}-999999999", f"999999-{draft.pk}")
        ]

        assert statuses == [404, 404, 404]
        assert not Payment.objects.exists()

    def test_the_own_fee_stops_all_of_it(self, client, example):
        own = sent("Own", who=example.administrator)
        export = example.take_in()
        first, second, *_rest = example.lines(export)
        marks = [f"{first.pk}-{example.amrit.pk}", f"{second.pk}-{own.pk}"]

        answer = client.post(reverse("bank_confirm", args=[export.pk]), {"line": marks})

        assert answer.status_code == 403
        assert not Payment.objects.exists()

    def test_what_is_recorded_meanwhile_is_not_asked_about(self, client, example):
        export = example.take_in()
        first, second, *_rest = example.lines(export)
        share = recording.Share(example.amrit, Decimal("40.00"))
        recording.record(first, [share], by=make.administrator(), method="transfer")
        marks = [f"{first.pk}-{example.amrit.pk}", f"{second.pk}-{example.claire.pk}"]

        page = client.get(reverse("bank_confirm", args=[export.pk]), {"line": marks}).text

        assert "Record 1 payment?" in page
        assert "Claire Boudreau, $40" in page

    @pytest.mark.parametrize("line", ["", "x", "1", "1-2-3", "9" * 40])
    def test_nothing_marked_leads_back(self, client, example, line):
        export = example.take_in()

        answer = client.get(reverse("bank_confirm", args=[export.pk]), {"line": line})

        assert answer.url == reverse("bank_export", args=[export.pk])


class TestOneDeposit:
    def test_a_cheque_is_split_over_those_who_are_chosen(self, client, example):
        export, (url,) = address(example, "bank_line", 2)
        page = client.get(url)
        everybody = page.context["choose_all"]

        chosen = client.get(everybody)
        data = {f"amount_{row.pk}": "40.00" for row in example.staff}
        answer = client.post(
            url, {"with": [row.pk for row in example.staff], "method": "cheque", **data}
        )

        assert "Works at the payer: Winnipeg Public Library." in page.text
        assert chosen.text.count('value="40.00"') == 3
        assert answer.url == reverse("bank_export", args=[export.pk])
        assert [row.payments.get().amount for row in example.staff] == [40, 40, 40]

    def test_what_is_left_stays_open_and_is_shown(self, client, example):
        _export, (url,) = address(example, "bank_line", 2)
        row = example.staff[0]
        data = {"with": row.pk, "method": "cheque", f"amount_{row.pk}": "40.00"}

        answer = client.post(url, data, follow=True)

        assert "Recorded for Clerk Ames." in answer.text
        assert "$80" in answer.text

    @pytest.mark.parametrize("amount", ["", "0", "-5", "abc", "1e9", "NaN", "40.005"])
    def test_an_absurd_amount_is_refused(self, client, example, amount):
        _export, (url,) = address(example, "bank_line", 0)
        data = {"with": example.amrit.pk, "method": "transfer"}

        answer = client.post(url, data | {f"amount_{example.amrit.pk}": amount})

        assert answer.status_code == 422
        assert not Payment.objects.exists()

    @pytest.mark.parametrize(("amount", "words"), [("40.01", "more than the $40 left")])
    def test_more_than_the_deposit_is_refused(self, client, example, amount, words):
        _export, (url,) = address(example, "bank_line", 0)
        data = {"with": example.amrit.pk, "method": "transfer"}

        answer = client.post(url, data | {f"amount_{example.amrit.pk}": amount})

        assert answer.status_code == 409
        assert words in answer.text
        assert not Payment.objects.exists()

    def test_people_are_found_and_chosen_and_left_out_by_links(self, client, example):
        _export, (url,) = address(example, "bank_line", 0)

        found = client.get(url, {"q": "lavallée", "with": example.amrit.pk})
        chosen = client.get(found.context["found"][0].choose)
        dropped = client.get(chosen.context["form"].rows[0].drop)

        assert [row.pk for row in chosen.context["form"].rows] == [
            example.amrit.pk,
            example.georges.pk,
        ]
        assert [row.pk for row in dropped.context["form"].rows] == [example.georges.pk]

    def test_ids_of_elsewhere_are_not_chosen(self, client, example):
        _export, (url,) = address(example, "bank_line", 0)
        draft = make.registration(status="draft")

        answer = client.post(
            url, {"with": draft.pk, "method": "transfer", f"amount_{draft.pk}": "40.00"}
        )

        assert answer.status_code == 409
        assert not Payment.objects.exists()

    def test_the_own_fee_is_refused(self, client, example):
        own = sent("Own", who=example.administrator)
        _export, (url,) = address(example, "bank_line", 0)

        answer = client.post(
            url, {"with": own.pk, "method": "transfer", f"amount_{own.pk}": "40.00"}
        )

        assert answer.status_code == 403
        assert not own.payments.exists()

    def test_why_a_settled_fee_takes_nothing_is_the_reason_to_start_from(self, client, example):
        make.pay(example.amrit, on=date(2026, 11, 1))
        _export, (url,) = address(example, "bank_line", 3)

        page = client.get(url).text

        assert "The fee is settled already: $40 on" in page.partition("<textarea")[2]
        assert not BankLine.objects.set_aside()

    def test_setting_aside_and_back(self, client, example):
        export = example.take_in()
        pk = example.lines(export)[3].pk
        line, aside, back = (
            reverse(name, args=[pk]) for name in ("bank_line", "bank_line_aside", "bank_line_back")
        )

        without_reason = client.post(aside, {"reason": ""})
        client.post(aside, {"reason": "Paid twice, sent back."})
        listed = client.get(reverse("bank_export", args=[export.pk]), {"state": "aside"}).text
        again = client.post(aside, {"reason": "Once more."}, follow=True).text
        client.post(back)

        assert without_reason.status_code == 422
        assert "Paid twice, sent back." in listed
        assert "set this deposit aside" in again
        assert "Whose fee it pays" in client.get(line).text
        assert Event.objects.filter(kind__startswith="deposit_").count() == 2


@pytest.mark.parametrize("name", ["bank_exports", "bank_confirm", "bank_line", "bank_line_aside"])
def test_others_change_nothing(client, name):
    example = Example()
    export = example.take_in()
    line = example.lines(export)[0]
    places = {"bank_exports": [], "bank_confirm": [export.pk]}.get(name, [line.pk])
    data = {
        "line": f"{line.pk}-{example.amrit.pk}",
        "with": example.amrit.pk,
        "method": "transfer",
        "reason": "No.",
        f"amount_{example.amrit.pk}": "40.00",
    }

    for who in (make.steering(), make.representative(), example.amrit.person):
        client.force_login(who)
        assert client.post(reverse(name, args=places), data).status_code == 403

    line.refresh_from_db()
    assert not Payment.objects.exists()
    assert line.set_aside_at is None
    assert BankExport.objects.count() == 1


@pytest.mark.parametrize("state", ["open", "recorded", "aside", "nonsense"])
def test_an_export_asks_the_same_number_of_queries_for_one_line_and_for_three(
    client, example, state
):
    def take_in(name, number):
        rows = [sent(f"Payer {name} {place}") for place in range(number)]
        text = "Date,Description,Reference,Deposits\n" + "".join(
            f"2026-11-02,INTERAC {name} {row.pk},{row.reference},40.00\n" for row in rows
        )
        export = example.take_in(text.encode(), name=name)
        for row, line in zip(rows, example.lines(export), strict=True):
            share = recording.Share(row, Decimal("40.00"))
            if state == "recorded":
                recording.record(line, [share], by=example.administrator, method="transfer")
            if state == "aside":
                recording.set_aside(line, by=example.administrator, reason="No.")
        return f"{reverse('bank_export', args=[export.pk])}?state={state}"

    one, three = take_in("one", 1), take_in("three", 3)
    client.get(one)
    counts = []
    for url in (one, three):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert max(counts) <= 12


def test_confirming_asks_the_same_number_of_queries_for_one_deposit_and_for_three(client, example):
    rows = [sent(f"Payer {place}") for place in range(3)]
    text = "Date,Description,Reference,Deposits\n" + "".join(
        f"2026-11-02,INTERAC {row.pk},{row.reference},40.00\n" for row in rows
    )
    export = example.take_in(text.encode())
    marked = [f"{line.pk}-{row.pk}" for row, line in zip(rows, example.lines(export), strict=True)]
    url = reverse("bank_confirm", args=[export.pk])
    client.get(url, {"line": marked[:1]})
    counts = []
    for number in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url, {"line": marked[:number]}).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_list_of_exports_asks_the_same_number_of_queries_for_one_and_for_three(client, example):
    counts = []
    for number in (1, 2, 3):
        text = f"Date,Description,Deposits\n2026-11-02,INTERAC {number},40.00\n"
        example.take_in(text.encode(), name=str(number))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("bank_exports"))
        counts.append(len(asked))

    assert counts[0] == counts[2]
