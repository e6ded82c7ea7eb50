"""Carried over to other rules, a record is what a fresh one with the same entries would be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import points
from activities.models import Credit, Rehearsal
from registrations.models import ActivityType, Cap, Registration
from tests import factories as make
from tests.activities.test_rehearsing import caps, counted, effects, publish, rates

pytestmark = pytest.mark.django_db

START = date(2025, 3, 15)


@pytest.fixture
def office():
    return make.administrator()


KINDS = [("PD-F", "hour"), ("PD-I", "hour"), ("LEAD", "committee"), ("LEAD", "board")]
KINDS += [("STUDY", "hour")]
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(min_value=1, max_value=120),
        st.integers(min_value=0, max_value=3 * 365 - 1),
        st.sampled_from(["", "Written down."]),
        st.booleans(),
    ),
    max_size=12,
)
PLACES = st.sampled_from(["2", "1.5", "0.75", "3.33"])
LIMITS = st.one_of(st.none(), st.sampled_from(["5", "12.5", "20", "50"]))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    entries=ENTRIES,
    rate=PLACES,
    step=st.one_of(st.none(), st.sampled_from(["0.1", "0.5"])),
    limit=LIMITS,
    outcome=st.booleans(),
    cycle=LIMITS,
    shared=LIMITS,
)
def test_what_is_rehearsed_is_what_a_fresh_registration_would_have(
    office, entries, rate, step, limit, outcome, cycle, shared
):
    program = make.program()
    draft = make.draft(by=office)
    draft.groups.all().delete()  # of the example before
    Cap.objects.filter(activity_type__rules=draft, per="cycle").delete()
    rates(draft, "PD-F").update(per_hour=rate, step=step)
    rates(draft, "LEAD").filter(key="board").update(per_hour=rate)
    ActivityType.objects.filter(rules=draft, code_en="PD-I").update(needs_outcome=outcome)
    ActivityType.objects.filter(rules=draft, code_en="STUDY").update(needs_outcome=not outcome)
    if limit is None:
        caps(draft, "LEAD").delete()
    else:
        caps(draft, "LEAD").update(points=limit)
        caps(draft, "PD-I").update(points=limit, strictness="advised")
    if cycle:
        Cap.objects.create(activity_type=draft.types.get(code_en="LEAD"), per="cycle", points=cycle)
    if shared:
        group = draft.groups.create(key="shared", name_en="Shared", name_fr="Commun")
        draft.types.filter(code_en__in=["PD-F", "LEAD"]).update(group=group)
        Cap.objects.create(group=group, per="year", points=shared)
    draft.note_layers()
    row = make.registration(starts_on=START)
    logged = [
        (code, key, Decimal(quarters) / 4, START + timedelta(days=days), text, planned)
        for (code, key), quarters, days, text, planned in entries
    ]
    _log(row, logged)
    before = counted(row)

    version = publish(office)

    row.refresh_from_db()
    fresh = make.registration(starts_on=START)
    _log(fresh, logged)
    told = effects(Rehearsal.objects.get(rules=version))
    assert row.rules == fresh.rules == version
    assert counted(row) == counted(fresh)
    assert _totals(row) == _totals(fresh)
    assert _worths(row) == _worths(fresh)
    assert told.get(row, (before, before)) == (before, counted(row))
    Credit.objects.all().delete()
    Registration.objects.filter(pk__in=[row.pk, fresh.pk]).update(status="lapsed")
    assert program.rules.published().count() == version.version


def _log(row, logged):
    for code, key, hours, day, text, planned in logged:
        make.activity(
            row, code, key=key, hours=str(hours), on=day, outcome=text, planned=planned, title="A"
        )


def _totals(row):
    return [(total.year, total.raw, total.counted) for total in points.standing(row).types]


def _worths(row):
    rows = Credit.objects.filter(registration=row).order_by("activity_id")
    return list(rows.values_list("rate_id", "activity_type_id", "points", "state", "year"))
