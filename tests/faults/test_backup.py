"""Backups while people write without a break, and a disk that is full (reliability L2)."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction

from cec.files import store
from cec.models import StoredFile
from tests import factories as make
from tests.cec import copies
from tests.faults.test_disk import fill, tmpfs

__all__ = ["tmpfs"]

BACKUPS = 20
WRITERS = 3


class Writer(threading.Thread):
    """Keeps files and removes them again, each with an activity, as fast as it can."""

    def __init__(self, registration, over):
        super().__init__(daemon=True)
        self.registration, self.over = registration, over
        self.kept = self.removed = 0
        self.error = None

    def run(self):
        try:
            while not self.over.is_set():
                self._write()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def _write(self):
        with transaction.atomic():
            make.activity(self.registration, "PD-I", hours="1.25")
            row = copies.some_file(b"%PDF-1.7 " + str(time.time_ns()).encode() * 500)
        self.kept += 1
        if self.kept % 3:
            with transaction.atomic():
                store.remove(row)
            self.removed += 1


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


@contextmanager
def people_at_work():
    over = threading.Event()
    people = [Writer(make.registration(), over) for _each in range(WRITERS)]
    for each in people:
        each.start()
    try:
        yield people
    finally:
        over.set()
        for each in people:
            each.join(timeout=30)


def restored(backup, number, tmp_path):
    """Return how many rows of a restored copy lack their file, and how many rows there are."""
    with copies.empty_installation(tmp_path / f"new{number}"):
        copies.said_by("restore", backup)
        return copies.rows_without_file(), StoredFile.objects.count()


@pytest.mark.faults
@pytest.mark.usefixtures("media")
@pytest.mark.django_db(transaction=True)
def test_twenty_backups_under_load_restore_without_a_row_that_lacks_its_file(tmp_path):
    backups = []

    with people_at_work() as people:
        for _each in range(BACKUPS):
            before = [each.removed for each in people]
            time.sleep(1)  # the name of a backup is its second
            backups.append(copies.backed_up(tmp_path / "backups"))
            assert before < [each.removed for each in people], "nobody wrote meanwhile"
    found = [restored(backup, number, tmp_path) for number, backup in enumerate(backups)]

    assert [lacking for lacking, _rows in found] == [0] * BACKUPS
    assert [rows for _lacking, rows in found] == sorted({rows for _lacking, rows in found})
    assert [each.error for each in people] == [None] * WRITERS


def back_up_again_and_again(folder):
    for _try in range(BACKUPS):
        time.sleep(1)
        copies.said_by("backup", folder)


@pytest.mark.faults
@pytest.mark.usefixtures("media")
@pytest.mark.django_db(transaction=True)
def test_files_would_be_missing_if_they_went_away_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "_unlink", lambda path: path.unlink(missing_ok=True))

    with people_at_work(), pytest.raises(CommandError, match="files of the site are gone"):
        back_up_again_and_again(tmp_path / "backups")


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_no_half_of_a_backup(tmpfs, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"
    for number in range(20):
        copies.some_file(b"%PDF-1.7 " + bytes([number]) * 100_000)

    with pytest.raises(CommandError, match=r"No backup was made: .*No space left"):
        copies.said_by("backup", tmpfs)

    assert list(tmpfs.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_the_target_as_it_was(tmpfs, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"
    copies.some_file(b"%PDF-1.7 " + bytes(900_000))
    copies.some_file(b"%PDF-1.7 " + bytes(900_001))
    backup = copies.backed_up(tmp_path / "backups")

    with copies.empty_installation(tmpfs):
        with pytest.raises(CommandError, match="Nothing was restored: No space left"):
            copies.said_by("restore", backup)

        assert connection.introspection.table_names() == []
        assert copies.files_in(tmpfs) == {}


@pytest.mark.django_db(transaction=True)
def test_a_backup_goes_nowhere_when_not_a_byte_has_room(tmpfs, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"
    fill(tmpfs)

    with pytest.raises(CommandError, match="No backup was made: "):
        copies.said_by("backup", tmpfs)

    assert [path.name for path in tmpfs.iterdir()] == ["filling"]
