"""The mentor's desk: who is there, what is read of a mentee and what isn't, notes, suggestions."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import suggestions
from activities.models import Comment, Suggestion
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.mentoring import asking
from registrations.models import Registration
from tests import factories as make
from tests.activities.pages import at, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentor(client):
    who = make.person("Rosalind")
    client.force_login(who)
    return who


@pytest.fixture
def row():
    return make.registration(
        make.person("Nadia", email="nadia.k@example.org"),
        member_number="MLA-77",
        employer="Prairie Library",
        position="technician",
    )


def mentee_page(client, mentorship, query=""):
    return client.get(reverse("mentee", args=[mentorship.pk]) + query)


class TestList:
    def test_without_mentees_it_says_how_they_come(self, client, mentor):
        assert "No mentees yet." in client.get(reverse("mentees")).text

    def test_a_mentee_is_a_row_with_progress_and_what_waits(self, client, mentor, row):
        mentorship = make.mentorship(row, mentor)
        entry = make.activity(row, hours="5", on="2025-05-02")
        Comment.objects.create(
            registration=row, activity=entry, author=make.representative(), text="Sure?"
        )
        mentorship.notes.create(author=row.person, text="May I ask something?")

        said = text(client.get(reverse("mentees")))

        assert "Nadia" in said
        assert "5 of 120" in said
        assert "2 May 2025" in said
        assert "Note to answer" in said
        assert "Question from the committee" in said
        assert "May I ask" not in said

    def test_who_asks_shows_no_record_before_the_yes(self, client, mentor, row):
        area = row.program.subject_areas.first()
        asking.ask(row, by=row.person, text="Planning year two.", areas=[area])
        mentorship = make.mentorship(row, mentor, state="proposed")
        make.activity(row, title="A secret webinar")

        said = text(client.get(reverse("mentees")))

        assert "Would you mentor Nadia?" in said
        assert "Planning year two." in said
        assert area.name in said
        assert "A secret webinar" not in said
        assert mentee_page(client, mentorship).status_code == 404
        assert client.get(at("record", row)).status_code == 404

    def test_the_queries_do_not_grow(self, client, mentor):
        def fill():
            mentorship = make.mentorship(make.registration(), mentor, capacity=9)
            make.activity(mentorship.registration)
            mentorship.notes.create(author=mentor, text="Hello")
            make.mentorship(make.registration(), mentor, state="proposed")

        fill()
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("mentees"))
        fill()
        fill()
        with CaptureQueriesContext(connection) as three:
            client.get(reverse("mentees"))

        assert len(one) == len(three)


class TestMentee:
    def test_the_record_is_there_read_only_with_agenda_goals_and_notes(self, client, mentor, row):
        mentorship = make.mentorship(row, mentor)
        make.activity(row, "PD-I", hours="5", title="Copyright update")
        row.goals.create(year=1, text="Present something.")
        mentorship.notes.create(author=row.person, text="Hello there.")

        page = mentee_page(client, mentorship)

        said = text(page)
        assert "5 of 120 points are counted" in said
        assert "Present something." in said
        assert "Hello there." in said
        assert "Copyright update" in page.text
        assert at("activity_add", row) not in page.text
        assert "Log an activity" not in said

    def test_nothing_of_fee_membership_address_or_other_mentors_is_on_any_page(
        self, client, mentor, row
    ):
        former = make.mentorship(row, make.person("Former Mentor"), state="ended")
        former.notes.create(author=former.mentor, text="Between us two")
        mentorship = make.mentorship(row, mentor)
        entry = make.activity(row, title="Copyright update", outcome="Ask first.")
        Suggestion.objects.create(
            registration=row, activity=entry, author=former.mentor, text="Former suggestion"
        )
        Comment.objects.create(
            registration=row, activity=entry, author=make.representative(), text="Committee asks"
        )
        pages = [
            reverse("mentees"),
            reverse("mentee", args=[mentorship.pk]),
            at("record", row),
            at("activities", row) + "?year=all",
            at("activities", row) + "?year=all&status=question",
            at("activity", row, entry.pk),
        ]

        for url in pages:
            answer = client.get(url)
            assert answer.status_code == 200
            for private in (
                "MLA-77",
                "Prairie Library",
                "technician",
                "nadia.k@example.org",
                "$40",
                "Good standing",
                "In good standing",
                "Former",
                "Between us two",
                "Committee asks",
            ):
                assert private not in answer.text, (url, private)

    def test_the_committee_and_the_owner_still_read_the_questions(self, client, row):
        entry = make.activity(row)
        Comment.objects.create(
            registration=row, activity=entry, author=make.representative(), text="Committee asks"
        )

        for who in (row.person, make.representative("MLA"), make.steering()):
            client.force_login(who)
            assert "Committee asks" in client.get(at("activities", row) + "?year=all").text

    def test_the_list_of_activities_says_whose_it_is_and_leads_back(self, client, mentor, row):
        mentorship = make.mentorship(row, mentor)

        page = client.get(reverse("activities", args=[row.pk])).text

        assert "Activities: Nadia" in page
        assert f'href="{reverse("mentee", args=[mentorship.pk])}"' in page

    def test_the_agenda_is_taken_over_as_a_note(self, client, mentor, row):
        mentorship = make.mentorship(row, mentor)

        page = mentee_page(client, mentorship, "?agenda=1")
        draft = page.context["form"].initial["text"]
        answer = client.post(
            reverse("mentee", args=[mentorship.pk]),
            {"text": draft, "form_key": page.context["form"].initial["form_key"]},
        )

        assert draft.startswith("- 0 of 120\u00a0points are counted")
        assert answer.url == reverse("mentee", args=[mentorship.pk])
        assert mentorship.notes.get().text.startswith("- 0 of 120")

    def test_a_note_twice_is_one_and_an_empty_one_comes_back(self, client, mentor, row):
        mentorship = make.mentorship(row, mentor)
        url, key = reverse("mentee", args=[mentorship.pk]), uuid.uuid4()

        for _ in range(2):
            client.post(url, {"text": "Hello", "form_key": key})
        empty = client.post(url, {"text": ""})

        assert mentorship.notes.count() == 1
        assert empty.status_code == 422

    def test_another_mentors_mentee_is_not_found(self, client, mentor, row):
        mentorship = make.mentorship(row)
        make.mentor_offer(mentor)

        assert mentee_page(client, mentorship).status_code == 404
        note = client.post(reverse("mentee", args=[mentorship.pk]), {"text": "Hello"})
        assert note.status_code == 404
        assert not mentorship.notes.exists()

    def test_the_queries_do_not_grow(self, client, mentor, row):
        mentorship = make.mentorship(row, mentor)

        def fill():
            make.activity(row)
            mentorship.notes.create(author=mentor, text="Hello")
            row.goals.create(year=1, text="Read")

        fill()
        with CaptureQueriesContext(connection) as one:
            mentee_page(client, mentorship)
        fill()
        fill()
        with CaptureQueriesContext(connection) as three:
            mentee_page(client, mentorship)

        assert len(one) == len(three)

    @pytest.mark.parametrize("status", ["withdrawn", "certified", "lapsed"])
    def test_when_the_registration_is_over_the_next_request_is_not_found(
        self, client, mentor, row, status
    ):
        mentorship = make.mentorship(row, mentor)
        entry = make.activity(row)
        Registration.objects.update(status=status)

        pages = [
            reverse("mentee", args=[mentorship.pk]),
            at("record", row),
            at("activities", row),
            at("activity", row, entry.pk),
        ]
        assert {client.get(url).status_code for url in pages} == {404}


class TestSuggestions:
    @pytest.fixture
    def entry(self, row):
        return make.activity(row, title="Copyright update", hours="2")

    def suggest(self, client, row, entry, **data):
        return client.post(at("suggest", row, entry.pk), {"text": "Say more."} | data)

    def test_the_mentor_suggests_and_the_participant_is_told(self, client, mentor, row, entry):
        make.mentorship(row, mentor)
        key = uuid.uuid4()

        for _ in range(2):
            answer = self.suggest(client, row, entry, form_key=key)

        suggestion = Suggestion.objects.get()
        assert answer.url == at("activity", row, entry.pk)
        assert (suggestion.author, suggestion.text) == (mentor, "Say more.")
        letter = OutgoingMail.objects.get(kind="mentor_note")
        assert letter.to == row.person.email
        assert "Copyright update" in letter.text
        assert "Say more." in text(client.get(at("activity", row, entry.pk)))

    def test_an_empty_one_comes_back(self, client, mentor, row, entry):
        make.mentorship(row, mentor)

        answer = self.suggest(client, row, entry, text=" ")

        assert answer.status_code == 422
        assert not Suggestion.objects.exists()

    def test_nobody_but_the_mentor_suggests(self, client, row, entry):
        make.mentorship(row)

        for who in (row.person, make.representative("MLA"), make.steering()):
            client.force_login(who)
            assert self.suggest(client, row, entry).status_code == 403
        client.force_login(make.person())
        assert self.suggest(client, row, entry).status_code == 404
        with pytest.raises(PermissionDenied):
            suggestions.suggest(row, entry, by=make.person(), text="Say more.")
        assert not Suggestion.objects.exists()

    def test_the_owner_finds_it_in_the_to_do_list_and_answers_once(
        self, client, mentor, row, entry
    ):
        make.mentorship(row, mentor)
        self.suggest(client, row, entry)
        suggestion = Suggestion.objects.get()
        client.force_login(row.person)
        url = at("suggestion_answer", row, suggestion.pk)

        todo = text(client.get(at("record", row)))
        listed = client.get(at("activities", row) + "?year=all&status=suggestion").text
        form = text(client.get(at("activity", row, entry.pk)))
        without = client.post(url, {"reply": "Yes"})
        client.post(url, {"answer": "done", "reply": "Added two lines."})
        again = client.post(url, {"answer": "left"}, follow=True)

        assert "Look at your mentor’s suggestions" in todo
        assert "Copyright update" in listed
        assert "Say more." in form
        assert without.status_code == 302
        suggestion.refresh_from_db()
        assert (suggestion.answer, suggestion.reply) == ("done", "Added two lines.")
        assert "answered this already" in again.text
        assert "suggestions" not in text(client.get(at("record", row)))

    def test_it_never_keeps_anybody_from_turning_in(self, row, entry, mentor):
        from certificates import completion

        before = completion.check_turn_in(row)
        Suggestion.objects.create(registration=row, activity=entry, author=mentor, text="More")

        assert completion.check_turn_in(row) == before

    def test_only_the_owner_answers(self, client, mentor, row, entry):
        make.mentorship(row, mentor)
        self.suggest(client, row, entry)
        suggestion = Suggestion.objects.get()

        answer = client.post(at("suggestion_answer", row, suggestion.pk), {"answer": "done"})

        assert answer.status_code == 403
        with pytest.raises(PermissionDenied):
            suggestions.answer(suggestion, by=mentor, answer="done")
        suggestions.answer(suggestion, by=row.person, answer="left")
        with pytest.raises(Refused):
            suggestions.answer(suggestion, by=row.person, answer="done")
        assert Suggestion.objects.get().answer == "left"

    def test_the_committee_does_not_read_what_the_two_write(self, client, mentor, row, entry):
        make.mentorship(row, mentor)
        self.suggest(client, row, entry)
        client.force_login(make.representative("MLA"))

        assert "Say more." not in client.get(at("activity", row, entry.pk)).text

    def test_markup_stays_text(self, client, mentor, row, entry):
        make.mentorship(row, mentor)
        self.suggest(client, row, entry, text="<img src=x>")

        assert "<img src=x>" not in client.get(at("activity", row, entry.pk)).text
        assert "<img src=x>" not in OutgoingMail.objects.get(kind="mentor_note").html
