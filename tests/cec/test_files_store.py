"""The folder of the files: a row and its file are one (reliability D4, D7, I3)."""

import os
import signal
import stat
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cec import work
from cec.files import store
from cec.models import Job, StoredFile
from cec.problems import Refused
from tests.cec.hostile_files import GOOD, HOSTILE, NAMES, taken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


def keep(name="card.pdf"):
    return store.keep(taken(name, GOOD["card.pdf"]))


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def age(path: Path, *, hours: int) -> None:
    moment = (timezone.now() - timedelta(hours=hours)).timestamp()
    os.utime(path, (moment, moment))


def test_a_file_lies_under_a_name_that_nobody_can_guess(media):
    row = keep("Ma carte.pdf")

    path = store.path_of(row)
    assert files(media) == [path]
    assert path.read_bytes() == GOOD["card.pdf"]
    assert len(row.key) * 4 >= 128
    assert path.name == f"{row.key}.pdf"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (row.name, row.size) == ("Ma carte.pdf", len(GOOD["card.pdf"]))
    assert row.sha256 == sha256(GOOD["card.pdf"]).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_folder_or_over_another_file(media, name):
    first, second = keep(name), keep(name)

    found = files(media.parent)
    assert sorted(found) == sorted([store.path_of(first), store.path_of(second)])
    assert all(path.is_relative_to(media / "files") for path in found)


@pytest.mark.parametrize("name", ["card.pdf.exe", "half.png", "archive behind.pdf"])
def test_what_is_refused_leaves_nothing(media, name):
    with pytest.raises(Refused):
        store.keep(taken(name, HOSTILE[name]))

    assert files(media) == []
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("trouble", ["missing", "read-only", "a file in the way"])
def test_without_a_place_to_write_there_is_a_message_and_no_row(media, trouble):
    if trouble == "missing":
        media.rmdir()
        media.write_text("This was a folder.")
    elif trouble == "a file in the way":
        (media / "files").write_text("This is no folder.")
    else:
        (media / "files").symlink_to("/dev/null/nowhere")

    with pytest.raises(Refused, match="can’t keep files just now"):
        keep()

    assert not StoredFile.objects.exists()


def test_on_a_full_disk_there_is_a_message_and_neither_row_nor_file(media, monkeypatch):
    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Refused, match="can’t keep files just now"):
        keep()

    assert files(media) == []
    assert not StoredFile.objects.exists()


def test_a_deed_that_fails_leaves_no_row_and_its_file_goes_after_a_day(media):
    def failing_deed():
        with transaction.atomic():
            keep()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_deed()

    (lost,) = files(media)
    assert not StoredFile.objects.exists()
    assert store.remove_orphans() == 0
    age(lost, hours=25)
    assert store.orphans() == [lost]
    assert store.remove_orphans() == 1
    assert files(media) == []


def test_a_file_with_a_row_stays_however_old_it_is(media):
    path = store.path_of(keep())
    age(path, hours=24 * 400)

    assert store.remove_orphans() == 0
    assert path.exists()


def test_half_a_file_of_a_crash_goes_after_a_day(media):
    path = store.path_of(keep())
    half = path.with_name("tmp_half")
    half.write_bytes(b"%PDF")
    age(half, hours=30)

    assert store.remove_orphans() == 1
    assert files(media) == [path]


def test_orphans_are_named_before_they_are_deleted(media, caplog):
    path = store.path_of(keep())
    StoredFile.objects.all().delete()
    age(path, hours=25)

    store.remove_orphans()

    assert path.name in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_with_its_row_once_that_is_committed(media):
    row = keep()
    path = store.path_of(row)

    with transaction.atomic():
        store.remove(row)
        assert path.exists()

    assert not path.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_taken_back_leaves_both(media):
    row = keep()

    with transaction.atomic():
        store.remove(row)
        transaction.set_rollback(True)

    assert StoredFile.objects.exists()
    assert files(media) != []


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_leaves_no_row_without_a_file(media):
    for seconds in (0.05, 0.1, 0.2, 0.3):
        connection.close()  # else both would speak through it
        child = os.fork()
        if child == 0:
            keep_on_keeping()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    rows = list(StoredFile.objects.all())
    assert rows
    assert all(store.path_of(row).read_bytes() == GOOD["card.pdf"] for row in rows)


def keep_on_keeping():
    """What the killed process does: file after file, each in its own transaction."""
    try:
        while True:
            with transaction.atomic():
                keep()
    finally:
        os._exit(1)


def test_the_sweep_looks_for_orphans_once_an_hour(media):
    def sweep():
        return work.run("cec.tasks.remove_orphan_files")

    for _lost in range(2):
        age(store.path_of(keep()), hours=25)
    StoredFile.objects.all().delete()

    removed = sweep()
    (media / "files" / "00").mkdir(exist_ok=True)
    late = media / "files" / "00" / "late.pdf"
    late.write_bytes(b"%PDF")
    age(late, hours=25)

    assert removed == 2
    assert sweep() is work.Skipped.NOT_DUE
    Job.objects.update(succeeded_at=timezone.now() - timedelta(hours=1))
    assert sweep() == 1
    assert files(media) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 40, "0" * 39, "0" * 38 + "/."])
def test_the_database_takes_no_path_for_a_key(key):
    row = StoredFile(key=key, kind="pdf", name="card.pdf", size=1, sha256="0" * 64)

    with pytest.raises(IntegrityError, match="stored_key_is_no_path"):
        row.save()
