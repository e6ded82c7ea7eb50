"""Settling an audited record: pass, mend, disallow, and when a record can be accepted (C2)."""

import pytest

from activities import audit, points, questions
from activities.audit import Choice
from activities.models import AuditDecision, Comment
from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import auditing, completion
from tests import factories
from tests.activities import audits
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return factories.representative()


@pytest.fixture
def found():
    """The audit of a finished record with six entries."""
    return audits.drawn(records.turned_in())


def entries(found):
    return list(found.registration.person.activities.order_by("pk"))


def all_pass(found):
    return [Choice(entry.pk, "pass") for entry in entries(found)]


def codes(refused):
    return [problem.code for problem in refused.value.problems]


class TestAccepting:
    def test_waits_until_the_audit_is_over(self, found, reviewer):
        with pytest.raises(Refused) as refused:
            completion.accept(found.registration, by=reviewer)
        auditing.settle(found.registration, all_pass(found), by=reviewer)
        completion.accept(found.registration, by=reviewer)

        found.registration.refresh_from_db()
        assert codes(refused) == ["audit_open"]
        assert found.registration.status == "accepted"

    def test_waits_for_no_audit_that_spared_the_record(self, reviewer):
        row = records.turned_in()
        found = audits.drawn(row)
        type(found).objects.update(state="spared")

        completion.accept(row, by=reviewer)

        row.refresh_from_db()
        assert row.status == "accepted"

    def test_waits_while_a_question_is_neither_answered_nor_settled(self, reviewer):
        row = records.turned_in()
        question = questions.ask(row, row.person.activities.first(), by=reviewer, text="How?")

        with pytest.raises(Refused) as refused:
            completion.accept(row, by=reviewer)
        questions.settle(question, by=reviewer)
        completion.accept(row, by=reviewer)

        row.refresh_from_db()
        assert codes(refused) == ["question_open"]
        assert row.status == "accepted"

    def test_fails_when_a_disallowed_entry_takes_the_total_below_what_is_needed(
        self, found, reviewer
    ):
        first, *others = entries(found)
        choices = [Choice(entry.pk, "pass") for entry in others]
        auditing.settle(
            found.registration, [Choice(first.pk, "disallow", "No."), *choices], by=reviewer
        )

        with pytest.raises(Refused) as refused:
            completion.accept(found.registration, by=reviewer)

        assert codes(refused) == ["total"]
        assert points.standing(found.registration).counted == 100
        audit.allow(found.registration, first, by=reviewer, reason="The letter explains it.")
        completion.accept(found.registration, by=reviewer)

    def test_ends_an_audit_that_only_waited_for_the_record_to_come_back(self, found, reviewer):
        row, (first, *others) = found.registration, entries(found)
        auditing.settle(row, [Choice(entry.pk, "pass") for entry in others], by=reviewer)
        completion.return_with_questions(row, by=reviewer, reason="One more thing.")
        auditing.settle(row, [Choice(first.pk, "pass")], by=reviewer)
        completion.turn_in(row, by=row.person)

        completion.accept(row, by=reviewer)

        found.refresh_from_db()
        row.refresh_from_db()
        assert (found.state, row.status) == ("passed", "accepted")


class TestMending:
    def test_sends_the_record_back_once_with_what_to_mend(self, found, reviewer):
        row, (first, second, third, *_others) = found.registration, entries(found)
        choices = [
            Choice(first.pk, "mend", "Which days?"),
            Choice(second.pk, "mend", "Who taught it?"),
            Choice(third.pk, "pass"),
        ]

        returned = auditing.settle(row, choices, by=reviewer)

        row.refresh_from_db()
        mail = OutgoingMail.objects.get(kind="record_returned")
        assert (returned, row.status) == (True, "active")
        assert "Which days?" in mail.text
        assert "Who taught it?" in mail.text
        assert {comment.activity for comment in Comment.objects.all()} == {first, second}
        assert first.pk in audit.waiting_for_evidence(row)
        assert third.pk not in audit.waiting_for_evidence(row)

    def test_of_a_record_that_is_back_already_asks_by_a_question(self, found, reviewer):
        row, entry = found.registration, entries(found)[0]
        completion.return_with_questions(row, by=reviewer, reason="One moment.")

        returned = auditing.settle(row, [Choice(entry.pk, "mend", "Which days?")], by=reviewer)

        assert not returned
        assert OutgoingMail.objects.get(kind="question_asked").person == row.person
        assert row.events.filter(kind="return").count() == 1

    def test_nothing_chosen_is_said(self, found, reviewer):
        with pytest.raises(Refused) as refused:
            auditing.settle(found.registration, [], by=reviewer)

        assert codes(refused) == ["nothing_chosen"]


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_send_a_record_back_once():
    found = audits.drawn(records.turned_in())
    entry = entries(found)[0]
    people = [factories.representative(), factories.steering()]
    choices = [Choice(entry.pk, "mend", "Which days?", (entry.version, 0))]

    outcomes = at_once(
        [lambda who=who: auditing.settle(found.registration, choices, by=who) for who in people]
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert found.registration.events.filter(kind="return").count() == 1
    assert Comment.objects.count() == AuditDecision.objects.count() == 1


def sent(entry, kind, reason="", *, seen="1-0"):
    return {f"kind_{entry.pk}": kind, f"reason_{entry.pk}": reason, f"seen_{entry.pk}": seen}


class TestThePage:
    def test_settles_rows_one_by_one_or_all_at_once(self, client, found, reviewer):
        first, *others = entries(found)
        url = address("audited", found.registration_id)
        signed_in(client, reviewer)

        one = client.post(url, sent(first, "disallow", "Staff training."), follow=True)
        rest = {}
        for entry in others:
            rest |= sent(entry, "pass")
        last = client.post(url, rest, follow=True)

        found.refresh_from_db()
        assert "1 of 6 settled" in one.content.decode()
        assert "Staff training." in one.content.decode()
        assert "The audit is passed" in last.content.decode()
        assert found.state == "passed"

    def test_says_what_is_missing_and_keeps_what_was_typed(self, client, found, reviewer):
        first, second, *_others = entries(found)
        signed_in(client, reviewer)

        answer = client.post(
            address("audited", found.registration_id),
            sent(first, "mend") | sent(second, "disallow", "Staff training."),
        )

        text = answer.content.decode()
        assert answer.status_code == 409
        assert "Say why, for" in text
        assert "Staff training.</textarea>" in text
        assert not AuditDecision.objects.exists()

    def test_shows_the_slower_of_two_what_is_decided_and_lets_them_go_on(
        self, client, found, reviewer
    ):
        first = entries(found)[0]
        audit.decide(found.registration, [Choice(first.pk, "pass")], by=factories.steering())
        url = address("audited", found.registration_id)
        signed_in(client, reviewer)

        late = client.post(url, sent(first, "disallow", "No."))
        decision = AuditDecision.objects.get()
        again = client.post(url, sent(first, "disallow", "No.", seen=f"1-{decision.pk}"))

        text = late.content.decode()
        assert late.status_code == 409
        assert "decided on" in text
        assert f'value="1-{decision.pk}"' in text
        assert again.status_code == 302
        assert AuditDecision.objects.count() == 2

    def test_nonsense_in_what_was_seen_is_refused(self, client, found, reviewer):
        first = entries(found)[0]
        signed_in(client, reviewer)

        for seen, status in (("", 409), ("1-999", 409), ("x", 422), ("1", 422)):
            answer = client.post(
                address("audited", found.registration_id), sent(first, "pass", seen=seen)
            )
            assert answer.status_code == status

        assert not AuditDecision.objects.exists()

    def test_asks_for_some_entries_only(self, client, found, reviewer):
        first, *_others = entries(found)
        signed_in(client, reviewer)

        client.post(address("audit_choose", found.registration_id), {"entries": [first.pk]})
        text = page(client, "audited", found.registration_id)
        foreign = factories.activity(factories.registration())
        client.post(address("audit_choose", found.registration_id), {"entries": [foreign.pk]})

        assert "0 of 1 settled" in text
        assert list(found.entries.all()) == [first]

    def test_is_for_those_who_may_and_of_drawn_records(self, client, found):
        spared = audits.drawn(records.turned_in())
        type(spared).objects.filter(pk=spared.pk).update(state="spared")
        url = address("audited", found.registration_id)
        entry = entries(found)[0]

        statuses = {}
        for who in (
            factories.representative("OLA"),
            found.registration.person,
            factories.administrator(),
        ):
            signed_in(client, who)
            statuses[who.name] = client.post(url, sent(entry, "pass")).status_code
        signed_in(client, factories.steering())
        elsewhere = client.get(address("audited", spared.registration_id)).status_code

        assert list(statuses.values()) == [404, 404, 403]
        assert elsewhere == 404
        assert not AuditDecision.objects.exists()

    def test_of_ones_own_record_can_be_read_and_not_decided(self, client):
        who = factories.steering()
        found = audits.drawn(records.turned_in(who))
        signed_in(client, who)

        text = page(client, "audited", found.registration_id)
        answer = client.post(
            address("audited", found.registration_id), sent(entries(found)[0], "pass")
        )

        assert "This is your own record. Somebody else decides on it." in text
        assert "Save the decisions" not in text
        assert answer.status_code == 403

    def test_the_queries_do_not_grow_with_the_entries(self, client, reviewer):
        few = audits.asked()
        many = audits.drawn(records.turned_in())
        for entry in (*entries(few), *entries(many)):
            factories.evidence(entry)
        signed_in(client, reviewer)

        counts = [
            queries_of(lambda found=found: page(client, "audited", found.registration_id))
            for found in (few, many)
        ]

        assert counts[0] == counts[1]

    def test_shows_the_evidence_to_those_who_judge_it(self, client, found, reviewer):
        first, *_others = entries(found)
        first.outcome = "Built a map of the stacks."
        first.save()
        file = factories.evidence(first, "proof-of-attendance.pdf")
        link = address("evidence_file", found.registration_id, first.pk, file.pk)

        judging = page(signed_in(client, reviewer), "audited", found.registration_id)
        looking = page(
            signed_in(client, factories.administrator()), "audited", found.registration_id
        )

        assert f'href="{link}"' in judging
        assert "proof-of-attendance.pdf" in judging
        assert "Built a map of the stacks." in judging
        assert judging.count("No files yet.") == 5
        assert "proof-of-attendance.pdf" not in looking
        assert "No files yet." not in looking

    def test_the_review_of_a_drawn_record_leads_to_its_audit(self, client, found, reviewer):
        text = page(signed_in(client, reviewer), "review", found.registration_id)

        assert "This record was drawn for an audit; evidence is asked for by" in text
        assert "The audit isn’t over: 6 activities wait for a decision." in text
        assert "Accept the record" not in text


def test_the_reviews_mark_the_records_whose_audit_waits(client, found, reviewer):
    records.turned_in()
    elsewhere = audits.drawn(records.turned_in(association_code="OLA"))

    before = page(signed_in(client, reviewer), "reviews")
    for row in (found, elsewhere):
        auditing.settle(row.registration, all_pass(row), by=factories.steering())
    after = page(client, "reviews")

    assert before.count('<span class="pill info">Audit</span>') == 1
    assert '<span class="pill info">Audit</span>' not in after
