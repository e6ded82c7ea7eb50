"""Published schemes as rows and what each counts; rules of any shape against a reference."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import log, points
from activities.models import Activity
from certificates import completion
from registrations.models import Cap, Rate, Registration, Requirement
from tests import factories as make
from tests.activities import plain_scheme

pytestmark = pytest.mark.django_db

# Scheme, first day, entries (type, hours, day), and what each counts in order.
COUNTED = [
    (
        "partnership",
        "2025-03-15",
        [("PD-F", "11", "2025-05-01"), ("PD-I", "2.5", "2025-05-02"), ("PD-F", "1", "2026-03-15")],
        ["20", "2.5", "2"],
    ),
    (
        "alia",
        "2025-03-15",
        [("PD", "45", "2025-06-30"), ("PD", "1.25", "2025-07-01")],
        ["45", "1.25"],
    ),
    (  # 3 a year
        "ahip",
        "2025-01-01",
        [
            ("EXHIBIT", "2", "2025-02-01"),
            ("EXHIBIT", "2", "2025-03-01"),
            ("EXHIBIT", "2", "2026-02-01"),
        ],
        ["2", "1", "2"],
    ),
    (  # continuing education together at most 50 in five years, in order of date
        "ahip",
        "2025-01-01",
        [("CE", "40", "2025-02-01"), ("CE-OTHER", "30", "2026-02-01"), ("CE", "5", "2027-02-01")],
        ["40", "10", "0"],
    ),
    ("ahip", "2025-01-01", [("ARTICLE", None, "2025-02-01")], ["10"]),
    (
        "bc-housing",
        "2025-01-01",
        [("FORMAL", "12", "2025-02-01"), ("INFORMAL", "12.25", "2025-03-01")],
        ["24", "12.25"],
    ),
    (  # 30 minutes are 0.1, 150 minutes 0.3, never below 0.1
        "iacet",
        "2025-01-01",
        [
            ("CEU", "0.5", "2025-02-01"),
            ("CEU", "2.5", "2025-02-02"),
            ("CEU", "0.25", "2025-02-03"),
            ("CEU", "10", "2025-02-04"),
            ("CEU", "1.25", "2025-02-05"),
        ],
        ["0.1", "0.3", "0.1", "1", "0.1"],
    ),
]


def enrol(name, starts_on="2025-01-01", **fields):
    """A registration under a published scheme; "partnership" is the product's own."""
    code = "CEC" if name == "partnership" else make.scheme(name).code
    where = {} if name == "partnership" else {"association_code": None}
    return make.registration(code=code, starts_on=date.fromisoformat(starts_on), **where, **fields)


def many(record, code, hours, *days):
    """The same hours on several days."""
    for day in days:
        make.activity(record, code, hours=hours, on=day)


@pytest.mark.parametrize(("name", "starts_on", "entries", "expected"), COUNTED)
def test_a_published_scheme_counts_as_it_says(name, starts_on, entries, expected):
    record = enrol(name, starts_on)
    logged = [make.activity(record, code, hours=hours, on=day) for code, hours, day in entries]

    ledger = points.ledger(record)

    assert [ledger[entry.pk].counted for entry in logged] == [Decimal(each) for each in expected]
    assert points.standing(record).counted == sum(Decimal(each) for each in expected)


def test_alias_years_begin_on_the_first_of_july():
    record = enrol("alia", "2025-03-15")

    assert [(year.starts_on, year.ends_on) for year in record.years.all()] == [
        (date(2025, 3, 15), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2027, 6, 30)),
    ]


def test_who_enrols_on_the_day_itself_has_a_whole_first_year():
    record = enrol("alia", "2025-07-01")

    assert record.years.first().ends_on == date(2026, 6, 30)


def test_who_enrols_on_the_last_day_of_a_year_has_that_day():
    record = enrol("alia", "2025-06-30")

    assert record.years.first().ends_on == date(2025, 6, 30)
    assert record.ends_on == date(2027, 6, 30)


def test_exhibits_fill_fifteen_points_in_five_years_and_no_more():
    record = enrol("ahip")
    many(record, "EXHIBIT", "3", *[f"{year}-02-01" for year in range(2025, 2030)])
    Cap.objects.filter(activity_type__code_en="EXHIBIT", per="cycle").update(points=Decimal("13.5"))

    standing = points.standing(record)

    assert [standing.in_year(year).counted for year in range(1, 6)] == [3, 3, 3, 3, Decimal("1.5")]


def test_a_type_that_came_first_takes_the_room_of_its_group():
    record = enrol("ahip")
    first = make.activity(record, "CE-OTHER", hours="60", on="2025-02-01")
    second = make.activity(record, "CE", hours="25", on="2025-02-02")

    ledger = points.ledger(record)

    assert (ledger[first.pk].counted, ledger[second.pk].counted) == (30, 20)
    assert {total.activity_type_id: total.counted for total in points.standing(record).types} == {
        make.rate("CE-OTHER", program_code="AHIP").activity_type_id: 30,
        make.rate("CE", program_code="AHIP").activity_type_id: 20,
    }


def test_a_few_standings_of_different_rules_are_one_query(django_assert_num_queries):
    layered, plain = enrol("ahip"), enrol("partnership", "2025-03-15")
    make.activity(layered, "EXHIBIT", hours="5", on="2025-05-01")
    make.activity(plain, "PD-F", hours="11", on="2025-05-01")

    with django_assert_num_queries(1):
        found = points.standings([layered.pk, plain.pk])

    assert (found[layered.pk].counted, found[plain.pk].counted) == (3, 20)


@pytest.mark.parametrize(
    ("years", "brought", "missing"),
    [
        (["20", "20", "20"], {}, []),
        (["45", "0", "20"], {2: "20"}, []),
        (["30", "10", "20"], {2: "10"}, []),
        (["35", "5", "20"], {2: "15"}, []),
        (["60", "0", "0"], {2: "20"}, [3]),  # what was brought goes no further
        (["30", "15", "15"], {2: "10", 3: "5"}, []),
        (["10", "40", "10"], {3: "20"}, [1]),
    ],
)
def test_a_bounded_excess_helps_the_next_year_alone(years, brought, missing):
    record = enrol("bc-housing")
    for year, hours in zip(["2025", "2026", "2027"], years, strict=True):
        if hours != "0":
            make.activity(record, "INFORMAL", hours=hours, on=f"{year}-06-01")

    problems = [p for p in completion.check_completion(record) if p.code == "year_minimum"]

    assert points.brought(record) == {key: Decimal(each) for key, each in brought.items()}
    assert [problem.message for problem in problems] == [
        f"Year {number} has {years[number - 1]} of the 20\u00a0points that each year needs."
        for number in missing
    ]


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        ("cycle", ["“Continuing education” has 3 of the 10\u00a0points that it needs."]),
        (
            "year",
            [
                f"Year {number} has {'3' if number == 1 else '0'} of the 10\u00a0points that "
                "“Continuing education” needs each year."
                for number in range(1, 6)
            ],
        ),
    ],
)
def test_a_minimum_from_a_group_stands_before_the_certificate(per, expected):
    record = enrol("ahip")
    group = record.rules.groups.get()
    Requirement.objects.create(
        rules=record.rules, group=group, per=per, points=10, strictness="required"
    )
    make.activity(record, "CE", hours="3", on="2025-02-01")

    problems = completion.check_completion(Registration.objects.get(pk=record.pk))

    messages = [problem.message for problem in problems if problem.code.startswith("group")]
    assert messages == expected


@pytest.mark.parametrize("strictness", ["required", "advised"])
@pytest.mark.parametrize("name", ["ahip", "bc-housing", "alia"])
def test_the_list_of_who_is_ready_agrees_with_each_record_under_every_scheme(name, strictness):
    start = {"ahip": "2019-01-01", "bc-housing": "2021-01-01", "alia": "2021-07-01"}[name]
    kind = {"ahip": "CE", "bc-housing": "INFORMAL", "alia": "PD"}[name]
    hours = ["0", "9", "20", "21", "30", "40", "55", "125"]
    code = make.scheme(name).code
    records = []
    for first, second in [(a, b) for a in hours for b in hours]:
        record = make.registration(
            code=code, starts_on=date.fromisoformat(start), association_code=None
        )
        for number, spent in enumerate([first, second, "35"], start=1):
            if spent != "0":
                day = record.years.get(number=number).starts_on
                make.activity(record, kind, hours=spent, on=day)
        records.append(record.pk)
    scheme = record.rules
    scheme.requirements.filter(per="year").update(strictness=strictness)
    if name == "ahip":
        group = scheme.groups.get()
        scheme.requirements.create(group=group, per="cycle", points=45, strictness=strictness)
        scheme.requirements.create(group=group, per="year", points=9, strictness="advised")

    found = set(completion.ready(Registration.objects.all()).values_list("pk", flat=True))

    each = Registration.objects.filter(pk__in=records).select_related("program", "rules", "person")
    assert found == {row.pk for row in each if not completion.check_completion(row)}
    assert 0 < len(found) < len(records)


RATES = st.fixed_dictionaries(
    {
        "per_hour": st.sampled_from(["0.1", "0.5", "1", "2", "1.25"]),
        "step": st.sampled_from([None, "0.1", "0.5", "1"]),
        "least": st.sampled_from([None, "0.1", "1"]),
        "fixed": st.sampled_from([None, None, "7.5"]),
    }
)
LIMITS = st.dictionaries(
    st.tuples(
        st.sampled_from(["CE", "CE-OTHER", "EXHIBIT", "ARTICLE", "ce"]),
        st.sampled_from(["year", "cycle"]),
    ),
    st.tuples(st.integers(1, 60), st.sampled_from(["enforced", "enforced", "advised"])),
    max_size=8,
)
ENTRIES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 100), st.integers(0, 5 * 365 - 1)), max_size=25
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rates=st.lists(RATES, min_size=4, max_size=4),
    limits=LIMITS,
    entries=ENTRIES,
    carry=st.sampled_from([None, 5, 20]),
)
def test_ledger_totals_and_a_plain_reference_agree_for_rules_of_every_shape(
    record_of_any_shape, rates, limits, entries, carry
):
    record = record_of_any_shape
    kinds = shape(record, rates, limits, carry)
    saved = log.add_all(
        record,
        [
            (
                Activity(
                    title="An entry",
                    hours=Decimal(quarters) / 4,
                    completed_on=record.starts_on + timedelta(days=days),
                ),
                kinds[kind],
            )
            for kind, quarters, days in entries
        ],
    )

    ledger, standing = points.ledger(record), points.standing(record)
    years = {year.number: year for year in record.years.all()}
    expected = plain_scheme.counted(
        record.rules,
        [
            (
                activity.pk,
                kinds[kind],
                activity.hours,
                next(n for n, year in years.items() if year.holds(activity.completed_on)),
                activity.completed_on,
            )
            for activity, (kind, *_rest) in zip(saved, entries, strict=True)
        ],
    )

    assert {key: (row.raw, row.counted) for key, row in ledger.items()} == expected
    by_type_and_year = {}
    for row in ledger.values():
        key = (row.year, row.activity_type_id)
        by_type_and_year[key] = by_type_and_year.get(key, 0) + row.counted
    assert {(t.year, t.activity_type_id): t.counted for t in standing.types} == by_type_and_year
    assert everyone(record) == {
        year: standing.in_year(year).counted for year, _ in by_type_and_year
    }
    assert points.standings([record.pk]).get(record.pk, points.Standing(())) == standing
    own = [standing.in_year(number).counted for number in years]
    assert points.brought(record) == (plain_scheme.brought(10, carry, own) if carry else {})


@pytest.fixture
def record_of_any_shape():
    return enrol("ahip")


def shape(record, rates, limits, carry):
    """Give the record's rules other rates, caps and carry-over; return the rates in their order."""
    Activity.objects.all().delete()
    Cap.objects.filter(activity_type__rules=record.rules).delete()
    Cap.objects.filter(group__rules=record.rules).delete()
    kinds = list(Rate.objects.filter(activity_type__rules=record.rules).order_by("pk"))
    for rate, values in zip(kinds, rates, strict=True):
        for name in ("per_hour", "step", "least", "fixed"):
            value = None if name != "fixed" and values["fixed"] else values[name]
            setattr(rate, name, Decimal(value) if value else None)
        rate.save()
    for (code, per), (most, strictness) in limits.items():
        whose = (
            {"group": record.rules.groups.get()}
            if code == "ce"
            else {"activity_type": record.rules.types.get(code_en=code)}
        )
        Cap.objects.create(**whose, per=per, points=most, strictness=strictness)
    record.rules.note_layers()
    record.rules.requirements.filter(per="year").delete()
    if carry:
        record.rules.requirements.create(per="year", points=10, strictness="required", carry=carry)
    return list(Rate.objects.filter(activity_type__rules=record.rules).order_by("pk"))


def everyone(record):
    """Counted points by year, as the query for everybody has them."""
    with connection.cursor() as cursor:
        cursor.execute(points.totals_of_everyone_sql())
        return {row[1]: row[3] for row in cursor.fetchall() if row[0] == record.pk}
