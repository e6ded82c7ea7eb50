"""Lapsing by itself: nobody who wasn't warned, each once, whatever else happens to the record."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from activities import extending
from cec.models import OutgoingMail
from certificates import completion, lapsing
from registrations import cycles, notices
from registrations.calendar import today_in
from registrations.mentoring import assigning
from registrations.models import Event, Notice, Registration, Requirement
from registrations.notices import deciding, writing
from tests import factories as make
from tests.certificates import records
from tests.owed import DAY, at, owed
from tests.races import at_once

pytestmark = pytest.mark.django_db

START = date(2022, 3, 15)
END = date(2025, 3, 14)
GRACE = END + 60 * DAY


@pytest.fixture
def row():
    return make.registration(starts_on=START)


def warned(row, *, about=GRACE, occasion="start", on=END + DAY, state="written"):
    """A warning that was written on a day."""
    return Notice.objects.create(
        person=row.person,
        registration=row,
        kind="grace_ending",
        occasion=f"{about}:{occasion}",
        until=about,
        decided_at=at(on),
        due_at=at(on),
        state=state,
        written_at=at(on) if state == "written" else None,
    )


def lapse(day):
    return lapsing.lapse_what_is_over(now=at(day))


def status(row):
    row.refresh_from_db()
    return row.status


def test_a_registration_lapses_on_the_day_after_its_grace(row):
    warned(row)

    assert (lapse(GRACE), status(row)) == (0, "active")
    assert (lapse(GRACE + DAY), status(row)) == (1, "lapsed")


def test_the_history_says_that_the_program_did_it(row):
    warned(row)

    lapse(GRACE + DAY)

    event = row.events.get(kind="lapse")
    assert (event.actor, event.from_status, event.to_status) == (None, "active", "lapsed")


def test_doing_it_again_changes_nothing(row):
    warned(row)

    assert [lapse(GRACE + DAY), lapse(GRACE + DAY), lapse(GRACE + 9 * DAY)] == [1, 0, 0]
    assert row.events.filter(kind="lapse").count() == 1


@pytest.mark.parametrize("state", ["waiting", "paused", "dropped", "failed"])
def test_nobody_lapses_whose_warning_never_became_mail(row, state):
    notice = warned(row, state="waiting")
    Notice.objects.filter(pk=notice.pk).update(
        state=state, dropped="cancelled" if state == "dropped" else ""
    )

    assert lapse(GRACE + 500 * DAY) == 0


@pytest.mark.parametrize("state", ["queued", "inflight", "failed"])
def test_nobody_lapses_whose_warning_never_went_out(row, state):
    """The mail server was away for weeks, or the address was wrong."""
    notice = warned(row)
    notice.mail = make.failed_mail(person=row.person, state=state)
    notice.save()

    assert lapse(GRACE + 500 * DAY) == 0


def test_two_weeks_run_from_the_day_on_which_the_warning_went_out(row):
    notice = warned(row)
    notice.mail = make.failed_mail(person=row.person, state="sent", sent_at=at(GRACE - DAY))
    notice.save()

    assert [lapse(GRACE + days * DAY) for days in (12, 13, 14)] == [0, 0, 1]


def test_a_record_that_comes_back_at_the_end_of_grace_doesnt_lapse_at_once():
    """Its owner was warned of a day that is over by now, and has as long again (C2)."""
    row = records.turned_in(days_ago=59)
    today = timezone.localdate()
    warned(row, about=row.ends_on + 60 * DAY, occasion="7", on=today - 6 * DAY)
    Registration.objects.filter(pk=row.pk).update(status="active")
    row.refresh_from_db()
    row.note("return", by=make.steering())

    assert [lapse(today + days * DAY) for days in (2, 16, 61, 200)] == [0, 0, 0, 0]
    warned(row, about=today + 60 * DAY, occasion="7", on=today + 53 * DAY)
    assert [lapse(today + days * DAY) for days in (61, 67, 68)] == [0, 0, 1]


def test_nobody_lapses_within_two_weeks_of_the_warning(row):
    warned(row, occasion="7", on=GRACE - 2 * DAY)

    assert lapse(GRACE + 12 * DAY) == 0
    assert lapse(GRACE + 13 * DAY) == 1


def test_a_warning_of_another_end_warns_of_nothing(row):
    warned(row, about=GRACE - 30 * DAY)

    assert lapse(GRACE + 500 * DAY) == 0


@pytest.mark.parametrize("status", ["turned_in", "accepted", "certified", "withdrawn", "lapsed"])
def test_only_an_open_record_lapses(row, status):
    warned(row)
    Registration.objects.filter(pk=row.pk).update(status=status)

    assert lapse(GRACE + DAY) == 0


def test_a_program_without_an_end_or_a_total_lapses_nobody(row):
    careers = make.careers(starts_on=START)
    warned(row)
    warned(careers)
    Requirement.objects.filter(rules=row.rules, per="cycle").delete()

    assert lapse(GRACE + DAY) == 0


def test_who_passed_the_end_unnoticed_is_told_first_and_has_two_weeks(row):
    """The installation was down, or had no warnings yet."""
    today = timezone.localdate()

    assert lapsing.lapse_what_is_over() == 0
    deciding.decide(notices.kinds()["grace_ending"])
    writing.write_due()

    sent = OutgoingMail.objects.filter(kind="grace_ending", person=row.person)
    assert sent.update(state="sent", sent_at=timezone.now()) == 1
    assert completion.turn_in_until(row) == today_in(row.program) + 14 * DAY
    assert lapse(today + 14 * DAY) == 0
    assert lapse(today + 15 * DAY) == 1


def test_who_was_told_late_can_turn_in_in_that_time():
    row = records.finished(days_ago=100)
    assert [problem.code for problem in completion.check_turn_in(row)] == ["too_late"]

    warned(row, about=row.ends_on + 60 * DAY, occasion="late", on=timezone.localdate() - 13 * DAY)

    completion.turn_in(row, by=row.person)
    assert status(row) == "turned_in"


def test_an_extension_that_is_given_late_keeps_a_registration(row):
    warned(row)

    extending.extend(row, by=make.steering(), until=GRACE, cause="illness")

    assert lapse(GRACE + DAY) == 0
    assert owed("grace_ending", row, GRACE + DAY) == [f"{GRACE + 60 * DAY}:start"]


def test_the_person_is_told_once_what_stays(row):
    warned(row, on=timezone.localdate() - 20 * DAY)
    lapsing.lapse_what_is_over()

    for _night in range(2):
        deciding.decide(notices.kinds()["registration_lapsed"])
        writing.write_due()

    sent = OutgoingMail.objects.get(kind="registration_lapsed")
    assert sent.person == row.person
    assert not sent.unsubscribe
    assert "Nothing is lost" in " ".join(sent.text.split())


def test_nobody_is_told_of_a_lapse_of_long_ago(row):
    warned(row)
    lapse(GRACE + DAY)
    row.refresh_from_db()
    lapsed_on = timezone.localdate()

    assert len(owed("registration_lapsed", row, lapsed_on + 31 * DAY)) == 0
    assert len(owed("registration_lapsed", row, lapsed_on + 30 * DAY)) == 1


def test_mentoring_ends_and_the_next_cycle_may_begin(row):
    mentorship = make.mentorship(row)
    warned(row)

    lapse(GRACE + DAY)
    assigning.end_what_is_over()

    row.refresh_from_db()
    mentorship.refresh_from_db()
    assert mentorship.state == "ended"
    assert cycles.may_begin_again(row)


def test_a_days_end_is_the_programs(row):
    type(row.program).objects.filter(pk=row.program_id).update(time_zone="America/St_Johns")
    warned(row)
    midnight = at(GRACE + DAY, 0, zone="America/St_Johns")

    assert lapsing.lapse_what_is_over(now=midnight - timedelta(seconds=1)) == 0
    assert lapsing.lapse_what_is_over(now=midnight) == 1


def test_many_lapse_by_a_few_statements(row, django_assert_max_num_queries):
    for _number in range(5):
        warned(make.registration(starts_on=START))

    with django_assert_max_num_queries(9):
        assert lapse(GRACE + DAY) == 5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_lapse_each_once():
    rows = [make.registration(starts_on=START) for _number in range(4)]
    for each in rows:
        warned(each)

    found = at_once([lambda: lapse(GRACE + DAY)] * 4)

    assert sum(found) <= 4
    assert Event.objects.filter(kind="lapse").count() == sum(found) + lapse(GRACE + DAY) == 4


@pytest.mark.django_db(transaction=True)
def test_whoever_turns_in_at_the_last_moment_isnt_lapsed():
    row = records.finished(days_ago=100)
    warned(row, about=row.ends_on + 60 * DAY, occasion="late", on=timezone.localdate() - 14 * DAY)

    def late_turn_in():
        completion.turn_in(Registration.objects.get(pk=row.pk), by=row.person)

    tomorrow = timezone.localdate() + 2 * DAY
    at_once([late_turn_in, lambda: lapse(tomorrow)])

    row.refresh_from_db()
    moves = list(row.events.exclude(to_status="").values_list("kind", flat=True))
    assert moves in (["turn_in"], ["lapse"])


def test_the_page_that_the_mail_leads_to_says_that_it_lapsed_and_when(row, client):
    warned(row)
    lapse(GRACE + DAY)
    client.force_login(row.person)

    page = client.get(f"/en/registrations/{row.pk}/").content.decode()

    stands = page[page.index('id="steps"') : page.index('id="told"')]
    assert "The time for turning in this record is over." in page
    assert "<strong>Lapsed</strong>" in stands
    assert "Register again" in stands
