"""The agenda: drafted from the gaps that the points engine finds, in both languages."""

from datetime import date

import pytest
from django.utils import translation

from activities import agenda
from activities.models import Comment
from activities.record import Record
from registrations.models import LearningGoal
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)  # in the second of three years


@pytest.fixture
def row():
    return make.registration(starts_on=date(2025, 3, 15))


def draft(row, goals=()):
    return [line.replace("\u00a0", " ") for line in agenda.draft(Record(row, today=TODAY), goals)]


def test_the_total_and_the_year_are_those_of_the_points_engine(row):
    make.activity(row, "PD-F", hours="11", on="2025-05-01")
    make.activity(row, "PD-I", hours="8", on="2026-05-01")

    lines = draft(row)

    assert lines[0] == (
        "28 of 120 points are counted: 92 points to go by 14 March 2028. "
        "A steady pace would be at 49 today."
    )
    assert lines[1] == ("Year 2 is at 8 of the 30 suggested: 22 points to go by 14 March 2027.")


def test_what_the_year_before_brings_is_not_missing(row):
    row.rules.requirements.filter(per="year").update(carry=10)
    make.activity(row, "PD-F", hours="10", on="2025-05-01")
    make.activity(row, "PD-I", hours="20", on="2025-05-01")
    make.activity(row, "PD-I", hours="8", on="2026-05-01")

    lines = draft(row)

    assert lines[1] == ("Year 2 is at 18 of the 30 suggested: 12 points to go by 14 March 2027.")


def test_full_types_are_named_and_empty_ones_too(row):
    make.activity(row, "PD-I", hours="25", on="2026-05-01")

    lines = draft(row)

    assert "PD-I is full this year: more of it stays in the record but won’t count." in lines
    assert "Still empty this year: PD-F, PUB-F, PUB-I, LEAD, STUDY." in lines


def test_what_is_unwritten_planned_or_asked_is_named(row):
    make.activity(row, "STUDY", hours="2", on="2026-04-01", title="Maps")
    make.activity(row, "PD-I", hours="1", on="2026-04-02", title="Webinar")
    make.activity(row, "PD-I", hours="1", on="2026-08-02", title="Conference", planned=True)
    make.activity(row, "PD-I", hours="1", on="2026-05-02", title="Seminar", planned=True)
    asked = make.activity(row, "PD-I", hours="1", on="2026-04-03", title="Talk", outcome="Much.")
    Comment.objects.create(
        registration=row, activity=asked, author=make.representative(), text="Sure?"
    )

    lines = draft(row)

    assert lines[0] == "The committee waits for an answer on 1 activity: Talk."
    assert "1 activity counts once the outcome is written: Maps." in lines
    assert "1 activity has no learning outcome yet: Webinar." in lines
    assert "Planned, and the day is over. Was it done? Seminar." in lines
    assert "Planned: Conference (2 August 2026)." in lines


def test_long_lists_name_three_and_count_the_rest(row):
    for number in range(5):
        make.activity(row, hours="1", on="2026-04-02", title=f"Webinar {number}")

    assert (
        "5 activities have no learning outcome yet: "
        "Webinar 0, Webinar 1, Webinar 2 and 2 more." in draft(row)
    )


def test_goals_of_the_year_that_are_not_met_stand_at_the_end(row):
    goals = [
        LearningGoal(year=1, text="Old"),
        LearningGoal(year=2, text="Present\nsomething"),
        LearningGoal(year=2, text="Read more"),
    ]

    assert draft(row, goals)[-1] == (
        "Goals of the year that aren’t met yet: Present something; Read more"
    )


def test_a_finished_record_asks_what_is_next():
    row = make.registration(code="CPC", association_code=None, starts_on=date(2025, 3, 15))

    assert draft(row) == ["Nothing is missing now. What would be good to learn next?"]


def test_it_is_written_in_the_language_of_the_page(row):
    make.activity(row, "PD-I", hours="25", on="2026-05-01")

    with translation.override("fr"):
        lines = draft(row)

    assert lines[0].startswith("20 points sur 120") or "sur 120 points" in lines[0]
    assert not any(" are " in line or "this year" in line for line in lines)
