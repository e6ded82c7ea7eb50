"""An audit as it goes on: which entries want evidence, what decisions do, when it is over (C2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from activities import audit, evidence, log, points, reasons
from activities.audit import Choice
from activities.models import AuditDecision, Credit
from activities.record import Record
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.calendar import anniversary, today_in
from tests import factories as make
from tests.activities.audits import asked, open_again
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return make.representative()


@pytest.fixture
def found():
    """An audit of a record with two entries that count, a planned one and a deleted one."""
    return asked()


def entries(found):
    return list(found.registration.person.activities.kept().filter(planned=False).order_by("pk"))


def decide(found, *choices, by):
    return audit.decide(found.registration, [Choice(*choice) for choice in choices], by=by)


class TestWantingEvidence:
    def test_all_that_counts_wants_it_as_long_as_nothing_is_chosen(self, found):
        row = found.registration
        planned = row.person.activities.get(planned=True)

        assert all(audit.wants_evidence(row, entry) for entry in entries(found))
        assert not audit.wants_evidence(row, planned)

    def test_only_the_chosen_want_it_and_the_participant_is_told(self, found, reviewer):
        first, second = entries(found)

        audit.choose_entries(found, [second.pk], by=reviewer)
        audit.choose_entries(found, [second.pk], by=reviewer)

        assert audit.waiting_for_evidence(found.registration) == {second.pk}
        mail = OutgoingMail.objects.get(kind="audit_entries")
        assert second.title in mail.text
        assert first.title not in mail.text

    def test_once_all_the_chosen_are_gone_everything_counts_again(self, found, reviewer):
        first, second = entries(found)
        audit.choose_entries(found, [second.pk], by=reviewer)
        open_again(found)

        log.delete(found.registration, second, by=found.registration.person)

        assert audit.waiting_for_evidence(found.registration) == {first.pk}

    def test_records_that_were_not_drawn_or_are_over_want_none(self, found):
        entry = entries(found)[0]
        for state in ("spared", "exempt"):
            place = None if state == "exempt" else 1
            type(found).objects.filter(pk=found.pk).update(state=state, place=place)
            assert not audit.wants_evidence(found.registration, entry)

        type(found).objects.filter(pk=found.pk).update(state="asked", place=1)
        found.registration.status = "certified"
        assert not audit.wants_evidence(found.registration, entry)

    def test_a_settled_entry_wants_none_until_it_is_changed(self, found, reviewer):
        first, second = entries(found)
        decide(found, (first.pk, "pass"), by=reviewer)

        settled = audit.waiting_for_evidence(found.registration)
        open_again(found)
        first.title = "Another title"
        log.change(found.registration, first, rate=make.rate("PD-I"), by=found.registration.person)

        assert settled == {second.pk}
        assert audit.waiting_for_evidence(found.registration) == {first.pk, second.pk}

    def test_what_passed_by_a_file_that_is_removed_waits_again(
        self, found, reviewer, settings, tmp_path
    ):
        settings.MEDIA_ROOT = tmp_path
        first, second = entries(found)
        kept, removed = make.evidence(first), make.evidence(second)
        decide(found, (first.pk, "pass"), by=reviewer)
        open_again(found)

        evidence.remove(found.registration, removed, by=found.registration.person)
        undecided = entries(found)[1].version
        evidence.remove(found.registration, kept, by=found.registration.person)

        assert undecided == second.version
        assert audit.waiting_for_evidence(found.registration) == {first.pk, second.pk}

    def test_choosing_is_the_reviewers_and_of_this_record(self, found, reviewer):
        foreign = make.activity(make.registration())

        with pytest.raises(PermissionDenied):
            audit.choose_entries(found, [], by=found.registration.person)
        with pytest.raises(Refused) as refused:
            audit.choose_entries(found, [foreign.pk], by=reviewer)

        assert refused.value.problems[0].code == "foreign_entry"
        assert not found.entries.exists()


class TestDisallowing:
    def test_takes_the_points_out_and_keeps_them_parked_with_the_reason(self, found, reviewer):
        row, entry = found.registration, entries(found)[0]
        before = points.standing(row).counted

        audit.disallow(row, entry, by=reviewer, reason="This was staff training.")

        record = Record(row)
        line = record.line(entry)
        assert before - points.standing(row).counted == line.raw == line.parked == Decimal(3)
        assert line.counted == 0
        assert str(reasons.reason(line, record.rules)) == (
            "The committee disallowed it: This was staff training. "
            "3\u00a0points stay in the record and don’t count."
        )
        assert record.counted() == points.standing(row).counted
        assert row.events.get(kind="entry_disallowed").details == {"activity": entry.pk}
        assert "This was staff training." in OutgoingMail.objects.get(kind="entries_decided").text

    def test_makes_room_for_a_later_entry_under_the_same_limit(self, reviewer):
        row = make.registration(status="active")
        first = make.activity(row, hours="20", on="2025-05-01")
        second = make.activity(row, hours="6", on="2025-06-01")

        audit.disallow(row, first, by=reviewer, reason="No.")

        assert Record(row).line(second).counted == 6

    def test_stays_whatever_is_edited_until_it_is_taken_back(self, reviewer):
        row = make.registration()
        entry = make.activity(row, hours="3")
        audit.disallow(row, entry, by=reviewer, reason="No.")

        entry.hours = Decimal(5)
        log.change(row, entry, rate=make.rate("PD-I"), by=row.person)
        edited = Credit.objects.get().state
        audit.allow(row, entry, by=reviewer, reason="The letter explains it.")

        assert edited == "disallowed"
        assert points.standing(row).counted == 5
        assert row.events.filter(kind="entry_allowed").count() == 1
        kinds = row.audit_decisions.values_list("kind", flat=True)
        assert list(kinds) == ["disallow", "allow"]

    def test_can_be_answered_and_waits_for_nobody(self, found, reviewer):
        entry = entries(found)[0]

        audit.disallow(found.registration, entry, by=reviewer, reason="Staff training.")

        comment = entry.comments.get()
        assert comment.text == "Staff training."
        assert comment.is_answered
        assert comment.answered_at is None

    def test_a_mentor_reads_that_it_is_so_and_not_why(self, reviewer):
        row = make.registration()
        entry = make.activity(row, hours="3")
        audit.disallow(row, entry, by=reviewer, reason="Staff training.")
        record = Record(row, keeps_comments=True)

        told = str(reasons.reason(record.line(entry), record.rules))

        assert told.startswith("The committee disallowed it. 3\u00a0points stay")

    @pytest.mark.parametrize(("kind", "reason"), [("disallow", " "), ("mend", ""), ("allow", "")])
    def test_wants_a_reason(self, found, reviewer, kind, reason):
        entry = entries(found)[0]
        if kind == "allow":
            audit.disallow(found.registration, entry, by=reviewer, reason="No.")

        with pytest.raises(Refused) as refused:
            decide(found, (entry.pk, kind, reason), by=reviewer)

        assert refused.value.problems[0].code == "no_reason"

    @pytest.mark.parametrize("kind", ["pass", "mend", "disallow"])
    def test_is_only_taken_back_by_counting_it_again(self, found, reviewer, kind):
        entry = entries(found)[0]
        audit.disallow(found.registration, entry, by=reviewer, reason="No.")

        with pytest.raises(Refused) as refused:
            decide(found, (entry.pk, kind, "So."), by=reviewer)

        assert refused.value.problems[0].code == "wrong_state"

    def test_what_counts_cannot_be_counted_again(self, found, reviewer):
        with pytest.raises(Refused) as refused:
            audit.allow(found.registration, entries(found)[0], by=reviewer, reason="So.")

        assert refused.value.problems[0].code == "wrong_state"


class TestDeciding:
    def test_is_the_reviewers_alone(self, found):
        owner, entry = found.registration.person, entries(found)[0]
        make.appoint(owner, "steering")
        mentor = make.confirmed_address(make.representative())
        make.mentorship(found.registration, mentor)

        for other in (owner, mentor, make.administrator(), make.representative("OLA")):
            with pytest.raises(PermissionDenied):
                decide(found, (entry.pk, "pass"), by=other)

        assert not AuditDecision.objects.exists()

    @pytest.mark.parametrize("status", ["accepted", "certified", "lapsed"])
    def test_is_over_with_the_record(self, found, reviewer, status):
        row = found.registration
        type(row).objects.filter(pk=row.pk).update(status=status)

        with pytest.raises(Refused) as refused:
            decide(found, (entries(found)[0].pk, "pass"), by=reviewer)

        assert refused.value.problems[0].code == "record_closed"

    def test_all_or_none(self, found, reviewer):
        first, second = entries(found)

        with pytest.raises(Refused):
            decide(found, (first.pk, "disallow", "No."), (second.pk, "disallow", ""), by=reviewer)

        assert not AuditDecision.objects.exists()
        assert not Credit.objects.filter(disallowed=True).exists()

    def test_the_slower_of_two_hears_who_was_first(self, found, reviewer):
        entry, colleague = entries(found)[0], make.steering()
        decide(found, (entry.pk, "pass", "", (1, 0)), by=reviewer)

        with pytest.raises(Refused) as refused:
            decide(found, (entry.pk, "disallow", "No.", (1, 0)), by=colleague)

        assert refused.value.problems[0].code == "stale"
        assert reviewer.name in str(refused.value)
        assert AuditDecision.objects.count() == 1

    def test_a_second_click_is_no_second_decision(self, found, reviewer):
        entry = entries(found)[0]
        choice = (entry.pk, "disallow", " Staff training. ", (1, 0))

        written = [decide(found, choice, by=reviewer), decide(found, choice, by=reviewer)]

        assert [len(rows) for rows in written] == [1, 0]
        assert OutgoingMail.objects.filter(kind="entries_decided").count() == 1

    def test_nobody_decides_on_an_entry_that_looks_otherwise_by_now(self, found, reviewer):
        entry = entries(found)[0]
        open_again(found)
        log.change(found.registration, entry, rate=make.rate("PD-I"), by=found.registration.person)

        with pytest.raises(Refused) as refused:
            decide(found, (entry.pk, "pass", "", (1, 0)), by=reviewer)

        assert refused.value.problems[0].code == "stale"

    def test_the_database_keeps_decisions_as_they_are(self, found, reviewer):
        decide(found, (entries(found)[0].pk, "pass"), by=reviewer)
        rows = AuditDecision.objects.all()

        for deed in (lambda: rows.update(reason="x"), lambda: rows._raw_delete("default")):
            with pytest.raises(DatabaseError, match="history is kept"), transaction.atomic():
                deed()


class TestTheEnd:
    def test_comes_when_every_asked_entry_is_settled(self, found, reviewer):
        first, second = entries(found)

        decide(found, (first.pk, "pass"), by=reviewer)
        found.refresh_from_db()
        halfway = found.state
        decide(found, (second.pk, "disallow", "No."), by=reviewer)

        found.refresh_from_db()
        today = today_in(found.draw.program)
        assert (halfway, found.state) == ("asked", "passed")
        assert found.exempt_until == anniversary(today, 3) - timedelta(days=1)
        assert (found.passed_by, audit.check_over(found.registration)) == (reviewer, [])
        assert found.registration.events.filter(kind="audit_passed").count() == 1
        assert OutgoingMail.objects.filter(kind="audit_passed").count() == 1

    def test_does_not_come_while_something_is_to_be_mended(self, found, reviewer):
        first, second = entries(found)

        decide(found, (first.pk, "pass"), (second.pk, "mend", "Which days?"), by=reviewer)

        found.refresh_from_db()
        assert found.state == "asked"
        problem = audit.check_over(found.registration)[0]
        assert problem.message == "The audit isn’t over: 1 activity waits for a decision."

    def test_does_not_come_while_the_record_can_be_changed(self, found, reviewer):
        open_again(found)

        decide(found, *((entry.pk, "pass") for entry in entries(found)), by=reviewer)

        found.refresh_from_db()
        assert found.state == "asked"

    def test_counts_settled_and_asked_entries_of_many_in_one_query(
        self, found, reviewer, django_assert_num_queries
    ):
        other = asked()
        decide(found, (entries(found)[0].pk, "pass"), by=reviewer)

        with django_assert_num_queries(1):
            counts = audit.counts([found.registration_id, other.registration_id])

        assert counts == {found.registration_id: (1, 2), other.registration_id: (0, 2)}


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_settle_an_entry_once():
    found = asked()
    entry = entries(found)[0]
    people = [make.representative(), make.steering()]

    outcomes = at_once(
        [
            lambda who=who: decide(found, (entry.pk, "disallow", who.name, (1, 0)), by=who)
            for who in people
        ]
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert AuditDecision.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="entries_decided").count() == 1
