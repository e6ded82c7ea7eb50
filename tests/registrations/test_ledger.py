"""The ledger as a list: its sums agree however they are asked for, and it goes out as text."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from registrations import fees, ledger, ledger_export
from registrations.models import Event, FeeState, Payment, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db

CEC, CPC = "partnership-cec", "cpc-credits"


def sent(**fields):
    return make.registration(status="submitted", submitted_on=date(2026, 1, 1), **fields)


LINES = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),  # whose
        st.sampled_from(["payment", "payment", "waiver", "refund"]),
        st.decimals("0.01", "999.99", places=2),
        st.sampled_from([method.value for method in ledger.METHODS]),
        st.dates(date(2025, 11, 1), date(2026, 2, 28)),
    ),
    max_size=25,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(written=LINES)
def test_lines_months_and_overview_always_agree(written):
    with transaction.atomic():
        admin = make.administrator()
        rows = [sent(), sent(code="CPC", association_code=None)]
        for whose, kind, amount, method, day in written:
            Payment.objects.create(
                registration=rows[whose],
                kind=kind,
                amount=-amount if kind == "refund" else amount,
                method="none" if kind == "waiver" else method,
                received_on=day,
                reason="" if kind == "payment" else "A reason.",
                recorded_by=admin,
            )

        months = ledger.months(ledger.lines(admin, ledger.Filter()))
        listed = [
            ledger.totals(
                ledger.lines(admin, ledger.Filter(program=row.program, first_month=row.key))
            )
            for row in months
        ]
        whole = ledger.totals(ledger.lines(admin, ledger.Filter()))
        found = list(Payment.objects.select_related("registration__program"))
        transaction.set_rollback(True)

        for month, of_its_list in zip(months, listed, strict=True):
            month_lines = [
                line
                for line in found
                if line.registration.program.slug == month.program
                and line.received_on.replace(day=1) == month.first_day
            ]
            assert month.totals == of_its_list
            assert month.totals.lines == len(month_lines)
            assert month.totals.net == sum_of(month_lines, "payment", "refund")
            assert month.totals.waived == sum_of(month_lines, "waiver")
            assert sum(amount for _method, amount in month.totals.methods) == month.totals.received
    together = ledger.together(month.totals for month in months)
    assert together.lines == whole.lines == len(found)
    assert (together.net, together.waived) == (whole.net, whole.waived)
    assert (whole.received, whole.refunded) == (sum_of(found, "payment"), sum_of(found, "refund"))
    assert len({(month.program, month.key) for month in months}) == len(months)


def sum_of(lines, *kinds):
    return sum((line.amount for line in lines if line.kind in kinds), Decimal(0))


def test_a_months_list_sums_to_the_month():
    admin = make.administrator()
    row = sent()
    for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)):
        make.pay(row, "10.00", on=day)

    february = ledger.lines(admin, ledger.Filter(first_month="2026-02"))
    quarter = ledger.lines(admin, ledger.Filter(first_month="2026-01", last_month="2026-03"))

    assert ledger.totals(february).received == 20
    assert ledger.totals(quarter).lines == 4


@pytest.mark.parametrize("month", ["2026-13", "2026-2", "1999-01", "x", "２026-01", "9" * 30])
def test_a_month_that_is_none_is_not_asked_for(month):
    make.pay(sent(), on=date(2026, 1, 1))

    assert ledger.lines(make.administrator(), ledger.Filter(first_month=month)).count() == 1


@pytest.mark.parametrize(
    ("lines", "state", "balance"),
    [
        ([], FeeState.DUE, "40"),
        ([("payment", "20")], FeeState.PART, "20"),
        ([("payment", "40")], FeeState.PAID, "0"),
        ([("waiver", "40")], FeeState.WAIVED, "0"),
        ([("payment", "20"), ("waiver", "20")], FeeState.WAIVED, "0"),
        ([("payment", "40"), ("refund", "-40")], FeeState.REFUNDED, "40"),
        ([("payment", "40"), ("refund", "-10")], FeeState.PART, "10"),
        ([("payment", "40"), ("payment", "40")], FeeState.OVERPAID, "-40"),
        ([("payment", "40"), ("payment", "40"), ("refund", "-40")], FeeState.PAID, "0"),
    ],
)
def test_the_state_of_a_fee_is_what_its_lines_say(lines, state, balance):
    row = sent()
    for kind, amount in lines:
        Payment.objects.create(
            registration=row,
            kind=kind,
            amount=Decimal(amount),
            method="none" if kind == "waiver" else "cash",
            received_on=date(2026, 1, 2),
            reason="" if kind == "payment" else "A reason.",
            recorded_by=row.person,
        )

    found = fees.standing(row)

    assert (found.fee_state, found.balance) == (state, Decimal(balance))


def test_a_registration_without_a_fee_has_none_to_pay():
    row = sent(code="CPC", association_code=None)

    assert fees.standing(row).fee_state == FeeState.NONE


def test_the_ledger_is_found_by_each_of_its_filters():
    admin = make.administrator()
    one, two = sent(who=make.person("Zoé Łazarewicz")), sent()
    make.pay(one, "10.00", on=date(2026, 1, 2), reference="000777", method="cheque")
    waived = fees.waive(two, by=admin, reason="Bursary.")

    def found(**asked):
        return [line.kind for line in ledger.lines(admin, ledger.Filter(**asked))]

    assert found(text="000777") == ["payment"]
    assert found(text="łazarewicz") == ["payment"]
    assert found(text=two.reference) == ["waiver"]
    assert found(kind="waiver") == ["waiver"]
    assert found(method="cheque") == ["payment"]
    assert found(program=CPC) == []
    assert found(program=CEC, first_month=f"{waived.received_on:%Y-%m}") == ["waiver"]
    assert len(found(text="\x00")) == 2


def test_a_registration_is_found_by_its_reference_however_it_is_typed():
    admin, row = make.administrator(), sent()
    number = row.reference.rpartition("-")[2]

    assert ledger.find(admin, f"cec r {number}") == row
    assert ledger.find(admin, f"CPC-R-{number}") is None
    assert ledger.find(admin, f"{row.reference} {row.reference}") == row
    assert ledger.find(admin, "CEC-R-999999999999") is None
    assert ledger.find(row.person, row.reference) is None


def test_who_owes_is_listed_longest_first_and_not_once_it_is_over():
    admin = make.administrator()
    late, early = sent(), sent()
    Registration.objects.filter(pk=early.pk).update(submitted_at="2025-01-01T00:00Z")
    make.registration(status="declined", paid=False)
    make.pay(sent())

    assert list(ledger.owing(admin)) == [early, late]


class TestExport:
    def rows(self, admin, **asked):
        file = ledger_export.write(ledger.Filter(**asked), by=admin)
        content = file.read()
        sheet = load_workbook(io.BytesIO(content)).active
        return list(sheet.iter_rows()), content

    def test_every_line_is_a_row_with_its_amount_as_a_number(self):
        admin, row = make.administrator(), sent(who=make.person("Zoé Lavallée"))
        make.pay(row, "25.50", on=date(2026, 1, 2), reference="000451", method="cheque")
        fees.waive(row, by=admin, reason="Bursary.")

        (head, waiver, payment), _content = self.rows(admin)

        assert [cell.value for cell in head][:6] == [
            *("Received on", "Person", "Reference", "What", "Method", "Amount")
        ]
        values = [cell.value for cell in payment]
        assert values[0].date() == date(2026, 1, 2)
        assert values[1:7] == [
            *("Zoé Lavallée", row.reference, "Payment", "Cheque", 25.5, "000451")
        ]
        assert (waiver[5].value, waiver[7].value) == (14.5, "Bursary.")

    def test_no_text_of_anybody_becomes_a_formula(self):
        admin = make.administrator()
        for start in ("=", "+", "-", "@", "\t", "\r", "\uff1d"):
            row = sent(who=make.person(f"{start}HYPERLINK(1)"))
            make.pay(row, on=date(2026, 1, 2), reference=f"{start}1+1")

        rows, content = self.rows(admin)

        assert len(rows) == 8
        for row in rows[1:]:
            assert [(cell.data_type, cell.quotePrefix) for cell in (row[1], row[6])] == [
                ("s", True)
            ] * 2
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")

    def test_who_took_it_is_written_down_with_the_number_of_rows(self):
        admin = make.administrator()
        make.pay(sent(), on=date(2026, 1, 2))
        make.pay(sent(), on=date(2026, 2, 2))

        self.rows(admin, first_month="2026-02")

        event = Event.objects.get(kind="exported")
        assert event.actor == admin
        assert event.details == {"list": "payments", "rows": 1, "months": "2026-02"}

    def test_only_administrators_take_it(self):
        with pytest.raises(PermissionDenied):
            ledger_export.write(ledger.Filter(), by=make.steering())

        assert not Event.objects.filter(kind="exported").exists()


def test_a_mentor_knows_nothing_of_what_a_mentee_paid():
    row = make.registration(paid=True)
    mentorship = make.mentorship(row)

    seen = [
        Payment.objects.visible_to(person).count()
        for person in (row.person, make.representative("MLA"), mentorship.mentor)
    ]

    assert seen == [1, 1, 0]
