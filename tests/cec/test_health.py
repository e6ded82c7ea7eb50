"""Alive and ready (reliability I4), and what stays out of caches (C3, C4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from cec import health, work
from cec.backups import standing
from cec.environment import MailServer
from cec.health import Heartbeat
from cec.jobs import Job
from cec.outbox import OutgoingMail
from tests import factories as make
from tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ready(settings, tmp_path):
    """A machine where everything is as it should be."""
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_SERVER = MailServer("127.0.0.1", 1, "", "", "none")
    make.swept()


def waiting(minutes, **fields):
    mail = OutgoingMail.objects.create(
        kind="test", to="reader@example.org", subject="Subject", text="Text", message_id="<1>"
    )
    ago = timezone.now() - timedelta(minutes=minutes)
    OutgoingMail.objects.filter(pk=mail.pk).update(**{"created_at": ago, "due_at": ago, **fields})


def test_alive_is_answered_without_a_look_at_anything(client, django_assert_num_queries):
    client.force_login(person())

    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert not response.cookies


def test_ready_when_everything_is_as_it_should_be(client):
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_can_be_sent_to_the_checks(client, path):
    assert client.post(path).status_code == 405


def test_mail_that_nobody_sends_is_a_fault(client):
    waiting(16)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"mail\n")


def test_mail_that_waits_for_the_server_is_a_fault_after_a_quarter_of_an_hour(client):
    soon = timezone.now() + timedelta(minutes=50)
    waiting(16, due_at=soon, attempts=4, trouble=OutgoingMail.Trouble.SERVER)

    assert client.get("/readyz").content == b"mail\n"


def test_mail_for_a_full_mailbox_and_mail_that_is_new_are_no_fault(client):
    soon = timezone.now() + timedelta(minutes=50)
    waiting(600, due_at=soon, attempts=9, trouble=OutgoingMail.Trouble.RECIPIENT)

    assert client.get("/readyz").status_code == 200


def test_having_no_mail_server_is_a_fault_in_production_alone(client, settings):
    settings.MAIL_SERVER = None

    assert client.get("/readyz").content == b"mail\n"
    settings.DEBUG = True
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("minutes", "content"), [(4, b"ok\n"), (6, b"sweep\n")])
def test_a_sweep_that_stopped_is_a_fault_after_five_minutes(client, minutes, content):
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=minutes))

    assert client.get("/readyz").content == content


@pytest.mark.parametrize("queue", work.QUEUES)
def test_one_queue_that_nobody_sweeps_is_a_fault_although_the_others_are(client, queue):
    Heartbeat.objects.filter(name=Heartbeat.of(queue)).delete()

    assert client.get("/readyz").content == b"sweep\n"
    work.sweep(queue)
    assert client.get("/readyz").status_code == 200


def test_a_sweep_that_never_ran_is_a_fault_and_running_it_mends_that(client):
    Heartbeat.objects.all().delete()

    assert client.get("/readyz").content == b"sweep\n"
    work.sweep()
    assert client.get("/readyz").status_code == 200


def test_a_migration_that_was_not_applied_is_a_fault(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    assert client.get("/readyz").content == b"migrations\n"


def test_a_media_folder_that_is_gone_is_a_fault(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "gone"

    assert client.get("/readyz").content == b"media\n"


def test_a_media_folder_that_is_read_only_is_a_fault(client, settings):
    settings.MEDIA_ROOT = "/proc"  # where nobody may write, not even root

    assert client.get("/readyz").content == b"media\n"


def test_a_database_that_is_gone_is_the_only_thing_named(client, monkeypatch, caplog):
    def gone():
        raise OSError("secret detail")

    monkeypatch.setattr(health, "_database", gone)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"database\n")
    assert "secret detail" in caplog.text


def test_several_faults_are_all_named_and_nothing_else(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "gone"
    Heartbeat.objects.all().delete()
    waiting(16)

    assert client.get("/readyz").content == b"mail\nsweep\nmedia\n"


@pytest.mark.parametrize("path", ["/mail/", "/mail/1/", "/mail/1/html/"])
def test_nobody_sees_outgoing_mail_in_production(client, settings, path):
    assert client.get(path).status_code == 404
    client.force_login(person())
    assert client.get(path).status_code == 404


def test_outgoing_mail_can_be_read_while_developing(client, settings):
    settings.DEBUG = True
    waiting(1, html="<p style='color:red'>HTML</p>", text="See https://example.org/x now")
    mail = OutgoingMail.objects.get()

    listed = client.get("/mail/").content.decode()
    text = client.get(f"/mail/{mail.pk}/").content.decode()
    html = client.get(f"/mail/{mail.pk}/html/")

    assert f'href="/mail/{mail.pk}/"' in listed
    assert 'href="https://example.org/x"' in text
    assert html.content == b"<p style='color:red'>HTML</p>"
    assert html["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/en/account/sign-in/", 200),
        ("/en/no-such-page/", 404),
        ("/en/account/", 302),
    ],
)
def test_every_answer_has_the_headers_that_keep_browsers_careful(client, path, status):
    response = client.get(path)

    assert response.status_code == status
    policy = response["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


def test_another_host_is_refused_politely_whatever_a_proxy_header_says(client):
    wrong = client.get("/en/account/sign-in/", headers={"Host": "evil.example"})
    ignored = client.get("/en/account/", headers={"X-Forwarded-Host": "evil.example"})

    assert wrong.status_code == 400
    assert "frame-ancestors 'none'" in wrong["Content-Security-Policy"]
    assert wrong["X-Content-Type-Options"] == "nosniff"
    assert "evil.example" not in wrong.content.decode()
    assert ignored["Location"].startswith("/en/account/sign-in/")


def test_what_a_signed_in_person_sees_is_kept_by_nobody(client):
    client.force_login(person())

    page = client.get("/en/account/")
    missing = client.get("/en/no-such-page/")

    assert page["Cache-Control"] == "no-store, private"
    assert missing["Cache-Control"] == "no-store, private"


def test_a_public_page_reads_no_session(client):
    response = client.get("/healthz")

    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize(
    ("hours", "folder", "answer"),
    [
        (25, "", b"ok\n"),
        (27, "", b"backup\n"),
        (27, "/backups", b"backup\n"),
        (None, "", b"ok\n"),
        (None, "/backups", b"backup\n"),
        (-3, "/backups", b"ok\n"),  # the clock was put back
    ],
)
def test_a_backup_that_is_missed_is_a_fault_where_backups_are_made(
    hours, folder, answer, client, settings
):
    settings.BACKUP_FOLDER = folder
    if hours is not None:
        at = timezone.now() - timedelta(hours=hours)
        Job.objects.create(name=standing.JOB, started_at=at, finished_at=at, succeeded_at=at)

    assert client.get("/readyz").content == answer
