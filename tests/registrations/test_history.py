"""The history: who did what, as what, from where. Kept for good; a change is found (J1, J2)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cec import trace
from cec.models import OutgoingMail
from registrations import committee, membership, registering, seals, timeline
from registrations.models import Event, Seal
from registrations.models.history import write_event
from tests import factories as make
from tests.registrations.signing_in import PASSWORD, sign_in, someone

pytestmark = pytest.mark.django_db


class TestALine:
    def test_says_who_did_it_as_what_and_in_which_request(self):
        row = make.registration(status="submitted")
        who = make.representative("MLA")

        with trace.traced(trace.Trace(request_id="a1b2", address="192.0.2.7")):
            row.note("proof", by=who)

        event = row.events.get(kind="proof")
        assert (event.actor, event.role) == (who, "representative")
        assert (event.request_id, event.address) == ("a1b2", "192.0.2.7")

    def test_names_all_roles_of_somebody_who_has_several(self):
        who = make.steering()
        make.appoint(who, "representative", "MLA")

        event = make.registration().note("proof", by=who)

        assert event.role == "representative,steering"

    def test_calls_the_person_a_participant_in_their_own_matters_whatever_their_role(self):
        who = make.steering()
        row = make.registration(who, status="draft")

        registering.send(row, by=who)

        assert row.events.get(kind="send").role == "participant"

    def test_names_the_role_of_staff_who_do_what_concerns_nobody_in_particular(self):
        office = make.administrator()

        row = make.set_up("SLTA", by=office)

        event = Event.objects.get(kind="program_added", details__program_id=row.pk)
        assert (event.person, event.role) == (office, "administrator")

    def test_of_the_program_itself_has_neither_actor_nor_role_nor_address(self):
        event = make.registration().note("lapsed", by=None)

        assert (event.actor, event.role, event.address, event.request_id) == (None, "", "", "")

    def test_has_the_address_and_an_id_of_the_request_that_it_was_written_in(self, client):
        row = make.registration(status="submitted")
        client.force_login(make.representative("MLA"))

        client.post(
            reverse("desk_membership", args=[row.pk]),
            {"outcome": "proof", "note": "A receipt is enough."},
            REMOTE_ADDR="192.0.2.44",
        )

        event = row.events.get(kind="proof")
        assert event.address == "192.0.2.44"
        assert len(event.request_id) == 32

    def test_is_gone_with_a_deed_that_was_rolled_back(self):
        row = make.registration(status="submitted")

        with transaction.atomic():
            membership.record_check(row, by=make.representative("MLA"), outcome="proof")
            transaction.set_rollback(True)

        assert not row.events.exists()

    def test_is_always_about_something(self):
        with pytest.raises(Error, match="event_is_about_something"), transaction.atomic():
            write_event("exported", by=None)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE registrations_event SET reason = 'other'",
            "DELETE FROM registrations_event",
            "UPDATE registrations_seal SET digest = ''",
            "DELETE FROM registrations_seal",
        ],
    )
    def test_can_be_neither_changed_nor_removed(self, statement):
        make.registration().note("proof", by=None)
        Seal.objects.create(last_event=1, events=1, digest="0" * 64)

        with (
            pytest.raises(Error, match="history is kept"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    @pytest.mark.parametrize("table", ["registrations_event", "registrations_seal"])
    def test_can_not_be_emptied_where_tests_do_not_run(self, table):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cec.allow_truncate = 'off'")
            with pytest.raises(Error, match="history is kept"), transaction.atomic():
                cursor.execute(f"TRUNCATE {table} CASCADE")


class TestRolesAndAccounts:
    def test_a_role_that_is_given_and_ended_is_written_about_the_person(self):
        who, by = make.person(), make.administrator()

        appointment = committee.appoint(
            who,
            by=by,
            role="representative",
            association=make.association("MLA"),
            first_day=timezone.localdate(),
        )
        committee.end(appointment, by=by)
        committee.end(appointment, by=by)

        events = list(who.events_about.values_list("kind", "actor", "association__code"))
        assert events == [("role_given", by.pk, "MLA"), ("role_ended", by.pk, "MLA")]

    def test_the_first_administrator_is_in_the_history_too(self):
        who = make.person(email="first@example.org")

        call_command("appoint_administrator", "first@example.org", stdout=StringIO())

        event = who.events_about.get()
        assert (event.kind, event.details) == ("role_given", {"role": "administrator"})

    def test_sign_ins_that_worked_and_that_failed_are_written_down(self, client):
        person = someone("robin@example.org")

        sign_in(client, "robin@example.org", "not the password at all")
        sign_in(client, "robin@example.org")

        kinds = list(person.events_about.values_list("kind", "actor"))
        assert kinds == [("sign_in_failed", None), ("signed_in", person.pk)]

    def test_a_failed_sign_in_with_an_unknown_address_leaves_no_trace_of_it(self, client):
        sign_in(client, "nobody@example.org")

        assert not Event.objects.exists()

    def test_a_changed_password_is_written_down_but_not_the_password(self, client):
        person = someone("robin@example.org")
        sign_in(client, "robin@example.org")
        new = "another long enough one 77"

        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )

        event = person.events_about.get(kind="password_changed")
        assert (event.actor, event.details, event.reason) == (person, {}, "")


class TestTheTimeline:
    def test_shows_mails_among_the_deeds_newest_first(self):
        row = make.registration(status="draft")
        registering.send(row, by=row.person)
        row.refresh_from_db()

        registering.decline(row, by=make.representative("MLA"), reason="No membership.")

        texts = [line.text for line in timeline.of(row, reader=make.steering())]
        assert texts == [
            "E-mail on its way: About your CEC registration",
            "Registration declined",
            "E-mail on its way: We have your CEC registration",
            "Registration sent",
        ]

    def test_names_the_role_of_whoever_decides_but_not_of_the_person(self):
        row = make.registration(status="draft")
        registering.send(row, by=row.person)
        row.refresh_from_db()
        who = make.representative("MLA")

        registering.decline(row, by=who, reason="No membership.")

        whos = [line.who for line in timeline.of(row, reader=make.steering()) if line.who]
        assert whos == [f"{who.name}, association representative", row.person.name]

    def test_a_long_one_keeps_its_older_lines_one_click_away(self, client):
        row = make.registration(status="submitted")
        for number in range(15):
            row.note("proof", by=None, reason=f"Question {number}.")
        client.force_login(make.representative("MLA"))

        page = client.get(reverse("desk_registration", args=[row.pk])).text

        shown, folded = page.split("<summary>3 earlier lines</summary>")
        assert "Question 3." in shown
        assert "Question 2." in folded

    def test_says_why_a_mail_did_not_arrive(self):
        row = make.registration(status="draft")
        registering.send(row, by=row.person)
        OutgoingMail.objects.update(state="failed", last_error="550 no such mailbox")

        line = timeline.of(row, reader=make.steering())[0]

        assert line.text == "E-mail not delivered: We have your CEC registration"
        assert line.reason == "550 no such mailbox"

    def test_shows_the_person_only_mail_that_went_to_them(self):
        row = make.registration(status="draft")
        registering.send(row, by=row.person)
        OutgoingMail.objects.update(person=make.person())

        assert not [line for line in timeline.for_person(row) if "E-mail" in line.text]
        assert [line for line in timeline.of(row, reader=make.steering()) if "E-mail" in line.text]


class TestSeals:
    def test_a_history_that_nobody_touched_fits_its_seals(self, settled):
        settled(12)

        assert list(seals.verify()) == []
        assert "as it was sealed" in said()

    def test_what_came_later_is_sealed_later_and_once(self, settled):
        settled(3)
        settled(2)

        assert seals.seal() == 0
        assert list(Seal.objects.values_list("events", flat=True)) == [3, 2]
        assert list(seals.verify()) == []

    def test_what_may_still_be_joined_by_a_slower_transaction_is_left_open(self):
        make.registration().note("proof", by=None)

        assert seals.seal() == 0

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE registrations_event SET reason = 'other' WHERE id = %s",
            "UPDATE registrations_event SET at = at + interval '1 second' WHERE id = %s",
            'UPDATE registrations_event SET details = \'{"amount": "41"}\' WHERE id = %s',
            "DELETE FROM registrations_event WHERE id = %s",
            "INSERT INTO registrations_event (id, registration_id, at, role, kind, from_status,"
            " to_status, reason, details, address, request_id) SELECT 0, registration_id, at, role,"
            " kind, from_status, to_status, reason, details, address, request_id"
            " FROM registrations_event WHERE id = %s",
        ],
    )
    def test_a_line_changed_removed_or_put_in_by_force_is_found(self, settled, statement):
        events = settled(4)
        settled(3)

        by_force(statement, events[1].pk)

        assert [part.last for part in seals.verify()] == [events[-1].pk]
        with pytest.raises(CommandError, match="not what was sealed"):
            said()

    def test_many_events_make_several_seals(self, settled, monkeypatch):
        monkeypatch.setattr(seals, "MOST_EVENTS", 4)

        settled(10)

        assert list(Seal.objects.values_list("events", flat=True)) == [4, 4, 2]
        assert list(seals.verify()) == []


@pytest.fixture
def settled():
    """Write events that are old enough, and seal them."""

    def write(count):
        row = make.registration()
        events = [row.note("proof", by=None) for _ in range(count)]
        long_ago = timezone.now() - timedelta(hours=2)
        by_force("UPDATE registrations_event SET at = %s WHERE id >= %s", long_ago, events[0].pk)
        assert seals.seal() == count
        return events

    return write


def by_force(statement, *values):
    """Do what only the owner of the database can: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registrations_event DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE registrations_event ENABLE TRIGGER USER")


def said():
    out = StringIO()
    call_command("verify_audit", stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_download_of_a_certificate_by_others_is_written_down(client):
    from certificates import making
    from tests.certificates import records

    certificate = records.issued()
    making.make_document(certificate.pk)
    url = reverse("certificate_download", args=[certificate.registration_id])
    for who in (certificate.registration.person, make.steering()):
        browser = Client()
        browser.force_login(who)
        browser.get(url)

    event = certificate.registration.events.get(kind="downloaded")
    assert (event.role, event.details) == ("steering", {"serial": certificate.serial})
