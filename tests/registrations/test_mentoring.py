"""Assigning a mentor: who may, who accepts, when sight begins and ends, and never too many."""

from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from cec import work
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import registering
from registrations.mentoring import asking, assigning, fit
from registrations.models import Mentorship, Person, Registration
from registrations.permissions import may
from registrations.timeline import for_person, of
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return make.registration(wants_mentor=True)


@pytest.fixture
def by():
    return make.representative("MLA")


def sees(mentor, row):
    """Whether the mentor, loaded anew as at each request, sees the record."""
    person = Person.objects.get(pk=mentor.pk)
    return Registration.objects.visible_to(person).filter(pk=row.pk).exists()


def codes(refusal):
    return [problem.code for problem in refusal.value.problems]


def mails(kind):
    return list(OutgoingMail.objects.filter(kind=kind).values_list("to", flat=True))


class TestProposing:
    def test_it_asks_the_mentor_who_sees_nothing_yet(self, row, by):
        offer = make.mentor_offer()

        mentorship = assigning.propose(row, offer, by=by)

        assert (mentorship.state, mentorship.kind) == ("proposed", "volunteer")
        assert mails("mentor_asked") == [offer.person.email]
        assert row.events.get(kind="mentor_proposed").person == offer.person
        assert not sees(offer.person, row)

    def test_a_second_click_asks_once(self, row, by):
        offer = make.mentor_offer(capacity=1)

        first = assigning.propose(row, offer, by=by)
        second = assigning.propose(row, offer, by=by)

        assert first == second
        assert len(mails("mentor_asked")) == 1

    @pytest.mark.parametrize("who", ["owner", "stranger", "elsewhere", "administrator"])
    def test_only_who_looks_after_the_participant_may(self, row, who):
        person = {
            "owner": lambda: row.person,
            "stranger": make.person,
            "elsewhere": lambda: make.representative("OLA"),
            "administrator": make.administrator,
        }[who]()

        with pytest.raises(PermissionDenied):
            assigning.propose(row, make.mentor_offer(), by=person)

        assert not Mentorship.objects.exists()

    def test_nobody_mentors_themselves(self, row):
        offer = make.mentor_offer(row.person)

        with pytest.raises(Refused) as refusal:
            assigning.propose(row, offer, by=make.steering())

        assert codes(refusal) == ["self"]

    def test_nobody_assigns_a_mentor_to_themselves(self, by):
        own = make.registration(by, wants_mentor=True)

        with pytest.raises(PermissionDenied):
            assigning.propose(own, make.mentor_offer(), by=by)

    @pytest.mark.parametrize("state", ["offered", "paused", "ended"])
    def test_only_a_confirmed_mentor_is_asked(self, row, by, state):
        with pytest.raises(Refused) as refusal:
            assigning.propose(row, make.mentor_offer(state=state), by=by)

        assert codes(refusal) == ["not_available"]

    def test_a_mentor_for_the_own_association_alone_is_not_asked_elsewhere(self, row, by):
        far = make.mentor_offer(association_code="OLA", anywhere=False)
        wide = make.mentor_offer(association_code="OLA")

        with pytest.raises(Refused) as refusal:
            assigning.propose(row, far, by=by)

        assert codes(refusal) == ["not_available"]
        assert assigning.propose(row, wide, by=by).mentor == wide.person

    @pytest.mark.parametrize("status", ["submitted", "turned_in", "certified", "withdrawn"])
    def test_only_an_active_registration_gets_a_mentor(self, by, status):
        row = make.registration(status=status)

        with pytest.raises(Refused) as refusal:
            assigning.propose(row, make.mentor_offer(), by=by)

        assert codes(refusal) == ["not_active"]

    def test_a_second_mentor_is_refused_with_the_name_of_the_first(self, row, by):
        standing = make.mentorship(row, make.person("Rosalind"), state="proposed")

        with pytest.raises(Refused, match="Rosalind") as refusal:
            assigning.propose(row, make.mentor_offer(), by=by)

        assert codes(refusal) == ["has_mentor"]
        assert Mentorship.objects.get() == standing

    def test_places_are_taken_by_those_who_are_asked_and_freed_by_the_end(self, row, by):
        offer = make.mentor_offer(capacity=1)
        other = assigning.propose(make.registration(), offer, by=by)

        with pytest.raises(Refused) as refusal:
            assigning.propose(row, offer, by=by)
        assigning.decline(other, by=offer.person)

        assert codes(refusal) == ["full"]
        assert assigning.propose(row, offer, by=by).state == "proposed"


class TestAnswering:
    def test_accepting_begins_the_sight_and_introduces_the_mentor(self, row, by):
        offer = make.mentor_offer(make.person("Rosalind Achebe"), about="Ask me.")
        mentorship = assigning.propose(row, offer, by=by)

        assigning.accept(mentorship, by=offer.person)
        assigning.accept(mentorship, by=offer.person)

        mentorship.refresh_from_db()
        assert mentorship.state == "active"
        assert sees(offer.person, row)
        letter = OutgoingMail.objects.get(kind="mentor_found")
        assert letter.subject == "Meet your CEC mentor, Rosalind Achebe"
        assert (letter.to, "Ask me." in letter.text) == (row.person.email, True)
        assert row.events.filter(kind="mentor_accepted").count() == 1

    def test_declining_with_a_word_tells_the_representative_and_not_the_participant(self, row, by):
        mentorship = assigning.propose(row, make.mentor_offer(), by=by)

        assigning.decline(mentorship, by=mentorship.mentor, reason="Too much on.")
        assigning.decline(mentorship, by=mentorship.mentor, reason="Too much on.")

        mentorship.refresh_from_db()
        assert (mentorship.state, mentorship.reason) == ("declined", "Too much on.")
        assert mails("mentor_declined") == [by.email]
        assert "Too much on." in OutgoingMail.objects.get(kind="mentor_declined").text
        read = str(for_person(row))
        assert "Too much" not in read
        assert mentorship.mentor.name not in read
        assert row in asking.waiting(by)

    @pytest.mark.parametrize("verb", [assigning.accept, assigning.decline])
    def test_only_who_was_asked_answers(self, row, by, verb):
        mentorship = assigning.propose(row, make.mentor_offer(), by=by)

        for person in (by, row.person, make.person()):
            with pytest.raises(PermissionDenied):
                verb(mentorship, by=person)

        assert Mentorship.objects.get().state == "proposed"

    def test_what_was_taken_back_is_not_accepted(self, row, by):
        mentorship = assigning.propose(row, make.mentor_offer(), by=by)
        assigning.end(mentorship, by=by)

        with pytest.raises(Refused) as refusal:
            assigning.accept(mentorship, by=mentorship.mentor)

        assert codes(refusal) == ["over"]
        assert not sees(mentorship.mentor, row)
        assert mails("mentor_thanked") == [mentorship.mentor.email]
        assert mails("mentoring_ended") == []


class TestEnding:
    @pytest.mark.parametrize("who", ["mentor", "participant", "representative"])
    def test_either_side_and_the_representative_end_it_and_sight_is_over_at_once(
        self, row, by, who
    ):
        mentorship = make.mentorship(row)
        assert sees(mentorship.mentor, row)
        person = {"mentor": mentorship.mentor, "participant": row.person}.get(who, by)

        assigning.end(mentorship, by=person, reason="Moving on.")
        assigning.end(mentorship, by=person)

        assert not sees(mentorship.mentor, row)
        mentorship.refresh_from_db()
        assert (mentorship.state, mentorship.ended_by) == ("ended", person)
        told = set(mails("mentor_thanked") + mails("mentoring_ended"))
        assert told == {row.person.email, mentorship.mentor.email} - {person.email}
        event = row.events.get(kind="mentor_ended")
        assert (event.actor, event.reason) == (person, "Moving on.")

    @pytest.mark.parametrize("who", [make.person, lambda: make.representative("OLA")])
    def test_nobody_else_ends_it(self, row, who):
        mentorship = make.mentorship(row)

        with pytest.raises(PermissionDenied):
            assigning.end(mentorship, by=who())

        assert sees(mentorship.mentor, row)

    def test_when_the_mentor_leaves_the_participant_waits_again_at_the_end_of_the_line(
        self, row, by
    ):
        mentorship = make.mentorship(row)
        earlier = make.registration(wants_mentor=True)

        assigning.end(mentorship, by=mentorship.mentor)

        assert list(asking.waiting(by)) == [earlier, row]
        assert mails("mentor_needed_again") == [by.email]

    def test_when_the_participant_ends_it_they_want_none(self, row, by):
        assigning.end(make.mentorship(row), by=row.person)

        assert not asking.waiting(by).exists()
        assert mails("mentor_needed_again") == []

    @pytest.mark.parametrize("status", ["certified", "withdrawn", "lapsed"])
    def test_it_ends_by_itself_with_the_registration(self, row, status):
        mentorship = make.mentorship(row)
        Registration.objects.filter(pk=row.pk).update(status=status)
        at_once_blind = not sees(mentorship.mentor, row)

        assert assigning.end_what_is_over() == 1
        assert assigning.end_what_is_over() == 0

        mentorship.refresh_from_db()
        assert at_once_blind
        assert (mentorship.state, mentorship.ended_by) == ("ended", None)

    @pytest.mark.parametrize("status", ["turned_in", "accepted"])
    def test_it_goes_on_while_the_committee_reads(self, row, status):
        mentorship = make.mentorship(row)

        Registration.objects.filter(pk=row.pk).update(status=status)

        assert assigning.end_what_is_over() == 0
        assert sees(mentorship.mentor, row)

    def test_it_ends_by_itself_with_the_account_of_the_mentor(self, row, by):
        mentorship = make.mentorship(row)
        Person.objects.filter(pk=mentorship.mentor_id).update(is_active=False)

        assigning.end_what_is_over()

        assert mails("mentoring_ended") == [row.person.email]
        assert mails("mentor_thanked") == []
        assert list(asking.waiting(by)) == [row]

    def test_withdrawing_blinds_the_mentor_with_the_same_click(self, row):
        mentorship = make.mentorship(row)

        registering.withdraw(row, by=row.person)

        assert not sees(mentorship.mentor, row)


class TestReplacing:
    def test_it_ends_one_and_asks_another_together(self, row, by):
        former = make.mentorship(row)
        offer = make.mentor_offer()

        new = assigning.replace(row, offer, by=by, reason="They asked for somebody nearer.")

        former.refresh_from_db()
        assert (former.state, new.state, new.mentor) == ("ended", "proposed", offer.person)
        assert not sees(former.mentor, row)

    def test_a_full_mentor_leaves_everything_as_it_was(self, row, by):
        former = make.mentorship(row)
        offer = make.mentor_offer(capacity=1)
        make.mentorship(make.registration(), offer.person)

        with pytest.raises(Refused) as refusal:
            assigning.replace(row, offer, by=by, reason="Nearer.")

        former.refresh_from_db()
        assert codes(refusal) == ["full"]
        assert former.state == "active"
        assert sees(former.mentor, row)

    def test_it_wants_a_reason(self, row, by):
        make.mentorship(row)

        with pytest.raises(Refused) as refusal:
            assigning.replace(row, make.mentor_offer(), by=by, reason=" ")

        assert codes(refusal) == ["no_reason"]


class TestAsking:
    def test_a_participant_asks_later_with_a_few_words(self, by):
        row = make.registration()
        area = row.program.subject_areas.first()

        asking.ask(row, by=row.person, text="Planning year two.", areas=[area])
        asking.ask(row, by=row.person, text="Planning all of it.", areas=[])

        row.refresh_from_db()
        assert row.wants_mentor
        assert row.mentor_wish.text == "Planning all of it."
        assert row.events.filter(kind="mentor_wanted").count() == 1
        assert list(asking.waiting(by)) == [row]

    def test_who_said_so_in_the_form_keeps_their_place(self, row, by):
        asking.ask(row, by=row.person, text="Cataloguing.")

        assert asking.waiting(by).get().since == row.submitted_at

    def test_a_wish_is_taken_back_and_who_was_asked_is_told(self, row, by):
        mentorship = assigning.propose(row, make.mentor_offer(), by=by)

        asking.take_back(row, by=row.person)
        asking.take_back(row, by=row.person)

        assert not asking.waiting(by).exists()
        assert Mentorship.objects.get().state == "ended"
        assert mails("mentor_thanked") == [mentorship.mentor.email]
        assert row.events.filter(kind="mentor_not_wanted").count() == 1

    @pytest.mark.parametrize("verb", [asking.ask, asking.take_back])
    def test_nobody_asks_for_another(self, row, verb):
        with pytest.raises(PermissionDenied):
            verb(row, by=make.person())

    def test_the_line_is_that_of_the_own_association(self, row):
        assert list(asking.waiting(make.representative("MLA"))) == [row]
        assert list(asking.waiting(make.steering())) == [row]
        assert not asking.waiting(make.representative("OLA")).exists()


def test_the_committee_reads_who_was_asked_and_the_sweep_knows_the_end(row, by):
    mentorship = assigning.propose(row, make.mentor_offer(make.person("Rosalind")), by=by)
    Registration.objects.filter(pk=row.pk).update(status="withdrawn")

    ended = work.sweepers()["registrations.tasks.end_mentorings_that_are_over"]()

    lines = [line.text for line in of(row, reader=by)]
    assert ended == 1
    assert "Mentor asked: Rosalind" in lines
    assert "Mentor no longer asked: Rosalind" in lines
    assert mails("mentor_thanked") == [mentorship.mentor.email]


class TestFit:
    def test_the_best_fit_comes_first_and_says_why(self, row):
        asking.ask(row, by=row.person, text="Help with digital preservation, please.")
        areas = ("Digital preservation",)
        full = make.mentor_offer(make.person("Full"), capacity=1, areas=areas)
        make.mentorship(make.registration(), full.person)
        far = make.mentor_offer(make.person("Far"), association_code="OLA", areas=areas)
        french = make.mentor_offer(make.person("French"), in_english=False, in_french=True)
        near = make.mentor_offer(make.person("Near"))
        expert = make.mentor_offer(make.person("Expert"), areas=areas)
        own = make.mentor_offer(row.person)

        found = fit.candidates(row)

        assert [c.offer for c in found] == [expert, near, far, french, full]
        assert own.person.name not in str(found)
        assert found[0].reasons == ["same association", "in common: Digital preservation"]
        assert found[2].reasons == ["in common: Digital preservation", "another association"]
        assert "another language" in found[3].reasons
        assert (found[-1].load_words, found[-1].room_words) == ("1 of 1", "full")

    def test_the_queries_do_not_grow(self, row, django_assert_num_queries):
        asking.ask(row, by=row.person, text="Anything.")
        for _ in range(5):
            make.mentor_offer(areas=("Technology", "Archives"))

        with django_assert_num_queries(5):
            for candidate in fit.candidates(row):
                assert candidate.reasons


class TestConflicts:
    def test_nobody_decides_on_a_mentee(self, row, by):
        assert may(by, "review_record", row)
        mentorship = make.mentorship(row, by)

        mentor = Person.objects.get(pk=by.pk)
        assert not may(mentor, "review_record", row)
        assert not may(mentor, "check_membership", row)
        assert may(mentor, "review_record", make.registration())

        assigning.end(mentorship, by=mentor)
        assert may(Person.objects.get(pk=by.pk), "review_record", row)

    def test_a_mentor_works_on_no_registration(self, row):
        mentorship = make.mentorship(row)

        assert not Registration.objects.worked_on_by(mentorship.mentor).exists()


class TestRaces:
    @pytest.mark.django_db(transaction=True)
    def test_representatives_at_once_never_fill_more_places_than_there_are(self):
        offer = make.mentor_offer(capacity=2)
        rows = [make.registration() for _ in range(6)]
        people = [make.representative("MLA") for _ in rows]

        outcomes = at_once(
            [
                lambda row=row, by=by: assigning.propose(row, offer, by=by)
                for row, by in zip(rows, people, strict=True)
            ]
        )

        refused = [error for error in outcomes if isinstance(error, Refused)]
        assert {error.problems[0].code for error in refused} == {"full"}
        assert len(refused) == 4
        assert offer.mentorships.live().count() == 2
        assert len(mails("mentor_asked")) == 2

    @pytest.mark.django_db(transaction=True)
    def test_without_the_lock_on_the_offer_the_race_is_real(self):
        """The twin: counting before writing lets two in where there is one place (G7)."""
        offer = make.mentor_offer(capacity=1)
        rows = [make.registration(), make.registration()]
        barrier = Barrier(2)

        def naive(row):
            with transaction.atomic():
                if offer.mentorships.live().count() >= offer.capacity:
                    return False
                barrier.wait(timeout=20)
                make_proposed(row, offer)
                return True

        outcomes = at_once([lambda row=row: naive(row) for row in rows])

        assert outcomes == [True, True]
        assert offer.mentorships.live().count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_two_mentors_at_once_make_one(self):
        row = make.registration()
        offers = [make.mentor_offer() for _ in range(4)]
        people = [make.representative("MLA") for _ in offers]

        outcomes = at_once(
            [
                lambda offer=offer, by=by: assigning.propose(row, offer, by=by)
                for offer, by in zip(offers, people, strict=True)
            ]
        )

        refused = [error for error in outcomes if isinstance(error, Refused)]
        assert len(refused) == 3
        assert {error.problems[0].code for error in refused} == {"has_mentor"}
        assert row.mentorships.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_replacing_crosswise_never_waits_for_each_other(self):
        first, second = make.registration(), make.registration()
        one, two = make.mentor_offer(capacity=2), make.mentor_offer(capacity=2)
        make.mentorship(first, one.person)
        make.mentorship(second, two.person)
        by = make.representative("MLA")

        outcomes = at_once(
            [
                lambda: assigning.replace(first, two, by=by, reason="Nearer."),
                lambda: assigning.replace(second, one, by=by, reason="Nearer."),
            ]
        )

        assert [str(row.mentor) for row in outcomes] == [str(two.person), str(one.person)]

    @pytest.mark.django_db(transaction=True)
    def test_accepting_and_taking_back_at_once_makes_one_outcome(self):
        row, by = make.registration(), make.representative("MLA")
        mentorship = assigning.propose(row, make.mentor_offer(), by=by)

        at_once(
            [
                lambda: assigning.accept(mentorship, by=mentorship.mentor),
                lambda: assigning.end(mentorship, by=by),
            ]
        )

        mentorship.refresh_from_db()
        assert mentorship.state == "ended"
        assert not sees(mentorship.mentor, row)


def make_proposed(row, offer):
    return Mentorship.objects.create(
        registration=row,
        mentor=offer.person,
        offer=offer,
        kind="volunteer",
        assigned_by=row.person,
    )


def test_the_database_refuses_a_second_mentor():
    row = make.registration()
    make.mentorship(row)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.mentorship(row)


def test_an_end_has_its_time():
    mentorship = make.mentorship(make.registration())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registrations_mentorship SET state = 'ended' WHERE id = %s", [mentorship.pk]
        )


@pytest.mark.parametrize(("status", "offered"), [("active", True), ("withdrawn", False)])
def test_who_can_ask_for_another_mentor_is_told_so(row, status, offered):
    mentorship = make.mentorship(row)
    Registration.objects.filter(pk=row.pk).update(status=status)

    assigning.end(mentorship, by=None)

    text = OutgoingMail.objects.get(kind="mentoring_ended").text
    assert ("You can ask for another mentor" in text) is offered


def test_wishes_and_offers_are_counted_for_each_person_by_their_own_rights(row):
    mla, ola, steering = make.representative("MLA"), make.representative("OLA"), make.steering()
    make.mentor_offer(state="offered")
    make.mentor_offer(mla, state="offered")
    make.mentor_offer(state="offered", association_code="OLA")

    counts = [asking.desk_count(who) for who in (mla, ola, steering, make.person())]

    assert counts == [2, 1, 4, 0]
