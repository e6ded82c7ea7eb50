"""A representative's twenty minutes: from a new list of members to an empty queue."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from registrations.models import Mentorship, Person, Registration
from tests import factories
from tests.browser import mailbox
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADINGS = "Member #,Last name,First name,E-mail,Expiry date"


def applicant(name: str, number: str, *, days: int) -> Registration:
    """Somebody who has sent the form and paid, so many days ago."""
    return factories.registration(
        factories.person(name),
        status="submitted",
        paid=True,
        member_number=number,
        submitted_on=timezone.localdate() - timedelta(days=days),
    )


def test_a_representative_empties_the_desk(visitors):
    certain = applicant("Alma Abbott", "MLA-1", days=9)
    alike = applicant("Colin Lavallée", "", days=5)
    unknown = applicant("Dagny Eklund", "MLA-3", days=2)
    wanting = factories.registration(factories.person("Hugo Harper"), wants_mentor=True)
    mentor = factories.person("Ingrid Guimond")
    factories.mentor_offer(mentor, state="offered", capacity=1)
    one = visitors("representative")
    one.sign_in(factories.representative("MLA"))

    a_new_list_comes_in(one, certain)
    those_who_are_certain_are_approved_together(one, certain)
    the_next_one_is_recognized(one, alike)
    proof_is_asked_for_and_sent(one, visitors("applicant"), unknown)
    a_mentor_is_found(one, visitors("mentor"), mentor, wanting)
    the_successor_finds_a_note(one)

    one.go("queue")
    one.sees("Nothing waiting.")
    rows = Registration.objects.filter(pk__in=[certain.pk, alike.pk, unknown.pk])
    assert {row.status for row in rows} == {"active"}


def a_new_list_comes_in(one: Visitor, certain: Registration) -> None:
    """Uploaded, read by the worker, one question answered, taken into use."""
    one.go("roster_home")
    one.follow("Upload a list")
    one.upload("List of members", "members.csv", the_list(certain))
    one.press("Look at the list")
    one.sees("Your list is about to be read.")
    mailbox.worker_runs()
    one.sees("3 new members", "The list says “lifetime”. Is this a membership for life?")
    one.misses("Use this list")

    one.choose("The list says “lifetime”. Is this a membership for life?", "For life")
    one.press("Use my answers")
    one.press("Use this list of 3 members")
    one.sees("The list in use is members.csv")
    mailbox.worker_runs()


def the_list(certain: Registration) -> bytes:
    until = timezone.localdate() + timedelta(days=300)
    lines = [
        HEADINGS,
        f"MLA-1,Abbott,Alma,{certain.person.email},{until}",
        f"MLA-2,Lavallee,Colin,other@example.org,{until}",
        "MLA-4,Bergeron,Béatrice,beatrice.b@example.org,lifetime",
    ]
    return "\n".join(lines).encode()


def those_who_are_certain_are_approved_together(one: Visitor, certain: Registration) -> None:
    """The program has found Alma by number and e-mail; a click on the page of names approves."""
    one.go("queue", query="?view=ready")
    one.sees("Alma Abbott")
    one.misses("Colin Lavallée", "Dagny Eklund")
    one.tick("Select Alma Abbott")
    one.press("Approve")
    one.sees("Approve the registration of 1 person?", "Alma Abbott", certain.reference)
    one.press("Approve 1 registration")
    one.sees("1 person is registered.")
    assert mailbox.newest(certain.person.email, kind="registration_approved")


def the_next_one_is_recognized(one: Visitor, alike: Registration) -> None:
    """Only the name is alike: nothing was recorded until somebody who knows says so."""
    one.go("queue")
    one.follow("Colin Lavallée", within="main table")
    one.sees("The same name, and nothing else.", "Not checked yet.")
    one.press("This is the person: confirm Colin Lavallee")
    one.sees("The membership check is recorded.", "Fee and membership are in order.")
    one.press("Approve")
    one.sees("Colin Lavallée is registered. 1 left.", "Dagny Eklund")


def proof_is_asked_for_and_sent(one: Visitor, other: Visitor, unknown: Registration) -> None:
    one.sees("Nobody on it has this number, this e-mail or a similar name.")
    one.page.get_by_label("Can’t tell: ask for proof").check()
    one.write("Note", "A photo of your card is enough.")
    one.press("Record the check")

    other.sign_in(unknown.person)
    letter = mailbox.newest(unknown.person.email, kind="membership_proof")
    other.open(mailbox.link_in(letter))
    other.sees("Show that you’re a member", "A photo of your card is enough.")
    other.page.locator("input[type=file]").set_input_files(
        {"name": "card.png", "mimeType": "image/png", "buffer": a_picture()}
    )
    other.press("Upload")
    other.sees("card.png")

    one.go("queue", query="?view=proof_received")
    one.follow("Dagny Eklund", within="main table")
    one.sees("card.png")
    until = timezone.localdate() + timedelta(days=200)
    one.page.get_by_label("In good standing", exact=True).check()
    one.write("In good standing until", until.isoformat())
    one.press("Record the check")
    one.press("Approve")
    one.sees("Dagny Eklund is registered. Nothing else is waiting.")


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 40), "#0E4A40").save(out, "PNG")
    return out.getvalue()


def a_mentor_is_found(one: Visitor, other: Visitor, mentor: Person, wanting: Registration) -> None:
    one.go("desk_mentors")
    one.press("Confirm Ingrid Guimond")
    one.follow("Hugo Harper", within="main")
    one.press("Ask Ingrid Guimond")
    one.sees("Ingrid Guimond")
    assert not Mentorship.objects.filter(state="active").exists()

    other.sign_in(mentor)
    other.open(mailbox.link_in(mailbox.newest(mentor.email, kind="mentor_asked")))
    other.press("Accept Hugo Harper")
    other.sees("Hugo Harper")
    assert Mentorship.objects.get(state="active").registration == wanting
    assert mailbox.newest(wanting.person.email, kind="mentor_found")


def the_successor_finds_a_note(one: Visitor) -> None:
    one.go("handover")
    one.write("Note", "The list comes on the first Monday of each month.")
    one.press("Keep the note")
    one.sees("The list comes on the first Monday of each month.")
