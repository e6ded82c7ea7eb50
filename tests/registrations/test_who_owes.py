"""The list of who owes says what the ledger says, whatever was written into it."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cec import work
from cec.problems import Refused
from registrations import fees, ledger
from registrations.models import Payment, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db

AMOUNTS = st.sampled_from(["0.01", "15.00", "20.00", "39.99", "40.00"]).map(Decimal)
DEEDS = st.lists(st.tuples(st.sampled_from(["pay", "waive", "refund"]), AMOUNTS), max_size=7)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deeds=DEEDS)
def test_after_any_deeds_somebody_is_on_it_who_owes_and_nobody_else(deeds):
    row, admin = make.registration(status="submitted"), make.administrator()

    for deed, amount in deeds:
        try:
            do(row, admin, deed, amount)
        except Refused:
            continue

    paid = row.payments.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    listed = ledger.owing(admin).filter(pk=row.pk).exists()
    assert listed == (paid < row.fee)


def do(row, admin, deed, amount):
    today = timezone.localdate()
    if deed == "pay":
        fees.record_payment(row, by=admin, amount=amount, method="cash", received_on=today)
    elif deed == "waive":
        fees.waive(row, by=admin, reason="Scholarship.")
    else:
        fees.refund(row, by=admin, amount=amount, method="cash", reason="Sent twice.")


def test_a_line_written_past_the_product_is_found_within_the_hour():
    row, admin = make.registration(status="submitted"), make.administrator()
    Payment.objects.create(
        registration=row,
        kind="payment",
        amount=row.fee,
        method="cash",
        received_on=timezone.localdate(),
        recorded_by=admin,
    )
    before = ledger.owing(admin).filter(pk=row.pk).exists()

    mended = work.sweepers()["registrations.tasks.compare_the_ledger"]()

    assert before
    assert mended == 1
    assert not ledger.owing(admin).filter(pk=row.pk).exists()
    assert fees.mend_settled() == 0


def test_a_fee_of_nothing_is_owed_by_nobody():
    free = make.registration(code="CPC", association_code=None, status="submitted")

    assert free.fee == 0
    assert not Registration.objects.owing().exists()
    assert fees.mend_settled() == 0
