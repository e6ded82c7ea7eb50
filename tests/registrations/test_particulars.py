"""What a line of the history holds, as people read it."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from certificates.forms.public import SharingForm
from registrations import correcting, particulars, timeline
from registrations.forms.registering import ApplicationForm
from registrations.models.history import write_event
from registrations.program_keeping import sections
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"amount": "40.00", "method": "transfer"}, "Amount: $40, Method: E-transfer"),
        (
            {"role": "steering", "last_day": "2027-03-01", "last_day_before": ""},
            "Role: steering group member, Last day: 1 March 2027",
        ),
        ({"notice": "fee_outstanding", "number": 12}, "E-mail: Fee outstanding, Number: 12"),
        ({"mail": 3}, "E-mail: 3"),
        ({"mail": "fee_outstanding"}, "E-mail: Fee outstanding"),
        ({"mail": "registration_received"}, "E-mail: Registration received"),
        (
            {"work": "rechecks", "row": 3},
            "Work: Memberships to look at after a new list, Number: 3",
        ),
        ({"points": True, "badge": False}, "My exact points: Yes, A badge for other sites: No"),
        ({"fields": ["member_number", "employer"]}, "What was changed: Member number, Employer"),
        ({"consent": "reminders"}, "Consent: Reminders by e-mail"),
        ({"line": 1, "seed": "01c3"}, "Number of the deposit: 1, Seed: 01c3"),
        ({"field": "name"}, "What was changed: Name"),
        (
            {"counted": "12.50", "needed": "100"},
            "Points that counted: 12.5, Points needed: 100",
        ),
        ({"bytes": 1_600_000}, "Size: 1.5 MB"),
        ({"form_key": "7d1c", "sha256": "ab12"}, ""),
        ({"nobody_named_it": [1, 2]}, "nobody_named_it: 1, 2"),
        ({}, ""),
    ],
)
def test_names_and_values_are_said_in_words(details, said):
    event = write_event("payment", by=None, registration=make.registration(), details=details)

    assert ", ".join(particulars.in_words(event)).replace("\xa0", " ") == said


def test_a_field_is_called_what_its_form_calls_it():
    registration = make.registration()
    told = ApplicationForm(program=registration.program).fields
    forms = {name: told[name] for name in correcting.FIELDS} | SharingForm().fields

    for language in ("en", "fr"):
        with override(language):
            for name, words in particulars.FIELDS.items():
                assert str(words) == str(forms[name].label), (language, name)


def test_of_a_program_it_names_the_parts_that_changed():
    office, program = make.administrator(), make.program()
    sections.note("program_changed", program, by=office, fields=["name_en", "position", "fee"])

    said = particulars.in_words(office.events_about.get(kind="program_changed"))

    assert said == ["Program: CEC", "What was changed: Names and code, Fee"]


def test_the_page_of_the_history_says_it_and_no_name_of_the_database(client):
    client.force_login(make.administrator())
    registration = make.registration()
    correcting.correct(registration, by=registration.person, member_number="7", employer="A")

    page = client.get(reverse("history"), {"about": registration.reference}).text

    assert "What was changed: Member number, Employer" in page
    assert "member_number" not in page


def test_the_timeline_names_what_the_person_corrected():
    registration = make.registration()
    correcting.correct(registration, by=registration.person, member_number="7")

    texts = [line.text for line in timeline.for_person(registration)]

    assert "Answers corrected: Member number" in texts
