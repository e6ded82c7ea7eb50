"""The representative's desk of mentors, and the page on which somebody offers to mentor."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.mentoring import assigning
from registrations.mentoring.asking import desk_count
from registrations.models import MentorOffer, Mentorship, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(client):
    who = make.representative("MLA")
    client.force_login(who)
    return who


def wanting(**fields):
    return make.registration(wants_mentor=True, **fields)


class TestDesk:
    def test_it_shows_who_waits_the_offers_and_the_load(self, client, by):
        row = wanting(who=make.person("Nadia"))
        foreign = wanting(who=make.person("Foreign"), association_code="OLA")
        make.mentor_offer(make.person("New"), state="offered")
        rosalind = make.mentor_offer(make.person("Rosalind"), capacity=3)
        make.mentorship(make.registration(), rosalind.person)

        text = client.get(reverse("desk_mentors")).text

        assert reverse("mentor_assign", args=[row.pk]) in text
        assert foreign.person.name not in text
        assert "New" in text
        assert "1 of 3" in text

    @pytest.mark.parametrize(
        ("wanted", "state", "said"),
        [
            (True, None, ("Wants one", "Find a mentor")),
            (True, "active", ("Rosalind", "Replace or end")),
            (False, "active", ("Rosalind", "Replace or end")),
            (True, "proposed", ("Rosalind, asked on", "Replace or end")),
        ],
    )
    def test_a_registrations_page_says_who_mentors(self, client, by, wanted, state, said):
        row = make.registration(wants_mentor=wanted)
        if state:
            make.mentorship(row, make.person("Rosalind"), state=state)

        text = client.get(reverse("desk_registration", args=[row.pk])).text

        assert all(words in text for words in said)
        assert ("Wants one" in text) is (state is None)

    def test_the_navigation_counts_wishes_and_offers_but_not_ones_own(self, client, by):
        wanting()
        wanting()
        make.registration(by, wants_mentor=True)
        make.mentor_offer(state="offered")
        make.mentor_offer(by, state="offered")

        assert desk_count(by) == 3

    def test_the_queries_do_not_grow(self, client, by):
        def fill():
            wanting()
            make.mentor_offer(state="offered", areas=("Archives",))
            make.mentor_offer(areas=("Technology",))

        fill()
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("desk_mentors"))
        fill()
        fill()
        with CaptureQueriesContext(connection) as three:
            client.get(reverse("desk_mentors"))

        assert len(one) == len(three)

    def test_an_offer_is_confirmed_or_turned_down(self, client, by):
        good, bad = make.mentor_offer(state="offered"), make.mentor_offer(state="offered")

        client.post(reverse("mentor_confirm", args=[good.pk]))
        without = client.post(reverse("mentor_turn_down", args=[bad.pk]), {"reason": ""})
        client.post(reverse("mentor_turn_down", args=[bad.pk]), {"reason": "Enough for now."})

        states = dict(MentorOffer.objects.values_list("pk", "state"))
        assert without.status_code == 422
        assert states == {good.pk: "confirmed", bad.pk: "ended"}

    def test_ones_own_offer_is_for_somebody_else(self, client, by):
        own = make.mentor_offer(by, state="offered")

        page = client.get(reverse("desk_mentors")).text
        answer = client.post(reverse("mentor_confirm", args=[own.pk]))

        assert "Somebody else confirms it" in page
        assert answer.status_code == 403
        assert MentorOffer.objects.get().state == "offered"


class TestAssigning:
    def url(self, row):
        return reverse("mentor_assign", args=[row.pk])

    def test_the_list_says_load_language_and_fit(self, client, by):
        row = wanting()
        make.mentor_offer(make.person("Rosalind"), capacity=3, association_code="OLA")

        text = client.get(self.url(row)).text

        assert "0 of 3" in text
        assert "3 places free" in text
        assert "Another association" in text

    def test_a_click_asks_the_mentor(self, client, by):
        row, offer = wanting(), make.mentor_offer()

        answer = client.post(self.url(row), {"offer": offer.pk})

        mentorship = Mentorship.objects.get()
        assert answer.url == reverse("desk_mentors")
        assert (mentorship.mentor, mentorship.assigned_by) == (offer.person, by)
        assert row.events.filter(kind="mentor_proposed").count() == 1

    def test_who_is_full_has_no_button_and_a_click_made_too_late_says_so(self, client, by):
        row, offer = wanting(), make.mentor_offer(capacity=1)
        make.mentorship(make.registration(), offer.person)

        page = client.get(self.url(row)).text
        answer = client.post(self.url(row), {"offer": offer.pk})

        assert f'value="{offer.pk}"' not in page
        assert answer.status_code == 409
        assert "no place left" in answer.text
        assert not row.mentorships.exists()

    def test_somebody_from_outside_the_list_is_not_asked(self, client, by):
        row, hidden = wanting(), make.mentor_offer(state="paused")

        answer = client.post(self.url(row), {"offer": hidden.pk})

        assert answer.status_code == 422
        assert not Mentorship.objects.exists()

    def test_replacing_wants_a_reason_and_keeps_what_was_typed(self, client, by):
        row, offer = wanting(), make.mentor_offer()
        former = make.mentorship(row)

        without = client.post(self.url(row), {"offer": offer.pk, "reason": ""})
        client.post(self.url(row), {"offer": offer.pk, "reason": "Nearer."})

        former.refresh_from_db()
        assert without.status_code == 422
        assert (former.state, former.reason) == ("ended", "Nearer.")
        assert row.mentorships.live().get().mentor == offer.person

    def test_the_representative_ends_it(self, client, by):
        row = wanting()
        mentorship = make.mentorship(row)

        client.post(reverse("mentor_end", args=[row.pk]))
        again = client.post(reverse("mentor_end", args=[row.pk]), follow=True)

        mentorship.refresh_from_db()
        assert (mentorship.state, mentorship.ended_by) == ("ended", by)
        assert "There is no mentor now" in again.text

    def test_a_question_that_was_answered_meanwhile_is_not_taken_back_unseen(self, client, by):
        row, offer = wanting(), make.mentor_offer()
        asked = assigning.propose(row, offer, by=by)
        seen = self.seen(client, row)
        assigning.accept(asked, by=offer.person)

        answer = client.post(reverse("mentor_end", args=[row.pk]), {"seen": seen}, follow=True)

        asked.refresh_from_db()
        assert asked.state == "active"
        assert f"{offer.person.name} was asked already, or is the mentor." in answer.text

    def test_whom_a_colleague_asked_meanwhile_is_not_replaced_unseen(self, client, by):
        row, first, second, third = wanting(), *(make.mentor_offer() for _one in range(3))
        assigning.propose(row, first, by=by)
        stale = {"offer": third.pk, "reason": "No answer.", "seen": self.seen(client, row)}
        colleague = make.representative("MLA")
        assigning.replace(row, second, by=colleague, reason="No answer.")

        answer = client.post(self.url(row), stale)
        once_more = client.post(self.url(row), stale | {"seen": self.token(answer.text)})

        assert answer.status_code == 409
        assert f"{second.person.name} was asked already" in answer.text
        assert once_more.status_code == 302
        assert assigning.mentorship_of(row).offer == third

    def seen(self, client, row):
        return self.token(client.get(self.url(row)).text)

    @staticmethod
    def token(text):
        (token,) = set(re.findall(r'name="seen" value="([^"]+)"', text))
        return token

    def test_a_registration_that_is_not_active_gets_none(self, client, by):
        row, offer = make.registration(status="turned_in"), make.mentor_offer()

        page = client.get(self.url(row)).text
        answer = client.post(self.url(row), {"offer": offer.pk})

        assert "isn’t active" in page
        assert answer.status_code == 409
        assert not Mentorship.objects.exists()

    def test_whoever_mentors_somebody_does_not_assign_their_mentor(self, client, by):
        row = wanting()
        make.mentorship(row, by)

        answer = client.post(self.url(row), {"offer": make.mentor_offer().pk, "reason": "Me"})

        assert answer.status_code == 403
        assert row.mentorships.live().get().mentor == by

    def test_the_queries_do_not_grow(self, client, by):
        row = wanting()
        make.mentor_offer(areas=("Archives",))
        with CaptureQueriesContext(connection) as one:
            client.get(self.url(row))
        for _ in range(3):
            make.mentor_offer(areas=("Technology",), association_code="OLA")
        with CaptureQueriesContext(connection) as four:
            client.get(self.url(row))

        assert len(one) == len(four)


class TestOffering:
    def data(self, **changes):
        return {
            "association": make.association("MLA").pk,
            "languages": ["en", "fr"],
            "capacity": "3",
            "areas": [make.program().subject_areas.first().pk],
            "other_areas": "Maps",
            "about": "Twenty years.",
            "anywhere": "on",
        } | changes

    @pytest.fixture
    def who(self, client):
        who = make.person()
        client.force_login(who)
        return who

    @property
    def url(self):
        return reverse("mentor_offer", args=["partnership-cec"])

    def test_anybody_with_an_account_offers_and_changes_it(self, client, who):
        client.post(self.url, self.data())
        page = client.get(self.url)
        client.post(self.url, self.data(capacity="5", languages=["fr"]))

        row = MentorOffer.objects.get()
        assert page.context["form"].initial["capacity"] == 3
        assert (row.person, row.state, row.capacity, row.languages) == (who, "offered", 5, ["fr"])
        assert row.area_names[-1] == "Maps"

    @pytest.mark.parametrize(
        "changes", [{"capacity": "11"}, {"capacity": "0"}, {"languages": []}, {"association": ""}]
    )
    def test_what_is_missing_comes_back(self, client, who, changes):
        answer = client.post(self.url, self.data(**changes))

        assert answer.status_code == 422
        assert not MentorOffer.objects.exists()

    def test_the_account_leads_there_and_the_navigation_to_the_mentees(self, client, who):
        before = client.get(reverse("account")).text
        client.post(self.url, self.data())
        after = client.get(reverse("account")).text

        assert self.url in before
        assert reverse("mentees") not in before
        assert reverse("mentees") in after

    def test_pausing_and_leaving(self, client, who):
        make.mentor_offer(who)
        url = reverse("mentor_offer_state", args=["partnership-cec"])

        states = []
        for do in ("pause", "nonsense", "resume", "leave"):
            client.post(url, {"do": do})
            states.append(MentorOffer.objects.get().state)

        assert states == ["paused", "paused", "confirmed", "ended"]
        assert client.post(url, {"do": "leave"}).status_code == 404

    def test_who_only_mentors_begins_with_the_mentees(self, client, who):
        make.mentorship(make.registration(), who)

        assert client.get(reverse("start")).url == reverse("mentees")

    def test_a_program_without_mentors_takes_no_offer(self, client, who):
        assert client.get(reverse("mentor_offer", args=["cpc-credits"])).status_code == 404


def test_answering_from_the_mentees_page(client, by):
    first, second = wanting(), wanting()
    mentor = make.person()
    yes = make.mentorship(first, mentor, state="proposed")
    no = make.mentorship(second, mentor, state="proposed")
    client.force_login(mentor)

    client.post(reverse("mentorship_accept", args=[yes.pk]))
    client.post(reverse("mentorship_decline", args=[no.pk]), {"reason": "Too much on."})

    states = dict(Mentorship.objects.values_list("pk", "state"))
    assert states == {yes.pk: "active", no.pk: "declined"}
    assert Registration.objects.visible_to(mentor).get() == first
