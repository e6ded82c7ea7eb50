"""Logging an activity from a telephone: how few taps it takes, and what a screen reader is told."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity
from tests import factories
from tests.browser.steps import LOG, MORE, QUICK
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TELEPHONE = 390  # CSS pixels


@pytest.fixture
def registration():
    """Somebody in their second year, who logged a webinar lately."""
    row = factories.registration(starts_on=timezone.localdate() - timedelta(days=500))
    factories.activity(row, "PD-I", title="A webinar", on=timezone.localdate() - timedelta(days=20))
    return row


class Telephone:
    """What a thumb does: taps and typed fields, counted."""

    def __init__(self, one: Visitor) -> None:
        self.one, self.taps, self.typed = one, 0, 0

    def tap(self, role: str, name: str) -> None:
        self.taps += 1
        self.one.page.locator("main").get_by_role(role, name=name, exact=True).first.click()

    def type(self, words: str) -> None:
        """Type into the field that has the focus."""
        self.typed += 1
        self.one.page.keyboard.type(words)


def test_three_taps_and_two_fields_log_an_activity(visitors, registration):
    one = visitors(width=TELEPHONE)
    one.sign_in(registration.person)
    one.go("record", registration.pk)
    phone = Telephone(one)

    phone.tap("link", "Log an activity")
    one.page.wait_for_url("**/activities/#id_title")
    one.has_focus("What did you do?", within=QUICK)
    phone.type("Copyright update")
    phone.tap("textbox", "Hours")
    phone.type("1,5")
    phone.tap("button", "Add")

    one.sees("Copyright update", within=LOG)
    expect(one.page.locator("#status")).to_have_text("Added. 1.5 points count. Year 2 is at 2.5.")
    one.has_focus("What did you do?", within=QUICK)
    assert (phone.taps, phone.typed) == (3, 2)
    entry = Activity.objects.latest("pk")
    assert (entry.completed_on, entry.hours) == (timezone.localdate(), 1.5)


def test_a_wrong_card_takes_the_focus_to_what_is_wrong_and_says_that_nothing_is_saved(
    visitors, registration
):
    one = visitors(width=TELEPHONE)
    one.sign_in(registration.person)
    one.go("activities", registration.pk)
    one.write("What did you do?", "Copyright update", within=QUICK)
    one.write("Hours", "lots", within=QUICK)

    one.may_be_answered_with(422)
    one.press_here("Add", within=QUICK)

    one.sees("There is a problem", "Enter the hours as a number, like 1.5", within=QUICK)
    expect(one.page.locator("#problem")).to_be_focused()
    expect(one.page.locator("#status")).to_have_text("Nothing is saved yet.")
    assert one.field("What did you do?", within=QUICK).input_value() == "Copyright update"
    one.page.locator("#problem a").click()
    one.has_focus("Hours", within=QUICK)
    one.write("Hours", "1h30", within=QUICK)
    one.press_here("Add", within=QUICK)
    one.sees("Copyright update", within=LOG)
    expect(one.page.locator("#problem")).to_have_count(0)


def test_a_likely_repeat_takes_the_focus_and_can_be_saved_all_the_same(visitors, registration):
    one = visitors(width=TELEPHONE)
    one.sign_in(registration.person)
    one.go("activities", registration.pk)
    one.write("What did you do?", "a WEBINAR!", within=QUICK)
    one.write("Hours", "2", within=QUICK)

    one.may_be_answered_with(422)
    one.press_here("Add", within=QUICK)

    one.sees("This looks like a repeat.", within=QUICK)
    expect(one.page.locator("[data-focus]")).to_be_focused()
    one.press_here("It’s something new: save it anyway", within=QUICK)
    one.sees("a WEBINAR!", within=LOG)
    assert Activity.objects.count() == 2


@pytest.mark.parametrize("script", [True, False])
def test_more_details_keep_what_was_typed(visitors, registration, script):
    one = visitors(width=TELEPHONE, script=script)
    one.sign_in(registration.person)
    one.go("activities", registration.pk)
    one.write("What did you do?", "Copyright update", within=QUICK)
    one.choose("Activity type", "Publications and presentations – formal", within=QUICK)
    one.write("Hours", "3", within=QUICK)

    one.press(MORE, within=QUICK)

    assert one.path.endswith("/activities/add/")
    assert one.field("What did you do?").input_value() == "Copyright update"
    assert one.field("Hours").input_value() == "3"
    if script:
        one.sees("6 points, 6 will count.")
        one.misses("Learning goals")
        one.choose("Activity type", "Personal study project")
        one.sees("Learning goals")
        one.choose("Activity type", "Publications and presentations – formal")
    one.tick("Archives")
    one.press("Add")
    one.sees("Added. 6 points count.", "Copyright update")
    assert Activity.objects.latest("pk").subject == "Archives"


def test_a_plan_is_done_and_a_committee_goes_on(visitors, registration):
    today = timezone.localdate()
    factories.activity(
        registration, "STUDY", title="Linked data", planned=True, on=today - timedelta(days=2)
    )
    factories.activity(
        registration, "LEAD", key="board", title="Board", on=today - timedelta(days=40)
    )
    one = visitors(width=TELEPHONE)
    one.sign_in(registration.person)

    one.go("record", registration.pk)
    one.follow("Did you do what you planned?")
    one.page.locator(LOG).get_by_role("link", name="I’ve done it").click()
    one.sees("Would add 1 point.")
    one.write("What I learned", "Triples.")
    one.press("It’s done: count it")
    one.sees("Saved. 1 point counts.")

    one.go("activities", registration.pk)
    one.page.locator(LOG).get_by_role("link", name="Add this month’s hours").click()
    one.write("Hours", "2.5")
    one.sees("5 points, 5 will count.")
    one.press("Add these hours")
    one.sees("Added. 5 points count.")
