"""Who on the list is this person? By number, e-mail and name; a name alone decides nothing (E7)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations import membership, roster_matching
from registrations.models import RosterMember
from registrations.roster_matching import Certainty, Match, alike, list_of, wanted
from tests import factories as make
from tests.registrations.lists import member, roster

pytestmark = pytest.mark.django_db

CERTAIN, DOUBTFUL, PROPOSED = Certainty.CERTAIN, Certainty.DOUBTFUL, Certainty.PROPOSED
NAME, NUMBER, EMAIL = "Zoé Lavallée", "MLA-1042", "zoe@example.org"


def matches(row) -> list[Match]:
    return roster_matching.matches(row, list_of(row))


@pytest.fixture
def row():
    who = make.person(NAME, email=EMAIL)
    return make.registration(who, status="submitted", member_number=NUMBER)


@pytest.mark.parametrize(
    ("on_the_list", "certainty", "why"),
    [
        ((NAME, NUMBER, EMAIL), CERTAIN, "Member number and e-mail agree."),
        (("Zoé Gagnon", NUMBER, EMAIL), CERTAIN, "Member number and e-mail agree."),
        (("LAVALLEE, Zoe", "mla 1042", ""), CERTAIN, "Member number and name agree."),
        ((NAME, "", "ZOE@Example.org "), CERTAIN, "E-mail and name agree."),
        ((NAME, "MLA-9999", EMAIL), CERTAIN, "E-mail and name agree."),
        (("Zoé Marie Lavallée", "", EMAIL), CERTAIN, "E-mail and name agree."),
        (
            ("Peter Moss", NUMBER, "peter@example.org"),
            DOUBTFUL,
            "The member number is on the list under another name and e-mail.",
        ),
        (("Peter Moss", "", EMAIL), DOUBTFUL, "The e-mail is on the list under another name."),
        (("", NUMBER, ""), DOUBTFUL, "The member number is on the list under another name and"),
        ((NAME, "", ""), PROPOSED, "The same name, and nothing else."),
        (("Zoe LAVALLEE", "MLA-9", "other@example.org"), PROPOSED, "The same name, and nothing"),
        (("Zoé Lavalée", "", ""), PROPOSED, "A similar name."),
        (("Zoë Lavallee-Roy", "", ""), PROPOSED, "A similar name."),
    ],
)
def test_what_agrees_says_how_certain_it_is(row, on_the_list, certainty, why):
    name, number, email = on_the_list
    theirs = member(roster(), name, number=number, email=email)

    (found,) = matches(row)

    assert (found.member, found.certainty) == (theirs, certainty)
    assert found.why.startswith(why)


@pytest.mark.parametrize(
    "on_the_list",
    [("Peter Moss", "MLA-1043", "peter@example.org"), ("Zora Lavigne", "", ""), ("", "", "")],
)
def test_what_does_not_agree_is_not_proposed(row, on_the_list):
    name, number, email = on_the_list
    member(roster(), name, number=number, email=email)

    assert matches(row) == []


def test_a_number_or_an_e_mail_that_several_share_decides_nothing(row):
    current = roster()
    for _double in range(2):
        member(current, NAME, number=NUMBER, email=EMAIL)

    found = matches(row)

    assert [match.certainty for match in found] == [DOUBTFUL, DOUBTFUL]
    assert {match.why for match in found} == {"Several rows of the list share this."}


def test_a_number_and_an_e_mail_of_two_rows_decide_nothing(row):
    current = roster()
    member(current, NAME, number=NUMBER)
    member(current, NAME, email=EMAIL)

    assert [match.certainty for match in matches(row)] == [DOUBTFUL, DOUBTFUL]


def test_where_one_is_certain_no_namesake_is_proposed(row):
    current = roster()
    member(current, NAME)
    theirs = member(current, NAME, number=NUMBER, email=EMAIL)

    assert [match.member for match in matches(row)] == [theirs]


def test_doubtful_ones_come_before_namesakes_and_five_are_enough(row):
    current = roster()
    namesakes = [member(current, NAME) for _namesake in range(7)]
    other = member(current, "Peter Moss", number=NUMBER)

    found = matches(row)

    assert [match.member for match in found] == [other, *namesakes[:4]]


def test_whom_a_person_found_on_the_last_list_is_found_on_the_next(row):
    chosen = member(roster(), "Zoé Gagnon", number="77")
    membership.record_member(row, chosen, by=make.representative("MLA"))
    renewed = member(roster(), "Zoé Gagnon", number="77")

    (found,) = [match for match in matches(row) if match.certain]

    assert found.member == renewed
    assert found.why == "The same member as at the last check."


def test_another_association_s_list_is_not_searched(row):
    member(roster("OLA"), NAME, number=NUMBER, email=EMAIL)

    assert matches(row) == []


def test_a_list_that_was_replaced_is_not_searched(row):
    member(roster(), NAME, number=NUMBER, email=EMAIL)
    roster()

    assert matches(row) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lavallee zoe", "lavallee zoe"),
        ("hanh nguyen", "hanh nguyen thi"),
        ("ferguson liam", "fergusson liam"),
        ("macisaac", "macisaac"),
    ],
)
def test_names_that_may_be_the_same(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("", "zoe"),
        ("zoe", "lavallee zoe"),
        ("moosomin tomasz", "jordan moosomin"),
        ("moss peter", "lavallee zoe"),
    ],
)
def test_names_that_are_not(one, other):
    assert not alike(one, other)


def test_any_name_is_searched_for(row):
    member(roster(), "%_' OR 1=1 --")
    for name in (
        "%",
        "_",
        "' OR 1=1 --",
        "x" * 150,
        "林玥",
        "a b c d e f g h i j k l m n o p",
        "\\",
    ):
        row.person.name = name

        assert isinstance(matches(row), list)


def test_thousands_of_namesakes_are_not_all_compared(row):
    current = roster()
    RosterMember.objects.bulk_create(
        RosterMember(roster=current, number=number, name_key=f"lavallee zoltan{number}")
        for number in range(3_000)
    )

    with CaptureQueriesContext(connection) as queries:
        found = matches(row)

    assert len(found) <= roster_matching.MOST_SHOWN
    assert len(queries) <= 4
    assert f"LIMIT {roster_matching.MOST_COMPARED}" in queries[-1]["sql"]


def test_many_are_found_in_one_query():
    current = roster()
    people = {}
    for number in range(30):
        row = make.registration(status="submitted", member_number=str(number))
        member(current, row.person.name, number=str(number))
        people[row.pk] = wanted(row, None)

    with CaptureQueriesContext(connection) as queries:
        found = roster_matching.certain(current, people)

    assert set(found) == set(people)
    assert len(queries) == 1
