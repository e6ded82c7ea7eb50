"""What the mails of a year and a cycle say, in both languages, at their longest."""

import pytest

from activities.notice_letters import YEAR
from cec import mail
from certificates.notice_letters import CYCLE
from registrations.notice_letters import example
from tests.owed import read

LONG_YEAR = {**YEAR, "ends_on": "2028-09-28", "has": "7.75", "needed": "130.00", "year": "12"}
LONG_CYCLE = {
    **CYCLE,
    "total": "877.75",
    "needed": "1000.00",
    "ends_on": "2028-09-28",
    "turn_in_until": "2028-12-28",
}

SUBJECTS = [
    (
        "year_end_coming",
        {**YEAR, "has": "21.00"},
        "9 points to 30 before 14 March 2028",
        "9 points pour atteindre 30 avant le 14 mars 2028",
    ),
    (
        "cycle_ending",
        CYCLE,
        "12 points to go before 14 March 2029",
        "Encore 12 points d’ici le 14 mars 2029",
    ),
    (
        "cycle_ending",
        {**CYCLE, "total": "121"},
        "Turn in your record by 13 May 2029",
        "Remettez votre dossier d’ici le 13 mai 2029",
    ),
    ("ready", CYCLE, "You’ve reached 120 points", "Vous avez atteint 120 points"),
    (
        "nudge",
        {"since": "2027-03-15"},
        "Anything learned lately? It takes a minute",
        "Du nouveau à consigner? Une minute suffit",
    ),
    (
        "pace",
        {**YEAR, "months": "6"},
        "Year 2 so far: 8 points of 30",
        "Année 2 jusqu’ici : 8 points sur 30",
    ),
]
LONGEST = [
    ("year_end_coming", LONG_YEAR),
    ("pace", {**LONG_YEAR, "months": "9"}),
    ("cycle_ending", LONG_CYCLE),
    ("grace_ending", LONG_CYCLE),
    ("ready", LONG_CYCLE),
    ("registration_lapsed", {"ends_on": "2028-09-28"}),
    ("membership_lapsing", {"good_until": "2028-09-28"}),
    ("audit_due", {"evidence_until": "2028-09-28", "missing": "1"}),
    ("fee_outstanding", {"balance": "1240.50"}),
]


@pytest.mark.parametrize(("kind", "facts", "english", "french"), SUBJECTS)
def test_a_subject_says_what_it_is_about(kind, facts, english, french):
    notice = example(kind, **facts)

    assert (read(notice).subject, read(notice, "fr").subject) == (english, french)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("kind", "facts"), LONGEST)
def test_the_longest_figures_leave_a_subject_that_is_read_whole(kind, facts, language):
    notice = example(kind, **facts)

    written = mail.write(kind, notice, language=language)

    assert len(written.subject) <= 60


@pytest.mark.parametrize("language", ["en", "fr"])
def test_one_missing_activity_is_one(language):
    notice = example("audit_due", evidence_until="2028-09-28", missing="1")

    text = read(notice, language).text

    assert ("1 activity still needs" if language == "en" else "1 activité attend") in text


def test_points_from_the_year_before_are_named_where_there_are_some():
    with_some = example("pace", **{**YEAR, "brought": "5.00"}, months="6")
    without = example("pace", **YEAR, months="6")

    assert "Of these, 5 points come from the year before." in read(with_some).text
    assert "come from the year before" not in read(without).text


def test_where_nothing_is_counted_by_the_hour_only_points_a_week_are_said():
    text = read(example("pace", **{**YEAR, "per_hour": None}, months="6")).text

    assert "That’s 0.9 points a week." in text


def test_a_year_that_has_its_minimum_isnt_spoken_of_at_the_cycles_end():
    text = read(example("cycle_ending", **{**CYCLE, "has": "30"})).text

    assert "that a year asks for" not in text


def test_the_grace_period_says_by_which_day_something_must_be_finished_to_count():
    text = read(example("grace_ending", **CYCLE)).text

    assert "What you finished by 14 March 2029 counts, also if you log it now." in text


@pytest.mark.parametrize(
    ("kind", "facts"), [("pace", {**YEAR, "months": "6"}), ("year_end_coming", YEAR)]
)
@pytest.mark.parametrize(
    ("strictness", "said"),
    [
        (
            "advised",
            "The 30 points a year are a suggestion: your certificate doesn’t depend on them.",
        ),
        ("required", "Each year needs its 30 points: your certificate depends on it."),
    ],
)
def test_what_depends_on_a_year_names_the_year_and_not_the_sentence_before(
    kind, facts, strictness, said
):
    text = read(example(kind, **{**facts, "strictness": strictness})).text

    assert said in text


def test_a_last_year_that_is_below_says_whether_the_certificate_depends_on_it():
    text = read(example("cycle_ending", **CYCLE)).text

    assert "a year asks for. The 30 points a year are a suggestion" in text
