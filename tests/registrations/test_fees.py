"""The ledger: one truth about what is owed, however many people write in it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.utils import timezone

from cec.problems import Refused
from registrations import fees
from registrations.models import Event, Payment, Registration
from tests import factories as make
from tests.races import at_once

DAY = date(2026, 1, 5)


def sent(**fields):
    return make.registration(status="submitted", submitted_on=date(2026, 1, 1), **fields)


def pay(row, by, amount="40.00", *, reference="", received_on=DAY):
    return fees.record_payment(
        row,
        by=by,
        amount=Decimal(amount),
        method="cheque",
        received_on=received_on,
        reference=reference,
    )


@pytest.mark.django_db
def test_a_fee_is_settled_on_the_day_on_which_the_last_part_came_in():
    row, admin = sent(), make.administrator()

    pay(row, admin, "15.00", received_on=date(2026, 1, 9))
    half = fees.settled_on(row)
    pay(row, admin, "25.00", received_on=date(2026, 1, 6))

    assert half is None
    assert fees.balance(row) == 0
    assert fees.settled_on(row) == date(2026, 1, 9)


@pytest.mark.django_db
def test_what_is_owed_is_waived_with_a_reason():
    row, admin = sent(), make.administrator()
    pay(row, admin, "10.00")

    line = fees.waive(row, by=admin, reason="Bursary of the association.")

    assert line.amount == Decimal("30.00")
    assert fees.balance(row) == 0
    assert row.events.get(kind="waiver").reason == "Bursary of the association."


@pytest.mark.django_db
def test_a_refund_makes_the_fee_due_again_and_is_never_more_than_was_paid():
    row, admin = sent(), make.administrator()
    pay(row, admin)

    with pytest.raises(Refused) as refused:
        fees.refund(row, by=admin, amount=Decimal("40.01"), method="cheque", reason="Twice.")
    fees.refund(row, by=admin, amount=Decimal("40.00"), method="cheque", reason="Bounced.")

    assert refused.value.problems[0].code == "too_much"
    assert fees.balance(row) == Decimal("40.00")
    assert fees.settled_on(row) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "received_on", "code"),
    [
        ("40.01", DAY, "too_much"),
        ("40.00", None, "future"),
    ],
)
def test_a_payment_that_does_not_fit_is_refused(amount, received_on, code):
    row = sent()
    received_on = received_on or timezone.localdate() + timedelta(days=2)

    with pytest.raises(Refused) as refused:
        pay(row, make.administrator(), amount, received_on=received_on)

    assert refused.value.problems[0].code == code
    assert not row.payments.exists()


@pytest.mark.django_db
def test_only_an_administrator_records_payments_and_never_the_own_one():
    admin = make.administrator()
    own = sent(who=admin)
    row = sent()

    for person, registration in [
        (make.representative(), row),
        (make.steering(), row),
        (row.person, row),
        (admin, own),
    ]:
        with pytest.raises(PermissionDenied):
            pay(registration, person)

    assert not Payment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_recording_the_same_cheque_make_one_payment():
    row = sent()
    admins = [make.administrator() for _ in range(4)]

    outcomes = at_once([lambda by=admin: pay(row, by, reference="000451") for admin in admins])

    refused = [error for error in outcomes if isinstance(error, Refused)]
    assert len(refused) == 3
    assert {error.problems[0].code for error in refused} == {"already_settled"}
    assert row.payments.count() == 1
    assert row.events.filter(kind="payment").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_half_payments_at_once_are_never_more_than_the_fee():
    row = sent()
    admins = [make.administrator() for _ in range(4)]

    at_once([lambda by=admin: pay(row, by, "20.00") for admin in admins])

    assert fees.balance(row) == 0
    assert row.payments.count() == 2


@pytest.mark.django_db
def test_the_database_refuses_the_same_reference_twice():
    row = sent()
    make.pay(row, "10.00", on=DAY, reference="000451")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.pay(row, "10.00", on=DAY, reference="000451")


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Payment, Event])
def test_the_database_keeps_history(model):
    row, admin = sent(), make.administrator()
    pay(row, admin)
    line = model.objects.last()

    for change in (
        lambda: model.objects.filter(pk=line.pk).update(reason="Changed"),
        lambda: model.objects.filter(pk=line.pk).delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()

    assert model.objects.get(pk=line.pk).reason == line.reason


@pytest.mark.django_db
def test_history_can_be_emptied_only_where_tests_run():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL cec.allow_truncate = 'off'")
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            cursor.execute("TRUNCATE registrations_event")


@pytest.mark.django_db
def test_balances_of_a_list_are_summed_without_joining_twice():
    row, admin = sent(), make.administrator()
    pay(row, admin, "15.00", reference="1")
    pay(row, admin, "5.00", reference="2")
    make.confirm(row, until=date(2099, 1, 1))
    make.confirm(row, until=date(2099, 1, 2))

    found = Registration.objects.with_balance().with_membership().get(pk=row.pk)

    assert (found.paid, found.balance) == (Decimal("20.00"), Decimal("20.00"))
    assert found.good_until == date(2099, 1, 2)
    assert list(Registration.objects.owing()) == [row]
