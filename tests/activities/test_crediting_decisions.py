"""What an organisation decides (K3), and what stays as it was."""

from datetime import date
from decimal import Decimal
from functools import partial
from threading import Event as Signal

import pytest
from django.core.exceptions import PermissionDenied

from activities import crediting, log, points
from activities.models import CreditRequest
from cec.problems import Refused
from registrations import organisations
from registrations.models import Registration
from tests import factories as make
from tests.activities.asking import an_organisation, asked_for_entry, asked_for_part, codes, mails
from tests.races import at_once, wait_for_a_lock

pytestmark = pytest.mark.django_db


def test_approving_keeps_the_number_the_allocation_and_who_decided():
    organisation = an_organisation(webinar_presenter="2")
    officer = make.officer(organisation)
    row = asked_for_part(organisation)

    crediting.approve(row, by=officer, credits=Decimal("2.00"))

    row.refresh_from_db()
    assert (row.state, row.credits, row.allocated, row.note) == ("approved", 2, 2, "")
    assert (row.decided_by, row.decided_at is not None) == (officer, True)
    assert mails("credits_approved") == [row.registration.person]
    event = row.registration.events.get(kind="credits_approved")
    assert (event.actor, event.role) == (officer, "organisation")


def test_another_number_says_why():
    organisation = an_organisation(webinar_presenter="2")
    officer = make.officer(organisation)
    row = asked_for_part(organisation)

    with pytest.raises(Refused) as refused:
        crediting.approve(row, by=officer, credits=Decimal(3))
    crediting.approve(row, by=officer, credits=Decimal(3), note="It was a long one.")

    row.refresh_from_db()
    assert codes(refused) == ["no_reason"]
    assert (row.credits, row.allocated, row.note) == (3, 2, "It was a long one.")


def test_where_nothing_is_allocated_any_number_will_do():
    organisation = an_organisation()
    row = asked_for_part(organisation, part="overseer")

    crediting.approve(row, by=make.officer(organisation), credits=Decimal(0))

    row.refresh_from_db()
    assert (row.credits, row.allocated) == (0, None)


def test_an_allocation_that_changes_later_leaves_what_was_decided():
    organisation = an_organisation(webinar_presenter="2")
    officer = make.officer(organisation)
    decided, waiting = asked_for_part(organisation), asked_for_part(organisation)
    crediting.approve(decided, by=officer, credits=Decimal(2))

    organisations.set_allocations(
        organisation,
        make.program("CPC"),
        by=officer,
        figures={("webinar", "presenter"): Decimal(5)},
        seen=organisations.edition(organisation, make.program("CPC")),
    )

    crediting.approve(waiting, by=officer, credits=Decimal(5))
    decided.refresh_from_db()
    waiting.refresh_from_db()
    assert (decided.credits, decided.allocated) == (2, 2)
    assert (waiting.credits, waiting.allocated, waiting.proposed) == (5, 5, 2)


def test_an_officer_who_read_another_number_looks_once_more():
    organisation = an_organisation(webinar_presenter="2")
    row = asked_for_part(organisation)

    with pytest.raises(Refused) as refused:
        crediting.approve(row, by=make.officer(organisation), credits=Decimal(2), seen="3")

    assert codes(refused) == ["stale"]
    assert CreditRequest.objects.get().state == "asked"


def test_an_entry_that_was_changed_meanwhile_is_not_approved():
    organisation = an_organisation()
    officer = make.officer(organisation)
    row = asked_for_entry(organisation)
    log.delete(row.registration, row.activity, by=row.registration.person)

    with pytest.raises(Refused) as refused:
        crediting.approve(row, by=officer, credits=Decimal(1))
    log.restore(row.registration, row.activity, by=row.registration.person)
    crediting.approve(row, by=officer, credits=Decimal(1))

    assert codes(refused) == ["entry_changed"]
    assert CreditRequest.objects.get().state == "approved"


def test_an_entry_that_is_another_course_now_is_not_approved():
    organisation = an_organisation()
    row = asked_for_entry(organisation)
    entry = row.activity
    log.change(
        row.registration,
        entry,
        rate=make.rate("CDP", program_code="CPC"),
        by=row.registration.person,
    )

    with pytest.raises(Refused) as refused:
        crediting.approve(row, by=make.officer(organisation), credits=Decimal(1))

    assert codes(refused) == ["entry_changed"]


def test_what_is_approved_changes_nothing_in_the_record():
    organisation = an_organisation()
    row = asked_for_entry(organisation)

    crediting.approve(
        row, by=make.officer(organisation), credits=Decimal(40), note="By our own count."
    )

    assert points.standing(row.registration).counted == 1


def test_a_question_goes_back_and_forth():
    organisation = an_organisation()
    officer = make.officer(organisation)
    row = asked_for_entry(organisation)

    crediting.ask_back(row, by=officer, question="How long was it?")
    crediting.answer(row, by=row.registration.person, text="Two hours.")

    row.refresh_from_db()
    assert (row.state, row.question, row.answer) == ("asked", "How long was it?", "Two hours.")
    assert mails("credits_question") == [row.registration.person]
    assert mails("credits_answer") == [officer]


def test_a_second_question_has_its_own_mail_and_no_old_answer():
    organisation = an_organisation()
    officer = make.officer(organisation)
    row = asked_for_entry(organisation)
    crediting.ask_back(row, by=officer, question="How long was it?")
    crediting.answer(row, by=row.registration.person, text="Two hours.")

    crediting.ask_back(row, by=officer, question="With a break?")

    row.refresh_from_db()
    assert (row.question, row.answer) == ("With a break?", "")
    assert len(mails("credits_question")) == 2


MOVES = {
    "approve": lambda row, officer: crediting.approve(row, by=officer, credits=Decimal(1)),
    "decline": lambda row, officer: crediting.decline(row, by=officer, note="No."),
    "question": lambda row, officer: crediting.ask_back(row, by=officer, question="Why?"),
    "answer": lambda row, officer: crediting.answer(row, by=row.registration.person, text="So."),
    "withdraw": lambda row, officer: crediting.withdraw(row, by=row.registration.person),
}
ALLOWED = {
    "asked": {"approve", "decline", "question", "withdraw"},
    "question": {"approve", "decline", "answer", "withdraw"},
    "approved": set(),
    "declined": set(),
    "withdrawn": set(),
}
TO = {
    "asked": [],
    "question": ["question"],
    "approved": ["approve"],
    "declined": ["decline"],
    "withdrawn": ["withdraw"],
}


@pytest.mark.parametrize("name", sorted(MOVES))
@pytest.mark.parametrize("state", sorted(ALLOWED))
def test_each_move_is_made_from_its_states_alone(state, name):
    organisation = an_organisation()
    officer = make.officer(organisation)
    row = asked_for_entry(organisation)
    for step in TO[state]:
        MOVES[step](row, officer)
    events = row.registration.events.count()

    if name in ALLOWED[state]:
        MOVES[name](row, officer)
        assert row.registration.events.count() == events + 1
    else:
        with pytest.raises(Refused) as refused:
            MOVES[name](row, officer)
        assert codes(refused) == ["already_moved"]
        assert row.registration.events.count() == events
        assert CreditRequest.objects.get().state == state


@pytest.mark.parametrize("name", ["approve", "decline", "question"])
def test_only_officers_of_the_organisation_decide(name):
    organisation = an_organisation()
    row = asked_for_entry(organisation)
    former = make.person()
    make.appoint(former, "organisation", organisation=organisation, last_day=date(2024, 1, 31))
    others = [
        make.officer(an_organisation()),
        make.administrator(),
        make.steering(),
        row.registration.person,
        former,
    ]

    for person in others:
        with pytest.raises(PermissionDenied):
            MOVES[name](row, person)

    assert CreditRequest.objects.get().state == "asked"


def test_an_officer_decides_neither_on_themselves_nor_on_a_mentee():
    organisation = an_organisation()
    officer = make.officer(organisation)
    own = asked_for_entry(organisation, make.careers(officer))
    mentee = asked_for_entry(organisation)
    make.mentorship(mentee.registration, officer)

    for row in (own, mentee):
        with pytest.raises(PermissionDenied):
            crediting.approve(row, by=officer, credits=Decimal(1))
    assert mails("credits_asked") == [officer]


def test_a_registration_that_ended_is_not_decided_on_and_waits_for_nobody():
    organisation = an_organisation()
    row = asked_for_entry(organisation)
    Registration.objects.filter(pk=row.registration_id).update(status="withdrawn")

    with pytest.raises(Refused) as refused:
        crediting.approve(row, by=make.officer(organisation), credits=Decimal(1))

    assert codes(refused) == ["closed"]
    assert not organisation.credit_requests.waiting()


def test_the_allocation_of_a_course_holds_in_a_later_version_of_the_rules():
    organisation = an_organisation(webinar_presenter="2")
    row = make.careers()
    newer = row.program.rules.create(version=2)
    kind = newer.types.create(key="webinar", code_en="WEB", code_fr="WEB", name_en="New webinar")
    Registration.objects.filter(pk=row.pk).update(rules=newer)
    row.refresh_from_db()

    asked = crediting.ask_for_part(
        row,
        by=row.person,
        organisation=organisation,
        course=kind,
        part="presenter",
        done_on=date(2025, 5, 2),
        words="I gave it.",
    )

    assert asked.proposed == 2


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_one_decision():
    organisation = an_organisation()
    officers = [make.officer(organisation), make.officer(organisation)]
    row = asked_for_entry(organisation)

    found = at_once(
        [
            partial(crediting.approve, row, by=officers[0], credits=Decimal(1)),
            partial(crediting.decline, CreditRequest.objects.get(), by=officers[1], note="No."),
        ]
    )

    assert sum(isinstance(answer, Refused) for answer in found) == 1
    assert sum(answer is None for answer in found) == 1
    assert len(mails("credits_approved")) + len(mails("credits_declined")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_taking_back_at_once_are_one_of_both():
    organisation = an_organisation()
    officer = make.officer(organisation)
    row = asked_for_entry(organisation)

    found = at_once(
        [
            partial(crediting.approve, row, by=officer, credits=Decimal(1)),
            partial(crediting.withdraw, CreditRequest.objects.get(), by=row.registration.person),
        ]
    )

    assert sum(isinstance(answer, Refused) for answer in found) == 1
    assert CreditRequest.objects.get().state in ("approved", "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_again_while_it_is_declined_waits_and_then_asks(monkeypatch):
    organisation = an_organisation()
    officer = make.officer(organisation)
    row = asked_for_entry(organisation)
    declined, note = Signal(), crediting._note

    def note_slowly(request, kind, **known):
        if kind == "credits_declined":
            declined.set()
            wait_for_a_lock()
        return note(request, kind, **known)

    def ask_again():
        declined.wait(timeout=20)
        return asked_for_entry(organisation, row.registration, entry=row.activity)

    monkeypatch.setattr(crediting, "_note", note_slowly)
    found = at_once([partial(crediting.decline, row, by=officer, note="No."), ask_again])

    assert found[0] is None
    assert isinstance(found[1], CreditRequest)
    states = CreditRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["declined", "asked"]
