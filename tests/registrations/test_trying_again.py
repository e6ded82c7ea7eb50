"""Letting work that failed be tried again, and who did so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cec import backlog, stumbles
from cec.models import OutgoingMail
from cec.stumbles import Stumble
from certificates.models import Certificate
from registrations import rechecking, trying_again
from registrations.models import Erasure, Event, Notice, Roster
from tests import factories as make
from tests.certificates import records
from tests.races import at_once
from tests.registrations.lists import roster
from tests.registrations.work_page import PAGE, owed, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker_answers")]


def again(client, kind, **fields):
    return client.post(reverse("work_again", args=[kind]), fields, follow=True)


class TestAgain:
    def test_one_mail_is_sent_again_and_only_once(self, client, office):
        one, other = make.failed_mail(), make.failed_mail()

        first = again(client, "mail", row=one.pk)
        second = again(client, "mail", row=one.pk)

        one.refresh_from_db()
        other.refresh_from_db()
        assert (one.state, one.attempts, other.state) == ("queued", 0, "failed")
        assert "It will be tried again within a minute." in said(first)
        assert "tried again already" in said(second)

    def test_all_of_a_kind_and_of_no_other(self, client, office):
        make.failed_mail()
        make.failed_mail()
        notice = owed()
        Notice.objects.update(state="failed", tries=5)

        page = said(again(client, "mail"))

        notice.refresh_from_db()
        assert "2 will be tried again" in page
        assert OutgoingMail.objects.filter(state="queued").count() == 2
        assert notice.state == "failed"

    def test_a_mail_that_was_sent_meanwhile_stays_sent(self, client, office):
        mail = make.failed_mail()
        OutgoingMail.objects.update(state="sent")

        again(client, "mail", row=mail.pk)

        mail.refresh_from_db()
        assert mail.state == "sent"

    def test_a_code_is_not_sent_again_for_it_works_no_more(self, client, office):
        code = make.failed_mail(kind="sign_in_code")

        again(client, "mail")

        code.refresh_from_db()
        assert code.state == "failed"

    def test_what_is_wrong_by_now_isnt_sent(self, client, office):
        mail = make.failed_mail()
        OutgoingMail.objects.call_off()

        page = said(again(client, "mail"))

        mail.refresh_from_db()
        assert mail.state == "failed"
        assert mail.subject not in page

    def test_a_notice_waits_again(self, client, office):
        notice = owed()
        Notice.objects.update(state="failed", tries=5, last_error="KeyError")

        again(client, "notices", row=notice.pk)

        assert list(Notice.objects.to_write(timezone.now())) == [notice]

    def test_a_pdf_is_made_again(self, client, office):
        certificate = records.issued()
        Certificate.objects.update(tries=5, error="It was too dark.")
        assert "It was too dark." in said(client.get(PAGE))

        again(client, "documents", row=certificate.pk)

        assert Certificate.objects.to_make(timezone.now()).count() == 1

    def test_a_list_that_was_given_up_is_looked_at_again(self, client, office):
        given_up = roster("MLA")
        Roster.objects.update(recheck_due=True)
        for _try in range(5):
            with pytest.raises(ZeroDivisionError), stumbles.trying(rechecking.RECHECK, given_up.pk):
                raise ZeroDivisionError("broken")
        assert rechecking.recheck_due() == 0
        assert "ZeroDivisionError: broken" in said(client.get(PAGE))

        again(client, "rechecks", row=given_up.pk)
        rechecking.recheck_due()

        assert not Roster.objects.filter(recheck_due=True).exists()

    @pytest.mark.parametrize("row", ["-1", "x", "1" * 40, "٣"])
    def test_nonsense_changes_nothing(self, client, office, row):
        make.failed_mail()

        client.post(reverse("work_again", args=["mail"]), {"row": row})

        assert OutgoingMail.objects.get().state == "failed"

    @pytest.mark.parametrize("kind", ["rosters", "seals", "nothing"])
    def test_what_cannot_be_tried_again_is_not_there(self, client, office, kind):
        assert again(client, kind).status_code == 404

    def test_steering_looks_and_doesnt_press(self, client):
        make.failed_mail()
        client.force_login(make.steering())

        page = client.get(PAGE)

        assert "550 no such mailbox" in page.text
        assert "Try again" not in page.text
        assert again(client, "mail").status_code == 403
        assert OutgoingMail.objects.get().state == "failed"


def lines(row):
    return list(Event.objects.filter(kind__endswith="_retried").values_list("kind", "actor", row))


class TestTheHistory:
    def test_a_mail_has_the_line_that_the_page_of_e_mails_writes(self, client, office):
        here, there = make.registration(), make.person()
        make.failed_mail(about=f"registrations.registration:{here.pk}")
        make.failed_mail(person=there)
        nobodys = make.failed_mail()

        again(client, "mail")

        assert lines("registration") == [
            ("mail_retried", office.pk, here.pk),
            *[("mail_retried", office.pk, None)] * 2,
        ]
        assert [row for *_who, row in lines("person")] == [None, there.pk, office.pk]
        last = Event.objects.get(person=office, kind="mail_retried")
        assert (last.details, last.role) == ({"mail": nobodys.pk}, "administrator")

    def test_a_notice_has_the_line_that_its_own_page_shows(self, client, office):
        notice = owed()
        Notice.objects.update(state="failed", tries=5)

        again(client, "notices", row=notice.pk)

        event = notice.registration.events.get(kind="notice_retried")
        assert event.details == {"notice": "fee_outstanding", "number": notice.pk}

    def test_a_pdf_has_the_same_line_from_both_pages(self, client, office):
        certificate = records.issued()
        Certificate.objects.update(tries=5, error="It was too dark.")

        again(client, "documents", row=certificate.pk)
        client.post(reverse("make_again", args=[certificate.pk]))

        here, there = certificate.registration.events.filter(kind="work_retried")
        assert here.actor == there.actor == office
        assert here.details == there.details
        assert here.details == {"work": "documents", "serial": certificate.serial}

    def test_a_list_and_an_erasure_have_one_of_the_association_and_of_the_person(
        self, client, office
    ):
        given_up = roster("MLA")
        Roster.objects.update(recheck_due=True)
        for _try in range(5):
            with pytest.raises(ZeroDivisionError), stumbles.trying(rechecking.RECHECK, given_up.pk):
                raise ZeroDivisionError("broken")
        erasure = Erasure.objects.create(person=make.person(), due_at=timezone.now(), tries=5)

        again(client, "rechecks")
        again(client, "erasures")

        assert [row for *_who, row in lines("association")] == [given_up.association_id, None]
        assert [row for *_who, row in lines("person")] == [None, erasure.person_id]

    def test_what_was_not_tried_again_has_none(self, client, office):
        make.failed_mail(kind="sign_in_code")
        make.failed_mail(person=make.person(is_active=False))
        row = make.failed_mail()

        again(client, "mail", row=row.pk)
        again(client, "mail", row=row.pk)
        again(client, "mail")

        assert [event.details for event in Event.objects.filter(kind="mail_retried")] == [
            {"mail": row.pk}
        ]

    def test_it_takes_the_same_queries_for_one_and_for_three(self, client, office):
        def queries():
            with CaptureQueriesContext(connection) as found:
                again(client, "mail")
            return len(found)

        def fails():
            make.failed_mail(about=f"registrations.registration:{make.registration().pk}")

        fails()
        queries()
        fails()
        once = queries()
        for _more in range(3):
            fails()

        assert queries() == once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["mail", "rechecks"])
def test_of_four_who_press_at_once_one_lets_it_be_tried_and_writes_the_line(kind):
    office = make.administrator()
    make.failed_mail()
    given_up = roster("MLA")
    Roster.objects.update(recheck_due=True)
    Stumble.objects.create(
        work=rechecking.RECHECK, row=given_up.pk, tries=5, tried_at=timezone.now()
    )

    def press():
        return trying_again.try_again(backlog.kinds()[kind], by=office)

    counts = at_once([press] * 4)

    assert sorted(counts) == [0, 0, 0, 1]
    assert Event.objects.filter(kind__endswith="_retried").count() == 1
