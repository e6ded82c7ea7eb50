"""An administrator sets up a program on a phone that runs no script, and somebody registers."""

import pytest

from registrations.models import Program, Registration
from tests import factories
from tests.browser import steps
from tests.browser.steps import LOG, QUICK
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = 320
ENGLISH, FRENCH = "School Library Technician Award", "Prix du personnel technicien scolaire"


@pytest.fixture
def phone(visitors):
    """Opens a narrow browser without JavaScript for somebody who is signed in."""

    def visitor(name: str, person) -> Visitor:
        one = visitors(name, script=False, width=PHONE)
        one.sign_in(person)
        return one

    return visitor


def test_a_program_is_set_up_opened_and_used_without_a_script(phone):
    office = phone("office", factories.administrator())
    steering = phone("steering", factories.steering())
    person = phone("person", factories.person("Noëlle Roy"))

    names_it(office)
    says_what_it_is(office)
    writes_its_rules(office)
    opens_it(office)
    row = registers(person)
    is_paid_and_approved(office, steering, row)
    logs_and_sees_why(person, row)

    assert Program.objects.get(code="SLTA").is_open


def fits(one: Visitor) -> None:
    """Nothing on the page is wider than the phone."""
    assert one.page.evaluate("document.documentElement.scrollWidth") <= PHONE, one.path


def names_it(office: Visitor) -> None:
    office.go("programs_desk")
    fits(office)
    office.field("Begin with").select_option(label="Nothing: an empty program")
    office.write("Name in English", ENGLISH)
    office.write("Code", "slta")
    office.write("Address of its pages", "technicians")
    with office.answered_with(422):
        office.press("Set it up")
    office.sees("There is a problem", "Fill in both languages.")
    office.write("Name in French", FRENCH)
    office.press("Set it up")
    office.sees("The program is set up.", "Still missing before it can open")
    fits(office)


def says_what_it_is(office: Visitor) -> None:
    office.follow("Say what is counted, such as points, in both languages.")
    fits(office)
    for language, issuer in (("English", "Friends of Schools"), ("French", "Amis des écoles")):
        office.write(f"What is counted, in {language}", "points")
        office.write(f"Who offers it, in {language}", issuer)
    office.press("Save")
    office.follow("Say in a sentence what the program is, in both languages.")
    fits(office)
    office.write("In a sentence, in English", "For those who run a school library.")
    office.write("In a sentence, in French", "Pour les bibliothèques scolaires.")
    office.press("Save")
    office.follow("Change Who registers, and who decides")
    office.tick("Everybody with an account")
    office.press("Save")
    office.follow("Change Years and deadlines")
    office.write("Years of a cycle", "1")
    office.press("Save")
    office.sees("Your change is saved.")
    office.follow("Change Fee")
    office.write("Fee", "12.50")
    office.write("How to pay, in English", "Send a cheque.")
    office.write("How to pay, in French", "Envoyez un chèque.")
    office.press("Save")


def writes_its_rules(office: Visitor) -> None:
    office.follow("Change Rules")
    office.follow("Change Needed, and program years")
    office.write("Needed in the whole cycle", "10")
    office.press("Save in the draft")
    office.follow("Add a group of types")
    office.write("Name in English", "Courses")
    office.write("Name in French", "Cours")
    office.write("At most in the whole cycle", "8")
    office.press("Save in the draft")
    for code, name_en, name_fr, group in (
        ("WEB", "Webinar", "Webinaire", "Courses"),
        ("HELP", "Helping a school", "Aide à une école", "None"),
    ):
        office.follow("Add an activity type")
        office.write("Code in English", code)
        office.write("Code in French", code)
        office.write("Name in English", name_en)
        office.write("Name in French", name_fr)
        if group != "None":
            office.choose("Group", group)
        office.write("Points an hour", "1")
        office.press("Save in the draft")
    office.sees("These are its first rules", "8 points")
    fits(office)
    office.follow("Publish")
    office.write("Reason", "The first ones")
    office.press("Publish")
    office.sees("Version 1 is published.")


def opens_it(office: Visitor) -> None:
    program = Program.objects.get(code="SLTA")
    office.go("program", program.slug)
    office.sees("Nothing is missing: it can open.")
    office.follow("Preview: How it works")
    office.sees("A preview", ENGLISH)
    fits(office)
    office.follow("Back to setting it up")
    office.follow("Open for registration")
    fits(office)
    office.press("Open it")
    office.sees("The program is open", "Program opened")


def registers(person: Visitor) -> Registration:
    person.language = "fr"
    person.go("register")
    person.sees(FRENCH, "Pour les bibliothèques scolaires.", "12,50")
    person.go("what_counts_in", "technicians")
    person.sees("Webinaire", "Aide à une école", "Cours")
    fits(person)
    person.language = "en"
    person.go("application", "technicians")
    person.press("Check your answers")
    steps.agree(person)
    person.press("Send my registration")
    person.sees("Sent.", "How to pay", "$12.50")
    return Registration.objects.get(program__code="SLTA")


def is_paid_and_approved(office: Visitor, steering: Visitor, row: Registration) -> None:
    office.go("desk_registration", row.pk)
    office.press("Record the payment")
    office.sees("The payment is recorded.")
    steering.go("desk_registration", row.pk)
    steering.press("Approve")
    steering.sees("Noëlle Roy is registered.")
    row.refresh_from_db()


def logs_and_sees_why(person: Visitor, row: Registration) -> None:
    person.go("activities", row.pk)
    steps.fill_quick_card(person, "Webinar on maps", on=row.starts_on, kind="Webinar", hours="10")
    person.press("Add", within=QUICK)
    person.sees("Added. 8 of 10 points count.")
    person.sees("This fills “Courses” up to the limit of 8 for the whole program.", within=LOG)
    fits(person)
