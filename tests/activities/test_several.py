"""One entry in several programs: each record counts it by its own rules, and keeps it by itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities import extending, log, points, several
from activities.models import Activity, Credit
from activities.sharing import lock_all
from cec.problems import Refused
from registrations.models import Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make.person()


@pytest.fixture
def library(person):
    """A record that counts by the hour, from 15 March 2025 on, at most 20 a type and year."""
    return make.registration(person)


@pytest.fixture
def careers(person):
    """A record of fixed numbers, from 1 June 2025 on and without an end."""
    return make.registration(person, code="CPC", association_code=None, starts_on=date(2025, 6, 1))


@pytest.fixture
def course(library, careers):
    """Ten hours that count in both."""
    entry = make.activity(library, "PD-F", hours="10", on="2025-07-01", title="Ethics")
    several.count_in(careers, entry, rate=fixed("1-WEEK"))
    return entry


def fixed(code):
    return make.rate(code, program_code="CPC")


def close(registration, status="turned_in"):
    Registration.objects.filter(pk=registration.pk).update(status=status)


def worths(entry):
    return {
        credit.registration.program.code: (credit.points, credit.state)
        for credit in entry.credits.select_related("registration__program")
    }


def code_of(deed):
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.problems[0].code


def message_of(deed):
    with pytest.raises(Refused) as refused:
        deed()
    return str(refused.value).replace("\u00a0", " ")


def test_an_entry_is_worth_in_each_program_what_its_rules_say(library, careers, course):
    standings = points.standings([library.pk, careers.pk])

    assert standings[library.pk].counted == 20
    assert standings[careers.pk].counted == 10


def test_a_new_entry_can_count_in_several_from_the_start(library, careers):
    entry = Activity(title="Ethics", completed_on=date(2025, 7, 1), hours=Decimal(10))

    log.add_once(library, entry, rate=make.rate("PD-F"), also={careers: fixed("1-WEEK")})

    assert worths(entry) == {"CEC": (20, "counts"), "CPC": (10, "counts")}


def test_a_new_entry_is_saved_in_none_when_one_of_the_records_is_closed(library, careers):
    close(careers)
    entry = Activity(title="Ethics", completed_on=date(2025, 7, 1), hours=Decimal(10))
    also = {careers: fixed("1-WEEK")}

    code = code_of(lambda: log.add(library, entry, rate=make.rate("PD-F"), also=also))

    assert code == "record_closed"
    assert not Activity.objects.exists()


def test_counting_it_elsewhere_too_touches_nothing_that_is_there(library, careers):
    entry = make.activity(library, "PD-F", hours="10", on="2025-07-01")
    before = Credit.objects.filter(registration=library).values().get()

    several.count_in(careers, entry, rate=fixed("1-WEEK"))

    assert Credit.objects.filter(registration=library).values().get() == before
    entry.refresh_from_db()
    assert entry.version == 1


def test_counting_it_twice_changes_nothing_and_another_type_changes_the_type(careers, course):
    again = several.count_in(careers, course, rate=fixed("1-WEEK"))
    other = several.count_in(careers, course, rate=fixed("4-WEEK"))

    assert (again, other) == (False, True)
    assert worths(course)["CPC"] == (40, "counts")


def test_the_database_holds_one_credit_for_each_record(careers, course):
    credit = Credit.objects.get(activity=course, registration=careers)
    credit.pk = None

    with (
        pytest.raises(IntegrityError, match="activity_counts_once_per_registration"),
        transaction.atomic(),
    ):
        credit.save(force_insert=True)


def test_a_day_before_one_program_is_refused_there_alone(library, careers):
    entry = make.activity(library, "PD-F", hours="10", on="2025-05-31")

    code = code_of(lambda: several.count_in(careers, entry, rate=fixed("1-WEEK")))

    assert code == "too_early"
    assert worths(entry) == {"CEC": (20, "counts")}


def test_hours_are_needed_where_a_program_counts_by_the_hour(library, careers):
    entry = make.activity(careers, "1-WEEK", hours=None, on="2025-07-01")

    code = code_of(lambda: several.count_in(library, entry, rate=make.rate("PD-F")))

    assert code == "no_hours"
    assert worths(entry) == {"CPC": (10, "counts")}


def test_an_outcome_is_wanted_where_its_type_wants_one(library, careers):
    entry = make.activity(careers, "1-WEEK", hours="10", on="2025-07-01")

    several.count_in(library, entry, rate=make.rate("STUDY"))

    assert worths(entry) == {"CEC": (10, "no_outcome"), "CPC": (10, "counts")}


def test_what_is_planned_is_planned_in_each(library, careers):
    entry = make.activity(careers, "1-WEEK", hours="10", on="2025-07-01", planned=True)

    several.count_in(library, entry, rate=make.rate("PD-F"))

    assert worths(entry) == {"CEC": (20, "planned"), "CPC": (10, "planned")}


def test_an_entry_counts_once_in_a_program(person, library, course):
    close(library, "lapsed")
    again = make.registration(person)

    code = code_of(lambda: several.count_in(again, course, rate=make.rate("PD-F")))

    assert code == "same_program"
    assert not Credit.objects.filter(registration=again).exists()


def test_somebody_elses_entry_never_comes_into_a_record(careers):
    theirs = make.activity(make.registration(), "PD-F", hours="10", on="2025-07-01")

    code = code_of(lambda: several.count_in(careers, theirs, rate=fixed("1-WEEK")))

    assert code == "stale"
    assert not Credit.objects.filter(registration=careers).exists()


def test_an_edit_in_one_record_is_worth_something_else_in_each(library, careers, course):
    course.hours, course.completed_on = Decimal(4), date(2026, 4, 1)

    log.change(library, course, rate=make.rate("PD-I"), by=library.person)

    assert worths(course) == {"CEC": (4, "counts"), "CPC": (10, "counts")}
    years = dict(course.credits.values_list("registration__program__code", "year"))
    assert years == {"CEC": 2, "CPC": 1}
    days = set(course.credits.values_list("completed_on", flat=True))
    assert days == {date(2026, 4, 1)}


def test_an_edit_in_the_other_record_reaches_this_one(library, careers, course):
    course.hours = Decimal("2.5")

    log.change(careers, course, rate=fixed("WEBINAR"), by=careers.person)

    assert worths(course) == {"CEC": (5, "counts"), "CPC": (1, "counts")}


def test_a_day_that_leaves_the_other_program_is_refused_and_says_which(library, careers, course):
    course.completed_on = date(2025, 5, 1)

    message = message_of(
        lambda: log.change(library, course, rate=make.rate("PD-F"), by=library.person)
    )

    assert message == (
        f"{careers.program.name}: This was before 1 June 2025, the day your program started, "
        "so it can’t count."
    )
    course.refresh_from_db()
    assert (course.completed_on, course.version) == (date(2025, 7, 1), 1)


def test_hours_stay_where_the_other_program_counts_them(library, careers, course):
    course.hours = None

    message = message_of(
        lambda: log.change(careers, course, rate=fixed("1-WEEK"), by=careers.person)
    )

    assert message == (
        f"{library.program.name}: This type counts by the hour: the activity needs its hours."
    )
    assert Activity.objects.get().hours == 10


@pytest.mark.parametrize("status", ["turned_in", "accepted", "certified", "lapsed", "withdrawn"])
@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"hours": Decimal(9)},
        {"completed_on": date(2025, 7, 2)},
        {"outcome": "Much"},
        {"planned": True},
    ],
)
def test_a_closed_record_keeps_what_all_records_share(library, careers, course, status, change):
    close(library, status)
    before = Activity.objects.values().get()
    for name, value in change.items():
        setattr(course, name, value)

    message = message_of(
        lambda: log.change(careers, course, rate=fixed("1-WEEK"), by=careers.person)
    )

    assert message == (
        f"This also stands in your record of {library.program.name}, which is closed: "
        "only the type can be changed here."
    )
    assert Activity.objects.values().get() == before


def test_the_type_in_an_open_record_is_its_own_matter(library, careers, course):
    close(library)

    log.change(careers, course, rate=fixed("4-WEEK"), by=careers.person)

    assert worths(course) == {"CEC": (20, "counts"), "CPC": (40, "counts")}


def test_it_can_be_taken_out_of_an_open_record_and_put_back_while_another_is_closed(
    library, careers, course
):
    close(library, "certified")

    log.delete(careers, course, by=careers.person)
    taken_out = worths(course)
    several.count_in(careers, course, rate=fixed("4-WEEK"))

    assert taken_out == {"CEC": (20, "counts"), "CPC": (10, "deleted")}
    assert worths(course) == {"CEC": (20, "counts"), "CPC": (40, "counts")}
    assert Activity.objects.kept().get() == course


def test_a_closed_record_gives_nothing_up(library, careers, course):
    close(library)

    assert code_of(lambda: log.delete(library, course, by=library.person)) == "record_closed"
    assert worths(course) == {"CEC": (20, "counts"), "CPC": (10, "counts")}


def test_deleting_takes_it_out_of_one_record_and_the_last_one_takes_the_activity(
    library, careers, course
):
    log.delete(library, course, by=library.person)
    after_one = worths(course)
    kept = Activity.objects.kept().exists()
    log.delete(careers, course, by=careers.person)

    assert after_one == {"CEC": (20, "deleted"), "CPC": (10, "counts")}
    assert kept
    assert worths(course) == {"CEC": (20, "deleted"), "CPC": (10, "deleted")}
    assert not Activity.objects.kept().exists()


def test_each_record_brings_back_its_own(library, careers, course):
    log.delete(library, course, by=library.person)
    log.delete(careers, course, by=careers.person)

    log.restore(library, course, by=library.person)

    assert worths(course) == {"CEC": (20, "counts"), "CPC": (10, "deleted")}
    assert Activity.objects.kept().exists()
    log.restore(careers, course, by=careers.person)
    assert worths(course) == {"CEC": (20, "counts"), "CPC": (10, "counts")}


def test_what_comes_back_is_worth_what_the_entry_is_now(library, careers, course):
    log.delete(library, course, by=library.person)
    course.hours = Decimal(3)
    log.change(careers, course, rate=fixed("1-WEEK"), by=careers.person)

    log.restore(library, course, by=library.person)

    assert worths(course)["CEC"] == (6, "counts")


def test_what_no_longer_fits_does_not_come_back(library, careers, course):
    log.delete(library, course, by=library.person)
    course.hours = None
    log.change(careers, course, rate=fixed("1-WEEK"), by=careers.person)

    assert code_of(lambda: log.restore(library, course, by=library.person)) == "no_hours"
    assert worths(course)["CEC"] == (20, "deleted")


def test_nothing_comes_back_after_thirty_days(library, careers, course):
    log.delete(library, course, by=library.person)
    long_ago = timezone.now() - timedelta(days=log.UNDO_DAYS, minutes=1)
    Credit.objects.filter(registration=library).update(deleted_at=long_ago)

    assert code_of(lambda: log.restore(library, course, by=library.person)) == "too_late"


def test_what_was_disallowed_stays_so_however_it_comes_back(library, careers, course):
    Credit.objects.filter(registration=careers).update(disallowed=True, state="disallowed")
    log.delete(careers, course, by=careers.person)

    several.count_in(careers, course, rate=fixed("1-WEEK"))

    assert worths(course)["CPC"] == (10, "disallowed")


def test_the_years_of_one_record_move_and_the_other_stays(library, careers, course):
    before = Credit.objects.filter(registration=careers).values().get()
    library.years.filter(number=1).update(ends_on=date(2025, 6, 30))
    library.years.filter(number=2).update(starts_on=date(2025, 7, 1))

    log.value_in_new_years(library)

    assert Credit.objects.get(registration=library).year == 2
    assert Credit.objects.filter(registration=careers).values().get() == before


def test_an_entry_that_was_taken_out_does_not_hold_up_the_years(library, careers, course):
    log.delete(library, course, by=library.person)
    course.hours = None
    log.change(careers, course, rate=fixed("1-WEEK"), by=careers.person)

    log.value_in_new_years(library)

    assert Credit.objects.get(registration=library).state == "deleted"


def test_only_what_a_record_holds_keeps_its_extension():
    library = make.registration(starts_on=make.three_years_ago())
    careers = make.registration(library.person, code="CPC", association_code=None)
    steering, today = make.steering(), timezone.localdate()
    change = extending.extend(library, by=steering, until=today, cause="illness")
    library.refresh_from_db()
    entry = make.activity(library, "PD-F", hours="10", on=today)
    several.count_in(careers, entry, rate=fixed("1-WEEK"))

    held = code_of(lambda: extending.take_back(change, by=steering, reason="A slip"))
    log.delete(library, entry, by=library.person)
    extending.take_back(change, by=steering, reason="A slip")

    assert held == "entries_behind"
    assert worths(entry)["CPC"] == (10, "counts")


def test_a_record_that_came_between_the_two_looks_is_not_overlooked(library, careers, course):
    stranger = make.registration()
    Credit.objects.filter(registration=careers).update(registration=stranger)

    assert code_of(lambda: lock_all(library, [course.pk])) == "stale"


def test_saving_in_one_program_asks_nothing_about_others(library, django_assert_num_queries):
    entry = Activity(title="Webinar", completed_on=date(2025, 7, 1), hours=Decimal(1))
    rate = make.rate("PD-I")

    with django_assert_num_queries(5):  # begin, lock, activity, worth, end
        log.add_once(library, entry, rate=rate)
