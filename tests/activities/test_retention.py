"""Evidence and trials of rules are kept no longer than they serve (K3)."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from activities import log
from activities.models import Evidence, Rehearsal
from cec import retention
from cec.files import store
from registrations.models import Registration
from tests import factories as make
from tests.activities import audits

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def clear(name):
    return retention.rules()[name].clear()


def evidence_of(months, *, status="certified", more=A_DAY):
    """A file in a record whose cycle ended so many months and a little more ago."""
    last_day = timezone.localdate() - relativedelta(months=months) - more
    row = make.registration(starts_on=last_day + A_DAY - relativedelta(years=3))
    shown = make.evidence(make.activity(row, on=row.starts_on))
    Registration.objects.filter(pk=row.pk).update(status=status)
    return shown


class TestEvidence:
    def test_goes_two_years_after_the_cycle_with_its_file_and_no_day_earlier(
        self, django_capture_on_commit_callbacks
    ):
        gone = evidence_of(24, more=2 * A_DAY)
        stays = evidence_of(24, more=-2 * A_DAY)
        path = store.path_of(gone.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")

        with django_capture_on_commit_callbacks(execute=True):
            assert clear("evidence") == 1
        assert clear("evidence") == 0

        assert list(Evidence.objects.all()) == [stays]
        assert not path.exists()

    def test_that_went_is_told_in_the_history_of_the_entry_without_its_name(self):
        entry = evidence_of(30).activity

        clear("evidence")

        change = entry.changes.get()
        assert (change.kind, change.by, change.file_name) == ("file_removed", None, "")

    @pytest.mark.parametrize("status", ["active", "turned_in", "accepted"])
    def test_of_a_record_that_goes_on_stays(self, status):
        evidence_of(30, status=status)

        assert clear("evidence") == 0

    @pytest.mark.parametrize("status", ["certified", "withdrawn", "lapsed"])
    def test_of_a_record_that_is_over_goes(self, status):
        evidence_of(30, status=status)

        assert clear("evidence") == 1

    def test_in_an_audit_that_goes_on_stays(self):
        audits.drawn(evidence_of(30).activity.credits.get().registration)

        assert clear("evidence") == 0

    def test_of_a_deleted_entry_that_can_be_brought_back_stays(self):
        row = make.registration()
        entry = make.activity(row, on=row.starts_on)
        make.evidence(entry)
        log.delete(row, entry, by=row.person)

        assert clear("evidence") == 0


class TestTrials:
    def test_go_after_a_year_unless_people_were_moved_by_them(self):
        rules, by = make.program().current_rules, make.administrator()
        long_ago = timezone.now() - relativedelta(months=12)
        rows = [Rehearsal.objects.create(rules=rules, made_by=by) for _number in range(3)]
        for row, made_at in zip(
            rows, (long_ago - A_DAY, long_ago - A_DAY, long_ago + A_DAY), strict=True
        ):
            Rehearsal.objects.filter(pk=row.pk).update(made_at=made_at)
        Rehearsal.objects.filter(pk=rows[1].pk).update(moved_at=timezone.now(), reason="New rules")

        assert clear("rehearsals") == 1
        assert clear("rehearsals") == 0

        assert set(Rehearsal.objects.all()) == set(rows[1:])
