"""What people do on the way to a certificate, in the words of the pages.

Everything here works with and without JavaScript, and each step ends by looking at what it did.
"""

from datetime import date

from registrations import consents
from registrations.models import Registration
from tests import factories
from tests.browser import mailbox
from tests.browser.visitor import Visitor

PASSWORD = "seven lamps over wet cedar"
QUICK = "#add"  # the card above the list of activities
LOG = "#log"  # the list
MORE = "More details"


def open_account(one: Visitor, *, name: str, email: str) -> None:
    """From the front page to a confirmed address; ends on the form that was wanted."""
    one.go("home")
    one.follow("Register", within="header")
    one.follow("Open an account and register")
    one.write("Your name", name)
    one.write("E-mail", email)
    one.write("Password", PASSWORD)
    one.press("Open my account")
    one.sees("Look in your e-mail", f"We’ve sent a link to {email}")
    one.open(mailbox.link_in(mailbox.newest(email, kind="account_opened")))
    one.sees("Is this your address?", email)
    one.press("Yes, confirm it")
    one.sees(f"{email} is confirmed", "About you")


def register(one: Visitor, *, association: str, number: str) -> Registration:
    """Fill the form in, look at the answers and send them."""
    one.choose("Your association", association)
    one.write("Member number", number)
    one.write("Employer", "Sturgeon Creek Library")
    one.press("Check your answers")
    one.sees("Check your answers", association, number, "Sturgeon Creek Library", "$40")
    agree(one)
    one.press("Send my registration")
    one.sees("Sent. We’ll write to you when it’s decided.", "How to pay", "$40")
    return Registration.objects.get(member_number=number)


def agree(one: Visitor) -> None:
    """Tick both boxes beside the button that sends a registration."""
    for kind in ("program", "reminders"):
        one.tick(consents.text(kind, consents.current(kind), "en").words)


def record_payment(one: Visitor, registration: Registration, *, reference: str) -> None:
    """The administrator finds who owes, and records what came."""
    one.go("payments")
    one.sees("Fees to come", registration.reference)
    one.follow(registration.person.name, within="main")
    one.write("Reference", reference)
    one.press("Record the payment")
    one.sees("The payment is recorded.", reference, "$0")


def confirm_membership(one: Visitor, registration: Registration, *, until: date) -> None:
    """The representative goes from the queue to the person, and says what the roster says."""
    one.go("queue")
    one.sees(registration.person.name, "To check")
    one.follow(registration.person.name, within="main")
    one.tick("In good standing")
    one.write("In good standing until", until.isoformat())
    one.press("Record the check")
    one.sees("The membership check is recorded.", "Fee and membership are in order.")


def approve(one: Visitor, registration: Registration, *, starts_on: date, reason: str) -> None:
    """On the same page: another start than today's, with a reason."""
    one.write("The program starts on", starts_on.isoformat())
    with one.answered_with(409):
        one.press("Approve")
    one.sees("There is a problem", "Say why, in a few words.")
    one.write("Reason, if this is an exception", reason)
    one.press("Approve")
    one.sees(f"{registration.person.name} is registered.", "Nothing waiting.")


def fill_quick_card(one: Visitor, title: str, *, on: date, kind: str, hours: str) -> None:
    """Fill the quick card in; the caller presses "Add"."""
    one.write("What did you do?", title, within=QUICK)
    one.write("Date finished", on.isoformat(), within=QUICK)
    one.choose("Activity type", kind, within=QUICK)
    one.write("Hours", hours, within=QUICK)


def fill_full_form(one: Visitor, title: str, *, on: date, kind: str, hours: str) -> None:
    """Fill the whole form in; the caller presses "Add"."""
    one.write("What did you do?", title, within=QUICK)
    one.press(MORE, within=QUICK)
    assert one.field("What did you do?").input_value() == title
    one.write("Provider or organizer", "Education Institute")
    one.choose("Activity type", kind)
    one.write("Date started", on.isoformat())
    one.write("Date finished", on.isoformat())
    one.write("Hours", hours)
    one.tick("Cataloguing and metadata")
    one.write("What I learned", "How to describe a map so that it can be found.")


def the_rest_is_there_already(row: Registration) -> None:
    """Logging more of the same shows nothing new."""
    for year in row.years.filter(number__gt=1):
        factories.activity(row, "PD-F", hours="10", on=year.starts_on)
        factories.activity(row, "PD-I", hours="20", on=year.starts_on)


def turn_in(one: Visitor, registration: Registration, *, counted: str) -> None:
    """From the certificate page over the last look to the committee."""
    one.go("certificate", registration.pk)
    one.sees("120 points", f"{counted} counted.")
    one.follow("Send for review", within="main")
    one.sees("Send your record for review?", registration.person.name)
    one.press("Send for review")
    one.sees("Your record is with the committee.", "In final review")
