import time

import pytest

from activities.workbook.matching import Matcher
from activities.workbook.sheet import type_labels
from tests.activities.workbook_files import CHOICES, choice


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(CHOICES)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Professional Development – Informal", "pd-i"),
        ("Professional Development - Formal", "pd-f"),
        ("professional  development (informal)", "pd-i"),
        ("PDI", "pd-i"),
        ("pd-i", "pd-i"),
        ("PD informal", "pd-i"),
        ("Prof. dev., formal", "pd-f"),
        ("PD-I (webinar)", "pd-i"),
        ("PP-F", "pd-f"),
        ("Perfectionnement professionnel - informel", "pd-i"),
        ("Publications/Presentations – Informal", "pub-i"),
        ("Publication, formal", "pub-f"),
        ("Leadership (Committee)", "lead:committee"),
        ("Leadership – Board Member", "lead:board"),
        ("LEAD board member", "lead:board"),
        ("Leadership - comité", "lead:committee"),
        ("Committee", "lead:committee"),
        ("Personal Study Project: linked data", "study"),
        ("ETUDE", "study"),
        ("Étude", "study"),
    ],
)
def test_a_plain_name_code_or_abbreviation_is_matched(matcher, written, key):
    found, doubt = matcher.match(written)

    assert doubt is None
    assert found.key == key


@pytest.mark.parametrize(
    ("written", "code", "suggestions"),
    [
        ("informal", "choice_ambiguous", ("pd-i", "pub-i")),
        ("informel", "choice_ambiguous", ("pd-i", "pub-i")),
        ("PD", "choice_ambiguous", ("pd-f", "pd-i")),
        ("Presentation", "choice_ambiguous", ("pub-f", "pub-i")),
        ("Leadership", "choice_ambiguous", ("lead:committee", "lead:board")),
        ("board", "choice_likely", ("lead:board",)),
        ("Project", "choice_likely", ("study",)),
        ("PD-I or formal", "choice_unknown", ("pd-i",)),
        ("Profesional Develpment Informel", "choice_unknown", ("pd-i",)),
        ("in-house training", "choice_unknown", ()),
        ("Volunteering", "choice_unknown", ()),
        ("PDF article", "choice_unknown", ()),
        ("?", "choice_unknown", ()),
        ("x " * 1000, "choice_unknown", ()),
    ],
)
def test_a_doubtful_type_is_asked_about_with_the_likely_ones_first(
    matcher, written, code, suggestions
):
    found, doubt = matcher.match(written)

    assert found is None
    assert (doubt.code, doubt.suggestions) == (code, suggestions)


def test_an_alias_settles_what_would_be_unknown():
    matcher = Matcher([choice("w", ("PD-I", "PP-I"), ("Learning", "Savoir"), aliases=("Webinar",))])

    found, doubt = matcher.match("webinar")

    assert (found.key, doubt) == ("w", None)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_label_that_an_export_writes_is_matched(matcher, language):
    labels = type_labels(CHOICES, language)

    matched = {key: matcher.match(label)[0].key for key, label in labels.items()}

    assert matched == {key: key for key in labels}


def test_choices_with_equal_names_are_still_told_apart_in_an_export():
    twins = [choice(key, ("C", "C"), ("Course", "Cours")) for key in ("one", "two")]
    labels = type_labels(twins, "en")

    matched = [Matcher(twins).match(label)[0].key for label in labels.values()]

    assert matched == ["one", "two"]


def test_two_thousand_different_unknown_types_take_no_time(matcher):
    started = time.process_time()

    for number in range(2000):
        matcher.match(f"some kind of workshop seminar {number} that nobody has heard about")

    assert time.process_time() - started < 2
