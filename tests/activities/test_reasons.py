"""What each entry counts and why, in one sentence (P2, P6, P8, P11)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from activities import log, reasons
from activities.models import Credit
from activities.record import Record
from registrations.models import Cap
from tests import factories as make

pytestmark = pytest.mark.django_db


def reason_of(registration, activity):
    record = Record(registration)
    return reasons.reason(record.line(activity), record.rules)


def read(reason):
    return str(reason).replace("\u00a0", " ")


@pytest.fixture
def registration():
    return make.registration()


def test_an_entry_within_the_limit_counts_in_full(registration):
    entry = make.activity(registration, "PD-F", hours="10")

    reason = reason_of(registration, entry)

    assert read(reason) == "20 points count. Counts in full."
    assert reason.brief.replace("\u00a0", " ") == "20 points count."


def test_one_point_counts_in_the_singular(registration):
    entry = make.activity(registration, "PD-I", hours="1")

    assert read(reason_of(registration, entry)).startswith("1 point counts.")


def test_the_entry_that_crosses_the_limit_counts_in_part(registration):
    entry = make.activity(registration, "PD-F", hours="11")

    assert read(reason_of(registration, entry)) == (
        "20 of 22 points count. This fills PD-F up to its yearly limit of 20. "
        "The rest stays in the record."
    )


def test_an_entry_beyond_the_limit_counts_nothing(registration):
    make.activity(registration, "PD-F", hours="10", on="2025-05-01")
    entry = make.activity(registration, "PD-F", hours="0.25", on="2025-05-02")

    assert read(reason_of(registration, entry)) == (
        "0 of 0.5 points count. PD-F had reached its yearly limit of 20. It stays in the record."
    )


def test_an_advised_limit_lets_everything_count_and_says_so(registration):
    Cap.objects.filter(activity_type__code_en="PD-F").update(strictness="advised")
    entry = make.activity(registration, "PD-F", hours="11")

    assert read(reason_of(registration, entry)) == (
        "22 points count. PD-F is now past the suggested limit of 20 a year; all of it counts."
    )


def test_a_planned_entry_says_what_it_would_count(registration):
    make.activity(registration, "PD-I", hours="18", on="2025-05-01")
    entry = make.activity(registration, "PD-I", hours="5", on="2025-06-01", planned=True)

    assert read(reason_of(registration, entry)) == (
        "2 of 5 points would count. It is planned and counts once you’ve done it."
    )


def test_a_project_without_its_outcome_says_what_is_missing(registration):
    entry = make.activity(registration, "STUDY", hours="12")

    assert read(reason_of(registration, entry)) == (
        "Would add 12 points. It counts once you’ve written what you learned."
    )


def test_a_deleted_entry_says_until_when_it_can_come_back_in_the_programs_days(registration):
    entry = make.activity(registration)
    log.delete(registration, entry, by=registration.person)
    late_in_the_evening = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # still the 10th in Toronto
    Credit.objects.filter(activity=entry).update(deleted_at=late_in_the_evening)

    assert read(reason_of(registration, entry)) == (
        "Deleted, so it doesn’t count. You can bring it back until 9 April 2026."
    )


def test_the_unit_is_the_programs_own():
    registration = make.registration(code="CPC", association_code=None)
    entry = make.activity(registration, "WEBINAR", hours=None)

    assert read(reason_of(registration, entry)) == "1 credit counts. Counts in full."


def test_after_saving_the_year_is_told_too(registration):
    entry = make.activity(registration, "PD-I", hours="5")

    told = reasons.told(Record(registration), entry)

    assert told.replace("\u00a0", " ") == "5 points count. Year 1 is at 5."


def test_a_preview_warns_of_a_later_entry_that_would_count_less(registration):
    from activities import points

    make.activity(registration, "PD-I", hours="18", on="2025-06-01")
    record, rate = Record(registration), make.rate("PD-I")
    preview = points.preview(
        registration, rate=rate, completed_on=record.program_years[0].starts_on, hours=Decimal(5)
    )

    foretold = reasons.foretold(
        preview, record.rules.types[rate.activity_type_id], record.rules, done=True
    )

    assert [line.replace("\u00a0", " ") for line in foretold] == [
        "5 points, 5 will count.",
        "A later entry would count less: your total goes up by 2.",
    ]
