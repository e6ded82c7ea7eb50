"""What letters about a registration say where it depends on the registration."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cec import mail
from cec.wording import day
from registrations.calendar import today_in
from registrations.letters import example

TODAY = today_in(example().program)


@pytest.mark.parametrize(
    ("starts_on", "years", "said"),
    [
        (TODAY, 3, "your three years start today"),
        (TODAY, None, "your program starts today"),
        (TODAY, 1, "your program starts today"),
        (TODAY + timedelta(days=9), 3, f"your program starts on {day(TODAY + timedelta(days=9))}"),
        (TODAY - timedelta(days=9), 3, f"your program started on {day(TODAY - timedelta(days=9))}"),
    ],
)
def test_an_approval_says_when_the_program_begins_and_only_what_is_true(starts_on, years, said):
    row = example()
    row.starts_on, row.program.cycle_years = starts_on, years

    written = mail.write("registration_approved", row, language="en")

    assert written.subject == " ".join(f"You’re registered: {said}".split())


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("15", "Your payment is a part of the fee; $15 are left to pay."),
        ("0", "Your fee is settled; there is nothing left to pay."),
    ],
)
def test_a_payment_says_what_is_left(left, said):
    row, line, _left = mail.kinds()["payment_recorded"].example()

    written = mail.write("payment_recorded", row, line, Decimal(left), language="en")

    assert f"Thank you. {said}" in " ".join(written.text.split())


@pytest.mark.parametrize(("fee", "told"), [("40", True), ("0", False)])
def test_how_to_pay_is_told_to_those_who_have_to(fee, told):
    row = example()
    row.fee = Decimal(fee)

    written = mail.write("registration_received", row, language="en")

    assert ("By e-transfer." in written.text) == told
    assert "\n\n\n" not in written.text
