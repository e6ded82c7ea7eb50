"""What restoring refuses, and that the target then is as it was (reliability L2)."""

import json
import shutil
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from cec.backups import checking, keeping, manifest, restoring, statements
from cec.backups.trouble import Trouble
from cec.models import MailHold, StoredFile
from registrations.models import Person
from tests import factories as make
from tests.cec import copies

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def backup(media, tmp_path):
    """A backup of one person with one file; both are there now."""
    make.person("Nadia")
    copies.some_file()
    return copies.backed_up(tmp_path / "backups")


def refused(backup, **options):
    """Try to restore; return why that was refused."""
    with pytest.raises(CommandError) as error:
        copies.said_by("restore", backup, **options)
    return str(error.value)


def a_file_of(backup):
    return next((backup / "media").rglob("*.pdf"))


def resealed(backup):
    """Write the list of sums anew, as somebody does who changes a backup with care."""
    sums = manifest.read_sums(backup)
    manifest.write_sums(backup, {path: manifest.digest_of(backup / path) for path in sums})


def change_manifest(backup, **changes):
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    resealed(backup)


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def without_last_line(path):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


DAMAGES = {
    "dump cut": (lambda b: cut(b / "database.dump"), "database.dump was changed or cut"),
    "dump changed": (lambda b: flip(b / "database.dump"), "database.dump was changed or cut"),
    "dump missing": (lambda b: (b / "database.dump").unlink(), "database.dump is missing"),
    "file cut": (lambda b: cut(a_file_of(b)), ".pdf was changed or cut"),
    "file missing": (lambda b: a_file_of(b).unlink(), ".pdf is missing"),
    "media missing": (lambda b: shutil.rmtree(b / "media"), ".pdf is missing"),
    "manifest changed": (lambda b: flip(b / "manifest.json"), "manifest.json"),
    "manifest missing": (lambda b: (b / "manifest.json").unlink(), "holds no backup"),
    "sums missing": (lambda b: (b / "SHA256SUMS").unlink(), "SHA256SUMS"),
    "sums cut": (lambda b: cut(b / "SHA256SUMS"), "none of ours"),
    "sums shorter": (lambda b: without_last_line(b / "SHA256SUMS"), "list of sums isn’t whole"),
}


class TestADamagedBackup:
    def test_is_refused_before_anything_is_touched(self, backup, tmp_path):
        for name, (damage, reason) in DAMAGES.items():
            copy = tmp_path / name / backup.name
            shutil.copytree(backup, copy)
            damage(copy)
            with pytest.raises(CommandError) as error:
                copies.said_by("check_backup", copy)
            assert reason in str(error.value), name

        copy = tmp_path / "dump cut" / backup.name
        with copies.empty_installation(tmp_path / "new"):
            said = refused(copy)

            assert "is not as it was made" in said
            assert connection.introspection.table_names() == []
            assert not (tmp_path / "new").exists()

    def test_one_that_is_whole_says_what_it_holds(self, backup):
        said = copies.said_by("check_backup", backup.parent)

        assert "is whole" in said
        assert "1 files of http://127.0.0.1:8000" in said

    def test_a_path_that_leads_elsewhere_is_refused(self, backup):
        sums = (backup / "SHA256SUMS").read_text()
        (backup / "SHA256SUMS").write_text(f"{'0' * 64}  media/files/../../../evil.pdf\n{sums}")

        with pytest.raises(Trouble, match="none of ours"):
            checking.check(backup)

    def test_a_dump_with_other_figures_than_the_manifest_is_taken_back(self, backup, tmp_path):
        tables = json.loads((backup / "manifest.json").read_text())["tables"]
        tables["registrations_person"]["rows"] += 1
        change_manifest(backup, tables=tables)

        with copies.empty_installation(tmp_path / "new"):
            said = refused(backup)

            assert "registrations_person has other figures" in said
            assert "The database is as it was." in said
            assert connection.introspection.table_names() == []
            assert copies.files_in(tmp_path / "new") == {}

    def test_files_stay_when_nobody_knows_whether_the_end_was_heard(
        self, backup, tmp_path, monkeypatch
    ):
        cut_the_line = "SELECT pg_terminate_backend(pg_backend_pid());"
        monkeypatch.setattr(statements, "after", lambda manifest: cut_the_line)

        with copies.empty_installation(tmp_path / "new"):
            said = refused(backup)

            assert said.startswith("The line to the database was cut at the very end.")
            assert len(copies.files_in(tmp_path / "new")) == 1

    def test_a_dump_that_breaks_off_is_taken_back(self, backup, tmp_path):
        dump = backup / "database.dump"
        dump.write_bytes(dump.read_bytes()[: -dump.stat().st_size // 3])
        resealed(backup)

        with copies.empty_installation(tmp_path / "new"):
            said = refused(backup)

            assert said.startswith("Nothing was restored: ")
            assert connection.introspection.table_names() == []


class TestAnotherVersion:
    def test_a_newer_backup_is_refused(self, backup, tmp_path):
        known = json.loads((backup / "manifest.json").read_text())["migrations"]
        newer = known | {"cec": [*known["cec"], "9999_of_tomorrow"]}
        change_manifest(backup, migrations=newer, product="9.0")

        said = refused(backup)

        assert "The backup is of version 9.0, which is newer" in said
        assert "it has cec.9999_of_tomorrow" in said

    def test_a_newer_postgresql_is_refused(self, backup):
        change_manifest(backup, postgresql=99)

        assert "The backup is of PostgreSQL 99" in refused(backup)

    def test_another_layout_is_refused(self, backup):
        change_manifest(backup, format=2)

        assert "laid out in another way" in refused(backup)

    def test_an_older_one_is_restored_and_migrated(self, backup, tmp_path):
        with copies.empty_installation(tmp_path / "old", "old"):
            copies.said_by("restore", backup)
            call_command("migrate", "cec", "0010", verbosity=0, stdout=StringIO())
            older = copies.backed_up(tmp_path / "older")
        with copies.empty_installation(tmp_path / "new"):
            said = copies.said_by("restore", older)

            assert "The backup is of an older version: migrating." in said
            assert Person.objects.get().name == "Nadia"
            assert MailHold.is_on()


class TestATargetWithData:
    def test_is_refused_and_left_alone(self, backup):
        make.person("Somebody new")
        before = copies.contents()

        said = refused(backup)

        assert "isn’t empty, and nothing was changed" in said
        assert copies.contents() == before

    @pytest.mark.parametrize("typed", ["", "yes", None])
    def test_is_not_replaced_without_its_name(self, typed, backup, monkeypatch):
        monkeypatch.setattr("sys.stdin", StringIO("" if typed is None else f"{typed}\n"))
        before = copies.contents()

        said = refused(backup, replace=True)

        assert "Nothing was changed." in said
        assert copies.contents() == before

    def test_is_replaced_once_its_name_is_typed(self, backup, media, monkeypatch):
        before = copies.contents()
        make.person("Somebody new")
        later = copies.some_file(b"%PDF-1.7 later")
        name = connection.settings_dict["NAME"]
        monkeypatch.setattr("sys.stdin", StringIO(f"{name}\n"))

        copies.said_by("restore", backup, replace=True)

        assert copies.contents() == before
        assert copies.rows_without_file() == 0
        assert not StoredFile.objects.filter(pk=later.pk).exists()

    def test_keeps_all_of_its_own_when_the_end_fails(self, backup, monkeypatch):
        make.person("Somebody new")
        before = copies.contents()
        name = connection.settings_dict["NAME"]
        monkeypatch.setattr("sys.stdin", StringIO(f"{name}\n"))
        monkeypatch.setattr(statements, "_HOLD", "SELECT 1 / 0;")

        said = refused(backup, replace=True)

        assert "division by zero" in said
        assert copies.contents() == before
        assert copies.rows_without_file() == 0

    def test_is_refused_while_others_use_it(self, backup, monkeypatch):
        monkeypatch.setattr(restoring, "_OTHERS", "SELECT 2")

        assert "Others use this database now (2 connections)" in refused(backup)


def test_a_file_that_was_lost_is_put_back_and_one_that_was_kept_stays(backup, media, monkeypatch):
    """A restore that broke off is simply done again."""
    (kept,) = media.rglob("*.pdf")
    copy = copies.some_file(b"%PDF-1.7 another")
    second = copies.backed_up(backup.parent / "second")
    kept.unlink()
    monkeypatch.setattr("sys.stdin", StringIO(f"{connection.settings_dict['NAME']}\n"))

    copies.said_by("restore", second, replace=True)

    assert StoredFile.objects.filter(pk=copy.pk).exists()
    assert copies.rows_without_file() == 0


def test_the_newest_of_a_folder_is_taken(backup):
    older = backup.parent / "2020-01-01T000000Z"
    shutil.copytree(backup, older)

    assert keeping.one_of(backup.parent) == backup
    assert keeping.one_of(older) == older
