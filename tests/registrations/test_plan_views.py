"""Plan and mentor: the participant's page of goals, mentor, invitation and notes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.models import MentorInvitation, Mentorship, MentorWish, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(client):
    row = make.registration(make.person("Nadia"))
    client.force_login(row.person)
    return row


def page(client, row):
    return client.get(reverse("plan", args=[row.pk]))


def post(client, name, *args, **data):
    return client.post(reverse(name, args=args), data)


def test_without_a_mentor_the_page_says_that_it_is_fine(client, row):
    answer = page(client, row)

    assert "Working without a mentor is fine" in answer.text
    assert "Invite somebody you know" in answer.text
    assert "note_form" in answer.context
    assert "Write the note" not in answer.text


def test_a_program_without_mentors_has_goals_and_invitations_only(client):
    row = make.registration(code="CPC", association_code=None)
    client.force_login(row.person)

    answer = page(client, row)
    post(client, "mentor_ask", row.pk, text="Help")

    assert "Ask for a mentor" not in answer.text
    assert "Learning goals" in answer.text
    assert not Registration.objects.get(pk=row.pk).wants_mentor


def test_asking_and_taking_back(client, row):
    area = row.program.subject_areas.first()

    post(client, "mentor_ask", row.pk, text="Planning.", areas=[area.pk])
    asked = page(client, row).text
    post(client, "mentor_take_back", row.pk)

    assert MentorWish.objects.get().text == "Planning."
    assert list(MentorWish.objects.get().areas.all()) == [area]
    assert "You asked for a mentor" in asked
    assert "Planning." in asked
    assert not Registration.objects.get().wants_mentor
    kinds = list(row.events.values_list("kind", flat=True))
    assert kinds == ["mentor_wanted", "mentor_not_wanted"]


def test_too_many_words_come_back(client, row):
    answer = post(client, "mentor_ask", row.pk, text="x" * 1001)

    assert answer.status_code == 422
    assert not MentorWish.objects.exists()


def test_whoever_was_asked_is_not_named_before_they_accept(client, row):
    make.mentorship(row, make.person("Rosalind Achebe"), state="proposed")

    text = page(client, row).text

    assert "Somebody is asked" in text
    assert "Rosalind" not in text


def test_the_mentor_has_a_card_without_an_address(client, row):
    make.mentorship(row, make.person("Rosalind Achebe"), about="Ask me.", areas=("Archives",))

    text = page(client, row).text

    assert "Rosalind Achebe" in text
    assert "Ask me." in text
    assert "Archives" in text
    assert Mentorship.objects.get().mentor.email not in text


def test_a_note_is_written_and_an_empty_one_is_not(client, row):
    mentorship = make.mentorship(row)

    empty = post(client, "plan_note", row.pk, text=" ")
    answer = post(client, "plan_note", row.pk, text="<script>alert(1)</script>")

    assert empty.status_code == 422
    assert answer.url == reverse("plan", args=[row.pk])
    assert mentorship.notes.get().author == row.person
    shown = page(client, row).text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown


def test_without_a_mentor_there_is_nobody_to_write_to(client, row):
    answer = client.post(reverse("plan_note", args=[row.pk]), {"text": "Hello"}, follow=True)

    assert "no mentor to write to" in answer.text


def test_inviting_and_taking_back(client, row):
    bad = post(client, "mentor_invite", row.pk, email="not an address")
    post(client, "mentor_invite", row.pk, email="boss@example.org")
    invited = page(client, row).text
    invitation = MentorInvitation.objects.get()
    post(client, "invitation_revoke", row.pk, invitation.pk)

    assert bad.status_code == 422
    assert "boss@example.org" in invited
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None


def test_goals_are_set_met_and_removed(client, row):
    bad = post(client, "goal_add", row.pk, text="", year=1)
    post(client, "goal_add", row.pk, text="Present something.", year=2)
    goal = row.goals.get()
    post(client, "goal_change", row.pk, goal.pk, do="met")
    met = row.goals.get().met_at
    post(client, "goal_change", row.pk, goal.pk, do="nonsense")
    kept = row.goals.count()
    post(client, "goal_change", row.pk, goal.pk, do="remove")

    assert bad.status_code == 422
    assert goal.year == 2
    assert met is not None
    assert (kept, row.goals.count()) == (1, 0)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mentor_ask", {"text": "Help"}),
        ("mentor_take_back", {}),
        ("mentor_invite", {"email": "boss@example.org"}),
        ("goal_add", {"text": "Read", "year": "1"}),
    ],
)
def test_a_registration_that_is_over_changes_nothing(client, row, name, data):
    Registration.objects.update(status="certified")

    answer = client.post(reverse(name, args=[row.pk]), data)

    assert answer.status_code == 302
    assert not MentorInvitation.objects.exists()
    assert not MentorWish.objects.exists()
    assert not row.goals.exists()


@pytest.mark.parametrize("name", ["goal_change", "invitation_revoke"])
def test_rows_of_others_are_not_found(client, row, name):
    other = make.registration()
    goal = other.goals.create(year=1, text="Read")
    invitation = other.mentor_invitations.create(
        email="x@example.org", digest="x", expires_at="2099-01-01T00:00Z"
    )
    pk = goal.pk if name == "goal_change" else invitation.pk

    answer = post(client, name, row.pk, pk, do="remove")

    assert answer.status_code == 404
    assert other.goals.count() == 1


def test_the_queries_do_not_grow(client, row):
    mentorship = make.mentorship(row)

    def fill():
        mentorship.notes.create(author=row.person, text="Hello")
        row.goals.create(year=1, text="Read")

    fill()
    with CaptureQueriesContext(connection) as one:
        page(client, row)
    fill()
    fill()
    with CaptureQueriesContext(connection) as three:
        page(client, row)

    assert len(one) == len(three)


class TestEnding:
    @pytest.mark.parametrize("who", ["mentor", "participant"])
    def test_a_page_asks_first_and_the_next_request_of_the_mentor_is_not_found(
        self, client, row, who
    ):
        mentorship = make.mentorship(row)
        entry = make.activity(row)
        url = reverse("mentorship_end", args=[mentorship.pk])
        client.force_login(mentorship.mentor if who == "mentor" else row.person)

        asked = client.get(url)
        still = Mentorship.objects.get().state
        answer = client.post(url, {"reason": "Thank you."})

        assert (asked.status_code, still) == (200, "active")
        back = reverse("mentees") if who == "mentor" else reverse("plan", args=[row.pk])
        assert answer.url == back
        assert Mentorship.objects.get().reason == "Thank you."
        client.force_login(mentorship.mentor)
        for name, args in (
            ("record", [row.pk]),
            ("activities", [row.pk]),
            ("activity", [row.pk, entry.pk]),
            ("mentee", [mentorship.pk]),
        ):
            assert client.get(reverse(name, args=args)).status_code == 404, name
        suggested = client.post(reverse("suggest", args=[row.pk, entry.pk]), {"text": "More"})
        noted = client.post(reverse("mentee", args=[mentorship.pk]), {"text": "More"})
        assert (suggested.status_code, noted.status_code) == (404, 404)

    def test_what_is_over_leads_back(self, client, row):
        mentorship = make.mentorship(row, state="ended")

        answer = client.get(reverse("mentorship_end", args=[mentorship.pk]))

        assert answer.url == reverse("plan", args=[row.pk])

    def test_strangers_find_nothing(self, client, row):
        mentorship = make.mentorship(row)
        client.force_login(make.person())

        answer = client.post(reverse("mentorship_end", args=[mentorship.pk]))

        assert answer.status_code == 404
        assert Mentorship.objects.get().state == "active"
