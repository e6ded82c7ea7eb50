"""The worked examples of domain.md section 3, and the rule against a plain reference."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import log, points
from activities.checks import check_dates
from activities.models import Activity
from registrations.models import Cap
from tests import factories as make
from tests.activities import plain_reference

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    """Enrolled 15 March 2025, as in the worked examples."""
    return make.registration(starts_on=date(2025, 3, 15))


def worth(record, *activities):
    """Raw, counted and parked points of the activities, in their order."""
    entries = points.ledger(record)
    return [
        (entries[entry.pk].raw, entries[entry.pk].counted, entries[entry.pk].parked)
        for entry in activities
    ]


def exactly(*rows):
    return [tuple(Decimal(number) for number in row) for row in rows]


def test_ten_hours_of_a_formal_course_fill_the_type(record):
    course = make.activity(record, "PD-F", hours="10", on="2025-05-01")

    assert worth(record, course) == exactly(("20", "20", "0"))


def test_the_eleventh_hour_of_a_formal_course_is_parked(record):
    course = make.activity(record, "PD-F", hours="11", on="2025-05-01")

    assert worth(record, course) == exactly(("22", "20", "2"))


def test_board_and_committee_share_the_limit_of_their_type(record):
    board = make.activity(record, "LEAD", key="board", hours="8", on="2025-06-01")
    committee = make.activity(record, "LEAD", key="committee", hours="8", on="2025-06-02")

    assert worth(record, board, committee) == exactly(("16", "16", "0"), ("8", "4", "4"))


def test_an_anniversary_starts_a_new_limit(record):
    last_day = make.activity(record, "PD-I", hours="20", on="2026-03-14")
    first_day = make.activity(record, "PD-I", hours="5", on="2026-03-15")

    assert worth(record, last_day, first_day) == exactly(("20", "20", "0"), ("5", "5", "0"))
    assert points.standing(record).in_year(1).counted == 20
    assert points.standing(record).in_year(2).counted == 5


def test_parked_points_count_again_when_an_earlier_entry_goes_away(record):
    first = make.activity(record, "PD-I", hours="12", on="2025-04-01")
    second = make.activity(record, "PD-I", hours="12", on="2025-05-01")
    before = worth(record, second)

    log.delete(record, first, by=record.person)

    assert before == exactly(("12", "8", "4"))
    assert worth(record, second) == exactly(("12", "12", "0"))


def test_nothing_before_the_enrolment_can_be_in_the_record(record):
    problems = check_dates(record, completed_on=date(2025, 3, 14))

    assert [problem.code for problem in problems] == ["too_early"]
    with pytest.raises(log.OutsideTheRecord):
        make.activity(record, "PD-I", hours="3", on="2025-03-14")


def test_a_quarter_of_an_hour_is_exact(record):
    talk = make.activity(record, "PD-F", hours="0.25", on="2025-07-01")

    assert worth(record, talk) == exactly(("0.50", "0.50", "0"))


def test_an_activity_belongs_to_the_year_in_which_it_was_completed(record):
    conference = make.activity(
        record, "PD-I", hours="12", started_on=date(2026, 3, 13), on="2026-03-16"
    )

    assert worth(record, conference) == exactly(("12", "12", "0"))
    assert points.ledger(record)[conference.pk].year == 2


def test_entries_of_one_day_count_in_the_order_of_entry(record):
    first = make.activity(record, "PD-I", hours="15", on="2025-04-01")
    second = make.activity(record, "PD-I", hours="15", on="2025-04-01")

    assert worth(record, first, second) == exactly(("15", "15", "0"), ("15", "5", "10"))


def test_a_later_entry_of_an_earlier_day_goes_first(record):
    may = make.activity(record, "PD-I", hours="15", on="2025-05-01")
    april = make.activity(record, "PD-I", hours="15", on="2025-04-01")

    assert worth(record, april, may) == exactly(("15", "15", "0"), ("15", "5", "10"))


def test_an_advised_limit_parks_nothing_but_is_noticed(record):
    Cap.objects.filter(activity_type__code_en="PD-I").update(strictness="advised")

    reading = make.activity(record, "PD-I", hours="25", on="2025-04-01")

    assert worth(record, reading) == exactly(("25", "25", "0"))
    assert points.ledger(record)[reading.pk].over_advice
    assert points.standing(record).counted == 25


def test_a_planned_activity_counts_nothing(record):
    make.activity(record, "PD-I", hours="4", on="2027-12-01", planned=True)

    assert points.ledger(record) == {}
    assert points.standing(record).counted == 0


def test_a_study_project_counts_once_its_outcomes_are_written(record):
    study = make.activity(record, "STUDY", hours="12", on="2025-06-01")
    before = points.standing(record).counted

    study.outcome = "Linked data needs stable identifiers."
    log.change(record, study, rate=make.rate("STUDY"), by=record.person)

    assert before == 0
    assert points.standing(record).counted == 12


def test_a_course_with_fixed_credits_needs_no_hours_and_has_no_limit():
    record = make.registration(code="CPC", association_code=None, starts_on=date(2025, 1, 1))

    course = make.activity(record, "5-WEEK", hours=None, on="2025-04-01")
    again = make.activity(record, "5-WEEK", hours=None, on="2026-09-01")

    assert worth(record, course, again) == exactly(("50", "50", "0"), ("50", "50", "0"))


def test_a_preview_tells_what_will_count(record):
    make.activity(record, "PD-I", hours="19", on="2025-04-01")

    shown = points.preview(
        record, rate=make.rate("PD-I"), completed_on=date(2025, 5, 1), hours=Decimal(4)
    )

    assert (shown.entry.raw, shown.entry.counted, shown.gain) == (4, 1, 1)
    assert (shown.type_total, shown.year_total) == (20, 20)


def test_a_preview_of_an_earlier_day_tells_that_the_total_gains_nothing(record):
    make.activity(record, "PD-I", hours="20", on="2025-05-01")

    shown = points.preview(
        record, rate=make.rate("PD-I"), completed_on=date(2025, 4, 1), hours=Decimal(4)
    )

    assert (shown.entry.counted, shown.gain) == (4, 0)


def test_a_preview_of_an_edit_leaves_the_old_version_out(record):
    reading = make.activity(record, "PD-I", hours="18", on="2025-04-01")

    shown = points.preview(
        record,
        rate=make.rate("PD-I"),
        completed_on=date(2025, 4, 1),
        hours=Decimal(19),
        instead_of=reading.pk,
    )

    assert (shown.entry.counted, shown.gain) == (19, 1)


def test_a_preview_outside_the_program_years_is_none(record):
    assert (
        points.preview(
            record, rate=make.rate("PD-I"), completed_on=date(2025, 3, 14), hours=Decimal(4)
        )
        is None
    )


def test_a_standing_takes_one_query(record, django_assert_num_queries):
    make.activity(record, "PD-I", hours="4")

    with django_assert_num_queries(1):
        points.standing(record)


KINDS = [
    ("PD-F", "hour"),
    ("PD-I", "hour"),
    ("PUB-F", "hour"),
    ("LEAD", "committee"),
    ("LEAD", "board"),
    ("STUDY", "hour"),
]
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(min_value=1, max_value=120),  # quarters of an hour
        st.integers(min_value=0, max_value=3 * 365 - 1),  # days after the enrolment
        st.sampled_from(["", "Written down."]),
    ),
    max_size=25,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(entries=ENTRIES, advised=st.sets(st.sampled_from(["PD-F", "PD-I", "LEAD"])))
def test_ledger_totals_and_a_plain_reference_always_agree(record, entries, advised):
    Activity.objects.all().delete()
    Cap.objects.update(strictness="enforced")
    Cap.objects.filter(activity_type__code_en__in=advised).update(strictness="advised")
    rates = {kind: make.rate(*kind) for kind in KINDS}
    saved = log.add_all(
        record,
        [
            (
                Activity(
                    title="An entry",
                    hours=Decimal(quarters) / 4,
                    completed_on=record.starts_on + timedelta(days=days),
                    outcome=outcome,
                ),
                rates[kind],
            )
            for kind, quarters, days, outcome in entries
        ],
    )

    ledger = points.ledger(record)
    standing = points.standing(record)
    expected = plain_reference.counted(
        starts_on=record.starts_on,
        entries=[
            (activity.pk, code, key, activity.hours, activity.completed_on, activity.outcome)
            for activity, ((code, key), *_rest) in zip(saved, entries, strict=True)
        ],
        unlimited=advised,
    )

    assert {key: (row.raw, row.counted) for key, row in ledger.items()} == expected
    assert standing.counted == sum(counted for _raw, counted in expected.values())
    assert standing.raw == sum(raw for raw, _counted in expected.values())
    with connection.cursor() as cursor:
        cursor.execute(points.totals_of_everyone_sql())
        years = {year: counted for _registration, year, _raw, counted in cursor.fetchall()}
    assert years == {total.year: standing.in_year(total.year).counted for total in standing.types}
