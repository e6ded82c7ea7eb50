"""The list of activities: what stands in a row, how it is narrowed, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities import log
from activities.models import Comment, Credit
from tests import factories as make
from tests.activities.pages import at, log_section, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def titles(response):
    return re.findall(r'<th scope="row">\s*<a [^>]*>([^<]+)</a>', response.content.decode())


def test_a_row_shows_points_what_counts_and_why(own, registration):
    make.activity(registration, "PD-F", hours="11", title="LIBT 215", provider="Red River")

    page = text(own.get(at("activities", registration) + "?year=1"))

    assert (
        "1 May 2025 LIBT 215 Red River PD-F 11 22 11 h × 2 20 of 22 "
        "This fills PD-F up to its yearly limit of 20. The rest stays in the record."
    ) in page
    assert "Year 1 total 11 22 20" in page


def test_the_year_of_today_is_shown_first_and_tabs_show_what_counts(own, registration):
    make.activity(registration, "PD-I", hours="5", on="2025-05-01", title="First year")
    make.activity(registration, "PD-I", hours="3", on="2026-05-01", title="Second year")

    everything = own.get(at("activities", registration) + "?year=all")
    second = own.get(at("activities", registration) + "?year=2")

    assert titles(everything) == ["Second year", "First year"]
    assert titles(second) == ["Second year"]
    assert "Year 1 5 Year 2 3 Year 3 0 All years 8" in text(second)


def test_search_type_and_status_narrow_the_list(own, registration):
    make.activity(registration, "PD-F", hours="11", title="LIBT 215", outcome="Much")
    make.activity(registration, "PD-I", title="Copyright webinar", provider="EI", outcome="x")
    make.activity(registration, "STUDY", title="Linked data")
    make.activity(registration, "PD-I", title="Next conference", planned=True)
    page = at("activities", registration)
    formal = make.rate("PD-F").activity_type_id

    def found(query):
        return sorted(titles(own.get(f"{page}?year=all&{query}")))

    assert found("q=copyRIGHT") == ["Copyright webinar"]
    assert found("q=ei") == ["Copyright webinar"]
    assert found(f"type={formal}") == ["LIBT 215"]
    assert found("status=over") == ["LIBT 215"]
    assert found("status=waiting") == ["Linked data"]
    assert found("status=no_outcome") == ["Linked data"]
    assert found("status=planned") == ["Next conference"]
    assert found("q=nothing+like+it") == []
    assert len(found("status=nonsense&type=abc")) == 4


def test_an_answer_without_rows_offers_to_clear_the_filters(own, registration):
    response = own.get(at("activities", registration) + "?year=1&q=nothing")

    assert "No activities match. Clear filters" in text(response)
    assert f'{at("activities", registration)}?year=1"' in response.content.decode()


def test_an_empty_year_says_what_is_enough(own, registration):
    page = text(own.get(at("activities", registration) + "?year=3"))

    assert "No activities in year 3 yet." in page
    assert "a title, a date and hours are enough" in page


def test_strange_addresses_fall_back_to_the_usual(own, registration):
    make.activity(registration, title="Only one")

    for query in (
        "year=9",
        "year=x",
        "page=-1",
        "page=%00",
        "q=%00",
        "per=7",
        "sort=drop",
        "added=9e9",
    ):
        response = own.get(f"{at('activities', registration)}?{query}&year=all")
        assert response.status_code == 200
        assert titles(response) == ["Only one"]


def test_the_oldest_can_come_first(own, registration):
    make.activity(registration, on="2025-05-01", title="Earlier")
    make.activity(registration, on="2025-06-01", title="Later")

    assert titles(own.get(at("activities", registration) + "?year=1&sort=date")) == [
        "Earlier",
        "Later",
    ]


def test_pages_have_25_or_100_rows_and_the_total_is_of_all(own, registration):
    for number in range(27):
        make.activity(registration, hours="0.5", title=f"Reading {number}")
    page = at("activities", registration)

    first = own.get(f"{page}?year=1")
    second = own.get(f"{page}?year=1&page=2")
    large = own.get(f"{page}?year=1&per=100")

    assert (len(titles(first)), len(titles(second)), len(titles(large))) == (25, 2, 27)
    assert "Year 1 total 13.5 13.5 13.5" in text(first)
    assert "Year 1 total 13.5 13.5 13.5" in text(second)


def test_the_queries_do_not_grow_with_the_rows(own, registration):
    def fill(day):
        entry = make.activity(registration, "PD-I", on=day)
        make.activity(registration, "STUDY", on=day)
        make.activity(registration, "PD-F", on=day, planned=True, subject="Archives; Maps")
        make.activity(registration, "LEAD", on=day, key="board")
        Comment.objects.create(
            registration=registration, activity=entry, author=registration.person, text="?"
        )

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert own.get(page).status_code == 200
        return len(captured)

    page = at("activities", registration) + "?year=all"
    fill("2025-05-01")
    with_one = count()
    fill("2025-05-02")
    fill("2026-05-03")

    assert count() == with_one
    assert with_one <= 12


def test_comments_of_a_returned_record_stand_at_their_entry(own, registration):
    entry = make.activity(registration, "PUB-I", title="Local history")
    Comment.objects.create(
        registration=registration,
        activity=entry,
        author=make.representative(),
        text="Was this talk new?",
    )

    page = text(own.get(at("activities", registration) + "?year=all&status=question"))

    assert "Local history Representative of MLA asks: Was this talk new?" in page
    assert " Question " in page


def test_deleted_entries_stand_in_a_view_of_their_own_for_thirty_days(own, registration):
    gone = make.activity(registration, title="Deleted lately")
    long_gone = make.activity(registration, title="Deleted long ago")
    for entry in (gone, long_gone):
        log.delete(registration, entry, by=registration.person)
    long_ago = timezone.now() - timedelta(days=31)
    Credit.objects.filter(activity=long_gone).update(deleted_at=long_ago)

    shown = text(own.get(at("activities", registration) + "?year=all&status=deleted"))
    usual = text(own.get(at("activities", registration) + "?year=all"))

    assert "Deleted lately" in shown
    assert "Bring back" in shown
    assert "Deleted long ago" not in shown
    assert "Deleted lately" not in usual


def test_htmx_gets_the_list_that_the_page_has(own, registration):
    make.activity(registration, title="Only one")
    page = at("activities", registration) + "?year=1&q=only"

    part = own.get(page, headers={"HX-Request": "true"})
    whole = own.get(page)
    going_back = own.get(page, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert log_section(part) == log_section(whole)
    assert "<html" not in part.content.decode()
    assert ">1 activity</p>" in part.content.decode()
    assert "<html" in going_back.content.decode()


def test_markup_in_a_title_is_text(own, registration):
    make.activity(registration, title="<script>alert(1)</script>", provider="<b>x</b>")

    for page in ("record", "activities"):
        markup = own.get(at(page, registration) + "?year=all").content.decode()
        assert "<script>alert" not in markup
        assert "<b>x" not in markup


def test_a_reader_of_the_committee_finds_no_controls(client, registration):
    entry = make.activity(registration, title="Only one")
    client.force_login(make.representative("MLA"))

    response = client.get(at("activities", registration) + "?year=all")

    assert titles(response) == ["Only one"]
    for control in ("Log an activity", "Edit", "Import from Excel", "Export"):
        assert control not in text(response)
    detail = text(client.get(at("activity", registration, entry.pk)))
    assert "Professional development – informal" in detail
    assert "Delete" not in detail


def test_a_stranger_finds_nothing(client, registration):
    client.force_login(make.registration().person)

    assert client.get(at("activities", registration)).status_code == 404
    assert client.get(at("activity_preview", registration)).status_code == 404


def test_a_program_of_fixed_credits_lists_no_hours_and_no_years(client):
    registration = make.registration(code="CPC", association_code=None)
    make.activity(registration, "WEBINAR", hours=None, title="A webinar", outcome="x")
    client.force_login(registration.person)

    page = text(client.get(at("activities", registration)))

    assert "1 May 2025 A webinar WEBINAR 1 a fixed number 1 Counts in full. Complete" in page
    assert "Hours" not in page
    assert "Year 1" not in page
    assert "Five-week CPC course or program (50 credits)" in page


def test_the_list_speaks_french(own, registration):
    make.activity(registration, "PD-I", hours="1.5")

    response = own.get(at("activities", registration, language="fr"))

    assert response.status_code == 200
    assert "Perfectionnement professionnel – informel" in text(response)
