"""Notes that both read and nobody changes, mailed humanely; and the goals of a year."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.mentoring import assigning, talking
from registrations.models import MentorNote, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentorship():
    return make.mentorship(make.registration(make.person("Nadia")), make.person("Rosalind"))


def write(mentorship, by, text="How is year two going?", **fields):
    return talking.write_note(mentorship, by=by, text=text, **fields)


def mails(to):
    return OutgoingMail.objects.filter(kind="mentor_note", to=to.email)


def test_the_other_one_gets_the_note_by_mail(mentorship):
    mentor, participant = mentorship.mentor, mentorship.registration.person

    write(mentorship, mentor)
    write(mentorship, participant, "Slowly.")

    assert mails(participant).get().subject == "A note on your record from Rosalind"
    assert mails(mentor).get().subject == "A note from Nadia"
    assert [note.text for note in talking.notes_for(mentorship.registration)] == [
        "Slowly.",
        "How is year two going?",
    ]


def test_five_notes_within_the_hour_are_one_mail_and_the_next_hour_has_its_own(mentorship):
    participant = mentorship.registration.person

    for number in range(5):
        write(mentorship, mentorship.mentor, f"Note {number}")
    first = mails(participant).count()
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    write(mentorship, mentorship.mentor, "Later")

    assert (first, mails(participant).count()) == (1, 2)
    assert mentorship.notes.count() == 6


def test_a_form_that_arrives_twice_is_one_note(mentorship):
    key = uuid.uuid4()

    write(mentorship, mentorship.mentor, form_key=key)
    again = write(mentorship, mentorship.mentor, form_key=key)

    assert again is None
    assert mentorship.notes.count() == 1


def test_nobody_else_writes(mentorship):
    for who in (make.person(), make.representative("MLA"), make.steering()):
        with pytest.raises(PermissionDenied):
            write(mentorship, who)


def test_after_the_end_nobody_writes(mentorship):
    assigning.end(mentorship, by=mentorship.mentor)

    for who in (mentorship.mentor, mentorship.registration.person):
        with pytest.raises(Refused):
            write(mentorship, who)


@pytest.mark.parametrize("status", ["withdrawn", "certified"])
def test_when_the_registration_is_over_nobody_writes(mentorship, status):
    Registration.objects.update(status=status)

    with pytest.raises(Refused):
        write(mentorship, mentorship.mentor)


def test_the_participant_keeps_the_notes_of_former_mentors(mentorship):
    row = mentorship.registration
    write(mentorship, mentorship.mentor, "From the first")
    assigning.end(mentorship, by=row.person)
    second = make.mentorship(row)
    write(second, second.mentor, "From the second")

    assert len(talking.notes_for(row)) == 2
    assert [note.text for note in second.notes.all()] == ["From the second"]


def test_the_database_keeps_notes_as_they_were_written(mentorship):
    note = write(mentorship, mentorship.mentor)

    for change in (
        lambda: MentorNote.objects.filter(pk=note.pk).update(text="Changed"),
        lambda: MentorNote.objects.filter(pk=note.pk).delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()

    assert MentorNote.objects.get().text == "How is year two going?"


class TestGoals:
    def test_a_goal_is_set_met_and_removed(self, mentorship):
        row = mentorship.registration

        goal = talking.set_goal(row, by=row.person, text="Present at a conference.", year=1)
        talking.mark_goal(goal, by=row.person, met=True)
        goal.refresh_from_db()
        met = goal.met_at
        talking.mark_goal(goal, by=row.person, met=False)
        goal.refresh_from_db()

        assert met is not None
        assert goal.met_at is None
        talking.drop_goal(goal, by=row.person)
        assert not row.goals.exists()

    def test_a_form_that_arrives_twice_is_one_goal(self, mentorship):
        row, key = mentorship.registration, uuid.uuid4()

        for _ in range(2):
            talking.set_goal(row, by=row.person, text="Read.", year=1, form_key=key)

        assert row.goals.count() == 1

    def test_only_the_participant_sets_them_and_only_in_an_active_registration(self, mentorship):
        row = mentorship.registration
        goal = row.goals.create(year=1, text="Read.")
        for who in (mentorship.mentor, make.representative("MLA")):
            with pytest.raises(PermissionDenied):
                talking.set_goal(row, by=who, text="Write.", year=1)
            with pytest.raises(PermissionDenied):
                talking.drop_goal(goal, by=who)
        Registration.objects.update(status="certified")

        with pytest.raises(Refused):
            talking.mark_goal(goal, by=row.person, met=True)

        assert row.goals.get().met_at is None

    def test_twenty_a_year_are_enough(self, mentorship):
        row = mentorship.registration
        for number in range(talking.MOST_GOALS):
            row.goals.create(year=1, text=str(number))

        with pytest.raises(Refused):
            talking.set_goal(row, by=row.person, text="One more", year=1)
        talking.set_goal(row, by=row.person, text="Next year", year=2)

        assert row.goals.filter(year=2).count() == 1
