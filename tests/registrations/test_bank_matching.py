"""Whose fee a deposit may be: proposed with a reason, never decided."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations import fees, ledger
from registrations.bank import matching, recording, wording
from tests import factories as make
from tests.registrations.bank_world import Example, sent

pytestmark = pytest.mark.django_db

HEADINGS = "Date,Description,Reference,Deposits\n"


def take_in(example, *lines):
    """Take a file of these lines in, and return its deposits."""
    return example.lines(example.take_in((HEADINGS + "\n".join(lines)).encode()))


def proposed(example, *lines):
    return matching.propose(take_in(example, *lines), by=example.administrator)


def said(proposal):
    return [(found.registration.person.name, found.why) for found in proposal.candidates]


def test_the_banks_own_file_is_proposed_as_a_person_would_expect():
    example = Example()
    lines = example.lines(example.take_in())

    amrit, boudreau, cheque, again, georges = matching.propose(lines, by=example.administrator)

    assert said(amrit) == [
        ("Amrit Dhaliwal", "The reference CEC-R-1042 is in the line. Exactly $40 is owed.")
    ]
    assert said(boudreau) == [
        ("Claire Boudreau", "Initial and family name fit the payer. Exactly $40 is owed.")
    ]
    works = "Works at the payer: Winnipeg Public Library. It is more than the $40 owed."
    assert said(cheque) == [("Clerk Ames", works), ("Clerk Bell", works), ("Clerk Cole", works)]
    assert said(again) == [
        (
            "Amrit Dhaliwal",
            "The reference CEC-R-1042 is in the line. The deposit of 2\xa0Nov\xa02026 above pays"
            " this fee: perhaps paid twice.",
        )
    ]
    assert said(georges) == [
        (
            "Georges Lavallée",
            "The reference CEC-R-1047 is in the line. It is a part of the $40 owed.",
        )
    ]
    proposals = (amrit, boudreau, cheque, again, georges)
    assert [row.marked for row in proposals] == [True, False, False, False, True]
    assert [row.only is not None for row in proposals] == [True, True, False, False, True]
    assert [row.method for row in proposals] == [
        *("transfer", "transfer", "cheque", "transfer", "transfer")
    ]


def test_a_second_transfer_of_a_settled_fee_is_said_to_be_settled():
    example = Example()
    first, *_others, again, _part = example.lines(example.take_in())
    share = recording.Share(example.amrit, Decimal("40.00"))
    recording.record(first, [share], by=example.administrator, method="transfer")

    (proposal,) = matching.propose([again], by=example.administrator)

    (candidate,) = proposal.candidates
    assert not candidate.can_record
    assert candidate.why.endswith(
        "The fee is settled already: $40 on 2\xa0Nov\xa02026, recorded by Administrator."
    )


@pytest.mark.parametrize(
    "text",
    [
        *("CEC-R-1042", "cec-r-1042", "CEC R 1042", "cecr1042", "CEC-R-1O42", "Cec_R_ 1o42"),
        *("fee CEC-R-1042, thanks", "CEC – R – 1042", "CEC-R-l042"),
    ],
)
def test_a_reference_is_found_however_it_is_written(text):
    assert [(code.upper(), pk) for code, pk in wording.references(text)] == [("CEC", 42)]


@pytest.mark.parametrize("text", ["CEC-R-10", "XCEC-R-1042", "CEC-1042", "1042", "CEC-R-1042A", ""])
def test_what_only_looks_like_a_reference_names_nobody(text):
    example = Example()

    assert ledger.find(example.administrator, text) is None


def test_another_programs_reference_is_not_this_ones():
    example = Example()

    (proposal,) = proposed(example, "2026-11-02,INTERAC,CPC-R-1042,40.00")

    assert proposal.candidates == []


def test_a_reference_that_is_not_the_payers_is_shown_beside_whom_the_name_fits():
    example = Example()

    contradicted, by_an_employer = proposed(
        example,
        "2026-11-02,INTERAC e-Transfer C BOUDREAU,CEC-R-1042,40.00",
        "2026-11-02,INTERAC e-Transfer Some Library,CEC-R-1042,40.00",
    )

    assert [name for name, _why in said(contradicted)] == ["Amrit Dhaliwal", "Claire Boudreau"]
    assert (contradicted.marked, by_an_employer.marked) == (False, True)


def test_two_people_of_a_name_are_both_shown_and_neither_marked():
    example = Example()
    sent("Céline Boudreau")

    (proposal,) = proposed(example, "2026-11-02,INTERAC e-Transfer C BOUDREAU,,40.00")

    assert {name for name, _why in said(proposal)} == {"Claire Boudreau", "Céline Boudreau"}
    assert proposal.only is None


def test_the_full_name_is_clearer_than_an_initial_and_marks_only_what_is_owed():
    example = Example()
    sent("Céline Boudreau")

    whole, part = proposed(
        example,
        "2026-11-02,VIREMENT CELINE BOUDREAU,,40.00",
        "2026-11-03,VIREMENT CLAIRE BOUDREAU,,30.00",
    )

    assert [name for name, _why in said(whole)] == ["Céline Boudreau"]
    assert (whole.marked, part.marked) == (True, False)


def test_the_e_of_an_e_transfer_is_nobodys_initial():
    example = Example()
    sent("Emily Friesen")

    (proposal,) = proposed(example, "2026-11-02,INTERAC e-Transfer FRIESEN,,40.00")

    assert proposal.candidates == []


def test_accents_apostrophes_and_order_of_a_name_do_not_matter():
    example = Example()
    sent("Siobhán O’Brien")

    (proposal,) = proposed(example, '2026-11-02,"DEPOSIT O\'BRIEN, SIOBHAN",,40.00')

    assert said(proposal)[0][0] == "Siobhán O’Brien"
    assert proposal.marked


def test_what_was_recorded_by_hand_on_these_days_is_pointed_out():
    example = Example()
    fees.record_payment(
        example.georges,
        by=example.administrator,
        amount=Decimal("20.00"),
        method="transfer",
        received_on=date(2026, 11, 5),
    )

    (proposal,) = proposed(example, "2026-11-05,G LAVALLEE,CEC-R-1047,20.00")

    assert "$20 of 5\xa0Nov\xa02026 is recorded by hand already" in proposal.candidates[0].why
    assert not proposal.marked


def test_ones_own_fee_is_left_to_somebody_else():
    example = Example()
    own = sent("Administrator", who=example.administrator)

    (proposal,) = proposed(example, f"2026-11-02,INTERAC,{own.reference},40.00")

    assert "somebody else records it" in proposal.candidates[0].why
    assert not proposal.candidates[0].can_record


def test_a_closed_registration_is_proposed_with_a_warning():
    example = Example()
    closed = make.registration(status="declined", paid=False)

    (proposal,) = proposed(example, f"2026-11-02,INTERAC,{closed.reference},40.00")

    assert proposal.candidates[0].why.endswith("The registration is closed: Declined.")
    assert not proposal.marked


def test_two_parts_of_one_fee_are_both_marked_and_a_third_is_not():
    example = Example()

    proposals = proposed(
        example,
        *[f"2026-11-0{day},INTERAC,CEC-R-1047,20.00" for day in (1, 2, 3)],
    )

    assert [row.marked for row in proposals] == [True, True, False]


def test_a_deposit_over_what_is_owed_is_never_recorded_whole():
    example = Example()

    (proposal,) = proposed(example, "2026-11-02,INTERAC,CEC-R-1042,55.00")

    assert proposal.only is None
    assert proposal.candidates[0].amount == 40


def test_proposing_asks_the_same_number_of_queries_for_one_line_and_for_many():
    example = Example()
    lines = example.lines(example.take_in())

    counts = []
    for some in (lines[:1], lines):
        with CaptureQueriesContext(connection) as asked:
            matching.propose(some, by=example.administrator)
        counts.append(len(asked))

    assert counts[1] <= counts[0] + 1  # the second asks for payments, too, if there are any
    assert max(counts) <= 4
