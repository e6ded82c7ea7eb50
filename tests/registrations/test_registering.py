"""From the form to an answer: gates, the start by rule E4, and who may decide."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import fees, membership, registering, timeline
from registrations.models import Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


def waiting(**fields):
    """A sent registration, three days old, with nothing settled."""
    sent_on = timezone.localdate() - timedelta(days=3)
    return make.registration(status="submitted", submitted_on=sent_on, **fields)


def codes(refused):
    return {problem.code for problem in refused.value.problems}


def test_sending_makes_the_fee_due_and_writes_to_the_person():
    row = make.registration(status="draft")

    registering.send(row, by=row.person)

    row.refresh_from_db()
    assert row.status == "submitted"
    assert row.submitted_on == timezone.localdate()
    assert fees.balance(row) == Decimal("40.00")
    assert [event.kind for event in row.events.all()] == ["send"]
    assert OutgoingMail.objects.get(to=row.person.email).kind == "registration_received"


def test_the_language_that_the_form_asks_for_is_the_one_that_we_write_in():
    row = make.registration(make.person(language="en"), status="draft")
    Registration.objects.filter(pk=row.pk).update(language="fr")

    registering.send(row, by=row.person)

    row.person.refresh_from_db()
    assert row.person.language == "fr"
    assert OutgoingMail.objects.get().language == "fr"


def test_sending_twice_is_told_and_changes_nothing():
    row = make.registration(status="draft")
    registering.send(row, by=row.person)

    with pytest.raises(Refused) as refused:
        registering.send(row, by=row.person)

    assert codes(refused) == {"already_moved"}
    assert row.events.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_person_has_one_open_registration_per_program():
    row = make.registration(status="active")

    with pytest.raises(Refused) as refused:
        registering.open_draft(row.person, row.program)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.registration(row.person, status="draft")

    assert codes(refused) == {"already_registered"}


def test_going_back_to_the_form_keeps_one_draft():
    who = make.person()

    first = registering.open_draft(who, make.program(), employer="Library")
    second = registering.open_draft(who, make.program(), employer="Archive")

    assert first.pk == second.pk
    assert Registration.objects.get().employer == "Archive"


def test_an_approval_starts_on_the_day_on_which_the_person_had_done_their_part():
    row = waiting()
    paid_on = row.submitted_on + timedelta(days=2)
    make.pay(row, on=paid_on)
    make.confirm(row, until=timezone.localdate() + timedelta(days=300))
    representative = make.representative()

    registering.approve(row, by=representative)

    row.refresh_from_db()
    assert row.status == "active"
    assert row.starts_on == paid_on
    assert [year.number for year in row.years.all()] == [1, 2, 3]
    assert row.ends_on == row.years.last().ends_on
    event = row.events.get(kind="approve")
    assert (event.actor, event.from_status, event.to_status) == (
        representative,
        "submitted",
        "active",
    )
    assert OutgoingMail.objects.get(to=row.person.email).kind == "registration_approved"


def test_a_fee_paid_before_the_form_was_sent_starts_with_the_form():
    row = waiting()
    make.pay(row, on=row.submitted_on - timedelta(days=20))
    make.confirm(row, until=timezone.localdate())

    assert registering.readiness(row).starts_on == row.submitted_on


def test_both_gates_are_named_when_they_are_open():
    row = waiting()

    with pytest.raises(Refused) as refused:
        registering.approve(row, by=make.representative())

    row.refresh_from_db()
    assert codes(refused) == {"fee_owed", "membership_unchecked"}
    assert row.status == "submitted"
    assert not row.years.exists()


def test_a_membership_that_ended_before_the_start_does_not_do():
    row = waiting(paid=True)
    make.confirm(row, until=row.submitted_on - timedelta(days=1))

    with pytest.raises(Refused) as refused:
        registering.approve(row, by=make.representative())

    assert codes(refused) == {"membership_over"}


@pytest.mark.parametrize("reason", ["", "   "])
def test_another_start_wants_a_reason(reason):
    row = waiting(paid=True, member_until=date(2099, 1, 1))

    with pytest.raises(Refused) as refused:
        registering.approve(
            row, by=make.representative(), starts_on=date(2025, 1, 1), reason=reason
        )

    assert codes(refused) == {"no_reason"}


def test_another_start_with_a_reason_is_kept_in_the_timeline():
    row = waiting(paid=True, member_until=date(2099, 1, 1))

    registering.approve(
        row, by=make.representative(), starts_on=date(2025, 1, 1), reason="Paper form of 2025."
    )

    row.refresh_from_db()
    assert row.starts_on == date(2025, 1, 1)
    assert row.events.get(kind="approve").reason == "Paper form of 2025."


def test_a_start_can_not_lie_ahead():
    row = waiting(paid=True, member_until=date(2099, 1, 1))

    with pytest.raises(Refused) as refused:
        registering.approve(
            row,
            by=make.representative(),
            starts_on=timezone.localdate() + timedelta(days=2),
            reason="Later.",
        )

    assert codes(refused) == {"future_start"}


def test_the_steering_group_may_pass_an_open_gate_with_a_reason():
    row = waiting()

    registering.approve(row, by=make.steering(), reason="Bursary.", override=True)

    row.refresh_from_db()
    assert row.status == "active"
    assert row.starts_on == timezone.localdate()
    assert row.events.get(kind="approve").details["overridden"] == [
        "fee_owed",
        "membership_unchecked",
    ]


def test_a_representative_may_not_pass_an_open_gate():
    row = waiting()

    with pytest.raises(PermissionDenied):
        registering.approve(row, by=make.representative(), reason="Friend.", override=True)

    row.refresh_from_db()
    assert row.status == "submitted"


def test_nobody_decides_on_their_own_registration():
    who = make.steering()
    row = waiting(who=who, paid=True, member_until=date(2099, 1, 1))

    for decide in (
        lambda: registering.approve(row, by=who),
        lambda: registering.decline(row, by=who, reason="No."),
        lambda: membership.record_check(row, by=who, outcome="lapsed"),
    ):
        with pytest.raises(PermissionDenied):
            decide()


@pytest.mark.parametrize("who", ["other association", "participant", "ended"])
def test_others_may_not_decide(who):
    row = waiting(paid=True, member_until=date(2099, 1, 1))
    people = {
        "other association": lambda: make.representative("OLA"),
        "participant": make.person,
        "ended": make.person,
    }
    person = people[who]()
    if who == "ended":
        make.appoint(person, "representative", "MLA", last_day=date(2021, 1, 1))

    with pytest.raises(PermissionDenied):
        registering.approve(row, by=person)


def test_declining_wants_a_reason_and_tells_it():
    row = waiting()
    representative = make.representative()

    with pytest.raises(Refused):
        registering.decline(row, by=representative, reason=" ")
    registering.decline(row, by=representative, reason="No current membership.")

    row.refresh_from_db()
    mail = OutgoingMail.objects.get(to=row.person.email)
    assert row.status == "declined"
    assert mail.kind == "registration_declined"
    assert "No current membership." in mail.text


def test_after_a_no_the_steps_say_why_and_ask_for_nothing():
    row = waiting()
    registering.decline(row, by=make.representative(), reason="Renew with MLA first.")
    row.refresh_from_db()

    steps = timeline.steps(row)

    assert [str(step.text) for step in steps] == ["Sent", "Declined"]
    assert steps[-1].reason == "Renew with MLA first."


def test_after_a_no_one_can_register_again():
    row = waiting()
    registering.decline(row, by=make.representative(), reason="No.")

    again = registering.open_draft(row.person, row.program)

    assert again.pk != row.pk
    assert again.status == "draft"


def test_the_outcome_is_written_in_the_language_of_the_person():
    row = waiting(who=make.person(language="fr"), paid=True, member_until=date(2099, 1, 1))

    registering.approve(row, by=make.representative())

    assert OutgoingMail.objects.get(to=row.person.email).language == "fr"


def test_a_program_without_fee_and_membership_needs_neither_gate():
    row = make.registration(status="submitted", code="CPC", association_code=None)

    registering.approve(row, by=make.steering())

    row.refresh_from_db()
    assert row.status == "active"
    assert row.ends_on is None
    assert [year.ends_on for year in row.years.all()] == [None]


@pytest.mark.parametrize(
    "who", [make.person, make.administrator, partial(make.representative, "OLA")]
)
def test_nobody_withdraws_somebody_elses_registration(who):
    row = waiting()

    with pytest.raises(PermissionDenied):
        registering.withdraw(row, by=who(), reason="I say so.")

    row.refresh_from_db()
    assert row.status == "submitted"


def test_the_committee_withdraws_on_request_with_a_reason_that_the_person_gets():
    row = waiting()
    representative = make.representative()

    with pytest.raises(Refused) as refused:
        registering.withdraw(row, by=representative, reason=" ")
    registering.withdraw(row, by=representative, reason="As you asked by phone.")

    row.refresh_from_db()
    mail = OutgoingMail.objects.get(kind="registration_withdrawn")
    assert codes(refused) == {"no_reason"}
    assert row.status == "withdrawn"
    assert "As you asked by phone." in mail.text
    assert mail.to == row.person.email


def test_a_draft_that_is_withdrawn_is_no_news():
    row = make.registration(status="draft")

    registering.withdraw(row, by=row.person)

    assert not OutgoingMail.objects.exists()


def test_one_withdraws_ones_own_registration():
    row = waiting()

    registering.withdraw(row, by=row.person, reason="Moving abroad.")

    row.refresh_from_db()
    assert row.status == "withdrawn"
    assert row.events.get(kind="withdraw").reason == "Moving abroad."


def test_confirming_a_membership_needs_its_last_day():
    row = waiting()

    with pytest.raises(Refused) as refused:
        membership.record_check(row, by=make.representative(), outcome="confirmed")

    assert codes(refused) == {"no_day"}
    assert not row.membership_checks.exists()


def test_a_membership_that_was_over_when_the_form_came_is_not_one_in_good_standing():
    row = waiting()
    over = row.submitted_on - timedelta(days=1)

    with pytest.raises(Refused) as refused:
        membership.record_check(row, by=make.representative(), outcome="confirmed", good_until=over)

    assert codes(refused) == {"day_over"}
    assert not row.membership_checks.exists()


def test_each_look_at_a_membership_stays_in_its_history():
    row = waiting()
    representative = make.representative()

    membership.record_check(row, by=representative, outcome="proof", note="Send the receipt.")
    membership.record_check(
        row, by=representative, outcome="confirmed", good_until=date(2099, 1, 1)
    )

    assert [check.outcome for check in row.membership_checks.all()] == ["confirmed", "proof"]
    assert membership.check_membership(row, on=timezone.localdate()) == []
    assert "Send the receipt." in OutgoingMail.objects.get(to=row.person.email).text
