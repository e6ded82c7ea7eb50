"""A fee that is open and a membership that ends: who hears of it, from which day to which."""

from datetime import date
from decimal import Decimal

import pytest

from registrations import fees, moving
from registrations.models import MembershipCheck, Notice, Payment, Program, Registration
from tests import factories as make
from tests.owed import DAY, at, owed, read, still_owed

pytestmark = pytest.mark.django_db

SENT = date(2026, 3, 1)
UNTIL = date(2026, 6, 30)


def unpaid(**fields):
    return make.registration(status="submitted", submitted_on=SENT, submitted_at=at(SENT), **fields)


@pytest.mark.parametrize(
    ("days", "occasions"),
    [(13, []), (14, ["14"]), (29, ["14"]), (30, ["30"]), (60, ["30"]), (61, [])],
)
def test_a_fee_is_asked_for_from_day_to_day(days, occasions):
    assert owed("fee_outstanding", unpaid(), SENT + days * DAY) == occasions


def test_what_was_paid_in_part_is_taken_off():
    row = unpaid()
    make.pay(row, "15.50")

    assert still_owed("fee_outstanding", row, SENT + 14 * DAY) == {"14": {"balance": "24.50"}}


def ledger(row, **lines):
    """Lines of the ledger by kind, as the rows alone."""
    for kind, amount in lines.items():
        Payment.objects.create(
            registration=row,
            kind=kind,
            amount=Decimal(amount),
            method="none" if kind == "waiver" else "transfer",
            received_on=SENT,
            reason="Because.",
            recorded_by=make.administrator(),
        )
    fees.keep_settled(row)


@pytest.mark.parametrize(
    "lines",
    [
        {"payment": "40"},
        {"waiver": "40"},
        {"payment": "20", "waiver": "20"},
        {"payment": "40", "refund": "-40"},
    ],
)
def test_nobody_is_asked_for_what_is_settled_waived_or_given_back(lines):
    row = unpaid()
    ledger(row, **lines)

    assert owed("fee_outstanding", row, SENT + 14 * DAY) == []


@pytest.mark.parametrize("status", ["draft", "active", "declined", "withdrawn"])
def test_only_who_waits_is_asked_for_a_fee(status):
    row = unpaid()
    day = {"starts_on": SENT} if status == "active" else {}
    Registration.objects.filter(pk=row.pk).update(status=status, **day)

    assert owed("fee_outstanding", row, SENT + 14 * DAY) == []


def test_the_mail_names_currency_and_contact():
    row = unpaid()
    Program.objects.filter(pk=row.program_id).update(currency="USD")
    row.association.email = "office@mla.example"
    row.association.save()
    owed("fee_outstanding", row, SENT + 14 * DAY)

    text = read(Notice.objects.get(registration=row)).text

    assert "$40.00 USD" in text
    assert "office@mla.example" in text


# Memberships.


@pytest.fixture
def member():
    return make.registration(starts_on=date(2025, 3, 15), member_until=UNTIL)


@pytest.mark.parametrize(
    ("days_before", "told"), [(31, False), (30, True), (1, True), (0, True), (-1, False)]
)
def test_a_membership_that_ends_is_told_of_thirty_days_before(member, days_before, told):
    expected = [str(UNTIL)] if told else []

    assert owed("membership_lapsing", member, UNTIL - days_before * DAY) == expected


def test_a_renewed_membership_is_told_of_when_it_ends_again(member):
    assert owed("membership_lapsing", member, UNTIL) == [str(UNTIL)]
    make.confirm(member, until=date(2027, 6, 30))

    assert owed("membership_lapsing", member, UNTIL) == []
    assert owed("membership_lapsing", member, "2027-06-01") == ["2027-06-30"]


@pytest.mark.parametrize("outcome", ["lapsed", "proof", "unchecked"])
def test_only_a_membership_that_is_confirmed_now_ends(member, outcome):
    MembershipCheck.objects.create(
        registration=member, outcome=outcome, checked_by=make.administrator()
    )

    assert owed("membership_lapsing", member, UNTIL) == []


def test_a_membership_for_life_or_of_the_former_association_doesnt_end(member):
    moving.move(member, by=member.person, association=make.association("OLA"))
    assert owed("membership_lapsing", member, UNTIL) == []

    MembershipCheck.objects.create(registration=member, outcome="confirmed", source="roster")
    assert owed("membership_lapsing", member, UNTIL) == []


@pytest.mark.parametrize("status", ["submitted", "turned_in", "accepted", "certified", "lapsed"])
def test_it_matters_to_those_who_take_part(member, status):
    Registration.objects.filter(pk=member.pk).update(status=status)

    assert owed("membership_lapsing", member, UNTIL) == []


def test_a_program_that_needs_no_membership_asks_for_none(member):
    Program.objects.filter(pk=member.program_id).update(needs_membership=False)

    assert owed("membership_lapsing", member, UNTIL) == []


def test_the_day_is_the_programs(member):
    Program.objects.filter(pk=member.program_id).update(time_zone="America/Vancouver")
    first = at(UNTIL - 30 * DAY, 0, zone="America/Vancouver")

    assert owed("membership_lapsing", member, first - DAY / 1440) == []
    assert owed("membership_lapsing", member, first) == [str(UNTIL)]


def test_the_mail_says_until_when_and_what_to_do(member):
    owed("membership_lapsing", member, UNTIL)

    mail = read(member.notices.get())

    assert mail.subject == "Your membership ends on 30 June 2026"
    assert "Renew it with your association" in mail.text
