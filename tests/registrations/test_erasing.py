"""Asking for erasure, waiting, taking it back, and who may (reliability K2). What it takes away is
in tests/certificates/test_erase_drill.py."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cec import erasure, mail, personal
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import erasing
from registrations.models import Appointment, Erasure
from tests import factories as make
from tests.registrations.kept import due
from tests.registrations.signing_in import CODE, someone

pytestmark = pytest.mark.django_db


class TestAsking:
    def test_waits_for_a_week_and_says_so_by_mail(self):
        who = make.person("Zoë Tremblay")

        row = erasing.ask(who, by=who)

        letter = OutgoingMail.objects.get(person=who)
        assert timedelta(days=6, hours=23) < row.due_at - timezone.now() <= timedelta(days=7)
        assert letter.kind == "erasure_asked"
        assert reverse("erasure_keep", args=[erasing.token_of(row)]) in letter.text
        assert list(who.events_about.values_list("kind", "actor")) == [("erasure_asked", who.pk)]

    def test_twice_is_once(self):
        who = make.person()

        assert erasing.ask(who, by=who) == erasing.ask(who, by=who)

        assert OutgoingMail.objects.count() == 1

    def test_before_its_day_nothing_happens(self):
        who = make.person("Zoë Tremblay")
        erasing.ask(who, by=who)

        assert erasing.do_due() == 0

        who.refresh_from_db()
        assert who.name == "Zoë Tremblay"

    def test_on_its_day_it_is_done(self):
        who = make.person("Zoë Tremblay")
        row = due(erasing.ask(who, by=who))

        assert erasing.do_due() == 1

        who.refresh_from_db()
        row.refresh_from_db()
        assert (who.name, who.is_active) == (personal.ERASED, False)
        assert who.email == f"erased-{who.pk}@erased.invalid"
        assert not who.has_usable_password()
        assert row.done_at
        assert who.events_about.filter(kind="erased", actor=who).exists()

    def test_who_has_a_role_hands_over_first(self):
        administrator = make.administrator()

        with pytest.raises(Refused, match="hand it over"):
            erasing.ask(administrator, by=administrator)
        with pytest.raises(Refused, match="hand it over"):
            erasing.erase(administrator, by=None, reason="")

        administrator.refresh_from_db()
        assert administrator.name == "Administrator"

    def test_a_role_that_was_given_meanwhile_is_said_to_whoever_looks_after_it(self):
        who = make.person()
        row = due(erasing.ask(who, by=who))
        make.appoint(who, "steering")

        assert erasing.do_due() == 0

        row.refresh_from_db()
        assert row.done_at is None
        assert "hand it over" in row.error
        assert not Erasure.objects.due(timezone.now()).exists()

    def test_a_role_that_is_over_is_no_bar(self):
        who = make.person()
        make.appoint(who, "representative", "MLA", last_day=timezone.localdate() - timedelta(1))

        erasing.erase(who, by=None, reason="")

        assert Appointment.objects.get(person=who).role == "representative"


class TestAmongTheMailsOfOthers:
    def test_a_name_goes_from_every_part_of_a_mail(self):
        who = make.person("Zoë Tremblay")
        to_mentor = OutgoingMail.objects.create(
            to="mentor@example.org",
            subject="Zoë Tremblay asks you",
            text="Your mentee is Zoë\nTremblay.",
            html="<p>Your mentee is Zoë Tremblay.</p>",
        )

        erasing.erase(who, by=None, reason="")

        to_mentor.refresh_from_db()
        assert to_mentor.subject == "— asks you"
        assert to_mentor.text == "Your mentee is —."
        assert to_mentor.html == "<p>Your mentee is —.</p>"

    def test_the_long_html_is_not_looked_through_for_it(self):
        who = make.person("Zoë Tremblay")

        with CaptureQueriesContext(connection) as asked:
            erasing.erase(who, by=None, reason="")

        looked = [row["sql"] for row in asked if re.search(r"cec_outgoingmail.* ~\*", row["sql"])]
        assert looked
        assert not any(re.search(r'"html"(::text)? ~\*', sql) for sql in looked)

    def test_it_has_longer_than_a_page(self):
        with transaction.atomic(), erasure.erasing(), connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("1min",)


class TestTakingBack:
    def test_keeps_everything(self):
        who = make.person("Zoë Tremblay")
        row = erasing.ask(who, by=who)

        assert erasing.take_back(row, by=who)

        due(row)
        assert erasing.do_due() == 0
        who.refresh_from_db()
        assert who.name == "Zoë Tremblay"
        assert OutgoingMail.objects.filter(kind="erasure_taken_back", person=who).count() == 1

    def test_is_too_late_once_it_is_done(self):
        who = make.person()
        row = due(erasing.ask(who, by=who))
        erasing.do_due()

        assert not erasing.take_back(row, by=None)

    def test_somebody_else_cannot(self):
        who = make.person()
        row = erasing.ask(who, by=who)

        with pytest.raises(PermissionDenied):
            erasing.take_back(row, by=make.steering())

    def test_the_link_asks_first_and_works_without_signing_in(self, client):
        row = erasing.ask(who := make.person(), by=who)
        url = reverse("erasure_keep", args=[erasing.token_of(row)])

        client.get(url)
        row.refresh_from_db()
        assert row.is_open
        client.post(url)

        row.refresh_from_db()
        assert row.taken_back_at
        assert row.taken_back_by is None

    def test_a_link_that_we_did_not_make_leads_nowhere(self, client):
        row = erasing.ask(who := make.person(), by=who)
        token = erasing.token_of(row).replace(str(row.pk), str(row.pk + 1), 1)

        assert client.post(reverse("erasure_keep", args=[token])).status_code == 404
        assert client.post(reverse("erasure_keep", args=["nonsense"])).status_code == 404


class TestTheDesk:
    def test_an_administrator_enters_what_was_asked_in_writing(self, client):
        office, who = make.administrator(), make.person("Zoë Tremblay")
        client.force_login(office)

        answer = client.post(reverse("erasures"), {"email": who.email, "reason": "Letter of 3 May"})

        row = Erasure.objects.get()
        assert answer.status_code == 302
        assert (row.person, row.asked_by, row.reason) == (who, office, "Letter of 3 May")
        assert "Letter of 3 May" in client.get(reverse("erasures")).text

    def test_says_why(self, client):
        client.force_login(make.administrator())

        answer = client.post(reverse("erasures"), {"email": make.person().email, "reason": " "})

        assert answer.status_code == 422
        assert not Erasure.objects.exists()

    def test_ones_own_does_not_go_by_the_desk(self, client):
        office = make.administrator()
        make.administrator()
        client.force_login(office)

        answer = client.post(reverse("erasures"), {"email": office.email, "reason": "I like to"})

        assert answer.status_code == 422
        assert not Erasure.objects.exists()

    @pytest.mark.parametrize("role", ["steering", "representative"])
    def test_nobody_else_may(self, role):
        other = make.person()
        make.appoint(other, role, "MLA" if role == "representative" else None)

        with pytest.raises(PermissionDenied):
            erasing.ask_for(make.person(), by=other, certificates_too=False, reason="Because")

        assert not Erasure.objects.exists()

    def test_takes_a_slip_back(self, client):
        row = erasing.ask(who := make.person(), by=who)
        client.force_login(make.administrator())

        client.post(reverse("erasure_take_back", args=[row.pk]))

        row.refresh_from_db()
        assert row.taken_back_at


class TestThePage:
    def test_wants_the_address_typed(self, client):
        who = make.person()
        client.force_login(who)

        slip = client.post(reverse("erase_data"), {"email": "somebody@example.org"})
        assert (slip.status_code, Erasure.objects.count()) == (422, 0)
        client.post(reverse("erase_data"), {"email": who.email.upper(), "certificates_too": "on"})

        row = Erasure.objects.get()
        assert (row.person, row.asked_by, row.certificates_too) == (who, who, True)

    def test_says_what_is_owed_and_goes_on_and_is_no_bar(self, client):
        row = make.registration(status="submitted", paid=False)
        client.force_login(row.person)

        page = client.get(reverse("erase_data")).text

        assert "still to pay" in page
        assert "Erase my data" in page

    def test_can_be_taken_back_on_it(self, client):
        who = make.person()
        row = erasing.ask(who, by=who)
        client.force_login(who)
        assert "Keep my data" in client.get(reverse("my_data")).text

        client.post(reverse("keep_data"))

        row.refresh_from_db()
        assert row.taken_back_by == who


class TestDoneAgain:
    def test_takes_what_came_in_since_and_writes_nothing_new(self):
        who = make.person("Zoë Tremblay")
        first = erasing.erase(who, by=None, reason="Nobody used it")
        late = make.failed_mail(person=who, to="zoe@example.org", text="Dear Zoë")

        second = erasing.erase(who, by=None, reason="")

        assert (second.pk, second.done_at) == (first.pk, first.done_at)
        assert not OutgoingMail.objects.filter(pk=late.pk).exists()
        assert who.events_about.filter(kind="erased").count() == 1

    def test_an_hour_later_it_looks_again_by_itself(self):
        row = erasing.erase(who := make.person(), by=None, reason="")
        make.failed_mail(person=who, to="zoe@example.org", text="Dear Zoë")
        erasing.do_due()
        assert OutgoingMail.objects.count() == 1
        Erasure.objects.update(done_at=timezone.now() - timedelta(hours=2))

        erasing.do_due()

        row.refresh_from_db()
        assert OutgoingMail.objects.count() == 0
        assert row.looked_again_at

    def test_somebody_whose_second_look_fails_keeps_nobody_elses(self):
        first, second = (erasing.erase(make.person(), by=None, reason="") for _number in range(2))
        make.appoint(first.person, "steering")
        Erasure.objects.update(done_at=timezone.now() - timedelta(hours=2))

        erasing.do_due()

        first.refresh_from_db()
        second.refresh_from_db()
        assert second.looked_again_at
        assert first.looked_again_at is None
        assert "hand it over" in first.error

    def test_a_sign_in_that_was_only_begun_is_gone_too(self):
        who, other = someone(), someone("other@example.org")
        for person in (who, other):
            Client().post(CODE, {"email": person.email})

        erasing.erase(who, by=None, reason="")

        left = [row.get_decoded()["account_login"]["email"] for row in Session.objects.all()]
        assert left == [other.email]

    def test_so_is_an_address_with_which_somebody_wanted_to_open_a_second_account(self):
        who = someone()
        for email in (who.email, "other@example.org"):
            fields = {"email": email, "password1": "read-every-day", "name": "Zoë Tremblay"}
            Client().post(reverse("account_signup"), fields)

        erasing.erase(who, by=None, reason="")

        left = [row.get_decoded()["link_sent_to"] for row in Session.objects.all()]
        assert left == ["other@example.org"]

    def test_nobody_writes_to_the_erased(self):
        who = make.person()
        row = erasing.erase(who, by=None, reason="")
        who.refresh_from_db()

        assert mail.post("erasure_taken_back", row, to=who) is None

    def test_a_reason_that_names_the_person_does_not(self):
        who = make.person("Zoë Tremblay")

        erasing.erase(who, by=None, reason="Zoë Tremblay wrote to us")

        assert who.events_about.get(kind="erased").reason == "— wrote to us"


class TestAfterARestore:
    def test_the_history_holds_no_text_that_they_chose(self):
        row = make.registration()
        chosen = {"reference": "Nadia Roy, May", "file": "nadia-roy.xlsx"}
        event = row.note("import", by=row.person, details={**chosen, "added": 2})

        erasing.erase(row.person, by=None, reason="")

        event.refresh_from_db()
        assert event.details == {"added": 2}

    def test_the_log_says_whom_to_erase_once_more(self, caplog):
        caplog.set_level("INFO")
        who = make.person("Zoë Tremblay")

        erasing.erase(who, by=None, reason="", certificates_too=True)

        assert f"Account {who.pk} is erased with the name on certificates" in caplog.messages

    def test_a_command_does_it(self):
        who = make.person("Zoë Tremblay")

        call_command("erase_again", str(who.pk), stdout=StringIO())

        who.refresh_from_db()
        assert who.name == personal.ERASED
        with pytest.raises(CommandError, match="no account"):
            call_command("erase_again", "987654")
        with pytest.raises(CommandError, match="hand it over"):
            call_command("erase_again", str(make.steering().pk))


class TestTheDatabase:
    def test_still_refuses_changes_of_what_is_kept(self):
        event = make.registration().note("remark", by=None, reason="Text")

        for change in ("reason = ''", "kind = 'lapse'"):
            with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
                _run(f"UPDATE registrations_event SET {change} WHERE id = {event.pk}")

    def test_lets_erasing_write_over_texts_and_nothing_else(self):
        event = make.registration().note("remark", by=None, reason="Text")

        with erasure.erasing():
            _run(f"UPDATE registrations_event SET reason = '' WHERE id = {event.pk}")
            with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
                _run(f"UPDATE registrations_event SET kind = 'lapse' WHERE id = {event.pk}")
            with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
                _run(f"DELETE FROM registrations_event WHERE id = {event.pk}")

        with pytest.raises(IntegrityError, match="history is kept"), transaction.atomic():
            _run(f"UPDATE registrations_event SET reason = 'x' WHERE id = {event.pk}")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
