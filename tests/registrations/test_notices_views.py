"""The desk's pages of mails that go out by themselves."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext, override

from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Notice, PausedNotices
from registrations.notices import by_hand, writing
from tests import factories as make
from tests.registrations.notices import FEES, REMINDER, add_kind, waiting_for_money

pytestmark = pytest.mark.django_db

KEY = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def owed(name="", **fields):
    return make.notice(waiting_for_money(who=make.person(name)), **fields)


def sent(name="", **fields):
    row = owed(name, **fields)
    writing.write_due()
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    row.refresh_from_db()
    return row


def names(answer):
    return [row.person.name for row in answer.context["page"].rows]


def seen(page):
    """A page without what is folded."""
    return re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)


def page_of(client, row):
    return client.get(reverse("notice", args=[row.pk]))


def press(client, row, deed, **more):
    return client.post(reverse("notice_change", args=[row.pk]), {"deed": deed} | more)


class TestTheList:
    def everything(self):
        """One of each standing."""
        sent("Sent")
        refused = owed("Refused")
        on_the_way = owed("On the way")
        writing.write_due()
        for row, state in ((refused, "failed"), (on_the_way, "queued")):
            OutgoingMail.objects.filter(key=f"notice:{row.pk}").update(state=state)
        owed("Waiting")
        owed("Held", state="paused")
        owed("Broken", state="failed", last_error="ZeroDivisionError")
        owed("Late", state="dropped", dropped="late")

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("waiting", ["Waiting"]),
            ("paused", ["Held"]),
            ("way", ["On the way"]),
            ("sent", ["Sent"]),
            ("failed", ["Broken", "Refused"]),
            ("dropped", ["Late"]),
            ("nonsense", ["Late", "Broken", "Held", "Waiting", "On the way", "Refused", "Sent"]),
        ],
    )
    def test_each_state_has_its_own_and_is_counted(self, client, office, state, expected):
        self.everything()

        answer = client.get(reverse("notices"), {"state": state})

        counts = {tab.key: tab.count for tab in answer.context["states"]}
        assert names(answer) == expected
        assert counts == {
            "": 7,
            "waiting": 1,
            "paused": 1,
            "way": 1,
            "sent": 1,
            "failed": 2,
            "dropped": 1,
        }
        assert counts.get(state, 7) == len(expected)

    def test_a_row_says_why_it_wasnt_sent_and_what_went_wrong(self, client, office):
        self.everything()
        PausedNotices.objects.create(kind=FEES, paused_by=office)
        OutgoingMail.objects.filter(state="queued").update(trouble="server", last_error="[Errno 1]")

        page = client.get(reverse("notices")).text

        assert "It would have come too late" in page
        assert "It couldn’t be written" in page
        assert "It couldn’t go out yet" in page
        assert ("ZeroDivisionError" in page, "Errno" in page) == (False, False)
        assert "this kind is paused" in page

    def test_it_is_searched_and_narrowed(self, client, office, monkeypatch):
        add_kind(monkeypatch)
        for who in ("Élise Łazarewicz", "Robin"):
            owed(who)
        owed("Other kind", kind=REMINDER)
        asked = [{"q": "lazarewicz"}, {"kind": REMINDER}, {"program": "cpc-credits"}]

        found = [names(client.get(reverse("notices"), query)) for query in asked]

        assert found == [["Élise Łazarewicz"], ["Other kind"], []]

    def test_a_bounced_mail_is_trouble_whatever_its_row_calls_it(self, client, office):
        sent("Bounced")
        OutgoingMail.objects.update(state="bounced")

        assert names(client.get(reverse("notices"), {"state": "failed"})) == ["Bounced"]

    def test_one_that_went_out_and_came_back_says_so_in_the_list_and_on_its_page(
        self, client, office
    ):
        row = sent("Returned")
        told = {"answer": "returned", "answer_words": "550 5.1.1 no such account"}
        OutgoingMail.objects.update(**told, answered_at=timezone.now())

        page = page_of(client, row).text

        assert "The address doesn’t work" in client.get(reverse("notices")).text
        assert "The address doesn’t work" in page
        assert "550 5.1.1 no such account" in page

    def test_pages_follow_one_another(self, client, office):
        for number in range(52):
            owed(f"Person {number}")

        first = client.get(reverse("notices"))
        second = client.get(reverse("notices"), {"after": first.context["page"].after})

        assert (len(names(first)), names(second)) == (50, ["Person 1", "Person 0"])

    @pytest.mark.parametrize("name", ["notices", "notice_kinds", "failed_mail"])
    def test_it_asks_the_database_as_much_for_three_as_for_one(self, client, office, name):
        costs = []
        for number in (1, 2):
            for _number in range(number):
                sent()
                make.failed_mail(person=make.person())
            client.get(reverse(name))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name))
            costs.append(len(queries))

        assert costs[0] == costs[1]


class TestOne:
    def test_what_it_says_is_shown_in_both_languages(self, client, office):
        page = page_of(client, owed()).text

        assert "Your fee is still open" in page
        with override("fr"):
            assert gettext("Continuing Education Certificate, The Partnership") in page

    def test_what_was_sent_is_shown_as_it_was(self, client, office):
        row = sent()
        OutgoingMail.objects.update(subject="As it was sent", text="These very words")

        page = page_of(client, row).text

        assert "As it was sent" in page
        assert "These very words" in page

    def test_the_address_that_ends_somebodys_reminders_stays_theirs(
        self, client, office, monkeypatch
    ):
        add_kind(monkeypatch)
        row = sent(kind=REMINDER)
        address = row.mail.unsubscribe

        shown = page_of(client, row).text
        html = client.get(reverse("notice_html", args=[row.pk, "en"])).text

        assert address in row.mail.html
        assert "/unsubscribe/" not in shown + html

    def test_a_mail_has_a_page_of_its_own_where_nothing_runs(self, client, office):
        row = sent()
        OutgoingMail.objects.update(html="<script>alert(1)</script>")
        address = reverse("notice_html", args=[row.pk, "en"])

        page, mail = page_of(client, row), client.get(address)

        policy = mail["Content-Security-Policy"].split("; ")
        assert f'href="{address}"' in page.text
        assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= set(policy)
        assert not any("script" in rule for rule in policy)

    def test_one_that_cant_be_written_has_a_page_that_says_so(self, client, office):
        row = owed(facts={}, state="failed", tries=5, last_error="KeyError: 'balance'")

        answer, error = page_of(client, row), escape("KeyError: 'balance'")

        assert answer.status_code == 200
        assert "It couldn’t be written. Look at the text of the mail" in answer.text
        assert "It can’t be written." in answer.text
        assert seen(answer.text).count(error) == 0 < answer.text.count(error)
        assert client.get(reverse("notice_html", args=[row.pk, "en"])).status_code == 404

    def test_one_whose_mail_was_refused_says_why_and_what_each_button_does(self, client, office):
        row = sent()
        OutgoingMail.objects.update(state="failed", last_error="550 no such mailbox")

        page = seen(page_of(client, row).text)

        assert "Ask the person for an address that works" in page
        assert page.index("550 no such mailbox") < page.index("What it said")
        assert "Sending again writes it anew" in page

    def test_figures_it_was_written_with_are_folded(self, client, office):
        page = page_of(client, owed()).text

        assert "<code>balance</code>" in page
        assert "<code>balance</code>" not in seen(page)

    def test_an_unknown_language_isnt_found(self, client, office):
        assert client.get(f"/en/desk/e-mails/{owed().pk}/de/").status_code == 404

    def test_a_kind_that_no_app_has_any_more_has_its_page(self, client, office):
        assert page_of(client, owed(kind="bygone")).status_code == 200

    @pytest.mark.parametrize(
        ("fields", "deeds"),
        [
            ({}, {"hold", "take-back"}),
            ({"state": "paused"}, {"let-go", "take-back"}),
            ({"state": "failed"}, {"try-again", "take-back"}),
            ({"state": "dropped", "dropped": "late"}, set()),
        ],
    )
    def test_the_buttons_are_those_of_its_state(self, client, office, fields, deeds):
        page = page_of(client, owed(**fields))

        assert {name for name, _label in page.context["deeds"]} == deeds
        assert all(f'value="{name}"' in page.text for name in deeds)

    def test_a_button_does_it_and_leads_back_to_the_page(self, client, office):
        row = owed()

        answer = press(client, row, "hold")

        page = client.get(answer["Location"]).text
        assert answer["Location"] == reverse("notice", args=[row.pk])
        assert Notice.objects.get(pk=row.pk).state == "paused"
        assert "It is held back until you let it go." in page
        assert "E-mail held back" in page

    def test_a_double_click_sends_one_more(self, client, office):
        row = sent()

        for _click in range(2):
            press(client, row, "send-again", form_key=KEY)

        assert OutgoingMail.objects.filter(kind=FEES).count() == 2
        assert page_of(client, row).text.count(row.person.email) >= 3

    def test_what_is_too_late_to_do_is_said(self, client, office):
        row = sent()

        answer = press(client, row, "hold")

        said = client.get(answer["Location"]).text
        assert "Something else happened to this e-mail meanwhile." in said

    @pytest.mark.parametrize("deed", ["", "nonsense", "hold\0", "x" * 50])
    def test_a_button_that_there_isnt_does_nothing(self, client, office, deed):
        row = owed()

        assert press(client, row, deed).status_code == 422
        assert Notice.objects.get(pk=row.pk).state == "waiting"

    def test_steering_looks_and_does_nothing(self, client):
        client.force_login(make.steering())
        row = owed()

        page = page_of(client, row)

        assert page.context["deeds"] == []
        assert press(client, row, "hold").status_code == 403


class TestKinds:
    def test_all_are_listed_with_how_many_of_each(self, client, office):
        sent()
        owed()

        rows = client.get(reverse("notice_kinds")).context["rows"]

        found = {row.kind.name: dict(row.numbers) for row in rows}
        assert set(found) == set(notices.kinds())
        assert found[FEES]["waiting"] == found[FEES]["sent"] == 1

    def test_a_kind_shows_an_example_in_both_languages(self, client, office):
        page = client.get(reverse("notice_kind", args=[FEES])).text
        mails = [
            client.get(reverse("notice_example", args=[FEES, code])).text for code in ("en", "fr")
        ]

        assert "$40 to pay for your CEC registration" in page
        assert ['<html lang="en">' in mails[0], '<html lang="fr">' in mails[1]] == [True, True]

    def test_it_is_paused_with_a_reason_and_let_go(self, client, office):
        address = reverse("notice_kind", args=[FEES])

        without = client.post(address, {"reason": ""})
        client.post(address, {"reason": "The bank is closed"})
        page = client.get(address).text
        again = client.post(address, {"reason": "Me too"})
        client.post(reverse("notice_kind_go_on", args=[FEES]))

        assert (without.status_code, again.status_code) == (422, 409)
        assert "The bank is closed" in page
        assert not PausedNotices.objects.exists()

    def test_letting_go_what_isnt_paused_is_said(self, client, office):
        answer = client.post(reverse("notice_kind_go_on", args=[FEES]), follow=True)

        assert "paused any more" in answer.text

    @pytest.mark.parametrize("name", ["notice_kind", "notice_kind_go_on"])
    def test_a_kind_that_there_isnt_isnt_found(self, client, office, name):
        assert client.post(reverse(name, args=["nonsense"])).status_code == 404


class TestMailThatFailed:
    def test_mail_of_every_kind_is_shown_and_tried_again(self, client, office):
        mail = make.failed_mail(person=make.person("Robin"))
        make.failed_mail(state="sent", subject="This one arrived")

        page = client.get(reverse("failed_mail")).text
        answer = client.post(reverse("failed_mail_again", args=[mail.pk]), follow=True)

        mail.refresh_from_db()
        assert "Robin" in page
        assert "550 no such mailbox" in page
        assert "This one arrived" not in page
        assert mail.state == "queued"
        assert f"The e-mail to {mail.to} is tried again." in answer.text

    def test_mail_that_was_called_off_didnt_fail_and_isnt_tried_again(self, client, office):
        mail = make.failed_mail(
            state="off", called_off_at=timezone.now(), subject="The edition before"
        )

        page = client.get(reverse("failed_mail")).text
        answer = client.post(reverse("failed_mail_again", args=[mail.pk]), follow=True)

        mail.refresh_from_db()
        assert "The edition before" not in page
        assert "No mail has failed." in page
        assert "Something else happened" in answer.text
        assert mail.state == "off"

    def test_a_second_click_is_told(self, client, office):
        mail = make.failed_mail()
        by_hand.try_mail_again(mail, by=office)

        answer = client.post(reverse("failed_mail_again", args=[mail.pk]), follow=True)

        assert "Something else happened" in answer.text

    def test_a_code_to_sign_in_has_no_button_and_is_nowhere_shown(self, client, office):
        code = "BCDF-GHJK"
        mail = make.failed_mail(kind="sign_in_code", urgent=True, text=code, html=code)

        page = client.get(reverse("failed_mail")).text

        assert "It was of use for a short time only." in page
        assert code not in page
        assert reverse("failed_mail_again", args=[mail.pk]) not in page
