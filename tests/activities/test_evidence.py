"""Evidence: files on an entry, added by its owner, kept within limits, removed with the entry."""

import itertools
import os
import signal
import time
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from activities import evidence, log
from activities.models import Activity, Comment, Evidence
from cec import limits, work
from cec.files import store
from cec.models import Job, StoredFile
from cec.problems import Refused
from registrations.models import Registration
from tests import factories as make
from tests.cec.hostile_files import GOOD, HOSTILE, picture, upload
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def entry(registration):
    return make.activity(registration, title="Webinar")


def add(registration, entry, name="card.pdf", content=None, *, by=None):
    file = upload(name, GOOD["card.pdf"] if content is None else content)
    return evidence.add(registration, entry, file, by=by or registration.person)


def add_picture(registration, entry, width):
    return add(registration, entry, "photo.png", picture("PNG", size=(width, 9)))


def stored(media):
    return sorted(path for path in media.rglob("*") if path.is_file())


def long_ago(entry):
    then = timezone.now() - timedelta(days=log.UNDO_DAYS, minutes=1)
    Activity.objects.filter(pk=entry.pk).update(deleted_at=then)
    entry.credits.update(deleted_at=then)


class TestAdding:
    def test_a_file_is_kept_with_its_entry(self, registration, entry, media):
        row = add(registration, entry, "Mon attestation.pdf")

        assert (row.activity, row.added_by) == (entry, registration.person)
        assert row.file.name == "Mon attestation.pdf"
        assert stored(media) == [store.path_of(row.file)]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_file_leaves_nothing(self, registration, entry, media, name):
        with pytest.raises(Refused):
            add(registration, entry, name, HOSTILE[name])

        assert stored(media) == []
        assert not Evidence.objects.exists()
        assert not StoredFile.objects.exists()

    def test_the_same_file_twice_is_one(self, registration, entry, media):
        first, second = add(registration, entry), add(registration, entry, "again.pdf")

        assert first == second
        assert len(stored(media)) == 1

    def test_the_same_file_may_stand_with_two_entries(self, registration, entry, media):
        other = make.activity(registration)

        add(registration, entry)
        add(registration, other)

        assert len(stored(media)) == Evidence.objects.count() == 2

    def test_an_eleventh_file_is_refused(self, registration, entry):
        for width in range(1, 11):
            add_picture(registration, entry, width)

        with pytest.raises(Refused, match="An activity holds 10 files"):
            add_picture(registration, entry, 30)
        add_picture(registration, make.activity(registration), 30)

        assert entry.evidence.count() == 10

    def test_two_hundred_megabytes_a_person_are_enough(self, registration, entry):
        other = make.registration(registration.person, code="CPC", association_code=None)
        elsewhere = make.activity(other, "CDP", hours=None, on=other.starts_on)
        kept = add_picture(other, elsewhere, 5)
        room = evidence.MOST_BYTES - len(GOOD["card.pdf"])
        StoredFile.objects.filter(pk=kept.file_id).update(size=room + 1)

        with pytest.raises(Refused, match="room for 200 MB"):
            add(registration, entry)
        StoredFile.objects.filter(pk=kept.file_id).update(size=room)
        add(registration, entry)

        assert entry.evidence.count() == 1

    def test_thirty_files_an_hour_are_enough_with_those_of_memberships(self, registration, entry):
        for _file in range(limits.UPLOADS):
            limits.count_upload(registration.person_id)

        with pytest.raises(Refused, match="Try again in an hour"):
            add(registration, entry)
        limits.count_upload(make.person().pk)

        assert not Evidence.objects.exists()

    @pytest.mark.parametrize("status", ["turned_in", "accepted", "certified", "lapsed"])
    def test_a_closed_record_takes_and_gives_none(self, registration, entry, media, status):
        row = add(registration, entry)
        Registration.objects.filter(pk=registration.pk).update(status=status)

        with pytest.raises(Refused, match="closed for changes"):
            add_picture(registration, entry, 5)
        with pytest.raises(Refused, match="closed for changes"):
            evidence.remove(registration, row, by=registration.person)

        assert stored(media) == [store.path_of(row.file)]

    def test_an_entry_that_was_deleted_meanwhile_takes_none(self, registration, entry, media):
        log.delete(registration, entry, by=registration.person)

        with pytest.raises(Refused, match="changed meanwhile"):
            add(registration, entry)

        assert stored(media) == []

    def test_nobody_adds_or_removes_for_somebody_else(self, registration, entry):
        row = add(registration, entry)

        for who in (make.representative(), make.administrator(), make.person()):
            with pytest.raises(PermissionDenied):
                add(registration, entry, by=who)
            with pytest.raises(PermissionDenied):
                evidence.remove(registration, row, by=who)

        assert entry.evidence.get() == row

    def test_a_file_answers_the_committees_question_and_leaves_open_forms_alone(
        self, registration, entry
    ):
        question = Comment.objects.create(
            registration=registration, activity=entry, author=make.representative(), text="How?"
        )
        before = question.is_answered

        add(registration, entry)

        entry.refresh_from_db()
        answered = Comment.objects.select_related("activity").get().is_answered
        assert (before, answered, entry.version) == (False, True, 1)

    @pytest.mark.parametrize("trouble", ["missing", "full"])
    def test_without_room_there_is_a_message_and_no_row(
        self, registration, entry, media, monkeypatch, settings, trouble
    ):
        if trouble == "missing":
            (media / "gone").write_text("This is no folder.")
            settings.MEDIA_ROOT = media / "gone"
        else:
            monkeypatch.setattr(os, "fsync", _no_space)

        with pytest.raises(Refused, match="can’t keep files just now"):
            add(registration, entry)

        assert not Evidence.objects.exists()
        assert not StoredFile.objects.exists()


def _no_space(_file):
    raise OSError(28, "No space left on device")


class TestRemoving:
    @pytest.mark.django_db(transaction=True)
    def test_a_file_goes_with_its_row(self, registration, entry, media):
        row = add(registration, entry)
        other = add_picture(registration, entry, 5)

        evidence.remove(registration, row, by=registration.person)
        evidence.remove(registration, row, by=registration.person)

        assert list(Evidence.objects.all()) == [other]
        assert stored(media) == [store.path_of(other.file)]

    @pytest.mark.django_db(transaction=True)
    def test_a_deleted_entry_keeps_its_files_until_it_can_not_come_back(
        self, registration, entry, media
    ):
        add(registration, entry)
        kept = add(registration, make.activity(registration))
        log.delete(registration, entry, by=registration.person)

        early = evidence.sweep()
        long_ago(entry)
        late = evidence.sweep()

        assert (early, late, evidence.sweep()) == (0, 1, 0)
        assert list(Evidence.objects.all()) == [kept]
        assert stored(media) == [store.path_of(kept.file)]

    def test_an_entry_brought_back_in_time_has_its_files(self, registration, entry, media):
        row = add(registration, entry)
        log.delete(registration, entry, by=registration.person)
        log.restore(registration, entry, by=registration.person)

        assert evidence.sweep() == 0
        assert store.path_of(row.file).exists()

    def test_an_entry_whose_files_may_be_gone_does_not_come_back(self, registration, entry):
        log.delete(registration, entry, by=registration.person)
        long_ago(entry)

        with pytest.raises(Refused, match="too long ago"):
            log.restore(registration, entry, by=registration.person)

        assert Activity.objects.get().deleted_at is not None

    def test_the_sweep_comes_once_an_hour(self, registration, entry):
        def sweep():
            return work.run("activities.tasks.remove_evidence_of_deleted_entries")

        other = make.activity(registration)
        for row in (entry, other):
            add(registration, row)
            log.delete(registration, row, by=registration.person)
        long_ago(entry)

        first = sweep()
        long_ago(other)
        second = sweep()
        Job.objects.update(succeeded_at=timezone.now() - timedelta(hours=1))

        assert (first, second, sweep()) == (1, work.Skipped.NOT_DUE, 1)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_uploads_do_not_pass_the_tenth(self, registration, entry):
        for width in range(1, 10):
            add_picture(registration, entry, width)

        answers = at_once(
            [lambda w=width: add_picture(registration, entry, w) for width in (20, 30, 40)]
        )

        assert sum(isinstance(answer, Refused) for answer in answers) == 2
        assert entry.evidence.count() == 10

    def test_without_the_lock_they_would(self, registration, entry, monkeypatch):
        """The race is real: the same uploads, and nothing that makes them wait."""
        for width in range(1, 10):
            add_picture(registration, entry, width)
        states = {registration.pk: "active"}
        monkeypatch.setattr(evidence, "_lock", lambda *_args: states)
        monkeypatch.setattr(store, "_write", lambda *_args: time.sleep(0.5))

        at_once([lambda w=width: add_picture(registration, entry, w) for width in (20, 30, 40)])

        assert entry.evidence.count() > 10

    def test_the_same_file_from_two_windows_is_one(self, registration, entry, media):
        at_once([lambda: add(registration, entry)] * 4)

        assert entry.evidence.count() == len(stored(media)) == 1

    def test_an_entry_that_is_just_being_brought_back_keeps_its_files(
        self, registration, entry, monkeypatch
    ):
        row = add(registration, entry)
        log.delete(registration, entry, by=registration.person)

        with transaction.atomic():
            log.restore(registration, entry, by=registration.person)
            monkeypatch.setattr(log, "UNDO_DAYS", -1)  # its time ends before it is back
            (meanwhile,) = at_once([evidence.sweep])

        assert (meanwhile, evidence.sweep()) == (0, 0)
        assert store.path_of(row.file).exists()

    def test_a_process_that_is_killed_leaves_no_row_without_a_file(self, registration, entry):
        for seconds in (0.05, 0.1, 0.2, 0.3):
            connection.close()  # else both would speak through it
            child = os.fork()
            if child == 0:
                _add_and_remove_for_ever(registration, entry)
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

        rows = list(Evidence.objects.select_related("file"))
        assert rows
        assert StoredFile.objects.count() == len(rows)
        assert all(store.path_of(row.file).exists() for row in rows)


def _add_and_remove_for_ever(registration, entry):
    """What the killed process does, each file in a transaction of its own."""
    try:
        limits.UPLOADS = 10**6
        for width in itertools.count(1):
            row = add_picture(registration, entry, width)
            if width > 3:
                evidence.remove(registration, row, by=registration.person)
    finally:
        os._exit(1)
