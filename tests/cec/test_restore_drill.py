"""The restore drill: an installation comes back whole in an empty place (reliability L1, L3)."""

import secrets
import subprocess

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from cec import delivery
from cec.backups import standing, statements
from cec.models import MailHold, OutgoingMail, StoredFile
from certificates.models import Document
from tests.cec import copies
from tests.certificates.pages import address, link

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media", "outbox"),
    pytest.mark.slow,
]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def filled(media, monkeypatch):
    return copies.fill(monkeypatch)


@pytest.fixture
def backups(tmp_path):
    return tmp_path / "backups"


def sign_in(client):
    said = {"login": "nadia@example.org", "password": copies.PASSWORD}
    return client.post(address("account_login"), said)


def what_strangers_see(certificate):
    """The page that the QR code leads to, and the badge."""
    visitor = Client()
    return [visitor.get(link(certificate) + end).text for end in ("", "/badge")]


def downloaded(client, certificate):
    answer = client.get(address("certificate_download", certificate.registration_id))
    return answer.getvalue() if answer.status_code == 200 else None


def test_every_row_and_every_byte_comes_back(filled, media, backups, tmp_path):
    Client().force_login(filled.learner)
    before, files = copies.contents(), copies.files_in(media)
    backup = copies.backed_up(backups)

    with copies.empty_installation(tmp_path / "new"):
        said = copies.said_by("restore", backup)

        assert copies.contents() == before
        assert copies.files_in(tmp_path / "new") == files
        assert len(files) == StoredFile.objects.count() == 2
        assert not Session.objects.exists()
        for holds in (
            "Each file is there and as it was kept.",
            "Each certificate’s PDF is the one that was issued.",
            "The history is as it was sealed.",
        ):
            assert holds in said
        assert "NO MAIL GOES OUT" in said
        assert "as it was sealed, up to event" in copies.said_by("verify_audit")


def test_people_sign_in_and_paper_is_verified_on_a_machine_with_another_key(
    filled, backups, tmp_path, settings
):
    pdf = bytes(Document.objects.get().pdf)
    seen = what_strangers_see(filled.certificate)
    backup = copies.backed_up(backups)

    with copies.empty_installation(tmp_path / "new"):
        copies.said_by("restore", backup)
        settings.SECRET_KEY = secrets.token_urlsafe(64)
        holder = Client()

        answer = sign_in(holder)

        assert answer.status_code == 302
        assert downloaded(holder, filled.certificate) == pdf
        assert what_strangers_see(filled.certificate) == seen
        assert "This certificate is valid" in seen[0]


def test_another_secret_key_ends_sessions_and_nothing_else(filled, settings):
    holder = Client()
    holder.force_login(filled.holder)
    pdf = downloaded(holder, filled.certificate)
    seen = what_strangers_see(filled.certificate)
    former, settings.SECRET_KEY = settings.SECRET_KEY, secrets.token_urlsafe(64)

    without = downloaded(holder, filled.certificate)
    settings.SECRET_KEY_FALLBACKS = [former]
    holder = Client()
    signed_in = sign_in(holder)

    assert pdf is not None
    assert without is None
    assert signed_in.status_code == 302
    assert downloaded(holder, filled.certificate) == pdf
    assert what_strangers_see(filled.certificate) == seen


def test_a_former_secret_key_keeps_people_signed_in(filled, settings):
    holder = Client()
    holder.force_login(filled.holder)
    former, settings.SECRET_KEY = settings.SECRET_KEY, secrets.token_urlsafe(64)
    settings.SECRET_KEY_FALLBACKS = [former]

    assert downloaded(holder, filled.certificate) is not None


def test_nothing_is_mailed_by_a_copy_until_it_is_let(backups, tmp_path, mailbox):
    copies.letter()
    backup = copies.backed_up(backups)

    with copies.empty_installation(tmp_path / "new"):
        copies.said_by("restore", backup)
        new = copies.letter(message_id="<new@test>")
        held = (delivery.deliver_due(), delivery.deliver(new.pk))
        said = [copies.said_by("release_mail") for _twice in range(2)]
        delivery.deliver_due()

        assert held == (0, False)
        assert said == ["Mail goes out again.\n", "Mail wasn’t held back.\n"]
        assert [mail["Message-ID"] for mail in mailbox.mails] == ["<new@test>"]


def test_mail_that_waited_is_shown_as_failed_and_goes_once_somebody_says_so(
    backups, tmp_path, mailbox
):
    queued, flying, sent = (copies.letter(state=state) for state in ("queued", "inflight", "sent"))
    backup = copies.backed_up(backups)

    with copies.empty_installation(tmp_path / "new"):
        copies.said_by("restore", backup)
        states = dict(OutgoingMail.objects.values_list("pk", "state"))
        reasons = set(OutgoingMail.objects.in_trouble().values_list("last_error", flat=True))
        MailHold.end()
        OutgoingMail.objects.filter(pk=queued.pk).queue_again()
        delivery.deliver_due()

        assert states == {queued.pk: "failed", flying.pk: "failed", sent.pk: "sent"}
        assert reasons == {statements.WAITED}
        assert [mail["Message-ID"] for mail in mailbox.mails] == [queued.message_id]


def test_a_copy_knows_of_which_moment_it_is(backups, tmp_path):
    backup = copies.backed_up(backups)

    with copies.empty_installation(tmp_path / "new"):
        copies.said_by("restore", backup)

        assert standing.last_made() == MailHold.objects.get().backup_made_at


def test_the_script_for_cron_tries_it_out_in_a_scratch_place(filled, backups):
    copies.backed_up(backups)
    before = copies.contents()

    done = subprocess.run(
        [settings.BASE_DIR / "bin" / "restore-drill", backups],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "The pages answer: 2 were asked." in done.stdout
    assert "The drill went well" in done.stdout
    assert copies.contents() == before
