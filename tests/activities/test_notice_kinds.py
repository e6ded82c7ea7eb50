"""Pace, a nudge, an audit's last week: whom they reach, from which day to which."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from activities import extending, log
from activities.models import Activity, Audit, AuditDecision
from cec.models import OutgoingMail
from registrations.models import Notice, Registration, RemindersOff, Requirement
from registrations.notices import deciding, writing
from tests import factories as make
from tests.activities import audits
from tests.owed import DAY, at, owed, read, still_owed

pytestmark = pytest.mark.django_db

START = date(2025, 3, 15)  # year 1 ends on 14 March 2026; its months 6 and 9 on the 15th
SIX, NINE = date(2025, 9, 15), date(2025, 12, 15)


def learned(row, points, on="2025-04-01", code="PD-I"):
    return make.activity(row, code, hours=points, on=on)


@pytest.fixture
def row():
    return make.registration(starts_on=START)


@pytest.mark.parametrize(
    ("day", "occasions"),
    [
        (SIX - DAY, []),
        (SIX, ["2026-03-14:6"]),
        (SIX + 29 * DAY, ["2026-03-14:6"]),
        (SIX + 30 * DAY, []),
        (NINE - DAY, []),
        (NINE, ["2026-03-14:9"]),
        (date(2026, 1, 5), ["2026-03-14:9"]),
        (date(2026, 1, 6), []),  # from 60 days before on, the year's end is the word
    ],
)
def test_a_slow_year_is_told_of_at_months_six_and_nine(row, day, occasions):
    assert owed("pace", row, day) == occasions


@pytest.mark.parametrize(("points", "told"), [("15", True), ("15.25", False)])
def test_on_pace_is_what_a_steady_year_would_have_that_day(row, points, told):
    learned(row, points)  # 184 of 365 days: 15.12 of 30

    assert bool(owed("pace", row, SIX)) is told


def test_whoever_was_on_pace_at_the_mark_isnt_told_a_week_later(row):
    learned(row, "15.25")

    assert owed("pace", row, SIX + 20 * DAY) == []


def test_each_year_has_its_own_pace(row):
    learned(row, "20")

    assert owed("pace", row, date(2026, 9, 15)) == ["2027-03-14:6"]
    assert owed("pace", row, date(2026, 12, 15)) == ["2027-03-14:9"]
    assert owed("pace", row, date(2027, 9, 15)) == ["2028-03-14:6"]


def test_in_the_last_years_month_nine_the_cycles_mail_speaks_of_the_year_too(row):
    """It is due on the same day, 90 days before the end."""
    other = make.registration(starts_on=START)
    RemindersOff.objects.create(person=other.person, kind="cycle_ending")

    for kind in ("pace", "cycle_ending"):
        owed(kind, row, date(2027, 12, 15))

    assert [each.kind for each in row.notices.all()] == ["cycle_ending"]
    assert [each.kind for each in other.notices.all()] == ["pace"]


def test_a_last_year_that_was_extended_has_its_own_pace_in_month_nine(row):
    extending.extend(row, by=make.steering(), until=date(2029, 3, 14), cause="illness")

    assert owed("pace", row, date(2027, 12, 15)) == ["2029-03-14:9"]


def test_points_that_were_brought_count():
    row = make.registration(
        code=make.scheme("bc-housing").code, starts_on=date(2025, 1, 1), association_code=None
    )
    learned(row, "40", code="FORMAL")

    assert Requirement.objects.get(rules=row.rules, per="year").carry is not None
    assert owed("pace", row, "2026-07-01") == []
    assert owed("pace", row, "2027-07-01") == ["2027-12-31:6"]


@pytest.mark.parametrize("strictness", ["advised", "required"])
def test_a_minimum_is_told_of_whether_advised_or_required(row, strictness):
    Requirement.objects.filter(rules=row.rules, per="year").update(strictness=strictness)

    owed("pace", row, SIX)

    text = read(row.notices.get()).text
    assert ("a suggestion" in text) is (strictness == "advised")


def test_without_a_yearly_minimum_or_an_end_there_is_no_pace():
    careers = make.careers(starts_on=START)
    plain = make.registration(starts_on=START)
    Requirement.objects.filter(rules=plain.rules, per="year").delete()

    assert owed("pace", careers, SIX) == owed("pace", plain, SIX) == []


@pytest.mark.parametrize(
    "status", ["draft", "submitted", "turned_in", "accepted", "certified", "lapsed", "withdrawn"]
)
def test_only_an_open_record_is_reminded(row, status):
    Registration.objects.filter(pk=row.pk).update(status=status)

    assert owed("pace", row, SIX) == owed("nudge", row, SIX) == []


def test_a_leave_stops_the_months_and_nobody_is_told_during_it(row):
    extending.give_leave(
        row,
        by=make.steering(),
        first_day=date(2025, 8, 1),
        last_day=date(2025, 9, 30),
        cause="parental",
    )  # 61 days

    assert owed("pace", row, SIX) == []
    assert owed("pace", row, SIX + 60 * DAY) == []
    assert owed("pace", row, SIX + 61 * DAY) == ["2026-05-14:6"]


def test_a_leave_that_begins_at_the_mark_postpones_the_mail_for_good(row):
    extending.give_leave(
        row,
        by=make.steering(),
        first_day=SIX,
        last_day=SIX + 59 * DAY,
        cause="illness",
    )

    assert [owed("pace", row, SIX + days * DAY) for days in (0, 30, 59, 60)] == [[], [], [], []]


def test_an_extension_gives_the_last_year_a_slower_pace(row):
    learned(row, "10", on="2027-04-01")
    extending.extend(row, by=make.steering(), until=date(2029, 3, 14), cause="illness")

    assert owed("pace", row, date(2027, 9, 15)) == []  # 184 of 731 days: 7.6 of 30


@pytest.mark.parametrize(
    ("starts_on", "mark"),
    [
        (date(2028, 2, 29), date(2028, 8, 29)),
        (date(2025, 8, 31), date(2026, 2, 28)),
    ],
)
def test_months_end_where_the_calendar_has_no_such_day(starts_on, mark):
    row = make.registration(starts_on=starts_on)

    assert owed("pace", row, mark - DAY) == []
    assert len(owed("pace", row, mark)) == 1


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("America/St_Johns", "2025-09-15 02:30"),
        ("America/Toronto", "2025-09-15 04:00"),
        ("America/Vancouver", "2025-09-15 07:00"),
    ],
)
def test_a_day_begins_where_the_program_keeps_its_calendar(row, zone, utc):
    type(row.program).objects.filter(pk=row.program_id).update(time_zone=zone)
    midnight = timezone.datetime.fromisoformat(f"{utc}+00:00")

    assert owed("pace", row, midnight - timedelta(minutes=1)) == []
    assert owed("pace", row, midnight) == ["2026-03-14:6"]


def test_the_nights_when_clocks_change_have_every_day_once():
    row = make.registration(starts_on=date(2025, 5, 2))  # month 6 is 2 November, when they go back

    hours = [owed("pace", row, at("2025-11-02", hour)) for hour in range(4)]

    assert hours == [["2026-05-01:6"], [], [], []]


def test_what_was_learned_meanwhile_is_read_before_writing():
    start = timezone.localdate() - timedelta(days=190)
    row = make.registration(starts_on=start)
    deciding.decide_all()
    assert row.notices.filter(kind="pace", state="waiting").exists()
    learned(row, "20", on=start + DAY)

    writing.write_due()

    assert row.notices.get(kind="pace").dropped == Notice.Dropped.SETTLED
    assert not OutgoingMail.objects.filter(kind="pace").exists()


def test_whoever_switched_it_off_isnt_owed_it(row):
    RemindersOff.objects.create(person=row.person, kind="pace")

    assert owed("pace", row, SIX) == []


def test_the_mail_says_what_it_takes_a_week(row):
    learned(row, "8")
    owed("pace", row, SIX)

    mail = read(row.notices.get())

    assert mail.subject == "Year 1 so far: 8 points of 30"
    assert "until 14 March 2026: 22 points to go." in mail.text
    assert "0.9 points a week: about 50 minutes of learning at 1 point an hour." in mail.text


# The nudge.


def silent_since(row, day, **fields):
    """Let the latest entry have been added on that day."""
    entry = learned(row, "1", **fields)
    Activity.objects.filter(pk=entry.pk).update(created_at=at(day))
    return entry


@pytest.mark.parametrize(
    ("days", "count"),
    [(89, 0), (90, 1), (119, 1), (120, 0), (179, 0), (180, 1), (360, 1), (450, 0)],
)
def test_after_ninety_silent_days_there_is_a_nudge_each_quarter_for_a_year(row, days, count):
    since = date(2026, 1, 10)
    silent_since(row, since)

    assert len(owed("nudge", row, since + days * DAY)) == count


def test_a_nudge_is_of_its_day_whenever_it_is_decided(row):
    silent_since(row, "2026-01-10")

    assert owed("nudge", row, "2026-04-12") == ["2026-04-10"]
    assert owed("nudge", row, "2026-04-20") == []


def test_the_first_ninety_days_are_left_in_peace(row):
    assert owed("nudge", row, START + 89 * DAY) == []
    assert owed("nudge", row, START + 90 * DAY) == ["2025-06-13"]


def test_an_entry_ends_the_silence_also_a_deleted_one(row):
    entry = silent_since(row, "2026-03-01")
    log.delete(row, entry, by=row.person)

    assert owed("nudge", row, "2026-05-29") == []


def test_no_nudge_comes_beside_other_mail(row):
    silent_since(row, "2025-06-17")  # 90 days later is 15 September, month 6

    assert owed("pace", row, SIX) == ["2026-03-14:6"]
    assert owed("nudge", row, SIX) == []
    assert owed("nudge", row, SIX + 29 * DAY) == []


@pytest.mark.parametrize(("days", "pace_on"), [(180, SIX), (270, NINE)])
def test_whoever_never_adds_anything_isnt_nudged_in_the_week_before_their_pace(row, days, pace_on):
    nudge_on = START + days * DAY
    assert DAY <= pace_on - nudge_on < 7 * DAY

    nudged = [owed("nudge", row, nudge_on + n * DAY) for n in range((pace_on - nudge_on).days)]

    assert not any(nudged)
    assert len(owed("pace", row, pace_on)) == 1
    assert owed("nudge", row, pace_on) == []


def test_a_nudge_that_gave_way_to_a_mail_that_wasnt_due_comes_after_that_day(row):
    silent_since(row, SIX - 94 * DAY)
    learned(row, "19")  # on pace
    Activity.objects.filter(person=row.person).update(created_at=at(SIX - 94 * DAY))

    assert [len(owed("nudge", row, SIX + days * DAY)) for days in (-4, -1, 0)] == [0, 0, 1]


def test_silence_begins_when_the_record_was_opened():
    """It may count from a day long before that (E4)."""
    today = timezone.localdate()
    row = make.registration(starts_on=today - 100 * DAY)
    row.note("approve", by=make.steering())

    assert owed("nudge", row, today) == []
    assert owed("nudge", row, today + 82 * DAY) == []
    assert len(owed("nudge", row, today + 91 * DAY)) == 1


def test_nobody_is_nudged_during_a_leave_or_after_the_end(row):
    silent_since(row, "2027-12-01", on="2027-11-30")
    assert owed("nudge", row, "2028-02-29") == ["2028-02-29"]
    row.notices.all().delete()
    silent_since(row, "2028-02-01", on="2028-01-31")
    assert owed("nudge", row, "2028-05-01") == []

    other = make.registration(starts_on=START)
    extending.give_leave(
        other,
        by=make.steering(),
        first_day=date(2025, 6, 1),
        last_day=date(2025, 8, 30),
        cause="parental",
    )

    assert owed("nudge", other, "2025-06-13") == []


def test_a_program_without_an_end_nudges_as_well():
    row = make.careers(starts_on=START)

    assert owed("nudge", row, START + 90 * DAY) == ["2025-06-13"]


# An audit's last week.


@pytest.fixture
def audit():
    """Two entries wait for evidence until 30 days from today."""
    return audits.asked(starts_on=START)


def test_missing_evidence_is_asked_for_in_the_last_week(audit):
    row, until = audit.registration, audit.draw.evidence_until

    assert [bool(owed("audit_due", row, until - days * DAY)) for days in (8, 7)] == [False, True]
    assert [len(still_owed("audit_due", row, until + days * DAY)) for days in (0, 1)] == [1, 0]


def test_it_counts_what_is_missing(audit):
    row = audit.registration
    first, second = Activity.objects.in_record(row).filter(title__in=["First talk", "Second talk"])
    day = audit.draw.evidence_until
    make.evidence(first)
    assert [facts["missing"] for facts in still_owed("audit_due", row, day).values()] == ["1"]

    make.evidence(second)
    assert still_owed("audit_due", row, day) == {}

    AuditDecision.objects.create(
        registration=row,
        activity=first,
        kind="mend",
        reason="Which day?",
        version=first.version,
        decided_by=make.steering(),
    )
    assert [facts["missing"] for facts in still_owed("audit_due", row, day).values()] == ["1"]

    Activity.objects.filter(pk=first.pk).update(version=first.version + 1)
    assert still_owed("audit_due", row, day) == {}


def test_an_audit_that_is_over_or_was_drawn_just_now_asks_nothing(audit):
    row, until = audit.registration, audit.draw.evidence_until
    late = audits.made(evidence_until=timezone.localdate() + 3 * DAY)
    new = make.registration(starts_on=START)
    learned(new, "2")
    Registration.objects.filter(pk=new.pk).update(status="turned_in")
    Audit.objects.create(draw=late, registration=new, place=1, state="asked")

    assert [len(owed("audit_due", new, timezone.localdate() + n * DAY)) for n in (0, 1, 2)] == [
        0,
        0,
        1,
    ]
    Registration.objects.filter(pk=row.pk).update(status="accepted")
    assert owed("audit_due", row, until) == []
