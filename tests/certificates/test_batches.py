"""Issuing in batches: each certificate once, whatever fails or is clicked twice (F2, F3, H1-H4)."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from cec import claims, work
from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import batches, issuing, making, proofs
from certificates.models import Batch, BatchItem, Certificate
from registrations.models import Appointment, Registration
from tests import factories
from tests.certificates import records
from tests.certificates.batching import (
    as_if_killed,
    confirmed,
    progress,
    unprintable,
    what_became,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db


class TestConfirming:
    def test_writes_rows_and_issues_nothing_yet(self):
        rows = [records.accepted(), records.accepted()]
        administrator = factories.administrator()

        batch = confirmed(*rows, by=administrator)

        assert {item.name for item in batch.items.all()} == {row.person.name for row in rows}
        assert (batch.confirmed_by, batch.run_by) == (administrator, administrator)
        assert progress(batch).waiting == 2
        assert not Certificate.objects.exists()

    def test_the_same_form_twice_is_one_batch(self):
        row, administrator, key = records.accepted(), factories.administrator(), uuid.uuid4()

        first = confirmed(row, by=administrator, form_key=key)
        batches.issue_waiting()
        second = confirmed(row, by=administrator, form_key=key)

        assert first == second
        assert Batch.objects.count() == 1
        assert Certificate.objects.count() == 1

    def test_is_the_administrators_alone(self):
        row = records.accepted()

        for other in (factories.steering(), factories.representative(), row.person):
            with pytest.raises(PermissionDenied):
                confirmed(row, by=other)

        assert not Batch.objects.exists()

    def test_nobody_confirms_their_own_however_the_form_says_it(self):
        administrator = factories.administrator()
        own = records.accepted(administrator)
        proof = proofs.Proof(own, own.person.name, counted=120, ends_on=None)

        with pytest.raises(PermissionDenied):
            batches.confirm([proof], by=administrator, form_key=uuid.uuid4())

        assert not Batch.objects.exists()

    def test_wants_somebody_to_be_chosen(self):
        row = records.turned_in()

        with pytest.raises(Refused):
            confirmed(row, by=factories.administrator())

        assert not Batch.objects.exists()

    def test_those_left_out_stay_visible_with_their_reason(self):
        sound, without_letters = records.accepted(), unprintable()

        batch = confirmed(sound, without_letters, by=factories.administrator())
        batches.issue_waiting()

        state, why = what_became(batch)[without_letters.pk]
        assert state == "left_out"
        assert "李" in why
        assert Certificate.objects.get().registration == sound


class TestIssuing:
    def test_issues_each_with_history_document_and_mail(self):
        rows = [records.accepted() for _ in range(3)]
        administrator = factories.administrator()
        batch = confirmed(*rows, by=administrator)

        batches.issue_waiting()
        making.make_waiting()

        done = progress(batch)
        events = [row.events.get(kind="certify") for row in rows]
        assert (done.issued, done.made, done.waiting, done.mailed) == (3, 3, 0, 0)
        assert {event.actor for event in events} == {administrator}
        assert sorted(Certificate.objects.values_list("sequence", flat=True)) == [1, 2, 3]
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 3
        assert not done.goes_on

    def test_counts_the_mails_that_went_out(self):
        batch = confirmed(records.accepted(), by=factories.administrator())
        batches.issue_waiting()
        making.make_waiting()

        OutgoingMail.objects.filter(kind="certificate_issued").update(
            state="sent", sent_at=timezone.now()
        )

        assert progress(batch).mailed == 1

    def test_a_second_run_changes_nothing(self):
        batch = confirmed(records.accepted(), by=factories.administrator())
        batches.issue_some(batch.pk)

        again = batches.issue_some(batch.pk)

        assert again == 0
        assert Certificate.objects.count() == 1

    def test_a_message_asks_for_a_chunk_and_the_next_one_for_the_rest(self, monkeypatch):
        monkeypatch.setattr(batches, "CHUNK", 2)
        batch = confirmed(*(records.accepted() for _ in range(3)), by=factories.administrator())

        tried = [batches.issue_some(batch.pk, most=2) for _message in range(3)]

        assert tried == [2, 1, 0]
        assert progress(batch).issued == 3

    def test_a_sweep_leaves_what_it_has_no_time_for_to_the_next_one(self, monkeypatch):
        monkeypatch.setattr(work, "TURN_SECONDS", 0)
        by = factories.administrator()
        first, second = (confirmed(records.accepted(), by=by) for _batch in range(2))

        issued = [batches.issue_waiting() for _sweep in range(3)]

        assert issued == [1, 1, 0]
        assert [progress(batch).issued for batch in (first, second)] == [1, 1]

    def test_eligibility_is_that_of_the_moment_and_stops_nobody_else(self):
        missing, sound = records.accepted(), records.accepted()
        batch = confirmed(missing, sound, by=factories.administrator())
        missing.membership_checks.create(outcome="lapsed", checked_by=factories.person())

        batches.issue_waiting()

        assert what_became(batch) == {
            missing.pk: ("failed", "The membership isn’t in good standing."),
            sound.pk: ("issued", ""),
        }

    def test_what_somebody_else_issued_meanwhile_is_said(self):
        row, other = records.accepted(), factories.administrator()
        batch = confirmed(row, by=factories.administrator())
        certificate = issuing.issue(row, by=other)

        batches.issue_waiting()

        state, why = what_became(batch)[row.pk]
        assert state == "failed"
        assert f"{other.name} was here first" in why
        assert Certificate.objects.get() == certificate

    def test_a_name_that_was_changed_after_the_proof_sheet_is_not_printed(self):
        row = records.accepted()
        batch = confirmed(row, by=factories.administrator())
        row.person.name = "Somebody Else"
        row.person.save()

        batches.issue_waiting()

        state, why = what_became(batch)[row.pk]
        row.refresh_from_db()
        assert state == "failed"
        assert "Somebody Else" in why
        assert row.status == "accepted"
        assert not Certificate.objects.exists()

    def test_reasons_are_in_the_language_of_whoever_runs_it(self):
        administrator = factories.administrator()
        administrator.language = "fr"
        administrator.save()
        row = records.accepted()
        batch = confirmed(row, by=administrator)
        row.membership_checks.create(outcome="lapsed", checked_by=factories.person())

        batches.issue_waiting()

        assert "adhésion" in what_became(batch)[row.pk][1]


class TestWhatFails:
    def test_an_item_whose_worker_was_killed_is_taken_up_again(self):
        batch = confirmed(records.accepted(), by=factories.administrator())
        batch.items.update(tries=1, claimed_at=timezone.now())

        at_once = batches.issue_waiting()
        as_if_killed(batch)
        later = batches.issue_waiting()

        assert (at_once, later) == (0, 1)
        assert progress(batch).issued == 1

    def test_a_poisonous_one_stops_after_five_tries_is_shown_and_blocks_nobody(self):
        poison, sound = records.accepted(), records.accepted()
        batch = confirmed(poison, sound, by=factories.administrator())
        batch.items.filter(registration=poison).update(
            tries=claims.MOST_TRIES, claimed_at=timezone.now() - claims.LEASE * 2
        )

        batches.issue_waiting()

        assert what_became(batch) == {
            poison.pk: ("failed", "The program stopped each time that it was tried."),
            sound.pk: ("issued", ""),
        }

    def test_an_error_is_shown_and_tried_again_by_itself(self, settings):
        row = records.accepted()
        batch = confirmed(row, by=factories.administrator())
        site, settings.SITE_URL = settings.SITE_URL, None

        batches.issue_waiting()
        failed = what_became(batch)[row.pk]
        settings.SITE_URL = site
        as_if_killed(batch)
        batches.issue_waiting()

        assert failed[0] == "waiting"
        assert "Error" in failed[1]
        assert what_became(batch)[row.pk] == ("issued", "")

    def test_the_database_knows_no_issued_item_without_certificate(self):
        batch = confirmed(records.accepted(), by=factories.administrator())

        with pytest.raises(IntegrityError), transaction.atomic():
            batch.items.update(state="issued")


class TestStopping:
    def test_a_stopped_batch_rests_until_somebody_lets_it_go_on(self):
        first, second = factories.administrator(), factories.administrator()
        batch = confirmed(records.accepted(), by=first)

        batches.stop(batch, by=second)
        resting = batches.issue_waiting(), batches.issue_some(batch.pk)
        batches.go_on(batch, by=second)
        batches.issue_waiting()

        assert resting == (0, 0)
        assert Certificate.objects.get().issued_by == second

    def test_what_was_not_issued_can_be_tried_again(self):
        row = records.accepted()
        batch = confirmed(row, by=factories.administrator())
        check = row.membership_checks.create(outcome="lapsed", checked_by=factories.person())
        batches.issue_waiting()
        factories.confirm(row, until=timezone.localdate() + timezone.timedelta(days=900))

        before = progress(batch)
        batches.go_on(batch, by=factories.administrator())
        batches.issue_waiting()

        assert check.pk
        assert before.can_go_on
        assert what_became(batch)[row.pk] == ("issued", "")

    def test_a_batch_that_is_done_does_not_go_on(self):
        administrator = factories.administrator()
        batch = confirmed(records.accepted(), by=administrator)
        batches.issue_waiting()

        batches.go_on(batch, by=factories.administrator())

        batch.refresh_from_db()
        assert batch.run_by == administrator
        assert not progress(batch).can_go_on

    def test_is_the_administrators(self):
        batch = confirmed(records.accepted(), by=factories.administrator())

        for verb in (batches.stop, batches.go_on):
            with pytest.raises(PermissionDenied):
                verb(batch, by=factories.steering())

        batch.refresh_from_db()
        assert batch.stopped_at is None

    def test_it_stops_by_itself_when_whoever_runs_it_may_no_longer(self):
        administrator = factories.administrator()
        batch = confirmed(*(records.accepted() for _ in range(3)), by=administrator)
        batches.issue_some(batch.pk, most=1)
        yesterday = timezone.localdate() - timezone.timedelta(days=1)
        Appointment.objects.filter(person=administrator).update(last_day=yesterday)

        batches.issue_waiting()

        batch.refresh_from_db()
        done = progress(batch)
        assert (done.issued, done.waiting, done.failed) == (1, 2, 0)
        assert batch.stopped_at is not None
        assert batch.stopped_by is None
        assert done.can_go_on

    def test_a_batch_that_somebody_took_over_is_not_stopped_by_the_first_ones_lost_right(self):
        first, second = factories.administrator(), factories.administrator()
        batch = confirmed(records.accepted(), by=first)
        item = batch.items.get()
        Batch.objects.update(run_by=second)

        batches._no_right(item, by=factories.person())

        batch.refresh_from_db()
        assert batch.stopped_at is None

    def test_another_administrators_own_is_left_when_they_let_it_go_on(self):
        other = factories.administrator()
        own, row = records.accepted(other), records.accepted()
        batch = confirmed(own, row, by=factories.administrator())
        batches.stop(batch, by=other)
        batches.go_on(batch, by=other)

        batches.issue_waiting()

        assert what_became(batch) == {
            own.pk: ("failed", "Somebody else has to issue this one."),
            row.pk: ("issued", ""),
        }


@pytest.mark.django_db(transaction=True)
class TestAllAtOnce:
    def test_twenty_clicks_on_confirm_make_one_batch(self):
        row, administrator, key = records.accepted(), factories.administrator(), uuid.uuid4()

        answers = at_once([lambda: confirmed(row, by=administrator, form_key=key)] * 20)

        assert {answer.pk for answer in answers} == {Batch.objects.get().pk}
        assert BatchItem.objects.count() == 1

    def test_eight_workers_share_a_batch_and_issue_each_once(self):
        rows = [records.accepted() for _ in range(16)]
        batch = confirmed(*rows, by=factories.administrator())

        answers = at_once([lambda: batches.issue_some(batch.pk, most=20)] * 8)

        assert sum(answers) == 16
        assert sorted(Certificate.objects.values_list("sequence", flat=True)) == list(range(1, 17))
        assert set(batch.items.values_list("state", "tries")) == {("issued", 1)}

    def test_a_button_and_two_overlapping_batches_make_one_certificate_each(self):
        rows = [records.accepted() for _ in range(6)]
        administrators = [factories.administrator(), factories.administrator()]
        sheets = [
            proofs.sheet(Registration.objects.filter(pk__in=[r.pk for r in rows]), by=by)
            for by in administrators
        ]
        ours = [
            batches.confirm(sheet, by=by, form_key=uuid.uuid4())
            for sheet, by in zip(sheets, administrators, strict=True)
        ]

        at_once(
            [lambda batch=batch: batches.issue_some(batch.pk) for batch in ours * 3]
            + [lambda row=row: issuing.issue(row, by=administrators[0]) for row in rows]
        )
        making.make_waiting()

        assert Certificate.objects.count() == 6
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 6
        for row in rows:
            assert row.events.filter(kind="certify").count() == 1
        assert not BatchItem.objects.filter(state="waiting").exists()
