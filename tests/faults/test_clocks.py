"""Clocks that are put right, and beat: nothing starves, nothing comes twice (reliability H5)."""

import shelve
from datetime import timedelta

import pytest
from celery import Celery
from django.db.models import F
from django.utils import timezone

from cec import claims, delivery, health, work
from cec.beat import Scheduler
from cec.celery import app
from cec.jobs import Job, Sweeper
from cec.outbox import OutgoingMail
from certificates.models import Certificate
from registrations.models import Notice, Registration
from registrations.notices import deciding, writing
from tests import factories as make
from tests.cec.mails import again, aged, written
from tests.certificates.records import written as written_certificate
from tests.faults import workers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
State = OutgoingMail.State

work.sweepers()  # all are registered before a test puts others in their place


def unpaid(days):
    sent_on = timezone.localdate() - timedelta(days=days)
    return make.registration(status="submitted", submitted_on=sent_on)


@pytest.mark.django_db
@pytest.mark.parametrize("shift", [-400 * DAY, -DAY, -HOUR, HOUR, DAY])
def test_a_clock_that_is_moved_starves_no_periodic_job_and_runs_none_twice(shift, monkeypatch):
    ran = []
    monkeypatch.setattr(work, "_sweepers", {"hourly": Sweeper(lambda: ran.append(1), "", HOUR)})
    work.sweep()
    Job.objects.update(succeeded_at=F("succeeded_at") - shift)

    for _sweep in range(3):
        work.sweep()

    assert len(ran) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("back", [5, 70, 24 * 60])
def test_mail_waits_for_no_clock_that_was_put_back(back, mailbox, settings):
    """What was written, tried and sent before bears times of later on."""
    settings.MAIL_PER_MINUTE = 10
    for mail in written(10, state=State.SENT):
        aged(mail, created_at=-back, claimed_at=-back, sent_at=-back)
    new, tried, urgent = written(2) + written(1, urgent=True)
    aged(new, created_at=-back, due_at=-back)
    aged(tried, created_at=-back, claimed_at=-back, due_at=-back - 60)

    delivery.deliver_due()

    assert {again(mail).state for mail in (new, tried, urgent)} == {State.SENT}


@pytest.mark.django_db
def test_mail_whose_sender_died_before_the_clock_was_put_back_is_taken_up(mailbox):
    (mail,) = written(state=State.IN_FLIGHT)
    aged(mail, created_at=-60, claimed_at=-60)

    delivery.deliver_due()

    assert again(mail).state == State.SENT


@pytest.mark.django_db
def test_an_outage_s_end_is_noticed_though_the_clock_was_put_back(mailbox):
    (sent,) = written(state=State.SENT)
    aged(sent, created_at=-600, claimed_at=-600)
    (waiting,) = written(attempts=5, trouble=OutgoingMail.Trouble.SERVER)
    aged(waiting, due_at=-50, claimed_at=6)

    delivery.deliver_due()

    assert again(waiting).state == State.SENT


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "writes"), [(HOUR, 1), (claims.LEASE / 2, 0)])
def test_a_notice_whose_worker_died_before_the_clock_was_put_back_is_written(ahead, writes):
    """While one that a machine whose clock is a little ahead has just taken stays that one's."""
    unpaid(14)
    deciding.decide_all()
    Notice.objects.update(claimed_at=timezone.now() + ahead, tries=1)

    assert writing.write_due() == writes


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "found"), [(HOUR, 1), (timedelta(minutes=1), 0)])
def test_a_certificate_whose_worker_died_before_the_clock_was_put_back_is_made(ahead, found):
    now = timezone.now()
    written_certificate()
    Certificate.objects.update(tried_at=now + ahead)

    assert Certificate.objects.to_make(now).count() == found


@pytest.mark.django_db
def test_a_clock_a_day_ahead_loses_no_notice_of_tomorrow():
    """It is decided too early, waits until the clock comes round, and is written then."""
    unpaid(13)
    deciding.decide_all(now=timezone.now() + DAY)

    early = writing.write_due()
    Registration.objects.update(submitted_on=F("submitted_on") - DAY)
    Notice.objects.update(due_at=F("due_at") - DAY)

    assert (early, writing.write_due()) == (0, 1)


@pytest.mark.django_db
def test_a_sweep_ahead_of_the_clock_proves_nothing(settings, tmp_path):
    settings.MEDIA_ROOT, settings.DEBUG = tmp_path, True
    make.swept(at=timezone.now() + HOUR)

    assert health.failing() == ["sweep"]


class Noted(Scheduler):
    """Notes what it would send, and needs no broker for that."""

    producer = None

    def apply_async(self, entry, producer=None, advance=True, **rest):
        self.sent = [*getattr(self, "sent", []), entry.name]


@pytest.mark.parametrize("ahead", [-DAY, timedelta(seconds=30), DAY])
def test_beat_s_clock_was_moved_and_it_asks_for_a_sweep_within_the_minute(ahead, tmp_path):
    celery = Celery("test", set_as_current=False)
    celery.conf.beat_schedule = {"sweep": app.conf.beat_schedule["sweep mail"]}
    scheduler = Noted(celery, schedule_filename=str(tmp_path / "schedule"))
    scheduler.tick()
    entry = scheduler.schedule["sweep"]
    entry.last_run_at = entry.default_now() + ahead
    scheduler._heap = [
        event._replace(time=event.time + ahead.total_seconds()) for event in scheduler._heap
    ]

    waits = [scheduler.tick() for _tick in range(3)]

    scheduler.close()
    assert scheduler.sent == ["sweep"]
    assert waits[0] == 0
    assert waits[-1] <= 60


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_beats_that_are_killed_and_find_their_file_wrong_or_broken_go_on(tmp_path):
    """Two real ones; the file says that the next sweep is for tomorrow, then nothing at all."""
    path = tmp_path / "schedule"

    def swept_again():
        swept = health.Heartbeat.objects.filter(at__gt=timezone.now())
        workers.wait_until(lambda: swept.count() == len(work.QUEUES), seconds=60, group=beat)

    with (
        workers.valkey(tmp_path) as broker,
        workers.celery(tmp_path, broker, *workers.WORKER),
        workers.beat(tmp_path, broker) as beat,
    ):
        with workers.beat(tmp_path, broker, "other"):
            swept_again()
        beat.kill()
        with shelve.open(str(path), writeback=True) as file:
            for entry in file["entries"].values():
                entry.last_run_at += DAY
        beat.start()
        swept_again()
        beat.kill()
        path.write_bytes(b"no schedule at all")
        beat.start()
        swept_again()

    assert Job.objects.filter(failures__gt=0).count() == 0
