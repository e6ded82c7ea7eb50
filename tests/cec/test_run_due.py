"""`manage.py run_due`, for a host without workers or beat (I5)."""

import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from cec import work
from cec.health import Heartbeat
from cec.jobs import Sweeper
from cec.outbox import OutgoingMail
from tests.cec.sweeping import replace_sweepers
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_it_does_by_hand_what_the_workers_would(capsys, settings):
    settings.MAIL_SERVER, settings.DEBUG = None, True
    OutgoingMail.objects.create(
        kind="test", to="reader@example.org", subject="Subject", text="Text", message_id="<1>"
    )

    call_command("run_due")

    assert "Send mail: 1\n" in capsys.readouterr().out
    assert OutgoingMail.objects.get().state == OutgoingMail.State.SENT
    assert Heartbeat.objects.count() == len(work.QUEUES)


def test_what_is_written_goes_out_in_the_same_run():
    assert work.QUEUES[-1] == "mail"


def test_what_is_decided_is_written_in_the_same_run():
    names = list(work.sweepers())

    decide = names.index("registrations.tasks.decide_notices")

    assert names.index("activities.tasks.close_years") < decide
    assert decide < names.index("registrations.tasks.write_notices")


def test_so_it_is_whichever_app_was_loaded_first(monkeypatch):
    found = work.sweepers()
    firsts = {name: row for name, row in found.items() if name.startswith("activities.")}
    monkeypatch.setattr(work, "_sweepers", firsts | dict(reversed(found.items())))

    names = list(work.sweepers())

    decide = names.index("registrations.tasks.decide_notices")
    assert names.index("activities.tasks.close_years") < decide


def test_it_says_what_failed_and_does_the_rest(monkeypatch, capsys):
    def fails():
        raise ZeroDivisionError("broken")

    replace_sweepers(monkeypatch, bad=fails, good=lambda: 7)

    with pytest.raises(CommandError, match="Failed: Do bad"):
        call_command("run_due")

    out = capsys.readouterr().out
    assert "Do bad: failed (ZeroDivisionError: broken)" in out
    assert "Do good: 7" in out


def test_it_ends_within_its_time_and_says_what_is_left(monkeypatch, capsys):
    slow = {name: lambda: time.sleep(1.1) for name in ("one", "two", "three")}
    replace_sweepers(monkeypatch, **slow)

    call_command("run_due", seconds=1)

    out = capsys.readouterr().out
    assert out.count("done") == 1
    assert out.count("no time was left") == 2


def test_a_queue_with_much_to_do_takes_no_time_from_the_others(monkeypatch, capsys):
    """Else no sign-in code would go out while a thousand certificates are made."""
    slow = {
        name: Sweeper(lambda: time.sleep(1.1), f"Do {name}", None, name) for name in work.QUEUES
    }
    monkeypatch.setattr(work, "_sweepers", slow)

    call_command("run_due", seconds=1)

    assert capsys.readouterr().out.count("done") == len(work.QUEUES)


def test_it_runs_one_queue_alone(monkeypatch, capsys):
    replace_sweepers(monkeypatch, queue="mail", letters=lambda: 1)

    call_command("run_due", queue=["certificates"])
    assert capsys.readouterr().out == ""
    call_command("run_due", queue=["mail"])

    assert capsys.readouterr().out == "Do letters: 1\n"


def test_the_list_says_when_each_last_ran_and_runs_nothing(monkeypatch, capsys):
    ran = []
    replace_sweepers(
        monkeypatch,
        every=timedelta(hours=1),
        hourly=lambda: ran.append(1),
    )

    call_command("run_due", list=True)
    before = capsys.readouterr().out
    work.sweep()
    call_command("run_due", list=True)
    after = capsys.readouterr().out

    assert ran == [1]
    assert "Queue mail: never swept" in before
    assert "Do hourly (each hour): never ran" in before
    assert "Do hourly (each hour): last started 20" in after
    assert ", last succeeded 20" in after


@pytest.mark.parametrize("seconds", ["0", "x", "-5", "nan", "99999"])
def test_a_time_that_is_none_is_refused(seconds):
    with pytest.raises(CommandError, match="from 1 to 3600"):
        call_command("run_due", "--seconds", seconds)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_do_it_once(monkeypatch):
    ran = []
    replace_sweepers(
        monkeypatch,
        every=timedelta(hours=1),
        hourly=lambda: (ran.append(1), time.sleep(0.1)),
    )

    at_once([lambda: call_command("run_due")] * 3)

    assert len(ran) == 1
