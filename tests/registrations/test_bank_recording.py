"""Deposits become payments by a click each; never twice, never more than came in."""

import time
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.db.utils import InternalError

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import fees
from registrations.bank import importing, recording
from registrations.bank.recording import Share
from registrations.models import BankExport, BankLine, Event, Payment, Registration
from tests import factories as make
from tests.races import at_once
from tests.registrations.bank_world import DATA, Example, sent

D = Decimal


def record(line, *shares, by, method="transfer"):
    return recording.record(
        line, [Share(row, D(amount)) for row, amount in shares], by=by, method=method
    )


def refusals(outcomes):
    found = [error for error in outcomes if isinstance(error, Exception)]
    assert all(isinstance(error, Refused) for error in found), found
    return [error.problems[0].code for error in found]


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_banks_own_file_ends_as_a_person_would_expect(self):
        example = Example()
        admin = example.administrator
        amrit, boudreau, cheque, again, part = example.lines(example.take_in())

        record(amrit, (example.amrit, "40.00"), by=admin)
        record(boudreau, (example.claire, "40.00"), by=admin)
        shares = [(row, "40.00") for row in example.staff]
        record(cheque, *shares, by=admin, method="cheque")
        recording.set_aside(again, by=admin, reason="Paid twice, sent back.")
        record(part, (example.georges, "20.00"), by=admin)

        states = Registration.objects.with_fee_state().values_list("person__name", "fee_state")
        assert dict(states) == {
            "Amrit Dhaliwal": "paid",
            "Claire Boudreau": "paid",
            "Georges Lavallée": "part",
            "Clerk Ames": "paid",
            "Clerk Bell": "paid",
            "Clerk Cole": "paid",
        }
        assert Payment.objects.aggregate(total=Sum("amount"))["total"] == 220
        assert not BankLine.objects.open()
        (line,) = BankLine.objects.set_aside()
        assert line.set_aside_because == "Paid twice, sent back."
        payment = example.staff[0].payments.get()
        assert (payment.received_on, payment.method, payment.reference) == (
            date(2026, 11, 3),
            "cheque",
            "000451",
        )
        assert OutgoingMail.objects.filter(kind="payment_recorded").count() == 6
        assert example.amrit.events.get(kind="payment").actor == admin
        assert fees.settled_on(example.amrit) == date(2026, 11, 2)

    def test_nothing_is_recorded_by_taking_a_file_in(self):
        example = Example()

        export = example.take_in()

        assert export.lines.count() == 5
        assert export.left_out == 1
        assert not Payment.objects.exists()
        event = Event.objects.get(kind="bank_export")
        assert event.details == {"lines": 5, "known": 0, "export": export.pk}

    def test_the_same_file_is_taken_in_once(self):
        example = Example()
        first = example.take_in()

        again, new = importing.take_in(
            DATA.read_bytes(), file_name="copy.csv", by=example.administrator
        )

        assert (again, new) == (first, False)
        assert BankLine.objects.count() == 5

    def test_a_line_of_an_earlier_file_is_recognized_in_a_longer_one(self):
        example = Example()
        example.take_in()
        more = DATA.read_text(encoding="utf-8-sig") + "2026-11-06,Cash,,,40.00,1495.05\n"

        export = example.take_in(more.encode(), name="longer.csv")

        assert (export.lines.count(), export.known) == (1, 5)

    def test_two_equal_deposits_of_one_day_are_two_and_known_as_two(self):
        example = Example()
        lines = "Date,Description,Deposits\n" + "2026-11-02,INTERAC e-Transfer,40.00\n" * 2

        first = example.take_in(lines.encode())
        second = example.take_in(f"{lines}2026-11-03,Other,40.00\n".encode(), name="b.csv")

        assert first.lines.count() == 2
        assert (second.lines.count(), second.known) == (1, 2)

    @pytest.mark.parametrize(
        ("amounts", "code"),
        [
            (["40.00", "40.00", "40.01"], "more_than_deposit"),
            (["40.00", "0.00"], "no_amount"),
            (["40.00", "-1.00"], "no_amount"),
            ([], "shares"),
        ],
    )
    def test_shares_that_do_not_fit_the_deposit_are_refused_whole(self, amounts, code):
        example = Example()
        cheque = example.lines(example.take_in())[2]
        shares = list(zip(example.staff, amounts, strict=False))

        with pytest.raises(Refused) as refused:
            record(cheque, *shares, by=example.administrator)

        assert refused.value.problems[0].code == code
        assert not Payment.objects.exists()

    def test_one_share_that_is_refused_keeps_the_others_out_and_names_the_person(self):
        example = Example()
        cheque = example.lines(example.take_in())[2]
        ames, bell, _cole = example.staff
        make.pay(bell)

        with pytest.raises(Refused) as refused:
            record(cheque, (ames, "40.00"), (bell, "40.00"), by=example.administrator)

        assert str(refused.value).startswith("Clerk Bell: Nothing is owed any more")
        assert not ames.payments.exists()

    def test_what_is_left_of_a_deposit_stays_open_and_pays_each_person_once(self):
        example = Example()
        cheque = example.lines(example.take_in())[2]
        ames, bell, _cole = example.staff
        record(cheque, (ames, "20.00"), by=example.administrator)

        with pytest.raises(Refused) as refused:
            record(cheque, (ames, "20.00"), by=example.administrator)

        record(cheque, (bell, "40.00"), by=example.administrator)
        assert refused.value.problems[0].code == "twice"
        assert BankLine.objects.open().get(pk=cheque.pk).remainder == 60

    def test_a_deposit_that_is_recorded_or_set_aside_is_left_alone(self):
        example = Example()
        admin = example.administrator
        amrit, *_others, again, _part = example.lines(example.take_in())
        record(amrit, (example.amrit, "40.00"), by=admin)
        recording.set_aside(again, by=admin, reason="Twice.")

        with pytest.raises(Refused, match="has recorded this deposit already"):
            record(amrit, (example.claire, "40.00"), by=admin)
        with pytest.raises(Refused, match="set this deposit aside: Twice"):
            record(again, (example.claire, "40.00"), by=admin)
        with pytest.raises(Refused, match="has recorded"):
            recording.set_aside(amrit, by=admin, reason="No.")

        assert not example.claire.payments.exists()

    def test_setting_aside_wants_a_reason_and_is_taken_back(self):
        example = Example()
        admin = example.administrator
        line = example.lines(example.take_in())[0]

        with pytest.raises(Refused, match="Say why"):
            recording.set_aside(line, by=admin, reason="  ")
        recording.set_aside(line, by=admin, reason="A donation.")
        recording.take_back(line, by=admin)
        with pytest.raises(Refused):
            recording.take_back(line, by=admin)

        assert line in BankLine.objects.open()
        kinds = list(Event.objects.filter(person=admin).values_list("kind", flat=True))
        assert kinds == ["bank_export", "deposit_aside", "deposit_back"]

    def test_only_an_administrator_works_with_deposits_and_never_for_themselves(self):
        example = Example()
        line = example.lines(example.take_in())[0]
        own = sent("Own", who=example.administrator)

        for person in (make.steering(), make.representative(), example.amrit.person):
            with pytest.raises(PermissionDenied):
                record(line, (example.amrit, "40.00"), by=person)
            with pytest.raises(PermissionDenied):
                recording.set_aside(line, by=person, reason="No.")
            with pytest.raises(PermissionDenied):
                importing.take_in(b"", file_name="x", by=person)
        with pytest.raises(PermissionDenied):
            record(line, (own, "40.00"), by=example.administrator)

        assert not Payment.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_administrators_recording_one_line_make_one_payment(self):
        example = Example()
        line = example.lines(example.take_in())[0]
        admins = [make.administrator() for _ in range(4)]

        outcomes = at_once(
            [lambda by=admin: record(line, (example.amrit, "40.00"), by=by) for admin in admins]
        )

        assert refusals(outcomes) == ["recorded"] * 3
        assert example.amrit.payments.count() == 1
        assert OutgoingMail.objects.filter(kind="payment_recorded").count() == 1

    def test_splits_at_once_are_never_more_than_the_deposit(self):
        example = Example()
        cheque = example.lines(example.take_in())[2]
        others = [sent(f"Other {number}") for number in range(4)]
        admins = [make.administrator() for _ in range(4)]

        outcomes = at_once(
            [
                lambda by=admin, row=row: record(cheque, (row, "40.00"), by=by)
                for admin, row in zip(admins, others, strict=True)
            ]
        )

        assert refusals(outcomes) == ["recorded"]
        assert cheque.payments.count() == 3

    def test_without_the_lock_splits_at_once_would_be_more_than_the_deposit(self):
        example = Example()
        cheque = example.lines(example.take_in())[2]
        others = [sent(f"Other {number}") for number in range(4)]

        def unguarded(row):
            left = BankLine.objects.with_remainder().get(pk=cheque.pk).remainder
            if left >= 40:
                time.sleep(0.3)
                make.pay(row, "40.00", on=cheque.received_on, bank_line=cheque)

        make.person("Recorder")
        table = "ALTER TABLE registrations_payment {} TRIGGER deposit_holds_its_payments"
        with connection.cursor() as cursor:
            cursor.execute(table.format("DISABLE"))
        try:
            at_once([lambda row=row: unguarded(row) for row in others])
        finally:
            with connection.cursor() as cursor:
                cursor.execute(table.format("ENABLE"))

        assert cheque.payments.aggregate(total=Sum("amount"))["total"] == 160

    def test_the_same_export_uploaded_twice_at_once_is_taken_in_once(self):
        example = Example()
        admins = [make.administrator() for _ in range(4)]

        def upload(by):
            return importing.take_in(DATA.read_bytes(), file_name="november.csv", by=by)

        outcomes = at_once([lambda by=admin: upload(by) for admin in admins])

        assert sorted(new for _export, new in outcomes) == [False, False, False, True]
        assert BankExport.objects.count() == 1
        assert BankLine.objects.count() == 5
        assert Event.objects.filter(kind="bank_export").count() == 1
        assert example.balance(example.amrit) == 40

    def test_recording_and_setting_aside_at_once_leave_one_of_them(self):
        example = Example()
        line = example.lines(example.take_in())[0]
        first, second = make.administrator(), make.administrator()

        outcomes = at_once(
            [
                lambda: record(line, (example.amrit, "40.00"), by=first),
                lambda: recording.set_aside(line, by=second, reason="No fee."),
            ]
        )

        line.refresh_from_db()
        assert len(refusals(outcomes)) == 1
        assert example.amrit.payments.exists() != (line.set_aside_at is not None)


PAYMENT = """
    INSERT INTO registrations_payment (registration_id, kind, amount, method, reference,
        received_on, reason, recorded_by_id, recorded_at, bank_line_id)
    VALUES (%(row)s, %(kind)s, %(amount)s, %(method)s, '', '2026-11-02', %(reason)s, %(by)s, now(),
        %(line)s)
"""


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": "-1"},
            {"amount": "40.01"},
            {"kind": "gift"},
            {"method": "barter"},
            {"kind": "waiver", "method": "none", "reason": "No."},
            {"kind": "refund", "amount": "-5", "reason": "No."},
            {"amount": None},
            {"by": None},
        ],
    )
    def test_nonsense_in_the_ledger(self, wrong):
        example = Example()
        line = example.lines(example.take_in())[0]
        right = {
            "row": example.amrit.pk,
            "kind": "payment",
            "amount": "40",
            "method": "transfer",
            "reason": "",
            "by": example.administrator.pk,
            "line": line.pk,
        }

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PAYMENT, right | wrong)
        with connection.cursor() as cursor:
            cursor.execute(PAYMENT, right)

        assert example.amrit.payments.count() == 1

    @pytest.mark.parametrize(
        "change",
        [
            "INSERT INTO registrations_bankline (export_id, number, received_on, description,"
            " reference, amount, fingerprint, set_aside_because)"
            " SELECT export_id, 99, received_on, '', '', 0, 'x', '' FROM registrations_bankline",
            "UPDATE registrations_bankline SET amount = amount + 1",
            "UPDATE registrations_bankline SET set_aside_at = now()",
            "UPDATE registrations_bankline SET set_aside_because = 'Why'",
            "DELETE FROM registrations_bankline",
            "UPDATE registrations_bankexport SET file_name = 'other'",
            "DELETE FROM registrations_bankexport",
        ],
    )
    def test_changes_to_what_the_bank_wrote(self, change):
        example = Example()
        export = example.take_in()
        before = list(export.lines.values())

        with (
            pytest.raises((IntegrityError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)

        assert list(export.lines.values()) == before
