"""The transcript's download: for whom, in which language, and what is shown to everybody."""

import re
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from activities import log
from certificates import transcript
from registrations.models import Event
from tests import factories as make
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in
from tests.certificates.printed import words_of

pytestmark = pytest.mark.django_db


def begun(who=None, **fields):
    return make.registration(who, starts_on=date(2025, 3, 15), **fields)


def asked(client, row, who, **query):
    return signed_in(client, who).get(address("transcript", row.pk), query)


def notes(row):
    return row.events.filter(kind=Event.Kind.TRANSCRIPT)


def test_its_owner_gets_it_whenever_they_ask_and_nothing_is_noted(client):
    row = begun()

    answer = asked(client, row, row.person)

    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="{row.reference}-transcript.pdf"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store, private"
    assert row.reference in words_of(answer.content)
    assert not notes(row).exists()


def test_it_is_in_the_person_s_language_unless_another_is_asked_for(client):
    row = begun(make.person(language="fr"))

    usual = asked(client, row, row.person)
    other = asked(client, row, row.person, language="en")
    unknown = asked(client, row, row.person, language="de")

    assert f"{row.reference}-releve.pdf" in usual["Content-Disposition"]
    assert f"{row.reference}-transcript.pdf" in other["Content-Disposition"]
    assert unknown.content == usual.content


@pytest.mark.parametrize("role", ["representative", "steering", "administrator"])
def test_who_works_on_the_registration_gets_it_and_the_history_says_so(client, role):
    row = begun()
    who = getattr(make, role)()

    answer = asked(client, row, who, language="fr")

    assert answer.status_code == 200
    event = notes(row).get()
    assert (event.actor, event.details) == (who, {"language": "fr"})


def test_a_mentor_reads_the_record_but_does_not_take_it_away(client):
    row = begun()
    mentor = make.mentorship(row).mentor

    assert asked(client, row, mentor).status_code == 403
    assert not notes(row).exists()


def test_for_anybody_else_there_is_none(client):
    row = begun()

    for who in (make.person(), make.representative("OLA")):
        assert asked(client, row, who).status_code == 404
    assert not notes(row).exists()


def test_there_is_none_before_the_record_begins(client):
    row = make.registration(status="submitted")

    assert asked(client, row, row.person).status_code == 404


def test_a_name_that_can_t_be_printed_is_said_and_nothing_noted(client):
    row = begun(make.person("林玥"))

    answer = asked(client, row, make.steering())

    assert answer.status_code == 409
    assert "Our fonts can’t print 林 玥." in answer.text
    assert not notes(row).exists()


def test_a_smiley_in_a_title_keeps_nobody_from_it(client):
    row = begun()
    make.activity(row, title="Story \U0001f600")

    assert asked(client, row, row.person).status_code == 200


@pytest.mark.parametrize("name", ["record", "activities", "certificate"])
def test_the_owner_s_pages_lead_to_it_in_both_languages(client, name):
    row = begun()
    make.activity(row)

    text = page(signed_in(client, row.person), name, row.pk)

    for language in ("en", "fr"):
        assert f"{address('transcript', row.pk)}?language={language}" in text


def test_the_reviewer_s_page_leads_to_it_and_a_mentor_s_does_not(client):
    row = records.turned_in()
    mentored = begun()
    mentor = make.mentorship(mentored).mentor

    review = page(signed_in(client, make.representative()), "review", row.pk)
    reading = page(signed_in(client, mentor), "activities", mentored.pk)

    assert address("transcript", row.pk) in review
    assert address("transcript", mentored.pk) not in reading


def test_strangers_see_day_title_type_and_points_of_what_counts_and_nothing_more():
    row = records.finished()
    first = row.years.first().starts_on
    make.activity(row, "PD-F", hours="1", on=first + timedelta(days=40), title="Parked")
    make.activity(row, "STUDY", hours="1", on=first, title="Unfinished")
    make.activity(row, title="Planned", on=row.ends_on, planned=True)
    log.delete(row, make.activity(row, title="Deleted", on=first), by=row.person)
    row.status = "accepted"

    years = transcript.public_rows(row)

    assert [year.counted for year in years] == [40, 40, 40]
    assert {type(entry).__name__ for year in years for entry in year.rows} == {"PublicRow"}
    titles = " ".join(entry.title for year in years for entry in year.rows)
    assert not {"Parked", "Unfinished", "Planned", "Deleted"} & set(titles.split())
    assert set(vars(years[0].rows[0])) == {"day", "title", "code", "type", "counted"}


def test_strangers_see_nothing_of_a_record_that_is_not_accepted():
    for row in (records.finished(), records.turned_in()):
        assert transcript.public_rows(row) == ()


def test_what_strangers_see_costs_as_many_queries_for_any_number_of_entries():
    row = records.finished()
    row.status = "accepted"
    few = queries_of(lambda: transcript.public_rows(row))

    row.status = "active"
    for _ in range(5):
        make.activity(row, "PUB-I", on=row.starts_on)
    row.status = "accepted"

    assert queries_of(lambda: transcript.public_rows(row)) == few


def test_the_public_part_is_written_in_the_language_of_its_page():
    row = records.accepted()

    with translation.override("fr"):
        years = transcript.public_rows(row)
        shown = render_to_string(
            "certificates/_public_transcript.html", {"transcript": years, "unit": "points"}
        )
    nothing = render_to_string("certificates/_public_transcript.html", {"transcript": ()})

    assert shown.count("<table") == 3
    assert "PP-F, " in shown
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", shown, re.S)
    assert re.fullmatch(r"Année 1, .* au [^,]*, 40 points", " ".join(caption[1].split()))
    assert nothing.strip() == ""


def test_asking_is_no_deed(client):
    row = begun()

    answer = signed_in(client, row.person).post(reverse("transcript", args=[row.pk]))

    assert answer.status_code == 405
