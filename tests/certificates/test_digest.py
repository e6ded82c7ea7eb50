"""The staff's weekly mail: one a person, only if something waits, counted as the desk counts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from activities import crediting
from activities.yearend import closing
from cec import mail
from cec.jobs import Job
from cec.models import OutgoingMail
from registrations import digest, notices, queue
from registrations.models import Appointment, Notice, Organisation, RemindersOff
from registrations.notices import deciding, writing
from tests import factories as make
from tests.certificates import records

pytestmark = pytest.mark.django_db

KIND = "staff_digest"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo(settings.TIME_ZONE))


def decide(now: datetime = MONDAY) -> int:
    return deciding.decide(notices.kinds()[KIND], now=now)


def waiting(days: int = 9, **fields):
    """A registration that has waited for so many days."""
    sent = timezone.now() - timedelta(days=days)
    return make.registration(
        status="submitted", submitted_at=sent, submitted_on=timezone.localdate(sent), **fields
    )


def found_for(who):
    return digest.look(Notice(person=who))


@pytest.fixture
def _today_is_monday(monkeypatch):
    """Let what is decided on that Monday be written on it, as the clock of the test says."""
    monkeypatch.setattr(writing.timezone, "now", lambda: MONDAY)


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [(22, 23, 0), (23, 5, 0), (23, 6, 1), (26, 23, 1), (27, 5, 1), (27, 6, 0)],
)
def test_it_is_due_from_monday_morning_for_some_days(day, hour, due):
    make.steering()

    assert decide(datetime(2026, 11, day, hour, tzinfo=ZoneInfo(settings.TIME_ZONE))) == due


def test_it_is_one_a_week_however_many_roles_and_runs():
    who = make.representative("MLA")
    make.appoint(who, "steering")
    make.appoint(who, "representative", "OLA")

    tuesday = MONDAY + timedelta(days=1)
    assert [decide(), decide(tuesday), decide(MONDAY + timedelta(days=7))] == [1, 0, 1]

    assert sorted(Notice.objects.values_list("occasion", flat=True)) == ["2026-W48", "2026-W49"]


def test_the_year_of_the_week_is_the_one_of_its_thursday():
    make.steering()

    decide(datetime(2024, 12, 30, 12, tzinfo=UTC))

    assert Notice.objects.get().occasion == "2025-W01"


def test_whoever_has_no_role_today_gets_none():
    make.person()
    over, ended, to_come = make.steering(), make.steering(), make.steering()
    day = MONDAY.date()
    rows = Appointment.objects
    rows.filter(person=over).update(last_day=day - timedelta(days=1))
    rows.filter(person=ended).update(ended_at=MONDAY, ended_by=ended)
    rows.filter(person=to_come).update(first_day=day + timedelta(days=1))

    assert decide() == 0


@pytest.mark.usefixtures("_today_is_monday")
def test_it_says_how_many_wait_and_for_how_long():
    for _number in range(3):
        waiting(9, association_code="MLA")
    waiting(20, association_code="OLA")
    who = make.representative("MLA")
    decide()

    assert writing.write_due() == 1

    sent = OutgoingMail.objects.get(kind=KIND)
    assert sent.person == who
    assert sent.subject.startswith("3 registrations, oldest ")
    assert Notice.objects.get().facts["registrations"][0][:2] == ["waiting", 3]


@pytest.mark.usefixtures("_today_is_monday")
def test_nothing_is_sent_when_nothing_waits():
    make.representative("MLA")
    decide()

    assert writing.write_due() == 0

    assert Notice.objects.get().dropped == Notice.Dropped.SETTLED
    assert not OutgoingMail.objects.filter(kind=KIND).exists()


@pytest.mark.usefixtures("_today_is_monday")
def test_whoever_switched_it_off_gets_none():
    waiting()
    who = make.steering()
    decide()
    RemindersOff.objects.create(person=who, kind=KIND)

    writing.write_due()

    assert Notice.objects.get().dropped == Notice.Dropped.OFF


@pytest.mark.usefixtures("_today_is_monday")
def test_one_whose_figures_cant_be_found_holds_nobody_up(monkeypatch):
    waiting()
    first, second = make.steering(), make.steering()
    decide()
    look = queue.waits

    def fails(person, **rest):
        if person == first:
            raise ZeroDivisionError("broken")
        return look(person, **rest)

    monkeypatch.setattr(queue, "waits", fails)

    assert writing.write_due() == 1

    assert Notice.objects.get(person=second).state == Notice.State.WRITTEN
    assert "broken" in Notice.objects.get(person=first).last_error


def test_the_figures_are_those_of_the_desk():
    waiting(association_code="MLA")
    waiting(association_code="OLA")
    records.turned_in()
    steering = make.steering()

    found = found_for(steering)

    counts = queue.waits(steering)
    assert found["registrations"][0] == ["waiting", counts.counts["waiting"], 9]
    assert found["reviews"][0][:2] == ["waiting", counts.reviews] == ["waiting", 1]


def test_closed_years_are_told_as_numbers_without_names():
    row = make.registration(make.person("Robin Roe"), association_code="MLA")
    make.activity(row, hours="5")
    closing.close_due(now=timezone.now())
    closed = row.year_results.count()

    found = found_for(make.representative("MLA"))

    assert found["years"] == [["below", closed, None]]
    assert "years" not in (found_for(make.representative("OLA")) or {})
    assert "Robin" not in str(found)


def test_administrators_read_of_fees_certificates_and_what_failed():
    waiting(paid=False)
    records.accepted()
    Job.objects.create(name="tests.broken", started_at=timezone.now(), failures=2)
    OutgoingMail.objects.create(
        kind="other", to="x@example.org", subject="x", text="x", message_id="<x>", state="failed"
    )

    found = found_for(make.administrator())

    assert found["fees"] == [["owed", 1, None]]
    assert found["certificates"] == [["to_issue", 1, None]]
    assert found["work"] == [["mail", 1, None], ["jobs", 1, None]]
    assert "registrations" not in found


def test_officers_read_of_the_requests_of_their_organisation_alone():
    college = make.organisation("College", webinar_participant="1")
    row = make.careers()
    crediting.ask_for_entry(row, make.webinar(row), by=row.person, organisation=college)

    assert found_for(make.officer(college)) == {"requests": [["waiting", 1, 0]]}
    other = Organisation.objects.create(name_en="Other")
    assert found_for(make.officer(other)) is None


def test_a_person_of_the_committee_without_a_role_in_it_reads_nothing():
    waiting()

    assert found_for(make.person()) is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_mail_has_a_line_for_each_section(language):
    notice = mail.kinds()[KIND].example()[0]

    written = mail.write(KIND, notice, language=language)

    assert "9" in written.subject
    assert written.text.count(";") >= 2


def test_a_subject_about_years_alone_names_them():
    notice = mail.kinds()[KIND].example()[0]
    notice.facts = {"years": [["below", 4, None]]}

    assert mail.write(KIND, notice, language="en").subject == "Years closed last week: 4 below"
