"""The pages of a list of members: uploading, the preview, confirming, undoing."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from cec.health import Heartbeat
from registrations.models import Event, Roster
from registrations.roster import keeping, reading
from registrations.roster.comparison import compare
from tests import factories as make
from tests.registrations import rosters as lists

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return make.representative("MLA")


@pytest.fixture
def own(rep, client):
    client.force_login(rep)
    return client


def at(name, roster=None, code="MLA"):
    places = {"association": code} | ({"roster": roster.pk} if roster else {})
    return reverse(name, kwargs=places)


def send(client, content, name="members.csv", code="MLA"):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post(at("roster_upload", code=code), {"roster": file})


def said(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def current(code="MLA"):
    return Roster.objects.current().filter(association__code=code).first()


# The whole way


def test_a_representative_uploads_answers_and_confirms(own, rep):
    sent = send(own, lists.MLA.read_bytes(), "roster-mla.xlsx")
    roster = Roster.objects.get()
    assert sent["Location"] == at("roster_preview", roster)
    assert "about to be read" in own.get(sent["Location"]).text
    reading.read(roster.pk)
    page = own.get(sent["Location"])
    assert "2 questions" in said(page)
    assert "Row 26, Person Unknown" in said(page)
    assert at("roster_confirm", roster) not in page.text
    asked = {question.kind: question.pk for question in roster.questions.all()}

    own.post(sent["Location"], {f"q{asked['double']}": "row:25", f"q{asked['expiry']}": "life"})
    page = own.get(sent["Location"])
    done = own.post(at("roster_confirm", roster), {"seen": compare(roster).seen}, follow=True)

    assert "24 new members" in said(page)
    assert "The list is in use: 24 members, 24 new, 0 changed, 0 gone." in said(done)
    assert f'href="{reverse("desk_memberships")}?view=doubt&amp;association=MLA"' in done.text
    assert current() == roster
    assert current().confirmed_by == rep
    assert lists.standings(roster)["MLA-19904"] == "2027-06-30"
    assert "Łazarewicz" in own.get(at("roster"), {"q": "lazarewicz"}).text
    assert Event.objects.get(kind="roster_saved").actor == rep


def test_what_was_found_in_the_file_is_shown(own, rep):
    own = Client()
    own.force_login(make.representative("ABQLA"))
    send(own, lists.ABQLA.read_bytes(), "liste.csv", code="ABQLA")
    roster = Roster.objects.get()
    reading.read(roster.pk)

    page = said(own.get(at("roster_preview", roster, "ABQLA")))

    for found in ("Windows-1252", "semicolon", "Français", "as 14/12/2027 shows", "“Échéance”"):
        assert found in page


def test_many_vanishing_members_are_named_and_confirmed_once_more(own, rep):
    lists.confirmed(lists.members(*range(10)), by=rep)
    roster = lists.uploaded(lists.members(1, 2), by=rep)
    seen = compare(roster).seen

    first = own.post(at("roster_confirm", roster), {"seen": seen})
    still = current().members.count()
    second = own.post(at("roster_confirm", roster), {"seen": seen, "vanishing": "8"})

    assert first.status_code == 200
    assert "8 of the 10 members of Manitoba Library Association" in said(first)
    assert "Member 9" in first.text
    assert still == 10
    assert second["Location"] == at("roster")
    assert current().members.count() == 2


@pytest.mark.parametrize(("lasts", "looks_old"), [("2027-06-30", True), ("2028-06-30", False)])
def test_a_list_that_takes_time_from_most_members_is_asked_about(own, rep, lasts, looks_old):
    lists.confirmed(lists.csv("1,Anna,,2027-12-31,", "2,Bea,,2028-03-31,"), by=rep)
    roster = lists.uploaded(lists.csv(f"1,Anna,,{lasts},", f"2,Bea,,{lasts},"), by=rep)

    page = said(own.get(at("roster_preview", roster)))

    asked = "2 members would be in good standing for a shorter time than now. Is it the newest"
    assert (asked in page) is looks_old


def test_a_list_is_undone_and_the_one_before_is_back(own, rep):
    first = lists.confirmed(lists.members(1, 2), by=rep)
    second = lists.confirmed(lists.members(1, 2, 3), by=rep)

    asked = own.get(at("roster_undo", second))
    done = own.post(at("roster_undo", second), follow=True)
    again = own.post(at("roster_undo", second), follow=True)

    assert "the list before holds again" in said(asked)
    assert "The list is undone." in said(done)
    assert "isn’t in use any more" in said(again)
    assert current() == first


# Bad input


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "members.csv", "This file is empty"),
        (b"%PDF-1.7", "members.pdf", "This is a PDF"),
        (b"MZ" + bytes(99), "members.xlsx", "This is a program"),
        (b"No,Name", "members.xls", "ends neither in .xlsx nor in .csv"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(own, content, name, sentence):
    response = send(own, content, name)

    assert response.status_code == 422
    assert sentence in said(response)
    assert not Roster.objects.exists()


def test_a_file_of_more_than_twenty_megabytes_is_refused_and_a_smaller_one_is_kept_whole(own):
    rest = lists.members(1) + "\n" * 15_000_000

    kept = send(own, rest)
    refused = send(own, rest + "\n" * 6_000_000)

    assert kept.status_code == 302
    assert len(Roster.objects.get().content) == len(rest)
    assert refused.status_code == 422
    assert "larger than 20 MB" in said(refused)


def test_the_form_without_a_file_asks_for_it(own):
    response = own.post(at("roster_upload"))

    assert response.status_code == 422
    assert "Choose the file with your list" in said(response)


def test_a_list_that_cannot_be_read_says_why_and_that_nothing_changed(own, rep):
    roster = lists.uploaded(b"PK\x03\x04" + bytes(200), by=rep, name="members.xlsx")

    page = own.get(at("roster_preview", roster))

    assert "This workbook is damaged" in said(page)
    assert "Nothing changed" in said(page)


def test_wrong_columns_are_mended_on_the_preview(own, rep):
    text = lists.csv("7,Jane Doe,2027-06-30", headings="Ref,Who,Paid thru then")
    roster = lists.uploaded(text, by=rep)
    page = own.get(at("roster_preview", roster))

    wrong = own.post(at("roster_columns", roster), {"column0": "number", "column2": "number"})
    short = own.post(at("roster_columns", roster), {"column0": "number", "column1": "name"})
    good = own.post(
        at("roster_columns", roster), {"column0": "number", "column1": "name", "column2": "expiry"}
    )
    reading.read(roster.pk)

    assert "Say which column holds the name." in said(page)
    assert "Another column holds this already." in said(wrong)
    assert "Say which column holds the last day" in said(short)
    assert "Say which column holds the name." not in said(short)
    assert (wrong.status_code, short.status_code) == (422, 422)
    assert good["Location"] == at("roster_preview", roster)
    assert lists.standings(roster) == {"7": "2027-06-30"}


@pytest.mark.parametrize(
    "answers",
    [{}, {"q{}": ""}, {"q{}": "row:9"}, {"q{}": "day:soon"}, {"q999999": "life"}, {"again": "x"}],
)
def test_an_answer_that_is_none_settles_nothing(own, rep, answers):
    roster = lists.uploaded(lists.csv("1,A,,lifetime,"), by=rep)
    asked = roster.questions.get()

    response = own.post(
        at("roster_preview", roster),
        {name.format(asked.pk): value for name, value in answers.items()},
    )

    asked.refresh_from_db()
    assert response.status_code in (302, 422)
    assert asked.answer == ""


def test_another_day_is_an_answer_and_can_be_asked_again(own, rep):
    roster = lists.uploaded(lists.csv("1,A,,lifetime,"), by=rep)
    asked = roster.questions.get()

    own.post(at("roster_preview", roster), {f"q{asked.pk}_day": "2027-06-30"})
    settled = lists.standings(roster)
    page = said(own.get(at("roster_preview", roster)))
    own.post(at("roster_preview", roster), {"again": asked.pk})

    assert settled == {"1": "2027-06-30"}
    assert "30 June 2027 Ask again" in page.replace("\xa0", " ")
    assert lists.standings(roster) == {"1": "None"}


def test_what_was_answered_last_time_is_offered_and_still_wants_a_click(own, rep):
    first = lists.uploaded(lists.csv("1,A,,lifetime,"), by=rep)
    lists.answer_all(first, "life")
    lists.confirmed_as_it_is(first)
    roster = lists.uploaded(lists.csv("1,A,,lifetime,", "2,B,,à vie,"), by=rep)

    page = own.get(at("roster_preview", roster))

    assert page.text.count("As you answered last time.") == 1
    assert '<option value="life" selected>' in page.text
    assert lists.standings(roster) == {"1": "None", "2": "None"}


def test_rows_that_are_broken_the_same_way_are_one_question_with_their_numbers(own, rep):
    broken = [f"{n},Doe, Jane,x@example.org,2027-06-30,active" for n in range(3)]
    roster = lists.uploaded(lists.csv(*broken, "9,Whole,,2027-06-30,"), by=rep)
    asked = roster.questions.get()

    page = said(own.get(at("roster_preview", roster)))
    own.post(at("roster_preview", roster), {f"q{asked.pk}": "leave"})

    assert "These rows have more cells than there are headings." in page
    assert all(f"Row {n}," in page for n in (2, 3, 4))
    assert lists.standings(roster) == {"9": "2027-06-30"}


def test_names_are_shown_as_text_everywhere(own, rep):
    name = "<script>alert(1)</script>"
    lists.confirmed(lists.csv(f"1,{name},,2027-06-30,", f"2,{name},,2027-06-30,"), by=rep)
    roster = lists.uploaded(
        lists.csv(f"3,{name},,2027-06-30,", f"4,{name},,{name},{name}", f"4,{name},x@y.z,,"),
        by=rep,
        name="members.csv",
    )

    pages = [
        own.get(at("roster")),
        own.get(at("roster_preview", roster)),
        own.post(at("roster_confirm", roster), {"seen": compare(roster).seen}),
    ]
    lists.answer_all(roster)
    pages.append(own.post(at("roster_confirm", roster), {"seen": compare(roster).seen}))

    for page in pages:
        assert name not in page.text
    assert escape(name) in pages[0].text


# Wrong state, wrong person


def test_a_second_click_on_confirming_says_nothing_wrong(own, rep):
    roster = lists.uploaded(lists.members(1), by=rep)
    seen = compare(roster).seen

    own.post(at("roster_confirm", roster), {"seen": seen})
    again = own.post(at("roster_confirm", roster), {"seen": seen})

    assert again["Location"] == at("roster")
    assert Event.objects.filter(kind="roster_saved").count() == 1


def test_the_slower_of_two_people_is_told_what_happened(own, rep):
    other = make.representative("MLA")
    roster = lists.uploaded(lists.members(1), by=rep)
    seen = compare(roster).seen
    keeping.confirm(roster, by=other, seen=seen)

    told = own.post(at("roster_confirm", roster), {"seen": seen}, follow=True)

    assert "It is now: In use." in said(told)


@pytest.mark.parametrize("name", ["roster_preview", "roster_columns", "roster_drop"])
def test_a_list_that_is_decided_on_is_not_touched_any_more(own, rep, name):
    roster = lists.confirmed(lists.members(1, 2), by=rep)

    response = own.post(at(name, roster), {"column0": "name"})

    assert response.status_code == 302
    assert current() == roster
    assert current().members.count() == 2


@pytest.mark.parametrize(
    "name", ["roster_preview", "roster_columns", "roster_confirm", "roster_drop", "roster_undo"]
)
def test_another_associations_list_is_not_found_and_stays_as_it_is(client, rep, name):
    roster = lists.uploaded(lists.members(1), by=rep)
    client.force_login(make.representative("OLA"))

    mine = client.post(at(name, roster), {"seen": compare(roster).seen})
    through_mine = client.post(at(name, roster, code="OLA"), {"seen": compare(roster).seen})

    roster.refresh_from_db()
    assert (mine.status_code, through_mine.status_code) == (404, 404)
    assert roster.state == "waiting"


def test_a_list_is_uploaded_for_ones_own_association_alone(client):
    client.force_login(make.representative("OLA"))

    response = send(client, lists.members(1))

    assert response.status_code == 404
    assert not Roster.objects.exists()


def test_a_role_that_ended_keeps_no_list(own, rep):
    roster = lists.uploaded(lists.members(1), by=rep)
    rep.appointments.update(last_day=timezone.localdate() - timezone.timedelta(days=1))

    assert own.post(at("roster_confirm", roster)).status_code == 404
    assert own.get(reverse("roster_home")).status_code == 403


# Finding one's way


def test_a_representative_comes_straight_to_the_own_list_and_the_steering_group_chooses(own):
    assert own.get(reverse("roster_home"))["Location"] == at("roster")
    own.force_login(make.steering())

    page = own.get(reverse("roster_home"))

    assert at("roster", code="OLA") in page.text
    assert "No list yet" in page.text


def test_an_empty_list_an_upload_that_waits_and_the_history_are_shown(own, rep):
    assert "No list yet." in said(own.get(at("roster")))
    lists.confirmed(lists.members(1, 2), by=rep)
    roster = lists.uploaded(lists.members(1, 2, 3), by=rep)

    page = own.get(at("roster"))

    assert at("roster_preview", roster) in page.text
    assert "waits for a decision" in said(page)
    assert at("roster_preview", roster) in own.get(at("roster_upload")).text


@pytest.mark.parametrize("rows", [3, 60])
def test_the_pages_ask_the_database_as_often_for_one_member_as_for_many(own, rep, rows):
    def count(url):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            own.get(url)
        return len(queries)

    lists.confirmed(lists.members(1), by=rep)
    one = lists.uploaded(lists.csv("1,A,,lifetime,", "2,B,,,"), by=rep)
    few = count(at("roster")), count(at("roster_preview", one))
    keeping.drop(one, by=rep)

    lists.confirmed(lists.members(*range(rows)), by=rep)
    lines = [f"{n},A,,whenever {n},word {n}" for n in range(rows)]
    many = lists.uploaded(lists.csv(*lines), by=rep)

    assert count(at("roster")) <= few[0] + 1  # whether it can be undone
    assert count(at("roster_preview", many)) <= few[1] + 3  # changed, before, words


def test_the_search_finds_by_name_number_and_address_whatever_the_accents(own, rep):
    lists.confirmed(lists.ABQLA.read_bytes(), by=rep)

    for text in ("zoe dhaliwal", "Dhaliwal", "q1000", "Q1000@EXAMPLE"):
        page = own.get(at("roster"), {"q": text})
        assert "1 member." in said(page), text
    assert "No members match." in said(own.get(at("roster"), {"q": "nobody\x00"}))


# While it is read


def test_the_progress_is_shown_and_the_page_follows_by_itself(own, rep):
    send(own, lists.members(1))
    roster = Roster.objects.get()
    Roster.objects.update(rows_read=2000, rows_expected=50_000, claimed_at=timezone.now())

    page = own.get(at("roster_preview", roster))

    assert "2,000 rows of about 50,000 are read." in said(page)
    assert f'hx-get="{at("roster_preview", roster)}"' in page.text
    assert "Look again" in said(page)
    Roster.objects.update(state="failed", error="damaged")
    swap = own.get(at("roster_preview", roster), headers={"HX-Request": "true"})
    assert swap["HX-Refresh"] == "true"


def test_without_a_worker_the_page_says_that_the_file_is_kept(own, rep):
    send(own, lists.members(1))
    roster = Roster.objects.get()
    Roster.objects.update(uploaded_at=timezone.now() - timezone.timedelta(minutes=2))

    alone = said(own.get(at("roster_preview", roster)))
    Heartbeat.beat(Heartbeat.of("general"))
    soon = said(own.get(at("roster_preview", roster)))

    assert "isn’t running at the moment" in alone
    assert "about to be read" in soon
