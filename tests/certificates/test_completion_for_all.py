"""What is missing for many at once: against a plain reference, under rules of every shape."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import log
from activities.models import Activity
from certificates import completion
from certificates.completion import findings
from registrations.calendar import anniversary, make_years
from registrations.models import Program, Rate, Registration
from tests import factories as make
from tests.certificates import plain_completion, records

pytestmark = pytest.mark.django_db

FIGURES = {"membership": "good_until", "cycle_runs": "day", "too_late": "day"}
KEYS = {"group": "group_en", "year_minimum": "year", "group_year": "year"}


def found_by_sql(registrations):
    """What the query finds for each, in the words of the reference."""
    found = {}
    for row in findings.findings(registrations):
        own = found.setdefault(row.id, {})
        if row.code:
            key = getattr(row, KEYS.get(row.code, ""), None)
            figure = getattr(row, FIGURES.get(row.code, "has"))
            assert (row.code, key) not in own, "found twice"
            own[row.code, key] = figure
    return found


AMOUNTS = st.sampled_from(["1", "9.75", "10", "20", "35"])
STRICT = st.sampled_from(["required", "required", "advised"])
RULES = st.fixed_dictionaries(
    {
        "total": st.one_of(st.none(), st.tuples(AMOUNTS, STRICT)),
        "year": st.one_of(st.none(), st.tuples(AMOUNTS, STRICT, st.sampled_from([None, "5"]))),
        "group": st.one_of(st.none(), st.tuples(AMOUNTS, STRICT)),
        "group_year": st.one_of(st.none(), st.tuples(AMOUNTS, STRICT)),
        "early": st.booleans(),
        "members": st.booleans(),
        "zone": st.sampled_from(["America/Toronto", "Pacific/Kiritimati"]),
    }
)
DAYS = st.integers(-3, 3)
PEOPLE = st.fixed_dictionaries(
    {
        "ended": st.sampled_from([-400, -1, 0, 1, 30, 59, 60, 61, 62, 90]),
        "entries": st.lists(
            st.tuples(st.integers(0, 3), st.integers(1, 140), st.integers(0, 5 * 365 - 1)),
            max_size=8,
        ),
        "paid": st.lists(st.sampled_from(["-10", "0.01", "10", "20", "40"]), max_size=3),
        "checks": st.lists(
            st.tuples(st.sampled_from(["confirmed", "lapsed", "proof", "unchecked"]), DAYS),
            max_size=3,
        ),
        "status": st.sampled_from(["active", "active", "turned_in", "accepted"]),
        "events": st.lists(
            st.tuples(st.sampled_from(["turn_in", "return"]), st.integers(0, 70)), max_size=3
        ),
    }
)


@pytest.fixture
def scheme():
    program = make.scheme("ahip")
    program.rules.get().groups.update(name_en="ce")
    return program


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=RULES, people=st.lists(PEOPLE, min_size=1, max_size=3))
def test_the_query_and_a_plain_reference_agree_under_rules_of_every_shape(scheme, rules, people):
    with transaction.atomic():
        shape(scheme, rules)
        agree(Registration.objects.filter(pk__in=[enrol(scheme, one).pk for one in people]))
        transaction.set_rollback(True)


def agree(rows):
    """Hold the query, its words and its lists against the reference."""
    found = found_by_sql(rows)

    each = rows.select_related("program", "rules", "person")
    assert found == {row.pk: plain_completion.missing(row) for row in each}
    said = completion.missing(rows)
    assert {key: {p.code.partition("_")[0] for p in said[key]} for key in said} == {
        key: {code.partition("_")[0] for code, _ in found[key]} for key in found
    }
    whole = {key for key in found if set(found[key]) <= {("too_late", None)}}
    assert set(completion.ready(rows).values_list("pk", flat=True)) == whole
    assert {row.id for row in completion.progress(rows) if row.is_ready} == {
        key for key in said if not said[key]
    }
    waits = {key for key in found if ("cycle_runs", None) in found[key]}
    assert {row.id for row in completion.progress(rows) if row.waits} == waits
    assert {row.id for row in completion.progress(rows) if row.reached} == {
        key for key in found if not {"total", "no_certificate"} & {code for code, _ in found[key]}
    }


def shape(program, rules):
    """Give a program's rules other requirements; those who went before under them are gone."""
    scheme = program.rules.get()
    scheme.requirements.all().delete()
    group = scheme.groups.get()
    for name, per, whose in (
        ("total", "cycle", None),
        ("year", "year", None),
        ("group", "cycle", group),
        ("group_year", "year", group),
    ):
        if rules[name]:
            points, strictness, *carry = rules[name]
            scheme.requirements.create(
                per=per,
                group=whose,
                points=Decimal(points),
                strictness=strictness,
                carry=Decimal(carry[0]) if carry and carry[0] else None,
            )
    Program.objects.filter(pk=program.pk).update(
        early_completion=rules["early"],
        needs_membership=rules["members"],
        time_zone=rules["zone"],
        fee=Decimal(40),
    )


def enrol(program, one):
    """Write a registration with its entries, payments, checks and history as rows."""
    today = timezone.localdate()
    row = make.registration(
        code=program.code,
        association_code=None,
        status="submitted",
    )
    row.starts_on = anniversary(today - timedelta(days=one["ended"] - 1), -5)
    row.ends_on = make_years(row)[-1].ends_on
    row.status = "active"
    row.save()
    kinds = list(Rate.objects.filter(activity_type__rules=row.rules).order_by("pk"))
    log.add_all(
        row,
        [
            (
                Activity(
                    title="An entry",
                    hours=Decimal(quarters) / 4,
                    completed_on=min(row.starts_on + timedelta(days=days), today),
                ),
                kinds[kind],
            )
            for kind, quarters, days in one["entries"]
        ],
    )
    for number, amount in enumerate(one["paid"]):
        row.payments.create(
            kind="refund" if amount.startswith("-") else "payment",
            amount=Decimal(amount),
            method="transfer",
            reference=str(number),
            reason="Paid too much",
            received_on=today,
            recorded_by=row.person,
        )
    for outcome, days in one["checks"]:
        until = today + timedelta(days=days) if outcome == "confirmed" else None
        row.membership_checks.create(outcome=outcome, good_until=until, checked_by=row.person)
    for kind, days in one["events"]:
        write_past_event(row, kind, timezone.now() - timedelta(days=days))
    Registration.objects.filter(pk=row.pk).update(status=one["status"])
    return row


def write_past_event(row, kind, moment):
    """History is written with the moment of writing, and never changed: only SQL has a past."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registrations_event (registration_id, at, kind, from_status, to_status,"
            " reason, details) VALUES (%s, %s, %s, '', '', '', '{}')",
            [row.pk, moment, kind],
        )


def test_what_is_missing_for_many_is_one_query_however_many_there_are():
    def queries_for(rows):
        with CaptureQueriesContext(connection) as queries:
            completion.missing(rows)
        return len(queries)

    records.finished(paid=False)
    one = queries_for(Registration.objects.all())
    for _ in range(3):
        records.finished(paid=False)

    assert queries_for(Registration.objects.all()) == one == 2


def test_what_is_missing_is_in_the_reader_s_language_and_in_the_program_s_unit():
    registration = make.registration(starts_on=make.three_years_ago())
    rows = Registration.objects.filter(pk=registration.pk)

    with translation.override("fr"):
        said = completion.missing(rows)[registration.pk]

    assert [problem.code for problem in said] == ["total"]
    assert "120\u00a0points" in said[0].message
    assert said[0].message != completion.missing(rows)[registration.pk][0].message


def test_a_name_that_no_font_prints_is_missing_for_many_as_for_one():
    sound = records.finished()
    unprintable = records.finished(make.person("Mei 李"))

    said = completion.missing(Registration.objects.all())

    assert said[sound.pk] == []
    assert said[unprintable.pk] == completion.check_completion(unprintable)
    assert [row.id for row in completion.progress(Registration.objects.all()) if row.is_ready] == [
        sound.pk
    ]


def test_nobody_among_none_misses_anything():
    records.finished()

    assert completion.missing(Registration.objects.none()) == {}
    assert list(completion.progress(Registration.objects.filter(pk__in=[]))) == []


def test_the_time_for_sending_is_missed_by_open_records_alone():
    late, sent = records.finished(days_ago=90), records.turned_in(days_ago=59)
    Registration.objects.filter(pk=sent.pk).update(ends_on=late.ends_on)

    said = completion.missing(Registration.objects.all())

    assert [problem.code for problem in said[late.pk]] == ["too_late"]
    assert said[sent.pk] == []
    assert completion.check_completion(late) == []
