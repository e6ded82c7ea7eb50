"""Making backups: what is in them, while people go on working, and how long they are kept."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.utils import timezone

from cec import work
from cec.backups import keeping, making, postgres, standing, survey
from cec.backups.trouble import Trouble
from cec.files import store
from cec.jobs import Job
from cec.models import StoredFile
from tests import factories as make
from tests.cec import copies
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


def said_in(backup):
    return json.loads((backup / "manifest.json").read_text())


class TestWhatIsInIt:
    def test_says_of_which_versions_it_is_and_what_it_holds(self, folder):
        row = make.registration()
        make.activity(row, "PD-I", hours="2.25")
        copies.some_file()

        said = said_in(copies.backed_up(folder))

        assert said["product"] == "0.1.0"
        assert said["postgresql"] == postgres.server_major() <= said["programs"]
        assert "0013_mail_hold" in said["migrations"]["cec"]
        assert said["tables"]["activities_activity"] == {"rows": 1, "sums": {"hours": "2.25"}}
        assert said["tables"]["registrations_payment"]["sums"] == {"amount": "40.00"}
        assert (said["files"], said["missing"]) == (1, [])

    def test_every_table_is_in_it_but_for_those_that_are_named(self, folder):
        backup = copies.backed_up(folder)

        listed = subprocess.run(
            [postgres.programs(least=18)["pg_restore"], "--list", backup / "database.dump"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        held = {line.split()[6] for line in listed.splitlines() if " TABLE DATA " in line}
        tables = set(connection.introspection.table_names())
        assert tables - held == set(survey.LEFT_OUT)
        assert set(said_in(backup)["tables"]) == held
        models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
        assert models - held == {"django_session"}

    def test_anybody_can_check_it_with_a_tool_of_the_system(self, folder):
        copies.some_file()
        backup = copies.backed_up(folder)

        done = subprocess.run(
            ["sha256sum", "--check", "SHA256SUMS"], cwd=backup, capture_output=True, check=False
        )

        assert done.returncode == 0
        assert done.stdout.count(b": OK") == 3

    def test_no_secret_is_in_it_and_nobody_else_may_read_it(self, folder, settings):
        backup = copies.backed_up(folder)

        assert os.stat(folder).st_mode & 0o077 == os.stat(backup).st_mode & 0o077 == 0
        for content in copies.files_in(backup).values():
            assert settings.SECRET_KEY.encode() not in content

    def test_files_without_a_row_stay_out(self, folder, media):
        copies.some_file()
        (media / "files" / "ab").mkdir(parents=True)
        (media / "files" / "ab" / f"{'ab' * 20}.pdf").write_bytes(b"orphan")

        assert said_in(copies.backed_up(folder))["files"] == 1


class TestFilesThatWereThereBefore:
    def test_are_linked_to_and_take_no_room(self, folder, monkeypatch):
        row = copies.some_file()
        name = store.path_of(row).name
        first = copies.backed_up(folder)
        monkeypatch.setattr(keeping, "name_of", lambda at: "2099-01-01T000000Z")

        second = copies.backed_up(folder)

        (one,), (other,) = (list(each.rglob(name)) for each in (first, second))
        assert one.samefile(other)

    def test_are_copied_anew_when_the_former_copy_is_damaged(self, folder, monkeypatch):
        row = copies.some_file()
        name = store.path_of(row).name
        (old,) = copies.backed_up(folder).rglob(name)
        old.write_bytes(b"rotten")
        monkeypatch.setattr(keeping, "name_of", lambda at: "2099-01-01T000000Z")

        (new,) = copies.backed_up(folder).rglob(name)

        assert new.read_bytes() == store.path_of(row).read_bytes() != b"rotten"

    @pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"rotten")])
    def test_one_that_the_site_lost_is_said_and_the_rest_kept(self, damage, folder):
        copies.some_file(b"%PDF-1.7 kept")
        lost = copies.some_file(b"%PDF-1.7 lost")
        damage(store.path_of(lost))

        with pytest.raises(CommandError, match="1 files of the site are gone or damaged") as error:
            copies.said_by("backup", folder)

        (backup,) = folder.iterdir()
        assert error.value.returncode == 2
        assert said_in(backup)["files"] == 1
        assert lost.key in said_in(backup)["missing"][0]
        assert "is whole" in copies.said_by("check_backup", folder)


class TestWhileItIsMade:
    def test_no_file_goes_away_and_the_next_sweep_removes_it(self, folder, monkeypatch):
        row = copies.some_file()
        path = store.path_of(row)
        dump = making._dump

        def dump_and_delete(*args):
            """Somebody deletes the file's row just after the dump has seen it."""
            dump(*args)
            as_somebody_else(lambda: deleted(row))

        monkeypatch.setattr(making, "_dump", dump_and_delete)

        backup = copies.backed_up(folder)

        assert not StoredFile.objects.exists()
        assert said_in(backup)["tables"]["cec_storedfile"]["rows"] == said_in(backup)["files"] == 1
        assert path.exists()
        os.utime(path, (0, 0))
        assert store.remove_orphans() == 1
        assert not path.exists()

    def test_a_file_goes_at_once_when_none_is_made(self):
        row = copies.some_file()

        deleted(row)

        assert not store.path_of(row).exists()

    def test_a_second_one_is_refused(self, folder):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("5s",)

        def second():
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(CommandError, match="another one is being made just now"):
                copies.said_by("backup", folder)

        with work.alone(standing.JOB):
            as_somebody_else(second)

        assert not folder.exists()


def deleted(row):
    with transaction.atomic():
        store.remove(StoredFile.objects.get(pk=row.pk))


def as_somebody_else(deed):
    """Do it on a line of its own to the database."""
    (answer,) = at_once([deed])
    if isinstance(answer, Exception):
        raise answer


class TestWhatFails:
    def test_leaves_nothing_but_a_sentence_and_a_job_that_failed(self, folder, monkeypatch):
        monkeypatch.setattr(postgres, "environment", lambda: os.environ | {"PGHOST": "/nowhere"})

        with pytest.raises(CommandError, match=r"^No backup was made: .*/nowhere"):
            copies.said_by("backup", folder)

        assert list(folder.iterdir()) == []
        assert Job.objects.get(name=standing.JOB).failures == 1
        assert standing.last_made() is None

    def test_a_full_disk_is_said(self, folder, monkeypatch):
        copies.some_file()

        def full(*args):
            raise OSError(28, "No space left on device", "/backups/x")

        monkeypatch.setattr(making, "_copied", full)

        with pytest.raises(CommandError, match=r"No space left on device \(/backups/x\)"):
            copies.said_by("backup", folder)

        assert list(folder.iterdir()) == []

    def test_what_a_killed_one_left_is_cleared(self, folder):
        (folder / ".2026-01-01T000000Z.part" / "media").mkdir(parents=True)

        backup = copies.backed_up(folder)

        assert set(folder.iterdir()) - {backup} == set()

    def test_programs_that_are_too_old_are_named(self):
        with pytest.raises(Trouble, match="PostgreSQL 99 or newer are needed"):
            postgres.programs(least=99)

    def test_the_password_stands_in_no_command(self, monkeypatch, folder):
        known = {"USER": "owner", "PASSWORD": "hush", "HOST": "db.example"}
        for name, value in known.items():
            monkeypatch.setitem(connection.settings_dict, name, value)

        said = postgres.environment()

        assert (said["PGUSER"], said["PGPASSWORD"], said["PGHOST"]) == tuple(known.values())


class TestKeeping:
    NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)

    def kept(self, *ages, days=14):
        """Which of the backups of so many days ago are kept."""
        paths = {Path(keeping.name_of(self.NOW - timedelta(days=age))): age for age in ages}
        kept = keeping.kept_of(paths, now=self.NOW, days=days)
        return sorted(age for path, age in paths.items() if path in kept)

    def test_all_of_fourteen_days_one_a_week_for_eight_weeks_one_a_month_for_six(self):
        kept = self.kept(*range(400))

        daily = [age for age in kept if age < 14]
        weekly = [age for age in kept if 14 <= age < 56]
        monthly = [age for age in kept if age >= 56]
        assert daily == list(range(14))
        weeks = [(self.NOW - timedelta(days=age)).isocalendar()[:2] for age in weekly]
        months = {f"{self.NOW - timedelta(days=age):%Y-%m}" for age in monthly}
        assert len(set(weeks)) == 6  # the two before are among the fourteen days
        assert months == {"2026-05", "2026-06", "2026-07", "2026-08", "2026-09"}
        assert len(monthly) == len(months)

    def test_the_newest_is_kept_however_old_it_is(self):
        assert self.kept(900, 901) == [900]

    def test_several_of_a_day_are_kept_in_the_first_days_and_one_of_each_week_later(self):
        assert self.kept(0, 0.2, 0.4, 3, 7, 7.2, days=2) == [0, 0.2, 0.4, 7]

    def test_only_backups_are_ever_removed(self, folder):
        old = folder / "2020-01-01T000000Z"
        old.mkdir(parents=True)
        (old / "manifest.json").write_text("{}")
        for other in ("notes", "2020-01-02T000000Z"):
            (folder / other).mkdir()

        said = copies.said_by("backup", folder)

        names = {path.name for path in folder.iterdir()}
        assert "1 older backups removed" in said
        assert {"notes", "2020-01-02T000000Z"} < names
        assert old.name not in names

    def test_less_than_a_day_is_refused(self, folder):
        with pytest.raises(CommandError):
            copies.said_by("backup", folder, keep=0)

        assert not folder.exists()


class TestNightly:
    @pytest.mark.parametrize(
        ("made", "now", "due"),
        [
            (None, "12:00", True),
            ("2026-11-27T03:00:10", "2026-11-28T02:59:00", False),
            ("2026-11-27T03:00:10", "2026-11-28T03:00:00", True),
            ("2026-11-27T23:00:00", "2026-11-28T03:00:00", True),
            ("2026-11-28T03:00:10", "2026-11-28T12:00:00", False),
            ("2026-12-01T03:00:00", "2026-11-28T12:00:00", True),  # the clock was put back
        ],
    )
    def test_is_due_once_after_three_in_the_morning(self, made, now, due):
        zone = timezone.get_default_timezone()
        if made:
            at = datetime.fromisoformat(made).replace(tzinfo=zone)
            Job.objects.create(name=standing.JOB, started_at=at, finished_at=at, succeeded_at=at)
        moment = datetime.fromisoformat(now if "T" in now else f"2026-11-28T{now}")

        assert standing.is_due_tonight(moment.replace(tzinfo=zone)) is due

    def test_does_nothing_when_it_was_done(self, folder):
        copies.said_by("backup", folder, nightly=True)
        copies.said_by("backup", folder, nightly=True)

        assert len(list(folder.iterdir())) == 1
