"""The whole road, walked by four people, each in a browser of their own."""

import io
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.utils import timezone
from openpyxl import Workbook
from pypdf import PdfReader

from activities.models import Activity
from certificates.models import Certificate, Document
from registrations.models import Registration
from tests import factories
from tests.browser import mailbox, steps
from tests.browser.steps import LOG, QUICK
from tests.browser.visitor import Visitor, choose_from

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "Noëlle Łazarewicz"
NEW_NAME = "Noëlle Łazarewicz-Roy"
EMAIL = "noelle@example.org"
HEADINGS = ("Date(s)", "Title of activity", "Provider / sponsor", "Type of activity", "Hours")


@dataclass
class People:
    participant: Visitor
    representative: Visitor
    administrator: Visitor
    stranger: Visitor


@pytest.fixture
def people(visitors) -> People:
    """Two have an account and a role already; the participant opens one on the way."""
    representative = visitors("representative")
    representative.sign_in(factories.representative("MLA"))
    administrator = visitors("administrator")
    administrator.sign_in(factories.administrator())
    return People(visitors("participant"), representative, administrator, visitors("stranger"))


def test_four_people_walk_the_whole_road(people):
    start = factories.three_years_ago(10)

    registration = someone_registers(people, start)
    the_record_grows(people.participant, registration, start)
    the_committee_asks_and_accepts(people, registration)
    certificate = the_certificate_is_issued(people, registration)
    a_stranger_verifies(people.stranger, certificate)
    a_stranger_checks_the_file(people.stranger)
    newest = a_new_name_is_printed(people, registration, certificate)
    a_certificate_is_revoked(people, newest)

    events = registration.events.values_list("kind", flat=True)
    assert " ".join(events) == (
        "send payment confirmed approve import turn_in return turn_in accept certify"
        " correction_asked sharing certificate_corrected sharing certificate_revoked"
    )


def someone_registers(people: People, start: date) -> Registration:
    """Account, form, fee, membership, and a start that was three years ago."""
    steps.open_account(people.participant, name=NAME, email=EMAIL)
    registration = steps.register(
        people.participant, association="Manitoba Library Association", number="MLA-0417"
    )
    people.representative.go("queue")
    people.representative.sees(NAME, "Not paid")
    steps.record_payment(people.administrator, registration, reference="Cheque 0417")
    next_year = timezone.localdate() + timedelta(days=365)
    steps.confirm_membership(people.representative, registration, until=next_year)
    steps.approve(people.representative, registration, starts_on=start, reason="Paper form")

    letter = mailbox.newest(EMAIL, kind="registration_approved")
    people.participant.open(mailbox.link_in(letter))
    people.participant.sees("My record", "Log your first activity")
    return registration


def the_record_grows(one: Visitor, registration: Registration, start: date) -> None:
    """Quick card, full form, a change, a deletion that is undone, and the rest from Excel."""
    one.go("activities", registration.pk)
    quick_add_with_preview(one, on=start + timedelta(days=5))
    full_form(one, on=start + timedelta(days=6))
    edit(one)
    delete_and_undo(one, registration)
    import_from_excel(one, registration, start)


def quick_add_with_preview(one: Visitor, *, on: date) -> None:
    steps.fill_quick_card(one, "Webinar on map cataloguing", on=on, kind="Informal", hours="22")
    one.sees("22 points, 20 will count.", "yearly limit of 20", within=QUICK)

    one.press_here("Add", within=QUICK)

    one.sees("Added. 20 of 22 points count.", within=QUICK)
    one.sees("Webinar on map cataloguing", within=LOG)
    one.has_focus("What did you do?", within=QUICK)


def full_form(one: Visitor, *, on: date) -> None:
    steps.fill_full_form(one, "Course on maps", on=on, kind="Formal", hours="9")
    one.sees("18 points, 18 will count.")
    one.press("Add")
    one.sees("Added. 18 points count.", "Course on maps", "Education Institute")


def edit(one: Visitor) -> None:
    one.follow("Course on maps", within=LOG)
    one.write("Hours", "10")
    one.press("Save")
    one.sees("Saved. 20 points count.", "40")


def delete_and_undo(one: Visitor, registration: Registration) -> None:
    one.follow("Course on maps", within=LOG)
    one.follow("Delete", within="main")
    one.sees("Delete “Course on maps”?", "20 points will no longer count")
    one.press("Delete")
    one.sees("“Course on maps” is deleted.")
    one.follow("Undo")
    one.press("Bring it back")
    one.sees("It’s back in your record.")
    assert Activity.objects.kept().count() == 2


def import_from_excel(one: Visitor, registration: Registration, start: date) -> None:
    """Two years' worth, with one row that wants an answer and one from before the start."""
    one.follow("Import from Excel")
    one.upload("Your record in Excel", "my record.xlsx", a_workbook(start))
    one.press("Look at the rows")
    one.sees("my record.xlsx: 6 rows. Nothing is saved yet.", "1 row wants an answer")
    one.sees("Before the start")
    assert Activity.objects.kept().count() == 2

    asked = one.page.locator("fieldset", has_text="Reading")
    choose_from(asked.get_by_role("combobox"), "Informal")
    one.press("Use my answers")
    one.sees("Your answers are in. Look once more, then save.")
    one.press("Save 5 activities")
    one.sees("5 activities added. 1 row was left out.")
    one.go("record", registration.pk)
    one.sees("120")


def a_workbook(start: date) -> bytes:
    """A record as people keep it in Excel."""
    second, third = start + timedelta(days=400), start + timedelta(days=800)
    book = Workbook()
    sheet = book.active
    sheet.append(HEADINGS)
    sheet.append((start - timedelta(days=3), "Before the start", "", "PD-I", 2))
    sheet.append((second, "Reading", "", "informal", 20))
    sheet.append((second, "Course on copyright", "University of Manitoba", "PD-F", 10))
    sheet.append((third, "Conference", "MLA", "PD-I", 20))
    sheet.append((third, "Course on archives", "University of Manitoba", "PD-F", 5))
    sheet.append((third, "Course on statistics", "University of Manitoba", "PD-F", 5))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def the_committee_asks_and_accepts(people: People, registration: Registration) -> None:
    """In, back with a question on one entry, mended, in again, accepted."""
    steps.turn_in(people.participant, registration, counted="120 points")
    ask_about(people.representative, registration, "Course on archives")
    mend(people.participant, registration)
    steps.turn_in(people.participant, registration, counted="120 points")

    people.representative.go("reviews")
    people.representative.follow(NAME, within="main")
    people.representative.sees("The rules are met.", "Certificate of the university")
    people.representative.press("Accept the record")
    people.representative.sees(f"The record of {NAME} is accepted.", "Nothing waiting.")


def ask_about(one: Visitor, registration: Registration, title: str) -> None:
    one.go("reviews")
    one.follow(NAME, within="main")
    one.sees(title, "The rules are met.")
    row = f"tr:has-text('{title}')"
    one.unfold("Ask about it", within=row)
    one.page.locator(row).get_by_role("textbox").fill("Was it evaluated?")
    one.press("Send back with questions")
    one.sees("is sent back with your questions.")


def mend(one: Visitor, registration: Registration) -> None:
    letter = mailbox.newest(EMAIL, kind="record_returned")
    assert "Was it evaluated?" in letter.text
    one.open(mailbox.link_in(letter))
    one.sees("The committee asks", "Was it evaluated?", "To answer")
    one.follow("Course on archives", within="main")
    one.write("What I learned", "Certificate of the university: there was an exam.")
    one.press("Save")
    one.go("certificate", registration.pk)
    one.sees("Changed since")


def the_certificate_is_issued(people: People, registration: Registration) -> Certificate:
    one = people.administrator
    one.go("issuing")
    one.sees(NAME, "Ready")
    one.follow("Issue the 1 that is ready")
    one.sees("Issue the certificate of 1 person?", NAME, "120 points")
    one.press("Issue 1 certificate")
    one.sees("1 certificate", "Waiting")

    mailbox.worker_runs()

    one.sees("All certificates of this batch are issued and made.")
    certificate = Certificate.objects.get(registration=registration)
    stored = bytes(Document.objects.get(certificate=certificate).pdf)
    letter = mailbox.newest(EMAIL, kind="certificate_issued")
    people.participant.open(mailbox.link_in(letter))
    people.participant.sees(NAME, certificate.serial, "Download the PDF")
    assert people.participant.download("Download the PDF") == stored
    assert stored.startswith(b"%PDF")
    assert [bytes(file.content) for file in letter.attachments.all()] == [stored]
    return certificate


def a_stranger_verifies(one: Visitor, certificate: Certificate) -> None:
    """By the address in the QR code, by serial and family name, and not by another's name."""
    one.open(address_on(bytes(Document.objects.get().pdf)))
    one.sees("This certificate is valid", NAME, certificate.serial, "120 points")
    assert one.context.cookies() == []

    one.go("verify")
    one.write("Serial number", certificate.serial.lower().replace("-", " "))
    one.write("Family name on the certificate", "Lazarewicz")
    one.press("Check the certificate")
    one.sees("This certificate is valid", NAME)

    one.go("verify")
    one.write("Serial number", certificate.serial)
    one.write("Family name on the certificate", "Nowak")
    with one.answered_with(404):
        one.press("Check the certificate")
    one.sees("we found no certificate with this serial number and this name.")
    one.misses(NAME, "valid")


def a_stranger_checks_the_file(one: Visitor) -> None:
    """The very file is known; one that differs in a byte isn't."""
    stored = bytes(Document.objects.get().pdf)
    one.go("verify")
    one.follow("Check a file")
    one.upload("The certificate’s PDF", "mine.pdf", stored)
    one.press("Check the file")
    one.sees("This certificate is valid", "the very file that we issued", NAME)

    middle = len(stored) // 2
    one.go("verify_file")
    altered = stored[:middle] + bytes([stored[middle] ^ 1]) + stored[middle + 1 :]
    one.upload("The certificate’s PDF", "mine.pdf", altered)
    with one.answered_with(404):
        one.press("Check the file")
    one.sees("We signed this file, and it was changed since.")
    one.misses(NAME, "This certificate is valid")


def a_new_name_is_printed(
    people: People, registration: Registration, former: Certificate
) -> Certificate:
    """Asked for by the holder, made by an administrator; the old paper leads to the new one."""
    holder, office, stranger = people.participant, people.administrator, people.stranger
    holder.go("certificate", registration.pk)
    holder.follow("Ask for a correction")
    holder.write("Name as it should be printed", NEW_NAME)
    holder.write("What is wrong", "I changed my name.")
    holder.press("Send my request")
    holder.sees("Your request is with the administrators.")

    office.go("corrections")
    office.follow(NAME, within="main")
    office.follow("Make a new edition")
    office.sees("I changed my name.", NEW_NAME)
    office.write("Reason", "The holder’s new name.")
    office.press("Look at both editions")
    office.sees("Make edition 2?", NAME, NEW_NAME)
    office.press("Make edition 2")
    mailbox.worker_runs()

    newest = Certificate.objects.get(edition=2)
    letter = mailbox.newest(EMAIL, kind="certificate_corrected")
    holder.open(mailbox.link_in(letter))
    holder.sees(NEW_NAME, newest.serial, former.serial)
    assert holder.download("Download the PDF") == bytes(newest.document.pdf)
    stranger.go("verify_id", former.public_id)
    stranger.sees("This certificate was replaced on", NAME)
    stranger.misses(NEW_NAME, "See the newest edition")
    holder.go("certificate", registration.pk)
    holder.tick("From an earlier edition, lead to the newest one")
    holder.press("Save")
    stranger.go("verify_id", former.public_id)
    stranger.follow("See the newest edition")
    stranger.sees("This certificate is valid", NEW_NAME, newest.serial)
    return newest


def a_certificate_is_revoked(people: People, certificate: Certificate) -> None:
    """The public page says so and not why; the holder gets the reason by mail."""
    office, stranger = people.administrator, people.stranger
    office.go("desk_certificate", certificate.pk)
    office.follow("Revoke")
    office.write("Reason", "Issued to the wrong person.")
    office.write("Serial number, to confirm", certificate.serial)
    office.press("Revoke it")
    office.sees(f"{certificate.serial} is revoked.")
    mailbox.worker_runs()

    assert "Issued to the wrong person." in mailbox.newest(EMAIL, kind="certificate_revoked").text
    stranger.go("verify_id", certificate.public_id)
    stranger.sees("This certificate was revoked on", NEW_NAME)
    stranger.misses("This certificate is valid", "wrong person")
    people.participant.go("certificate", certificate.registration_id)
    people.participant.sees("This certificate was revoked on")


def address_on(pdf: bytes) -> str:
    """The link that is printed on the paper."""
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    notes = [note.get_object() for note in page["/Annots"]]
    links = [note["/A"]["/URI"] for note in notes if note["/Subtype"] == "/Link"]
    return next(link for link in links if "/v/" in link)
