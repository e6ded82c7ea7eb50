"""The transcript: everything in the record, with what counts and why, marked for what it is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from activities import audit, log
from activities.models import Credit
from certificates import completion, transcript
from certificates.printing.lettering import UncoveredCharacters
from certificates.printing.press import Unprintable
from registrations.models import Registration
from tests import factories as make
from tests.activities import audits
from tests.certificates import records
from tests.certificates.pages import queries_of
from tests.certificates.printed import NAMES, words_of

pytestmark = pytest.mark.django_db


def begun(name="Nadia Kowalchuk", **fields):
    return make.registration(make.person(name), starts_on=date(2025, 3, 15), **fields)


def written(row, language="en"):
    return transcript.write(row, language=language)


def said(row, language="en"):
    return words_of(transcript.render(written(row, language)))


def entries(row):
    return [entry for year in written(row).years for entry in year.entries]


def worths(row):
    return [(entry.raw, entry.counted, entry.parked) for entry in entries(row)]


def test_it_says_whose_record_of_what_it_is():
    row = begun()

    text = said(row)

    for words in (
        "The Partnership",
        "Transcript",
        "Name Nadia Kowalchuk",
        "Program Continuing Education Certificate",
        "Association Manitoba Library Association",
        f"Registration {row.reference}, under version {row.rules.version} of the rules",
        "Learning period 15 March 2025 to 14 March 2028",
        "Counted 0 of 120 points",
    ):
        assert words in text, words


def test_each_entry_has_its_days_worth_and_why_not_all_of_it_counts():
    row = begun()
    make.activity(
        *(row, "PD-F"),
        hours="11",
        on="2025-05-03",
        started_on=date(2025, 5, 1),
        title="Cataloguing",
        provider="Education Institute",
    )
    make.activity(row, "PD-F", hours="0.25", on="2025-06-01", title="A quarter of an hour")

    text = said(row)

    assert (
        "1 May 2025 to 3 May 2025 Cataloguing Education Institute · Professional development – "
        "formal This fills PD-F up to its yearly limit of 20. PD-F 11 2 22 20 2"
    ) in text
    assert (
        "A quarter of an hour Professional development – formal PD-F had reached its yearly "
        "limit of 20. PD-F 0.25 2 0.5 0 0.5"
    ) in text
    assert "Year 1, in all 11.25 22.5 20 2.5" in text


def test_rows_of_a_year_add_up_to_its_sums_and_years_to_the_record():
    row = begun()
    make.activity(row, "LEAD", key="board", hours="8", on="2025-06-01")
    make.activity(row, "LEAD", key="committee", hours="8", on="2025-06-02")
    make.activity(row, "PD-I", hours="20", on="2026-03-14")
    make.activity(row, "PD-I", hours="5", on="2026-03-15")

    found = written(row)

    assert worths(row) == [(16, 16, 0), (8, 4, 4), (20, 20, 0), (5, 5, 0)]
    assert [(year.raw, year.counted, year.parked) for year in found.years] == [
        (44, 40, 4),
        (5, 5, 0),
        (0, 0, 0),
    ]
    assert (found.counted, found.parked) == (45, 4)


def test_totals_stand_by_type_and_year_beside_what_is_needed():
    row = begun()
    make.activity(row, "PD-F", hours="11", on="2025-05-01")

    text = said(row)

    assert "PD-F Professional development – formal 20 of 20 2 over a limit 0 of 20" in text
    assert "In all 20 of 30 suggested 2 over a limit 0 of 30 suggested" in text
    assert "20 of 120 2 over a limit" in text


def test_planned_entries_stand_apart_and_deleted_ones_nowhere():
    row = begun()
    coming = timezone.localdate() + timedelta(days=3)
    make.activity(row, title="A course to come", on=coming, planned=True)
    log.delete(row, make.activity(row, title="Gone"), by=row.person)

    text = said(row)

    assert entries(row) == []
    assert text.index("Planned, not counted") < text.index("A course to come")
    assert "Gone" not in text


def test_what_is_unfinished_or_disallowed_says_so_and_counts_nothing():
    unfinished = begun()
    make.activity(unfinished, "STUDY", hours="4")
    found = audits.asked()
    entry = found.registration.person.activities.get(title="First talk")
    audit.disallow(found.registration, entry, by=make.representative(), reason="Staff training")

    (study,) = entries(unfinished)
    first, second = entries(found.registration)

    assert (study.counted, study.parked) == (0, 4)
    assert study.why == "What was learned isn’t written down yet."
    assert (first.counted, first.parked) == (0, 3)
    assert first.why == "The committee disallowed it."
    assert (second.counted, second.why) == (3, "")
    assert "Staff training" not in said(found.registration)


def test_it_says_from_the_record_s_state_what_it_is_worth():
    today = timezone.localdate()
    in_hand, sent, done = records.finished(), records.turned_in(), records.accepted()
    given_up = begun()
    Registration.objects.filter(pk=given_up.pk).update(status="withdrawn")
    given_up.refresh_from_db()

    first, second, third, fourth = map(written, (in_hand, sent, done, given_up))

    assert (first.state, first.is_final) == ("In progress", False)
    assert (second.state, second.is_final) == ("In progress", False)
    assert "with the committee since" in second.state_more
    assert (third.state, third.is_final, third.as_of) == ("Final", True, today)
    assert (fourth.state, fourth.is_final) == ("Not completed", False)


def test_a_certified_record_is_final_too():
    certified = Registration.objects.get(pk=records.issued().registration_id)

    assert said(certified).count("Final") > 1


def test_one_that_was_sent_back_is_in_progress_again():
    row = records.turned_in()
    completion.return_with_questions(row, by=make.steering(), reason="What was it?")
    row.refresh_from_db()

    found = written(row)

    assert (found.state, found.accepted) == ("In progress", None)
    assert "with the committee" not in found.state_more


def test_a_final_one_has_the_figures_that_were_accepted_or_isn_t_printed():
    row = records.accepted()
    assert written(row).accepted == written(row).counted == 120
    entry = Credit.objects.filter(registration=row).first()

    Credit.objects.filter(pk=entry.pk).update(points=Decimal(1))

    with pytest.raises(Unprintable, match="accepted"):
        transcript.render(written(row))


def test_a_final_one_leaves_out_what_was_only_planned():
    row = records.finished()
    make.activity(row, title="Never done", on=row.ends_on, planned=True)
    completion.turn_in(row, by=row.person)
    completion.accept(row, by=make.steering())
    row.refresh_from_db()

    assert "Never done" not in said(row)


def test_equal_records_make_equal_bytes():
    row = records.accepted()

    assert transcript.render(written(row)) == transcript.render(written(row))


def test_it_speaks_french():
    row = begun()
    make.activity(row, "PD-F", hours="0.25", on="2025-06-01")

    text = said(row, "fr")

    for words in ("Le Partenariat", "Certificat de formation continue", "15 mars 2025", "PP-F"):
        assert words in text, words
    assert "0,25 2 0,5 0,5" in text


def test_a_program_of_courses_has_neither_hours_nor_years():
    row = make.careers(make.person("Denise Falconer"))
    make.webinar(row, on="2025-05-01", title="A talk")

    text = said(row)

    assert "Everything in the record Date Course Type Credits Counted Not counted" in text
    assert "1 May 2025 A talk CPC webinar WEBINAR 1 1" in text
    assert "Counted 1 credit" in text
    assert "Hours" not in text


def test_an_empty_record_has_one_too():
    text = said(begun())

    assert text.count("Nothing is logged.") == 3


def test_years_are_those_of_the_rules_and_say_what_they_bring_on():
    row = begun()
    row.rules.requirements.filter(per="year").update(carry=10)
    for code in ("PD-F", "PD-I"):
        make.activity(row, code, hours="20", on="2025-05-01")
    scheme = make.scheme("alia")
    other = make.registration(code=scheme.code, starts_on=date(2025, 3, 15), association_code=None)

    assert [year.brought for year in written(row).years] == [0, 10, 0]
    assert "From the year before, towards what this one needs: 10 points." in said(row)
    assert written(other).years[0].period.replace("\u00a0", " ") == "15 March 2025 to 30 June 2025"
    assert "15 March 2025 to 30 June 2025" in said(other)


def test_groups_of_types_have_a_row_of_their_own():
    row = begun()
    group = row.rules.groups.create(key="all", name_en="Learning", name_fr="Formation")
    row.rules.types.filter(code_en__in=["PD-F", "PD-I"]).update(group=group)
    group.caps.create(per="cycle", points=5)
    row.rules.note_layers()
    make.activity(row, "PD-I", hours="7", on="2025-05-01")
    row = Registration.objects.get(pk=row.pk)

    (entry,) = entries(row)

    assert entry.why == "This fills “Learning” up to the limit of 5 for the whole program."
    assert "Learning 5 2 over a limit" in said(row)


def test_a_character_without_a_font_is_replaced_and_said():
    row = begun()
    make.activity(row, title="Story \U0001f600time", provider="図書館研究所協会")
    make.activity(row, title="A\u200dB")

    text = said(row)

    assert "Story [U+1F600]time" in text
    assert "[U+… × 8]" in text
    assert "AB" in text
    assert "our fonts can’t print" in text


def test_nothing_is_said_of_characters_where_all_are_printed():
    row = begun()
    make.activity(row, title="ᓇᑖᓕᐊ, SENĆOŦEN and Łazarewicz")

    text = said(row)

    assert "ᓇᑖᓕᐊ, SENĆOŦEN and Łazarewicz" in text
    assert "our fonts" not in text


def test_a_name_is_never_replaced():
    with pytest.raises(UncoveredCharacters, match="U\\+6797"):
        said(begun("林 Nadia"))


@pytest.mark.parametrize("name", NAMES[3:9])
def test_names_are_printed_as_they_are_written(name):
    assert name in said(begun(name))


def test_its_queries_do_not_grow_with_the_entries():
    row = begun()
    make.activity(row, "PD-F")
    few = queries_of(lambda: written(row))

    for _ in range(9):
        make.activity(row, "STUDY")

    assert queries_of(lambda: written(row)) == few
