"""The ends of years and cycles: who hears of them, on which days, and what the mails say."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from activities import extending
from registrations import notices
from registrations.models import Program, Registration, RemindersOff, Requirement
from registrations.notices import deciding
from tests import factories as make
from tests.certificates import records
from tests.owed import DAY, at, owed, read, still_owed

pytestmark = pytest.mark.django_db

START = date(2025, 3, 15)
YEAR_1, END = date(2026, 3, 14), date(2028, 3, 14)
GRACE = END + 60 * DAY


@pytest.fixture
def row():
    return make.registration(starts_on=START)


def learned(row, points, on="2025-04-01", code="PD-I"):
    return make.activity(row, code, hours=points, on=on)


def with_all_points(row):
    """120 points: two types' twenty in each year."""
    for year in (2025, 2026, 2027):
        learned(row, "20", on=f"{year}-05-01")
        learned(row, "20", on=f"{year}-06-01", code="PUB-I")


@pytest.mark.parametrize(
    ("days_before", "occasion"),
    [
        (61, None),
        (60, "60"),
        (38, "60"),
        (37, None),
        (31, None),
        (30, "30"),
        (15, "30"),
        (14, None),
        (8, None),
        (7, "7"),
        (0, "7"),
        (-1, None),
    ],
)
def test_a_years_end_is_told_of_sixty_thirty_and_seven_days_before(row, days_before, occasion):
    expected = [f"{YEAR_1}:{occasion}"] if occasion else []

    assert owed("year_end_coming", row, YEAR_1 - days_before * DAY) == expected


@pytest.mark.parametrize(("points", "told"), [("10", False), ("9.75", True)])
def test_only_a_year_below_its_minimum_is_told_of(row, points, told):
    learned(row, "20")
    learned(row, points, code="PUB-I")

    assert bool(owed("year_end_coming", row, YEAR_1 - 60 * DAY)) is told


def test_what_a_limit_keeps_back_doesnt_help_a_year(row):
    learned(row, "40")

    facts = still_owed("year_end_coming", row, YEAR_1 - 7 * DAY)

    assert Decimal(facts[f"{YEAR_1}:7"]["has"]) == 20


def test_the_subject_says_what_is_missing_and_until_when(row):
    learned(row, "20")
    learned(row, "1", code="PUB-I")
    owed("year_end_coming", row, YEAR_1 - 60 * DAY)

    mail = read(row.notices.get())

    assert mail.subject == "9 points to 30 before 14 March 2026"
    assert "You have 21 points of the 30 that a year asks for: 9 points to go." in mail.text


def test_brought_points_help_a_year_and_are_named():
    row = make.registration(
        code=make.scheme("bc-housing").code, starts_on=date(2025, 1, 1), association_code=None
    )
    learned(row, "15", code="FORMAL")  # 30 points: ten more than a year needs
    learned(row, "4", on="2026-02-01", code="FORMAL")

    owed("year_end_coming", row, "2026-12-01")

    mail = read(row.notices.get())
    assert mail.subject.startswith("2 ")
    assert "Of these, 10" in mail.text


def test_an_extension_or_a_leave_makes_new_occasions(row):
    assert owed("year_end_coming", row, YEAR_1 - 7 * DAY) == ["2026-03-14:7"]

    extending.give_leave(
        row,
        by=make.steering(),
        first_day=date(2026, 1, 1),
        last_day=date(2026, 3, 31),
        cause="illness",
    )

    assert owed("year_end_coming", row, YEAR_1) == []
    assert owed("year_end_coming", row, date(2026, 6, 12) - 7 * DAY) == ["2026-06-12:7"]


def test_without_a_minimum_or_an_end_no_year_is_told_of():
    careers = make.careers(starts_on=START)
    plain = make.registration(starts_on=START)
    Requirement.objects.filter(rules=plain.rules, per="year").delete()

    for row in (careers, plain):
        assert owed("year_end_coming", row, YEAR_1 - 7 * DAY) == []
    for kind in ("cycle_ending", "grace_ending", "ready"):
        assert owed(kind, careers, END) == []


# The cycle.


@pytest.mark.parametrize(
    ("days_before", "occasion"),
    [
        (91, None),
        (90, "90"),
        (68, "90"),
        (67, None),
        (31, None),
        (30, "30"),
        (15, "30"),
        (14, None),
        (8, None),
        (7, "7"),
        (0, "7"),
        (-1, None),
    ],
)
def test_a_cycles_end_is_told_of_ninety_thirty_and_seven_days_before(row, days_before, occasion):
    expected = [f"{END}:{occasion}"] if occasion else []

    assert owed("cycle_ending", row, END - days_before * DAY) == expected


def test_in_the_last_weeks_one_mail_speaks_of_year_and_cycle(row):
    learned(row, "12", on="2027-05-01")

    assert owed("year_end_coming", row, END - 60 * DAY) == [f"{END}:60"]
    for days in (30, 7, 0):
        assert owed("year_end_coming", row, END - days * DAY) == []
    owed("cycle_ending", row, END - 30 * DAY)

    text = read(row.notices.get(kind="cycle_ending")).text
    assert "Year 3 has 12 of the 30 points that a year asks for." in text


def test_whoever_doesnt_want_the_cycles_mail_still_gets_the_years(row):
    RemindersOff.objects.create(person=row.person, kind="cycle_ending")

    assert owed("cycle_ending", row, END - 30 * DAY) == []
    assert owed("year_end_coming", row, END - 30 * DAY) == [f"{END}:30"]


def test_a_cycle_without_a_total_has_only_the_mail_of_its_last_year(row):
    Requirement.objects.filter(rules=row.rules, per="cycle").delete()

    assert owed("cycle_ending", row, END - 30 * DAY) == []
    assert owed("year_end_coming", row, END - 30 * DAY) == [f"{END}:30"]
    assert owed("grace_ending", row, END + DAY) == []


def test_the_mail_of_a_cycle_says_what_is_missing(row):
    learned(row, "20")
    owed("cycle_ending", row, END - 90 * DAY)

    mail = read(row.notices.get())

    assert mail.subject == "100 points to go before 14 March 2028"
    assert "from 15 March 2028 on, and by 13 May 2028 at the latest" in mail.text


@pytest.mark.parametrize(
    ("early", "said"),
    [
        (False, "from 15 March 2028 on, and by 13 May 2028"),
        (True, "now already if nothing else is missing, and by 13 May"),
    ],
)
def test_with_the_total_reached_it_says_when_to_turn_in(row, early, said):
    Program.objects.filter(pk=row.program_id).update(early_completion=early)
    with_all_points(row)
    owed("cycle_ending", row, END - 30 * DAY)
    notice = row.notices.select_related("registration__program").get()

    mail = read(notice)

    assert mail.subject == "Turn in your record by 13 May 2028"
    assert said in mail.text


def test_what_is_turned_in_is_left_in_peace(row):
    Registration.objects.filter(pk=row.pk).update(status="turned_in")

    for kind, day in [
        ("year_end_coming", YEAR_1),
        ("cycle_ending", END),
        ("grace_ending", END + DAY),
        ("grace_ending", GRACE + DAY),
    ]:
        assert owed(kind, row, day) == []


# The grace period.


@pytest.mark.parametrize(
    ("day", "occasion"),
    [
        (END, None),
        (END + DAY, "start"),
        (GRACE - 15 * DAY, "start"),
        (GRACE - 14 * DAY, None),
        (GRACE - 8 * DAY, None),
        (GRACE - 7 * DAY, "7"),
        (GRACE, "7"),
        (GRACE + DAY, "late"),
        (GRACE + 500 * DAY, "late"),
    ],
)
def test_the_grace_period_is_told_of_at_its_start_and_in_its_last_week(row, day, occasion):
    assert owed("grace_ending", row, day) == ([f"{GRACE}:{occasion}"] if occasion else [])


@pytest.mark.parametrize(
    ("days", "occasions"), [(0, ["late"]), (1, ["start"]), (15, ["start"]), (16, ["start"])]
)
def test_a_short_grace_period_has_one_word_or_the_late_one(row, days, occasions):
    Program.objects.filter(pk=row.program_id).update(grace_days=days)

    found = owed("grace_ending", row, END + DAY)

    assert found == [f"{END + days * DAY}:{occasion}" for occasion in occasions]


@pytest.mark.parametrize(("days", "words"), [(3, 1), (9, 1), (15, 1), (16, 2), (60, 2)])
def test_a_short_grace_period_is_told_of_once_and_not_twice_in_a_week(row, days, words):
    Program.objects.filter(pk=row.program_id).update(grace_days=days)

    nights = [night for night in range(1, days + 1) if owed("grace_ending", row, END + night * DAY)]

    assert len(nights) == words
    assert nights == [1, days - 7][:words]


def test_who_was_told_in_time_gets_no_late_word(row):
    owed("grace_ending", row, GRACE)
    row.notices.update(state="written", written_at=timezone.now())

    assert owed("grace_ending", row, GRACE + DAY) == []


@pytest.mark.parametrize(("days_left", "late"), [(7, False), (6, True), (0, True)])
def test_whose_first_word_left_less_than_a_week_gets_the_late_one_too(row, days_left, late):
    """Whoever was found in the middle of it has no less time than those found after it."""
    owed("grace_ending", row, GRACE - days_left * DAY)
    row.notices.update(state="written", written_at=at(GRACE - days_left * DAY))

    assert bool(owed("grace_ending", row, GRACE + DAY)) is late


def test_a_notice_that_never_became_mail_has_told_nobody(row):
    owed("grace_ending", row, GRACE)
    row.notices.update(state="failed")

    assert owed("grace_ending", row, GRACE + DAY) == [f"{GRACE}:late"]


def test_the_late_word_gives_fourteen_days(row):
    owed("grace_ending", row, GRACE + 100 * DAY)

    assert date(2028, 9, 4) == GRACE + 114 * DAY
    assert read(row.notices.get()).subject == "Turn in your record by 4 September 2028"


def test_a_record_that_was_sent_back_has_its_own_last_week():
    row = records.turned_in(days_ago=50)
    Registration.objects.filter(pk=row.pk).update(status="active")
    row.refresh_from_db()
    row.note("return", by=make.steering())
    last = timezone.localdate() + row.program.grace_days * DAY

    assert owed("grace_ending", row, timezone.localdate() + DAY) == []
    assert owed("grace_ending", row, last - 7 * DAY) == [f"{last}:7"]


# Reached.


def test_reaching_the_total_is_told_of_once_a_cycle(row):
    with_all_points(row)

    assert owed("ready", row, "2027-07-01") == [str(START)]
    extending.extend(row, by=make.steering(), until=END + 30 * DAY, cause="illness")
    assert owed("ready", row, "2028-03-20") == []


@pytest.mark.parametrize("kinds", [("cycle_ending", "ready"), ("ready", "cycle_ending")])
def test_one_mail_says_that_the_total_is_reached_when_two_would(row, kinds):
    """As on the first night of an installation with records near their end."""
    with_all_points(row)
    for kind in kinds:
        deciding.decide(notices.kinds()[kind], now=at(END - 90 * DAY))
        row.notices.update(decided_at=at(END - 90 * DAY))

    for kind in kinds:
        assert owed(kind, row, END - 85 * DAY) == []

    assert [each.kind for each in row.notices.all()] == [kinds[0]]


def test_whoever_reaches_the_total_after_the_cycles_mail_is_told_so(row):
    owed("cycle_ending", row, END - 30 * DAY)
    with_all_points(row)

    assert owed("ready", row, END - 20 * DAY) == [str(START)]
    assert owed("cycle_ending", row, END - 7 * DAY) == [f"{END}:7"]


def test_with_the_total_alone_nobody_is_promised_a_certificate(row):
    """A year that needs its points, a group of types, the fee, a membership may lack."""
    Requirement.objects.filter(rules=row.rules, per="year").update(strictness="required")
    Program.objects.filter(pk=row.program_id).update(early_completion=True)
    for code in ("PD-F", "PD-I", "PUB-I"):
        learned(row, "10", on="2025-05-01", code=code)
        learned(row, "20", on="2025-06-01", code=code)
        learned(row, "20", on="2026-05-01", code=code)
    owed("ready", row, "2026-06-01")
    row.notices.update(decided_at=at("2026-06-01"))
    owed("cycle_ending", row, END - 30 * DAY)

    mails = row.notices.select_related("registration__program")
    assert len(mails) == 2
    for notice in mails:
        text = read(notice).text
        assert "now already if nothing else is missing" in text
        assert "what’s left is turning in" not in text
        assert "That is what your certificate asks for" not in text


def test_a_quarter_of_a_point_below_isnt_reached(row):
    with_all_points(row)
    row.credits.order_by("id").last().activity.credits.update(points=Decimal("19.75"))

    assert owed("ready", row, "2027-07-01") == []
    assert owed("ready", row, END + DAY) == []


@pytest.mark.parametrize("early", [False, True])
def test_the_good_news_says_when_the_record_can_be_turned_in(row, early):
    Program.objects.filter(pk=row.program_id).update(early_completion=early)
    with_all_points(row)
    owed("ready", row, "2027-07-01")

    mail = read(row.notices.select_related("registration__program").get())

    assert mail.subject == "You’ve reached 120 points"
    assert ("now already" in mail.text) is early


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("America/St_Johns", "2028-03-15T02:30:00+00:00"),
        ("America/Vancouver", "2028-03-15T07:00:00+00:00"),
    ],
)
def test_the_last_day_ends_where_the_program_keeps_its_calendar(row, zone, midnight):
    Program.objects.filter(pk=row.program_id).update(time_zone=zone)
    over = datetime.fromisoformat(midnight)

    assert owed("cycle_ending", row, over) == []
    assert owed("grace_ending", row, over - timedelta(seconds=1)) == []
    assert owed("cycle_ending", row, over - timedelta(seconds=1)) == [f"{END}:7"]
    assert owed("grace_ending", row, over) == [f"{GRACE}:start"]


@pytest.mark.parametrize("strictness", Requirement.Strictness.values)
def test_a_cycles_end_knows_whether_its_last_year_is_required(row, strictness):
    row.rules.requirements.filter(per="year").update(strictness=strictness)

    facts = still_owed("cycle_ending", row, END - 90 * DAY)

    assert facts[f"{END}:90"]["strictness"] == strictness
