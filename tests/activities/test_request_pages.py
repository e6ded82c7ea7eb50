"""A participant's pages of courses and of requests to organisations."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from activities import crediting
from activities.models import CreditRequest
from registrations.models import Registration
from tests import factories as make
from tests.activities.asking import asked_for_entry as asked_for
from tests.said import said

pytestmark = pytest.mark.django_db


def own(name, row, *args):
    return reverse(name, args=[row.pk, *args])


def test_the_catalogue_lists_the_courses_and_what_an_organisation_allocates(client):
    row = make.careers()
    make.organisation("Prairie Association", webinar_presenter="2.5", cdp_participant="0")
    client.force_login(row.person)

    texts = said(client.get(own("courses", row)).text, "en")

    assert "Career Development Practitioner Certificate Program" in texts
    assert {"200", "50", "40", "10", "1", "2.5", "0", "–"} <= set(texts)
    assert "Prairie Association: credits for each role" in texts


def test_another_organisation_is_chosen_by_the_address(client):
    row = make.careers()
    make.organisation("Prairie Association")
    second = make.organisation("School", webinar_presenter="7")
    client.force_login(row.person)

    page = client.get(own("courses", row), {"organization": second.pk}).text

    assert "School: credits for each role" in page


def test_a_course_is_entered_by_choosing_it(client):
    row = make.careers()
    rate = make.rate("WEBINAR", program_code="CPC")
    client.force_login(row.person)
    form = client.get(own("activity_add", row), {"rate": rate.pk}).context["form"]

    client.post(
        own("activity_add", row),
        form.initial | {"completed_on": "2025-05-01"},
    )

    entry = row.person.activities.get()
    assert (entry.title, entry.provider) == ("CPC webinar", "Career Professionals of Canada")
    assert entry.hours is None
    assert entry.credits.get().points == 1
    assert "Course" in said(client.get(own("activity_add", row)).text, "en")


@pytest.mark.parametrize("rate", ["x", "0", "9" * 30, ""])
def test_a_course_that_is_none_leaves_the_form_empty(client, rate):
    row = make.careers()
    client.force_login(row.person)

    answer = client.get(own("activity_add", row), {"rate": rate})

    assert answer.status_code == 200
    assert "title" not in answer.context["form"].initial


def test_a_rate_by_the_hour_is_no_course(client):
    row = make.registration()
    client.force_login(row.person)

    answer = client.get(own("activity_add", row), {"rate": make.rate("PD-F").pk})

    assert "rate" not in answer.context["form"].initial


def test_an_entry_is_asked_for_from_its_own_page(client):
    row, organisation = make.careers(), make.organisation(webinar_participant="1")
    entry = make.webinar(row)
    client.force_login(row.person)
    link = f"{own('request_entry', row)}?activity={entry.pk}"
    assert link in client.get(own("activity", row, entry.pk)).text
    form = client.get(link).context["form"]

    answer = client.post(
        own("request_entry", row),
        {
            "credit": form.initial["credit"].pk,
            "organisation": organisation.pk,
            "form_key": form.initial["form_key"],
        },
    )

    asked = CreditRequest.objects.get()
    assert answer.url == own("request", row, asked.pk)
    assert (asked.activity, asked.proposed) == (entry, 1)
    assert organisation.name in client.get(own("activity", row, entry.pk)).text


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "2025: Ethics in a week"), ("fr", "2025\u00a0: Ethics in a week")],
)
def test_an_entry_is_chosen_by_its_day_and_title_in_either_language(client, language, label):
    row = make.careers()
    make.organisation()
    make.activity(row, "1-WEEK", hours=None, title="Ethics in a week", on="2025-07-01")
    client.force_login(row.person)
    with translation.override(language):
        address = own("request_entry", row)

    page = client.get(address).text

    assert label in page


def test_a_request_leads_to_its_entry_as_long_as_the_record_holds_it(client):
    row = make.careers()
    asked = asked_for(row=row)
    client.force_login(row.person)
    page, link = own("request", row, asked.pk), own("activity", row, asked.activity_id)

    before = client.get(page).text
    row.credits.update(state="deleted", deleted_at=timezone.now())

    assert link in before
    assert link not in client.get(page).text


def test_a_part_is_asked_for_with_a_day_and_a_few_words(client):
    row, organisation = make.careers(), make.organisation(webinar_presenter="2")
    client.force_login(row.person)
    fields = {
        "part": "presenter",
        "course": make.course().pk,
        "done_on": "2025-05-02",
        "organisation": organisation.pk,
        "words": "Twice.",
    }

    client.post(own("request_part", row), fields)

    asked = CreditRequest.objects.get()
    assert (asked.part, asked.words, asked.proposed) == ("presenter", "Twice.", 2)
    assert "2\u00a0credits" in client.get(own("request", row, asked.pk)).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"words": ""}, "Say in a few words what you did."),
        ({"part": "participant"}, "Choose your role."),
        ({"course": "0"}, "Choose a course from the list."),
        ({"organisation": ""}, "Choose an organization from the list."),
        ({"done_on": "2020-01-01"}, "the day your program started, so it can’t count."),
        ({"done_on": "tomorrow"}, "Enter the day with the year first"),
        ({"words": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_and_nothing_sent(client, wrong, words):
    row, organisation = make.careers(), make.organisation()
    client.force_login(row.person)
    fields = {
        "part": "presenter",
        "course": make.course().pk,
        "done_on": "2025-05-02",
        "organisation": organisation.pk,
        "words": "Twice.",
    }

    answer = client.post(own("request_part", row), fields | wrong)

    assert answer.status_code == 422
    assert words in answer.text
    assert not CreditRequest.objects.exists()


def test_a_course_of_another_program_is_not_in_the_list(client):
    row, organisation = make.careers(), make.organisation()
    client.force_login(row.person)

    answer = client.post(
        own("request_part", row),
        {
            "part": "presenter",
            "course": make.course("pd-f", code="CEC").pk,
            "done_on": "2025-05-02",
            "organisation": organisation.pk,
            "words": "Twice.",
        },
    )

    assert answer.status_code == 422


def test_a_form_sent_twice_is_one_request_and_going_back_to_ask_another_is_two(client):
    row = make.careers()
    organisations = [make.organisation(), make.organisation()]
    credit = make.webinar(row).credits.get()
    client.force_login(row.person)
    form = client.get(own("request_entry", row)).context["form"]
    fields = {"credit": credit.pk, "form_key": form.initial["form_key"]}

    first, second, other = (
        client.post(own("request_entry", row), fields | {"organisation": organisation.pk})
        for organisation in (organisations[0], *organisations)
    )

    assert first.url == second.url != other.url
    assert CreditRequest.objects.count() == 2


def test_asking_for_the_same_again_is_told(client):
    asked = asked_for()
    client.force_login(asked.registration.person)

    answer = client.post(
        own("request_entry", asked.registration),
        {"credit": asked.activity.credits.get().pk, "organisation": asked.organisation_id},
    )

    assert answer.status_code == 409
    assert "You’ve asked this organization for the same already." in answer.text


def test_where_nobody_can_be_asked_there_are_no_such_pages_nor_links(client):
    row = make.careers()
    entry = make.webinar(row)
    client.force_login(row.person)

    assert client.get(own("request_entry", row)).status_code == 404
    assert client.get(own("request_part", row)).status_code == 404
    assert own("requests", row) not in client.get(own("record", row)).text
    assert own("request_entry", row) not in client.get(own("activity", row, entry.pk)).text


def test_it_works_in_a_program_of_points_by_the_hour_too(client):
    row = make.registration()
    entry = make.activity(row, "PD-F")
    organisation = make.organisation(code="CEC", pdf_participant="3")
    client.force_login(row.person)

    client.post(
        own("request_entry", row),
        {"credit": entry.credits.get().pk, "organisation": organisation.pk},
    )
    page = client.get(own("request", row, CreditRequest.objects.get().pk)).text

    assert "3\u00a0points" in page
    assert own("courses", row) not in page


def test_a_closed_record_asks_for_nothing(client):
    row = make.careers()
    make.organisation()
    Registration.objects.filter(pk=row.pk).update(status="certified")
    client.force_login(row.person)

    answer = client.post(own("request_part", row), {})

    assert answer.url == own("activities", row)
    assert client.get(own("requests", row)).status_code == 200


def test_a_request_is_taken_back_once_and_a_second_click_says_nothing(client):
    asked = asked_for()
    client.force_login(asked.registration.person)
    url = own("request_withdraw", asked.registration, asked.pk)

    first, second = (client.post(url, follow=True) for _click in range(2))

    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert "Your request is taken back." in first.text
    assert "It is now" not in second.text


def test_a_request_of_somebody_else_is_not_there(client):
    asked, other = asked_for(), make.careers()
    client.force_login(other.person)

    for name in ("request", "request_answer", "request_withdraw"):
        for row in (asked.registration, other):
            url = own(name, row, asked.pk)
            ask = client.get if name == "request" else client.post
            assert ask(url).status_code == 404


def test_a_question_is_answered_on_its_page(client):
    asked = asked_for()
    crediting.ask_back(asked, by=make.officer(asked.organisation), question="How long was it?")
    client.force_login(asked.registration.person)
    page = client.get(own("request", asked.registration, asked.pk)).text
    url = own("request_answer", asked.registration, asked.pk)

    empty = client.post(url, {"answer": " "})
    client.post(url, {"answer": "Two hours."})
    late = client.post(url, {"answer": "Three."}, follow=True)

    asked.refresh_from_db()
    assert "How long was it?" in page
    assert empty.status_code == 422
    assert (asked.state, asked.answer) == ("asked", "Two hours.")
    assert "This request has moved on." in late.text
