"""Reminders that a person doesn't want: the page of the account, and the one click in a mail."""

import re
from email import message_from_bytes, policy

import pytest
from django.core import signing
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from cec import delivery, mail
from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Notice, RemindersOff
from registrations.notices import choices, unsubscribing, writing
from tests import factories as make
from tests.registrations.notices import FEES, REMINDER, add_kind, waiting_for_money

pytestmark = pytest.mark.django_db

PAGE = "/en/account/reminders/"
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    return add_kind(monkeypatch)


@pytest.fixture
def robin(client):
    person = make.person("Robin")
    client.force_login(person)
    return person


@pytest.fixture
def stranger():
    """A mail provider: no session, and a server that insists on form tokens."""
    return Client(enforce_csrf_checks=True)


def path_of(person, kind=REMINDER):
    return "/" + unsubscribing.address(person, kind).split("/", 3)[3]


def off(person):
    return choices.switched_off(person)


def switches_of(person):
    """What the history says of it, and who did it."""
    events = person.events_about.filter(kind__startswith="reminders_").order_by("pk")
    return list(events.values_list("kind", "actor"))


class TestThePageOfTheAccount:
    def test_it_is_reached_from_the_account_and_shows_what_is_on(self, client, robin):
        account, page = client.get("/en/account/").text, client.get(PAGE).text

        assert f'href="{PAGE}"' in account
        assert re.search(f'value="{REMINDER}"[^>]*checked', page)

    def test_a_kind_is_switched_off_and_on(self, client, robin):
        for wanted, expected in (([], {REMINDER}), ([REMINDER], set())):
            answer = client.post(PAGE, {"wanted": wanted, "listed": REMINDER})

            assert (answer.status_code, answer["Location"]) == (302, PAGE)
            assert off(robin) == expected
        assert switches_of(robin) == [("reminders_off", robin.pk), ("reminders_on", robin.pk)]

    def test_saving_it_unchanged_writes_nothing(self, client, robin):
        client.post(PAGE, {"wanted": [REMINDER], "listed": REMINDER})

        assert switches_of(robin) == []

    def test_a_kind_that_the_page_didnt_have_stays_as_it_is(self, client, robin):
        client.post(PAGE, {"listed": "some_other_kind"})

        assert off(robin) == set()

    def test_what_always_comes_is_named_and_cant_be_switched_off(self, client, robin):
        page = client.get(PAGE).text

        answer = client.post(PAGE, {"wanted": [FEES], "listed": f"{REMINDER} {FEES}"})

        assert "Fee outstanding" in page
        assert f'value="{FEES}"' not in page
        assert answer.status_code == 422
        assert not RemindersOff.objects.exists()
        with pytest.raises(ValueError, match="no reminder"):
            choices.switch_off(robin, notices.kinds()[FEES], by=robin)

    def test_each_says_when_it_comes(self, client, robin):
        page = client.get(PAGE).text

        assert "After six and nine months of a program year that is behind." in page

    def test_the_committees_mail_is_offered_to_those_with_a_role_alone(self, client, robin):
        without = client.get(PAGE).text
        client.force_login(make.representative())
        having = client.get(PAGE).text

        assert 'value="staff_digest"' not in without
        assert 'value="staff_digest"' in having

    def test_nobody_switches_anothers(self, client, robin):
        other = make.person()

        client.post(PAGE, {"listed": REMINDER, "person": other.pk})

        assert (off(robin), off(other)) == ({REMINDER}, set())


class TestOneClick:
    def test_a_mail_provider_switches_it_off_from_nowhere(self, stranger):
        person = make.person()

        answer = stranger.post(path_of(person), ONE_CLICK, content_type=FORM)

        assert answer.status_code == 200
        assert off(person) == {REMINDER}
        event = person.events_about.get()
        assert (event.kind, event.actor, event.details) == (
            "reminders_off",
            None,
            {"notice": REMINDER},
        )
        assert not answer.cookies

    def test_opening_the_link_asks_and_changes_nothing(self, stranger):
        person = make.person()

        page = stranger.get(path_of(person))

        assert "Do you want to stop these reminders?" in page.text
        assert off(person) == set()
        assert not page.cookies

    def test_the_page_answers_in_the_readers_language_or_the_one_asked_for(self, stranger):
        address = path_of(make.person(language="fr"))

        assert '<html lang="fr"' in stranger.get(address).text
        assert '<html lang="en"' in stranger.get(f"{address}?lang=en").text

    def test_the_button_of_the_page_works_and_leads_to_switching_on_again(self, stranger):
        person = make.person()
        address = path_of(person)

        after = stranger.post(address, {"reminders": "off"})
        switched_off = off(person)
        stranger.post(address, {"reminders": "on"})

        assert 'value="on"' in after.text
        assert PAGE in after.text
        assert (switched_off, off(person)) == ({REMINDER}, set())

    @pytest.mark.parametrize("state", ["queued", "failed"])
    def test_what_is_in_the_outbox_already_isnt_sent_any_more(self, stranger, state):
        notice = make.notice(waiting_for_money(), REMINDER)
        writing.write_due()
        OutgoingMail.objects.update(state=state)

        stranger.post(path_of(notice.person), ONE_CLICK, content_type=FORM)
        OutgoingMail.objects.queue_again()

        assert not OutgoingMail.objects.waiting().exists()
        assert Notice.objects.with_standing().get().standing == "dropped"

    def test_other_mail_in_the_outbox_goes_out_all_the_same(self, stranger):
        notice = make.notice(waiting_for_money())
        writing.write_due()

        stranger.post(path_of(notice.person), ONE_CLICK, content_type=FORM)

        assert OutgoingMail.objects.waiting().count() == 1

    def test_twice_is_as_good_as_once(self, stranger):
        person = make.person()

        for _click in range(2):
            assert stranger.post(path_of(person), ONE_CLICK, content_type=FORM).status_code == 200

        assert person.events_about.count() == 1

    def test_the_address_outlives_a_change_of_the_secret_key(self, stranger, settings):
        person = make.person()
        old = settings.SECRET_KEY
        address = path_of(person)
        settings.SECRET_KEY = "another-secret-key-that-is-long-enough-for-anything-0123456789"
        settings.SECRET_KEY_FALLBACKS = [old]

        kept = unsubscribing.read(token_of(address))
        settings.SECRET_KEY_FALLBACKS = []

        assert kept == (person, notices.kinds()[REMINDER])
        assert unsubscribing.read(token_of(address)) is None

    def test_an_address_that_isnt_ours_is_not_found_whatever_is_wrong_with_it(self, stranger):
        person, gone = make.person(), make.person()
        good, of_nobody = path_of(person), path_of(gone)
        gone.delete()
        other_salt = signing.Signer(sep=".", salt="another").sign(f"{person.pk}.{REMINDER}")
        tried = [
            of_nobody,
            path_of(person, FEES),
            path_of(person, "no_such_kind"),
            reverse("unsubscribe", args=[other_salt]),
            reverse("unsubscribe", args=["."]),
            reverse("unsubscribe", args=["1.test_reminder"]),
            good.replace(f"/{person.pk}.", f"/{person.pk + 1}."),
            good[:-4] + "/",
            "/unsubscribe/%00/",
            "/unsubscribe/" + "9" * 500 + ".x.y/",
        ]

        answers = {stranger.get(address).status_code for address in tried}
        answers |= {
            stranger.post(address, ONE_CLICK, content_type=FORM).status_code for address in tried
        }

        assert answers == {404}
        assert not RemindersOff.objects.exists()


def token_of(address):
    return address.strip("/").split("/")[1]


def test_this_is_the_only_view_that_wants_no_form_token():
    def views(patterns):
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from views(entry.url_patterns)
            elif isinstance(entry, URLPattern):
                yield entry.name, entry.callback

    found = list(views(get_resolver().url_patterns))

    assert len(found) > 200
    assert [name for name, view in found if getattr(view, "csrf_exempt", False)] == ["unsubscribe"]


class TestTheMail:
    @pytest.fixture
    def sent(self):
        """A reminder and a service message to one person, as they go to the mail server."""
        row = waiting_for_money()
        for name in (REMINDER, FEES):
            make.notice(row, name)
        writing.write_due()
        return {
            each.kind: message_from_bytes(
                delivery.message(each, []).message().as_bytes(), policy=policy.default
            )
            for each in OutgoingMail.objects.filter(kind__in=[REMINDER, FEES])
        }

    def test_a_reminder_says_in_its_headers_where_one_click_ends_it(self, sent, stranger):
        reminder = sent[REMINDER]
        address = reminder["List-Unsubscribe"].strip(" <>")

        answer = stranger.post("/" + address.split("/", 3)[3], ONE_CLICK, content_type=FORM)

        assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert answer.status_code == 200
        assert RemindersOff.objects.get().kind == REMINDER

    def test_both_parts_of_a_reminder_lead_there_and_to_the_choice(self, sent):
        reminder = sent[REMINDER]
        address = reminder["List-Unsubscribe"].strip(" <>")

        for part in ("plain", "html"):
            text = reminder.get_body((part,)).get_content()
            assert address in text
            assert PAGE in text

    def test_a_service_message_has_none_of_it(self, sent):
        message = sent[FEES]

        assert message["List-Unsubscribe"] is None
        assert message["List-Unsubscribe-Post"] is None
        for part in ("plain", "html"):
            text = message.get_body((part,)).get_content()
            assert "unsubscribe" not in text
            assert PAGE not in text

    def test_in_french_the_mail_leads_to_the_french_page(self):
        written = mail.write(
            FEES, *mail.kinds()[FEES].example(), language="fr", unsubscribe="https://x.example/"
        )

        with override("fr"):
            assert reverse("reminders") in written.text
