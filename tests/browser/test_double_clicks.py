"""Pressed twice, done once: a real double click on the buttons that matter.

Without the pages' script nothing stands between the two clicks, and the server sees both.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from activities.models import Activity, Comment
from cec.models import OutgoingMail
from certificates.models import Batch, BatchItem
from registrations.models import Event, MembershipCheck, Payment, Person, Registration
from tests import factories
from tests.activities.workbook_files import workbook
from tests.browser import steps
from tests.browser.visitor import Visitor
from tests.certificates import records

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Deed:
    """Something that a person does with one button.

    `comes` brings them to it, with everything filled in. `says` is what they read afterwards, and
    `rows` what there must be one of.
    """

    comes: Callable[[Visitor], None]
    button: str
    says: str
    rows: Callable[[], list[QuerySet]]


def events(kind: str) -> QuerySet:
    return Event.objects.filter(kind=kind)


def mails(kind: str) -> QuerySet:
    return OutgoingMail.objects.filter(kind=kind)


def opens_an_account(one: Visitor) -> None:
    one.go("account_signup")
    one.write("Your name", "Robin Okafor")
    one.write("E-mail", "robin@example.org")
    one.write("Password", steps.PASSWORD)


def checks_answers(one: Visitor) -> None:
    draft = factories.registration(status="draft")
    one.sign_in(draft.person)
    one.go("check_answers", draft.pk)
    steps.agree(one)


def waits_at_the_desk(one: Visitor, staff: Person, **fields) -> Registration:
    row = factories.registration(status="submitted", **fields)
    one.sign_in(staff)
    one.go("desk_registration", row.pk)
    return row


def records_the_fee(one: Visitor) -> None:
    waits_at_the_desk(one, factories.administrator())


def records_a_part_of_the_fee(one: Visitor) -> None:
    records_the_fee(one)
    one.write("Amount", "20")


def checks_the_membership(one: Visitor) -> None:
    waits_at_the_desk(one, factories.representative())
    one.tick("In good standing")
    one.write("In good standing until", "2099-12-31")


def approves(one: Visitor) -> None:
    waits_at_the_desk(one, factories.representative(), paid=True, member_until=date(2099, 12, 31))


def has_a_record(one: Visitor) -> Registration:
    row = factories.registration(starts_on=timezone.localdate() - timedelta(days=100))
    one.sign_in(row.person)
    return row


def fills_the_quick_card(one: Visitor) -> None:
    row = has_a_record(one)
    one.go("activities", row.pk)
    steps.fill_quick_card(one, "Webinar", on=timezone.localdate(), kind="Informal", hours="2")


def fills_the_full_form(one: Visitor) -> None:
    row = has_a_record(one)
    one.go("activities", row.pk)
    steps.fill_full_form(one, "Webinar", on=timezone.localdate(), kind="Informal", hours="2")


def looks_at_the_rows(one: Visitor) -> None:
    row = has_a_record(one)
    file = workbook([timezone.localdate(), "Webinar", "", "PD-I", "", 2])
    one.go("record_import", row.pk)
    one.upload("Your record in Excel", "record.xlsx", file.getvalue())
    one.press("Look at the rows")


def is_done(one: Visitor) -> None:
    row = records.finished()
    one.sign_in(row.person)
    one.go("turn_in", row.pk)


def reviews(one: Visitor) -> None:
    row = records.turned_in()
    one.sign_in(factories.representative())
    one.go("review", row.pk)


def reviews_with_a_question(one: Visitor) -> None:
    reviews(one)
    one.unfold("Ask about it")
    one.field("Your question").fill("Was it evaluated?")


def issues(one: Visitor) -> None:
    row = records.accepted()
    one.sign_in(factories.administrator())
    one.go("issue", query=f"?registration={row.pk}")


DEEDS = {
    "open an account": Deed(
        opens_an_account,
        "Open my account",
        "Look in your e-mail",
        lambda: [Person.objects.all(), mails("account_opened")],
    ),
    "send a registration": Deed(
        checks_answers,
        "Send my registration",
        "Sent. We’ll write to you when it’s decided.",
        lambda: [events("send"), mails("registration_received")],
    ),
    "record the fee": Deed(
        records_the_fee,
        "Record the payment",
        "The payment is recorded.",
        lambda: [Payment.objects.all(), events("payment")],
    ),
    "record a part of the fee": Deed(
        records_a_part_of_the_fee,
        "Record the payment",
        "The payment is recorded.",
        lambda: [Payment.objects.all(), events("payment")],
    ),
    "check a membership": Deed(
        checks_the_membership,
        "Record the check",
        "The membership check is recorded.",
        lambda: [MembershipCheck.objects.all(), events("confirmed")],
    ),
    "approve": Deed(
        approves,
        "Approve",
        "is registered.",
        lambda: [events("approve"), mails("registration_approved")],
    ),
    "quick add": Deed(
        fills_the_quick_card, "Add", "Added. 2 points count.", lambda: [Activity.objects.all()]
    ),
    "full form": Deed(
        fills_the_full_form, "Add", "Added. 2 points count.", lambda: [Activity.objects.all()]
    ),
    "import": Deed(
        looks_at_the_rows,
        "Save 1 activity",
        "1 activity added.",
        lambda: [Activity.objects.all(), events("import")],
    ),
    "turn in": Deed(
        is_done,
        "Send for review",
        "Your record is with the committee.",
        lambda: [events("turn_in"), mails("record_received")],
    ),
    "accept": Deed(
        reviews,
        "Accept the record",
        "is accepted.",
        lambda: [events("accept"), mails("record_accepted")],
    ),
    "send back": Deed(
        reviews_with_a_question,
        "Send back with questions",
        "is sent back with your questions.",
        lambda: [events("return"), mails("record_returned"), Comment.objects.all()],
    ),
    "issue": Deed(
        issues,
        "Issue 1 certificate",
        "You may leave this page; the batch goes on.",
        lambda: [Batch.objects.all(), BatchItem.objects.all()],
    ),
}


@contextmanager
def slow_server() -> Iterator[None]:
    """Let no request get further than its session or its rate limit, so that two can meet."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE django_session, cec_cache IN ACCESS EXCLUSIVE MODE")
        yield


def two_requests_at_once(one: Visitor, button: str) -> int:
    with slow_server():
        return one.press_twice(button)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_the_page_sends_a_double_click_once(visitors, deed):
    one = visitors("person")
    deed.comes(one)

    sent = two_requests_at_once(one, deed.button)

    one.sees(deed.says)
    assert sent == 1
    assert [rows.count() for rows in deed.rows()] == [1] * len(deed.rows())
    assert one.page.locator(".problem, .notice.warn, .notice.bad").count() == 0


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_the_server_does_once_what_arrives_twice(visitors, traffic, deed):
    one = visitors("person", script=False)
    deed.comes(one)

    sent = two_requests_at_once(one, deed.button)

    traffic.settle()
    assert sent == 2
    assert [rows.count() for rows in deed.rows()] == [1] * len(deed.rows())
