"""The main tasks of everybody, done with keys alone (WCAG 2.1.1, 2.1.2, 2.4.7, 2.4.11)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from certificates.models import Certificate
from registrations.models import Registration
from tests import factories
from tests.browser import mailbox, steps
from tests.browser.keyboard import Keyboard
from tests.browser.steps import LOG, QUICK

pytestmark = [
    pytest.mark.browser,
    pytest.mark.pages,
    pytest.mark.django_db(transaction=True),
]

NAME = "Tab Ulator"
EMAIL = "tab@example.org"


@pytest.fixture
def keyboards(visitors):
    """Opens a browser for somebody without a mouse, signed in if a person is given."""

    def visitor(name: str, person=None) -> Keyboard:
        one = visitors(name, kind=Keyboard)
        if person:
            one.sign_in(person)
        return one

    return visitor


def test_the_main_tasks_need_no_mouse(keyboards):
    participant = keyboards("participant")
    staff = keyboards("representative", factories.representative("MLA"))
    office = keyboards("administrator", factories.administrator())
    start = factories.three_years_ago(10)

    steps.open_account(participant, name=NAME, email=EMAIL)
    row = steps.register(participant, association="Manitoba", number="MLA-0419")
    steps.record_payment(office, row, reference="Cheque 0419")
    steps.confirm_membership(staff, row, until=timezone.localdate() + timedelta(days=365))
    steps.approve(staff, row, starts_on=start, reason="Paper form")
    logs_and_changes(participant, row)
    steps.the_rest_is_there_already(row)
    steps.turn_in(participant, row, counted="120 points")
    reviews_and_issues(staff, office, row)
    verifies(keyboards("stranger"))


def logs_and_changes(one: Keyboard, row: Registration) -> None:
    """The quick card, then the whole form, then a deletion that is taken back."""
    row.refresh_from_db()
    day = row.starts_on + timedelta(days=5)
    one.go("activities", row.pk)
    steps.fill_quick_card(one, "Webinar", on=day, kind="Informal", hours="22")
    one.press_here("Add", within=QUICK)
    one.sees("Webinar", within=LOG)
    one.has_focus("What did you do?", within=QUICK)

    steps.fill_full_form(one, "Course on maps", on=day, kind="Formal", hours="10")
    one.press("Add")
    one.sees("Added. 20 points count.")

    one.follow("Course on maps", within=LOG)
    one.follow("Delete", within="main")
    one.press("Delete")
    one.follow("Undo")
    one.press("Bring it back")
    one.sees("It’s back in your record.")


def reviews_and_issues(staff: Keyboard, office: Keyboard, row: Registration) -> None:
    staff.go("reviews")
    staff.follow(NAME, within="main")
    staff.press("Accept the record")
    staff.sees(f"The record of {NAME} is accepted.")
    office.go("issuing")
    office.follow("Issue the 1 that is ready")
    office.press("Issue 1 certificate")
    office.sees("1 certificate", "Waiting")
    mailbox.worker_runs()
    office.sees("All certificates of this batch are issued and made.")


def verifies(one: Keyboard) -> None:
    one.go("home")
    one.follow("Verify a certificate")
    one.write("Serial number", Certificate.objects.get().serial)
    one.write("Family name on the certificate", "Ulator")
    one.press("Check the certificate")
    one.sees("This certificate is valid", NAME)
