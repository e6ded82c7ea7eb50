"""The pages on the texts of mails: who sees what, and what each button does."""

import re
from dataclasses import asdict, replace

import pytest
from django.urls import reverse

from cec import mail
from cec.models import OutgoingMail
from registrations.models import MailText
from tests import factories as make
from tests.certificates.pages import queries_of, signed_in
from tests.policy import inline_parts
from tests.registrations import texts

pytestmark = pytest.mark.django_db

SLUG = "partnership-cec"


def address(name, *args, kind=texts.KIND):
    return reverse(name, args=[SLUG, kind, *args])


def page(client, name="mail_wording", *args, **known):
    answer = client.get(address(name, *args, **known))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def office(client):
    who = make.administrator()
    signed_in(client, who)
    return who


def answers(action="save", reason="We voted.", **changes):
    """The form as the page fills it in, with changes."""
    where = texts.place()
    latest = where.latest()
    filled = {
        f"{name}_{language}": text
        for language, row in latest.items()
        for name, text in asdict(where.texts(row, language)).items()
    }
    return filled | {"seen": texts.seen(where), "reason": reason, "action": action} | changes


class TestWriting:
    def test_saves_both_languages_at_once_and_shows_what_differs(self, client, office):
        changed = {"subject_en": "Welcome,  {name}", "body_fr": "Bonjour.\r\n\r\nÀ bientôt."}

        answer = client.post(address("mail_wording_edit"), answers(**changed))

        assert answer.status_code == 302
        english, french = MailText.objects.order_by("language")
        assert (english.subject, french.body) == ("Welcome, {name}", "Bonjour.\n\nÀ bientôt.")
        text = page(client)
        assert "</span>We have your {code} registration</del>" in text
        assert "</span>Welcome, {name}</ins>" in text
        assert "Version 1 is in force since" in text
        assert "We voted." in text
        assert office.name in text

    def test_of_what_the_page_filled_in_changes_nothing(self, client, office):
        for kind in ("registration_approved", "membership_lapsed", texts.KIND):
            where = address("mail_wording_edit", kind=kind)
            shown = client.get(where).context["form"].initial
            answer = client.post(where, shown | {"reason": "Because", "action": "save"})
            assert answer.status_code == 302

        assert not MailText.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "status", "field"),
        [
            ({"subject_fr": " "}, 422, "subject_fr"),
            ({"body_en": ""}, 422, "body_en"),
            ({"subject_en": "x" * 201}, 422, "subject_en"),
            ({"subject_en": "{nmae}"}, 409, "subject_en"),
            ({"closing_fr": "{name"}, 409, "closing_fr"),
            ({"subject_en": "Hello", "reason": ""}, 422, "reason"),
            ({"subject_en": "Hello", "seen": "7-0"}, 409, "__all__"),
        ],
    )
    def test_that_cannot_be_saved_says_why_and_keeps_what_was_entered(
        self, client, office, changes, status, field
    ):
        answer = client.post(address("mail_wording_edit"), answers(**changes))

        assert answer.status_code == status
        assert set(answer.context["form"].errors) == {field}
        assert not MailText.objects.exists()

    def test_shows_a_preview_in_both_languages_and_saves_nothing(self, client, office):
        changes = {"subject_en": "Hello {name}", "subject_fr": "Bonjour {name}", "reason": ""}

        answer = client.post(address("mail_wording_edit"), answers("preview", **changes))

        assert answer.status_code == 200
        assert "Hello Robin Example" in answer.text
        assert "Bonjour Robin Example" in answer.text
        assert "Nothing is saved yet." in answer.text
        assert not MailText.objects.exists()

    def test_warns_of_a_subject_that_is_cut_off_in_most_mail_programs(self, client, office):
        long = answers("preview", subject_en="{name} " * 5)
        short = answers("preview", subject_en="{name}")

        warned = client.post(address("mail_wording_edit"), long)
        fine = client.post(address("mail_wording_edit"), short)

        assert "The subject has 69 characters" in warned.text
        assert "The subject has" not in fine.text

    def test_lists_each_placeholder_with_what_it_stands_for_and_an_example(self, client, office):
        text = page(client, "mail_wording_edit")

        for shown in ("{how_to_pay}", "{name}", "the person’s name", "Robin Example"):
            assert shown in text


class TestAsAMailProgramShowsIt:
    def test_is_a_page_of_its_own_that_may_do_nothing(self, client, office):
        texts.written(subject="Welcome, {name}")

        in_force = client.get(address("mail_wording_html", "en"))
        entered = client.post(address("mail_wording_html", "fr"), answers(subject_fr="Allô <b>"))

        assert "<title>Welcome, Robin Example</title>" in in_force.text
        assert "<title>Allô &lt;b&gt;</title>" in entered.text
        for answer in (in_force, entered):
            policy = answer["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'")
            assert policy.endswith("sandbox")
            assert "script-src" not in policy
            assert answer["X-Frame-Options"] == "DENY"

    def test_of_what_cannot_be_used_is_the_form_with_the_reason(self, client, office):
        answer = client.post(address("mail_wording_html", "en"), answers(body_en="{x}"))

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"body_en"}

    def test_is_not_there_in_a_third_language_or_for_another_mail(self, client, office):
        assert client.get(address("mail_wording_html", "de")).status_code == 404
        for kind in ("sign_in_code", "no_such_mail"):
            assert client.get(address("mail_wording", kind=kind)).status_code == 404


class TestVersions:
    def test_can_be_taken_again_with_a_reason(self, client, office):
        texts.written(subject="First")
        texts.written(subject="Second")
        url = address("mail_wording_again", "en", 1)
        seen = texts.seen(texts.place())

        client.post(url, {"seen": seen, "reason": ""})
        client.post(url, {"seen": "1-0", "reason": "Better"})
        assert MailText.objects.count() == 2
        client.post(url, {"seen": seen, "reason": "Better"})

        assert MailText.objects.first().subject == "First"
        assert MailText.objects.first().version == 3
        assert client.post(address("mail_wording_again", "en", 9)).status_code == 404

    @pytest.mark.parametrize(("name", "version"), [("again", [1]), ("standard", [])])
    def test_ask_for_a_reason_beside_the_very_button(self, client, office, name, version):
        texts.written(subject="First")
        texts.written(subject="Second")
        url = address(f"mail_wording_{name}", "en", *version)

        answer = client.post(url, {"seen": texts.seen(texts.place()), "reason": " "})

        assert answer.status_code == 422
        field = f"id_again_en_{version[0]}_reason" if version else "id_standard_en_reason"
        assert f'href="#{field}"' in answer.text  # the summary above leads there
        opened, _end, _rest = answer.text.partition("<details open>")[2].partition("</details>")
        assert f'action="{url}"' in opened
        assert "Say why, in a few words." in opened
        assert MailText.objects.count() == 2

    def test_go_back_to_the_standard(self, client, office):
        texts.written()
        seen = texts.seen(texts.place())

        client.post(address("mail_wording_standard", "en"), {"seen": seen, "reason": "Enough"})

        assert MailText.objects.first().is_standard
        text = page(client)
        assert "Back to the standard text." in text
        assert "is in force since" not in text

    def test_that_are_not_used_any_more_are_pointed_out(self, client, office, monkeypatch):
        texts.written(subject="In {days} days")
        kind = mail.kinds()[texts.KIND]

        def write(registration):
            said = kind.write(registration)
            return replace(said, paragraphs=["Soon."], values={"code": "C", "name": "N"})

        monkeypatch.setitem(mail.kinds(), texts.KIND, replace(kind, write=write))

        assert "have these placeholders any more: days" in page(client)
        assert "Not used now" in client.get(reverse("mail_texts_of", args=[SLUG])).text

    def test_more_of_them_ask_no_more_of_the_database(self, client, office):
        texts.written(subject="First")
        listing = reverse("mail_texts_of", args=[SLUG])
        one = queries_of(lambda: page(client)), queries_of(lambda: client.get(listing))
        for number in range(3):
            texts.written(subject=f"Number {number}")
            texts.written("fr", where=texts.place("fee_waived"), subject=f"Numéro {number}")

        more = queries_of(lambda: page(client)), queries_of(lambda: client.get(listing))

        assert more == one


class TestATest:
    def test_goes_to_whoever_asks_for_it_once_a_click(self, client, office):
        texts.written(subject="Welcome, {name}")
        url = address("mail_wording_test", "fr")
        (key, *_others) = re.findall(r'name="form_key" value="([^"]+)"', page(client))

        for _click in range(2):
            client.post(url, {"form_key": key})
        client.post(address("mail_wording_test", "en"), {"form_key": "x"})

        (sent,) = OutgoingMail.objects.filter(kind=texts.KIND)
        assert (sent.to, sent.language) == (office.email, "fr")
        assert "Certificat de formation continue" in sent.sender


def test_a_mail_that_goes_out_by_itself_and_its_kind_lead_to_each_other(client, office):
    kind, text = reverse("notice_kind", args=["pace"]), address("mail_wording", kind="pace")

    assert f'href="{kind}"' in page(client, kind="pace")
    assert f'href="{text}"' in client.get(kind).text
    assert reverse("notices") + "kinds/" not in page(client).split("<main")[1]


def test_the_steering_group_may_look_and_not_change(client):
    texts.written()
    signed_in(client, make.steering())

    text = page(client) + client.get(reverse("mail_texts")).text

    assert "Welcome, Robin Example" in text
    for name in ("edit", "test", "again", "standard"):
        assert f"/{name}/" not in text


def test_every_mail_has_its_row_with_when_it_goes_out_and_whose_text_it_has(client, office):
    texts.written()

    text = client.get(reverse("mail_texts_of", args=[SLUG])).text
    home = client.get(reverse("mail_texts")).text

    assert "Own, English, since" in text
    assert "At once, when somebody has sent the form" in text
    assert "Service message" in text
    assert "1 mail" in home
    assert "0 mails" in home


def test_the_pages_have_nothing_inline(client, office):
    texts.written()

    found = inline_parts(page(client)) + inline_parts(page(client, "mail_wording_edit"))

    assert found == []
