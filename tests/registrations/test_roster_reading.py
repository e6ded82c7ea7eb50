"""What a list says once it is read: the two that associations sent, and what isn't plain."""

from datetime import date, datetime

import pytest

from registrations.models import Roster
from registrations.roster import keeping, questions, words
from tests import factories as make
from tests.registrations import rosters as lists

pytestmark = pytest.mark.django_db


# The lists that associations sent


def test_the_list_of_the_mla_is_read_and_its_two_doubts_are_asked_about():
    roster = lists.uploaded(lists.MLA)

    assert roster.state == "waiting"
    assert roster.members.count() == 25
    assert lists.asked(roster) == [
        ("expiry", "lifetime", "lifetime"),
        ("double", "", "number:mla19904"),
    ]
    assert words.facts(roster)[1:] == [
        ("Sheet", "Members"),
        ("Headings", "English"),
        ("Dates", "Plain days, nothing to choose"),
    ]
    row = roster.members.get(member_number="MLA-19964")
    assert (row.number, row.name, row.email) == (
        18,
        "Tomasz Łazarewicz",
        "tomasz.lazarewicz@example.org",
    )
    assert (row.name_key, row.good_until) == ("lazarewicz tomasz", date(2026, 12, 30))


def test_the_list_of_the_abqla_is_read_in_its_encoding_and_its_order_of_dates():
    roster = lists.uploaded(lists.ABQLA, code="ABQLA")

    assert lists.asked(roster) == []
    assert words.facts(roster)[1:] == [
        ("Encoding", "Windows-1252"),
        ("Delimiter", "semicolon"),
        ("Headings", "Français"),
        ("Dates", "Day, month, year, as 14/12/2027 shows"),
    ]
    assert roster.members.count() == 23
    assert roster.members.filter(suspended=True).count() == 4
    first, june = roster.members.get(number=2), roster.members.get(member_number="Q1004")
    assert (first.name, first.suspended, first.good_until) == (
        "Zoé Dhaliwal",
        True,
        date(2027, 6, 6),
    )
    assert (june.name, june.good_until) == ("Vikram Lavallée", date(2027, 6, 7))
    assert roster.members.get(member_number="Q1012").good_until == date(2027, 6, 2)


# Columns


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        ("Member #;Full name;Email address;Valid until", "7;Doe, Jane;j@example.org;2027-06-30"),
        ("Nom;Prénom;N° de membre;Courriel;Échéance", "Doe;Jane;7;j@example.org;2027-06-30"),
        ("Name,First name,Member ID,E-mail,Expires", "Doe,Jane,7,j@example.org,2027-06-30"),
        ("Nom;Numéro;Adresse courriel;Statut", "Jane Doe;7;j@example.org;en règle"),
        ("EXPIRY (yyyy-mm-dd)\tmember no\tNAME\tx", "2027-06-30\t7\tJane Doe\t?"),
    ],
)
def test_columns_are_found_by_their_headings_in_either_language_and_any_order(headings, line):
    roster = lists.uploaded(lists.csv(line, headings=headings))

    row = roster.members.get()
    assert (row.number_key, row.name_key) == ("7", "doe jane")


def test_lines_above_the_headings_and_blank_ones_do_no_harm_and_rows_keep_their_numbers():
    text = (
        f"Our members,,,,\n\n{lists.csv('1,A,a@example.org,2027-06-30,')}\n,,,,\n2,B,,2027-01-31,"
    )

    roster = lists.uploaded(text + "\n")

    assert list(roster.members.values_list("number", "name")) == [(4, "A"), (7, "B")]


def test_columns_that_we_do_not_know_are_asked_about_and_the_list_is_read_with_the_answer():
    text = lists.csv("7,Jane Doe,30 June 2027", headings="Ref,Who,Paid thru then")
    roster = lists.uploaded(text)

    assert (roster.state, roster.layout["problem"]) == ("waiting", "no_name_column")
    assert not roster.members.exists()

    keeping.choose_columns(roster, {"number": 0, "name": 1, "expiry": 2}, by=roster.uploaded_by)
    lists.reading.read(roster.pk)

    assert lists.standings(roster) == {"7": "2027-06-30"}


def test_columns_are_remembered_for_the_association_and_for_no_other():
    text = lists.csv("7,Jane Doe,2027-06-30", headings="Ref,Who,Paid thru then")
    roster = lists.uploaded(text)
    keeping.choose_columns(roster, {"number": 0, "name": 1, "expiry": 2}, by=roster.uploaded_by)
    lists.reading.read(roster.pk)
    lists.confirmed_as_it_is(roster)

    same = lists.uploaded(text)
    other = lists.uploaded(text, code="OLA")

    assert same.layout["problem"] == ""
    assert lists.standings(same) == {"7": "2027-06-30"}
    assert other.layout["problem"] == "no_name_column"


@pytest.mark.parametrize(
    ("headings", "line", "problem"),
    [
        ("Name,Expiry", "Jane,2027-06-30", "no_number_column"),
        ("Name,Member no", "Jane,7", "no_expiry_column"),
        ("E-mail,Member no,Name,Expiry", "Jane,7,j@example.org,2027-06-30", "no_addresses"),
        ("Member no,Name,Expiry", "", "no_members"),
    ],
)
def test_a_list_that_tells_no_member_from_another_is_not_taken(headings, line, problem):
    roster = lists.uploaded(lists.csv(line, headings=headings))

    assert (roster.state, roster.layout["problem"]) == ("waiting", problem)
    assert not roster.members.exists()
    with pytest.raises(keeping.Refused):
        keeping.confirm(roster, by=roster.uploaded_by, seen="")


# Dates


def test_a_day_and_a_month_that_nothing_settles_are_asked_about_once():
    lines = [f"{n},Member {n},m{n}@example.org,0{n}/04/2027," for n in (3, 5, 6)]
    roster = lists.uploaded(lists.csv(*lines))

    asked = roster.questions.get()
    assert (asked.kind, asked.rows, asked.suggestions) == ("order", 3, ["dmy", "mdy"])
    assert lists.standings(roster) == {"3": "None", "5": "None", "6": "None"}

    keeping.answer(roster, {asked.pk: "mdy"}, by=roster.uploaded_by)

    assert lists.standings(roster) == {"3": "2027-03-04", "5": "2027-05-04", "6": "2027-06-04"}


def test_dates_that_contradict_each_other_are_asked_about_one_by_one():
    lines = ["1,A,,14/12/2027,", "2,B,,12/14/2027,", "3,C,,03/04/2027,", "4,D,,05/05/2027,"]

    roster = lists.uploaded(lists.csv(*lines))

    asked = roster.questions.get()
    assert (asked.code, asked.text) == ("date_ambiguous", "03/04/2027")
    assert asked.suggestions == ["2027-03-04", "2027-04-03"]
    assert lists.standings(roster)["4"] == "2027-05-05"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "missing"),
        ("lifetime", "lifetime"),
        ("à vie", "lifetime"),
        ("June 2027", "date_month"),
        ("2027", "date_year"),
        ("31/02/2027", "date_impossible"),
        ("9999-12-31", "date_unlikely"),
        ("46203", "date_number"),
        ("July 2026 to June 2027", "date_month"),
        ("1 July 2026 to 30 June 2027", "date_range"),
        ("soon", "date_unreadable"),
    ],
)
def test_what_is_no_plain_day_is_asked_about_and_never_guessed(said, code):
    roster = lists.uploaded(lists.csv(f"1,A,a@example.org,{said},", "2,B,,2027-06-30,"))

    assert lists.asked(roster) == [("expiry", code, said)]
    assert lists.standings(roster) == {"1": "None", "2": "2027-06-30"}
    assert words.question_text(roster.questions.get())


def test_a_day_from_a_workbook_needs_no_order_and_an_unlikely_one_is_asked_about():
    roster = lists.uploaded(
        lists.xlsx(
            (1, "A", "", date(2027, 4, 3), ""),
            ("2", "B", "", datetime(2027, 4, 3, 0, 0), ""),
            (3.0, "C", "", date(2999, 12, 31), ""),
        ),
        name="members.xlsx",
    )

    assert lists.standings(roster) == {"1": "2027-04-03", "2": "2027-04-03", "3": "None"}
    assert lists.asked(roster) == [("expiry", "date_unlikely", "2999-12-31")]


@pytest.mark.parametrize(
    ("answer", "standing"),
    [("day:2027-06-30", "2027-06-30"), ("life", "life"), ("lapsed", "suspended")],
)
def test_one_answer_settles_every_row_with_those_words_and_can_be_taken_back(answer, standing):
    lines = ["1,A,,lifetime,", "2,B,,lifetime,", "3,C,,2027-01-31,"]
    roster = lists.uploaded(lists.csv(*lines))
    asked = roster.questions.get()

    keeping.answer(roster, {asked.pk: answer}, by=roster.uploaded_by)

    assert lists.standings(roster) == {"1": standing, "2": standing, "3": "2027-01-31"}
    keeping.answer(roster, {asked.pk: ""}, by=roster.uploaded_by)
    assert lists.standings(roster) == {"1": "None", "2": "None", "3": "2027-01-31"}
    keeping.answer(roster, {asked.pk: "leave"}, by=roster.uploaded_by)
    assert lists.standings(roster) == {"3": "2027-01-31"}


# Status


def test_a_status_in_either_language_is_understood_and_another_is_asked_about():
    said = ["active", "Suspendu", "en règle", "Lapsed", "", "on leave", "on leave"]
    lines = [f"{n},M{n},,2027-06-30,{status}" for n, status in enumerate(said)]

    roster = lists.uploaded(lists.csv(*lines))

    suspended = roster.members.filter(suspended=True).values_list("number_key", flat=True)
    asked = roster.questions.get()
    assert list(suspended) == ["1", "3"]
    assert (asked.kind, asked.text, asked.rows) == ("status", "on leave", 2)
    keeping.answer(roster, {asked.pk: questions.SUSPENDED}, by=roster.uploaded_by)
    assert lists.standings(roster)["6"] == "suspended"
    keeping.answer(roster, {asked.pk: questions.GOOD}, by=roster.uploaded_by)
    assert lists.standings(roster)["6"] == "2027-06-30"


def test_whoever_is_not_in_good_standing_needs_no_date():
    roster = lists.uploaded(lists.csv("1,A,,,suspended", "2,B,,,active"))

    assert lists.asked(roster) == [("expiry", "missing", "")]
    keeping.answer(roster, {roster.questions.get().pk: "life"}, by=roster.uploaded_by)
    assert lists.standings(roster) == {"1": "suspended", "2": "life"}


# Doubles


def test_a_double_is_asked_about_and_the_row_that_was_chosen_stays():
    lines = [
        "A-1,A,a@example.org,2026-12-30,",
        "a 1,A,b@example.org,2027-06-30,",
        "2,B,,2027-01-31,",
    ]
    roster = lists.uploaded(lists.csv(*lines))
    asked = roster.questions.get()

    keeping.answer(roster, {asked.pk: "row:3"}, by=roster.uploaded_by)

    assert (asked.kind, asked.suggestions) == ("double", [2, 3])
    assert lists.standings(roster) == {"a 1": "2027-06-30", "2": "2027-01-31"}


def test_the_same_row_twice_is_one_member_and_no_question():
    line = "1,A,a@example.org,2027-06-30,"

    roster = lists.uploaded(lists.csv(line, line))

    assert lists.asked(roster) == []
    assert lists.standings(roster) == {"1": "2027-06-30"}


def test_without_a_number_the_address_tells_members_apart_and_a_note_is_no_address():
    lines = [",A,A@Example.org,2027-06-30,", ",A,a@example.org,2027-01-31,", ",B,none,2027-06-30,"]
    lines += [f",M{n},m{n}@example.org,2027-06-30," for n in range(3)]

    roster = lists.uploaded(lists.csv(*lines))

    assert lists.asked(roster) == [("double", "", "email:a@example.org")]
    assert roster.members.get(name="B").identity == "name:b"


# What is wrong with a row


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("#REF!,A,a@example.org,2027-06-30,", "error"),
        ("1,Doe, Jane,a@example.org,2027-06-30,active", "uneven"),
        (f"1,{'x' * 300},a@example.org,2027-06-30,", "long"),
        (",,,2027-06-30,", "nobody"),
    ],
)
def test_a_row_that_is_broken_is_asked_about_and_stays_out(line, code):
    good = [f"{n},M{n},m{n}@example.org,2027-06-30,active" for n in range(2, 5)]
    roster = lists.uploaded(lists.csv(line, *good))

    assert lists.asked(roster) == [("row", "", code)]
    lists.answer_all(roster)
    assert set(lists.standings(roster)) == {"2", "3", "4"}


def test_a_broken_row_does_not_keep_the_whole_row_of_the_same_member_out():
    lines = ["1,Doe, Jane,j@example.org,2027-06-30,active", "1,Jane Doe,j@example.org,2027-06-30,"]
    roster = lists.uploaded(lists.csv(*lines))

    lists.answer_all(roster)

    assert [row.number for row in roster.members.filter(left_out=False)] == [3]


def test_control_characters_far_down_are_no_error_of_ours():
    good = [f"{n},Member {n},m{n}@example.org,2027-06-30," for n in range(200)]
    text = lists.csv(*good, "900,A\0B\x07,a@example.org,2027-06-30,")

    roster = lists.uploaded(text)

    assert lists.asked(roster) == [("row", "", "control")]
    assert roster.members.get(number=202).name == "AB"


def test_markup_and_formulas_in_names_are_kept_as_text():
    name = "=1+1 <script>alert(1)</script>"

    roster = lists.uploaded(lists.csv(f"1,{name},a@example.org,2027-06-30,"))

    assert roster.members.get().name == name


def test_a_list_of_which_hardly_anything_is_plain_is_not_asked_about_row_by_row():
    lines = [f"{n},M{n},,whenever {n}," for n in range(501)]

    roster = lists.uploaded(lists.csv(*lines))

    assert roster.layout["problem"] == "too_doubtful"
    assert not roster.questions.exists()
    assert not roster.members.exists()


def test_a_list_in_use_is_found_by_the_current_ones_alone():
    lists.uploaded(lists.members(1, 2))
    in_use = lists.confirmed(lists.members(1, 2), code="OLA")

    assert list(Roster.objects.current()) == [in_use]
    assert make.association("OLA").rosters.current().get().members.count() == 2
