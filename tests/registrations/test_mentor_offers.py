"""Offering to mentor: anybody may offer, another person confirms, the mentor pauses and leaves."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.mentoring import assigning, offers
from registrations.models import MentorOffer
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db


def offer(who=None, *, code="MLA", **answers):
    answers = {"in_english": True, "capacity": 2} | answers
    return offers.offer(
        who or make.person(), make.program(), association=make.association(code), **answers
    )


def test_an_offer_waits_for_the_representative():
    who = make.person()

    row = offer(who, about="Cataloguing.")

    assert (row.state, row.capacity, row.about) == ("offered", 2, "Cataloguing.")
    assert row.confirmed_at is None
    assert list(who.events_about.values_list("kind", flat=True)) == ["mentor_offered"]


def test_offering_again_changes_the_one_offer_and_keeps_its_confirmation():
    row = offer()
    offers.confirm(row, by=make.representative("MLA"))

    again = offer(row.person, capacity=5, in_french=True)

    assert again.pk == row.pk
    assert (again.state, again.capacity, again.languages) == ("confirmed", 5, ["en", "fr"])


def test_another_association_confirms_anew():
    row = offer()
    offers.confirm(row, by=make.representative("MLA"))

    moved = offer(row.person, code="OLA")

    assert (moved.state, moved.confirmed_by, moved.confirmed_at) == ("offered", None, None)


def test_the_representative_confirms_once_and_the_mentor_is_told_once():
    row, by = offer(), make.representative("MLA")

    offers.confirm(row, by=by)
    offers.confirm(row, by=by)

    row.refresh_from_db()
    assert (row.state, row.confirmed_by) == ("confirmed", by)
    assert row.person.events_about.filter(kind="mentor_confirmed").count() == 1
    assert OutgoingMail.objects.filter(kind="mentor_confirmed", person=row.person).count() == 1


def test_nobody_confirms_themselves_nor_for_another_association():
    own = make.representative("MLA")
    row = offer(own)
    people = [own, make.representative("OLA"), make.administrator(), make.person()]

    for by in people:
        with pytest.raises(PermissionDenied):
            offers.confirm(row, by=by)
        with pytest.raises(PermissionDenied):
            offers.turn_down(row, by=by, reason="No.")

    assert MentorOffer.objects.get().state == "offered"
    offers.confirm(row, by=make.steering())
    assert MentorOffer.objects.get().state == "confirmed"


def test_turning_down_takes_a_reason_that_the_person_reads():
    row, by = offer(), make.representative("MLA")

    with pytest.raises(Refused):
        offers.turn_down(row, by=by, reason=" ")
    offers.turn_down(row, by=by, reason="We have enough mentors for now.")

    assert MentorOffer.objects.get().state == "ended"
    mail = OutgoingMail.objects.get(kind="mentor_turned_down")
    assert "enough mentors" in mail.text
    with pytest.raises(Refused):
        offers.confirm(row, by=by)


def test_a_mentor_pauses_comes_back_and_leaves():
    row = make.mentor_offer()
    states = []

    for verb in (offers.pause, offers.resume, offers.leave, offers.leave, offers.resume):
        verb(row, by=row.person)
        states.append(MentorOffer.objects.get().state)

    assert states == ["paused", "confirmed", "ended", "ended", "ended"]
    kinds = list(row.person.events_about.values_list("kind", flat=True))
    assert kinds == ["mentor_paused", "mentor_resumed", "mentor_left"]


@pytest.mark.parametrize("verb", [offers.pause, offers.resume, offers.leave])
def test_only_the_mentor_does_it(verb):
    row = make.mentor_offer()

    with pytest.raises(PermissionDenied):
        verb(row, by=make.steering())


def test_after_leaving_a_person_may_offer_again():
    row = make.mentor_offer()
    offers.leave(row, by=row.person)

    again = offer(row.person)

    assert again.pk != row.pk
    assert MentorOffer.objects.standing().get() == again


@pytest.mark.parametrize("capacity", [0, 11])
def test_the_database_holds_the_number_of_places(capacity):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.mentor_offer(capacity=capacity)


def test_the_database_wants_a_language():
    with pytest.raises(IntegrityError), transaction.atomic():
        make.mentor_offer(in_english=False)


def test_offers_in_care_are_those_of_the_association():
    here, there = make.mentor_offer(), make.mentor_offer(association_code="OLA")

    assert list(offers.in_care_of(make.representative("MLA"))) == [here]
    assert set(offers.in_care_of(make.steering())) == {here, there}
    assert not offers.in_care_of(make.person())
    assert not offers.in_care_of(make.administrator())


class TestAnOfferEndsWhileItsMentorIsAsked:
    """A question that was put under an offer ends with it: no sight of a record begins by it."""

    def test_whoever_is_turned_down_can_accept_no_more(self):
        by = make.representative("MLA")
        row, standing = make.registration(wants_mentor=True), make.mentor_offer()
        asked = assigning.propose(row, standing, by=by)

        offers.turn_down(standing, by=by, reason="A complaint.")

        with pytest.raises(Refused, match="is over"):
            assigning.accept(asked, by=standing.person)
        assert row.events.last().kind == "mentor_recalled"
        kinds = OutgoingMail.objects.order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["mentor_asked", "mentor_turned_down"]

    def test_whoever_leaves_declines_what_waits_and_keeps_what_goes_on(self):
        by = make.representative("MLA")
        standing = make.mentor_offer()
        going_on = make.mentorship(make.registration(), standing.person)
        asked = assigning.propose(make.registration(wants_mentor=True), standing, by=by)

        offers.leave(standing, by=standing.person)

        for row in (asked, going_on):
            row.refresh_from_db()
        assert [asked.state, going_on.state] == ["declined", "active"]
        assert OutgoingMail.objects.get(kind="mentor_declined").to == by.email


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_once_makes_one_offer():
    who = make.person()

    at_once([lambda: offer(who)] * 4)

    assert MentorOffer.objects.filter(person=who).count() == 1
