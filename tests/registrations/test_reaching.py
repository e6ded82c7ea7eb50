"""People whom mail doesn't reach: what they and the desk see, and what isn't sent any more."""

from dataclasses import replace

import pytest
from django.urls import reverse

from cec import bounces
from cec.bounces import FailingAddress
from cec.models import OutgoingMail
from registrations import notices, registering, timeline
from registrations.models import Event, Notice, RemindersOff
from registrations.notices import writing
from tests import factories as make
from tests.registrations.test_notices import FEES, decide, waiting_for_money

Answer = OutgoingMail.Answer

pytestmark = pytest.mark.django_db

CAME_BACK = "came back. Is the address right?"


def mailed(person, registration=None, **fields):
    """A mail that was sent to somebody, about their registration."""
    number = OutgoingMail.objects.count()
    about = f"registrations.registration:{registration.pk}" if registration else ""
    return OutgoingMail.objects.create(
        kind="test",
        person=person,
        to=person.email,
        about=about,
        subject="Your registration",
        text="Text",
        message_id=f"<{number}@example.org>",
        state=OutgoingMail.State.SENT,
        **fields,
    )


def came_back(person, answer=Answer.RETURNED, registration=None):
    mail = mailed(person, registration)
    bounces.hear(mail, answer, words="550 5.1.1 No such user")
    return mail


@pytest.fixture
def as_reminder(monkeypatch):
    """The kind of these tests, as if one could switch it off."""
    kinds = notices.kinds()
    monkeypatch.setitem(kinds, FEES, replace(kinds[FEES], is_reminder=True))


def test_every_page_of_somebody_whom_mail_doesnt_reach_asks_whether_the_address_is_right(client):
    row = make.registration()
    came_back(row.person)
    client.force_login(row.person)

    for page in (reverse("registration_status", args=[row.pk]), reverse("account")):
        assert CAME_BACK in client.get(page).content.decode()
    client.force_login(make.registration().person)
    assert CAME_BACK not in client.get(reverse("account")).content.decode()


def test_somebody_without_a_registration_is_asked_too(client):
    person = make.representative()
    came_back(person)
    client.force_login(person)

    assert CAME_BACK in client.get(reverse("account")).content.decode()


def test_whoever_says_that_the_address_is_right_isnt_asked_again_until_the_next_mail(client):
    person = make.registration().person
    came_back(person)
    client.force_login(person)

    answers = [client.post(reverse("address_right")) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert CAME_BACK not in client.get(reverse("account")).content.decode()
    assert Event.objects.filter(kind=Event.Kind.ADDRESS_CONFIRMED, person=person).count() == 1
    came_back(person)
    assert CAME_BACK in client.get(reverse("account")).content.decode()


def test_nobody_answers_for_somebody_else(client):
    person = make.registration().person
    came_back(person)
    client.force_login(make.registration().person)

    client.post(reverse("address_right"))

    assert FailingAddress.objects.filter(address=person.email).exists()


def test_another_address_isnt_in_doubt(client):
    person = make.registration().person
    came_back(person)
    person.email = "elsewhere@example.org"
    person.save()
    client.force_login(person)

    assert CAME_BACK not in client.get(reverse("account")).content.decode()


def test_the_desk_sees_it_beside_the_address(client):
    row = make.registration(status="submitted")
    came_back(row.person)
    client.force_login(make.administrator())

    page = client.get(reverse("desk_registration", args=[row.pk])).content.decode()

    assert "The address doesn’t work" in page
    assert "550 5.1.1 No such user" in page


@pytest.mark.parametrize(
    ("fields", "text", "reason"),
    [
        ({}, "E-mail sent: Your registration", ""),
        ({"state": "failed", "last_error": "550 No"}, "E-mail not delivered:", "550 No"),
        ({"state": "off"}, "E-mail not sent any more:", ""),
        ({"delivered_at": "now"}, "E-mail arrived:", ""),
        ({"answer": "returned"}, "E-mail came back:", "The address doesn’t work. 550 No such"),
        ({"answer": "refused"}, "E-mail came back:", "The mail was refused. 550 No such"),
        ({"answer": "complained"}, "E-mail sent:", "The reader reported it as unwanted"),
    ],
)
def test_the_timeline_says_what_became_of_each_mail(fields, text, reason):
    row = make.registration()
    mail = mailed(row.person, row)
    now = mail.created_at
    if "delivered_at" in fields:
        fields = {"delivered_at": now}
    if "answer" in fields:
        fields = {**fields, "answered_at": now, "answer_words": "550 No such"}
    if fields.get("state") == "off":
        fields = {**fields, "called_off_at": now}
    OutgoingMail.objects.filter(pk=mail.pk).update(**fields)

    (line,) = [line for line in timeline.for_person(row) if "mail" in line.text]

    assert line.text.startswith(text)
    assert line.reason == reason


def test_reminders_to_an_address_that_fails_are_dropped_and_say_why(as_reminder):
    row, other = waiting_for_money(14), waiting_for_money(14)
    came_back(row.person)
    decide()

    assert writing.write_due() == 1

    notice = Notice.objects.get(person=row.person)
    assert (notice.state, notice.dropped) == (Notice.State.DROPPED, Notice.Dropped.ADDRESS)
    assert OutgoingMail.objects.get(kind=FEES).person == other.person


def test_what_one_needs_to_know_is_sent_to_an_address_that_fails_all_the_same():
    row = waiting_for_money(14)
    came_back(row.person)
    decide()

    assert writing.write_due() == 1


def test_a_reminder_that_waits_isnt_sent_to_somebody_who_has_withdrawn():
    row = make.registration(status="submitted")
    reminder = mailed(row.person, row, unsubscribe="https://cec.example.org/u/1")
    other = mailed(row.person, row)
    OutgoingMail.objects.update(state=OutgoingMail.State.QUEUED)

    registering.withdraw(row, by=row.person)

    reminder.refresh_from_db()
    other.refresh_from_db()
    assert reminder.state == OutgoingMail.State.CALLED_OFF
    assert other.state == OutgoingMail.State.QUEUED


@pytest.mark.parametrize("answer", [Answer.COMPLAINED, Answer.UNSUBSCRIBED])
def test_whoever_reports_a_mail_gets_no_reminders_until_they_want_them_again(as_reminder, answer):
    row = waiting_for_money(14)
    mail = came_back(row.person, answer)

    off = set(RemindersOff.objects.values_list("person", "kind"))
    assert off == {(row.person_id, kind.name) for kind in notices.reminders()}
    assert Event.objects.filter(kind=Event.Kind.REMINDERS_ENDED, person=row.person).count() == 1
    RemindersOff.objects.all().delete()
    bounces.hear(mail, answer)
    assert not RemindersOff.objects.exists()


def test_whoever_reports_a_mail_doesnt_get_what_waits_in_the_outbox(as_reminder):
    row = waiting_for_money(14)
    waiting = mailed(row.person, row, unsubscribe="https://cec.example.org/u/1")
    OutgoingMail.objects.update(state=OutgoingMail.State.QUEUED)

    came_back(row.person, Answer.COMPLAINED)

    waiting.refresh_from_db()
    assert waiting.state == OutgoingMail.State.CALLED_OFF


def test_a_complaint_is_explained_to_whoever_made_it(client):
    row = make.registration()
    came_back(row.person, Answer.COMPLAINED)
    client.force_login(row.person)

    page = client.get(reverse("account")).content.decode()

    assert "was reported as unwanted, so our reminders have ended" in page
    assert CAME_BACK not in page


def test_a_mail_to_nobody_with_an_account_switches_nothing_off():
    mail = mailed(make.registration().person)
    OutgoingMail.objects.update(person=None)

    assert bounces.hear(mail, Answer.COMPLAINED)

    assert not RemindersOff.objects.exists()
