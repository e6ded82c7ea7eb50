"""The main steps in browsers that run no script: everything works, only less quickly."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Activity
from certificates.models import Certificate
from registrations.models import Registration
from tests import factories
from tests.browser import mailbox, steps
from tests.browser.steps import LOG, QUICK
from tests.browser.visitor import Visitor
from tests.certificates import records

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "Natalia Ḵwa’la"
EMAIL = "natalia@example.org"


@pytest.fixture
def plain(visitors):
    """Opens a browser without JavaScript, signed in if a person is given."""

    def visitor(name: str, person=None) -> Visitor:
        one = visitors(name, script=False)
        if person:
            one.sign_in(person)
        return one

    return visitor


def test_the_road_needs_no_script(plain):
    participant = plain("participant")
    staff = plain("representative", factories.representative("MLA"))
    office = plain("administrator", factories.administrator())
    start = factories.three_years_ago(10)

    steps.open_account(participant, name=NAME, email=EMAIL)
    row = steps.register(participant, association="Manitoba", number="MLA-0418")
    steps.record_payment(office, row, reference="Cheque 0418")
    steps.confirm_membership(staff, row, until=timezone.localdate() + timedelta(days=365))
    steps.approve(staff, row, starts_on=start, reason="Paper form")
    logs_two_activities(participant, row)
    steps.the_rest_is_there_already(row)
    steps.turn_in(participant, row, counted="120 points")
    the_certificate_follows(participant, staff, office, row)


def test_a_button_that_only_a_script_answers_is_not_there(plain):
    certificate = records.issued()
    holder = plain("holder", certificate.registration.person)

    holder.go("certificate", certificate.registration_id)

    assert holder.page.get_by_label("Link for checking it").is_visible()
    assert not holder.page.get_by_text("Copy the link").is_visible()


def logs_two_activities(one: Visitor, row: Registration) -> None:
    one.go("activities", row.pk)
    steps.fill_quick_card(one, "Webinar", on=row_day(row), kind="Informal", hours="22")
    one.press("Add", within=QUICK)
    one.sees("Added. 20 of 22 points count.", "Webinar")

    steps.fill_quick_card(one, "webinar", on=row_day(row), kind="Informal", hours="absurd")
    with one.answered_with(422):
        one.press("Add", within=QUICK)
    one.sees("There is a problem", "Enter the hours as a number")
    assert Activity.objects.count() == 1

    steps.fill_full_form(one, "Course on maps", on=row_day(row), kind="Formal", hours="10")
    one.press("Add")
    one.sees("Added. 20 points count.")
    one.sees("Course on maps", "Webinar", within=LOG)


def row_day(row: Registration):
    row.refresh_from_db()
    return row.starts_on + timedelta(days=5)


def the_certificate_follows(
    participant: Visitor, staff: Visitor, office: Visitor, row: Registration
) -> None:
    staff.go("review", row.pk)
    staff.press("Accept the record")
    staff.sees(f"The record of {NAME} is accepted.")
    office.go("issuing")
    office.page.get_by_label(f"Select {NAME}").check()
    office.press("Issue")
    office.press("Issue 1 certificate")
    office.sees("1 certificate", "Waiting")
    mailbox.worker_runs()
    office.follow("Look again")
    office.sees("All certificates of this batch are issued and made.")

    participant.go("certificate", row.pk)
    assert participant.download("Download the PDF").startswith(b"%PDF")
    participant.follow("See what others see")
    participant.sees("This certificate is valid", NAME, Certificate.objects.get().serial)
