"""The pages on texts, signatories and specimens: who sees what, and what each button does."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cec.wording import day
from certificates import wordings
from certificates.models import Signatory
from tests import factories
from tests.certificates import signing
from tests.certificates.pages import queries_of, signed_in
from tests.certificates.printed import read, text_of

pytestmark = pytest.mark.django_db
SLUG = "partnership-cec"


def address(name, *args):
    return reverse(name, args=[SLUG, *args])


def page(client, name, *args, **query):
    answer = client.get(address(name, *args), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def office(client):
    who = factories.administrator()
    signed_in(client, who)
    factories.program()
    return who


def answers(scheme, **changes):
    """The form of the texts as it is filled in, with changes."""
    row = wordings.shown(scheme)
    return row.texts | {"seen": row.state} | changes


def known(**changes):
    """The form of a signatory."""
    usual = {"name": "Tom Redfeather", "title_en": "President", "title_fr": "Président"}
    usual |= {"first_day": "2026-01-01", "last_day": "", "position": "1", "association": ""}
    return usual | changes


class TestTexts:
    def test_are_saved_in_a_draft_that_the_page_shows_with_its_change(self, client, office):
        scheme = factories.program()

        answer = client.post(address("wording_edit"), answers(scheme, title_en="Of  Curiosity"))

        assert answer.status_code == 302
        assert wordings.draft_of(scheme).title_en == "Of Curiosity"
        text = page(client, "wording")
        assert f"</span>{scheme.certificate_en}</del>" in text
        assert "</span>Of Curiosity</ins>" in text

    def test_want_both_languages_and_what_is_not_replaced(self, client, office):
        scheme = factories.program()
        empty = {"title_fr": "", "not_a_diploma_en": " ", "issuer_sentence_en": ""}

        answer = client.post(address("wording_edit"), answers(scheme, **empty))

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"title_fr", "not_a_diploma_en"}
        assert wordings.draft_of(scheme) is None

    def test_of_the_second_editor_are_kept_on_the_page_and_not_saved(self, client, office):
        scheme = factories.program()
        stale = answers(scheme, title_en="Of the second")
        signing.draft(scheme, title_en="Of the first")

        answer = client.post(address("wording_edit"), stale)

        assert answer.status_code == 409
        assert "Somebody changed this meanwhile" in answer.text
        assert "Of the second" in answer.text
        assert wordings.draft_of(scheme).title_en == "Of the first"

    def test_are_published_with_a_reason_and_stand_in_the_history(self, client, office):
        scheme = factories.program()
        draft = signing.draft(scheme, title_en="Of Curiosity")
        url = address("wording_publish")
        without = client.post(url, {"seen": draft.state, "reason": ""})

        answer = client.post(url, {"seen": draft.state, "reason": "We voted."})

        assert (without.status_code, answer.status_code) == (422, 302)
        text = page(client, "wording")
        assert "We voted." in text
        assert office.name in text
        assert "Came with the program" in text

    def test_that_do_not_fit_are_named_and_stay_a_draft(self, client, office):
        scheme = factories.program()
        draft = signing.draft(scheme, title_fr="證書")

        answer = client.post(address("wording_publish"), {"seen": draft.state, "reason": "Why"})

        assert answer.status_code == 409
        assert "Title in French: the certificate has no letter for" in answer.text
        assert "Title in French" in page(client, "wording")
        assert wordings.in_force(scheme).version == 1

    def test_of_an_older_version_come_back_as_a_draft(self, client, office):
        scheme = factories.program()
        first = wordings.kept(scheme)
        signing.published(scheme)

        answer = client.post(address("wording_again", 1))

        assert answer.status_code == 302
        assert wordings.draft_of(scheme).texts == first.texts
        assert client.get(address("wording_version", 9)).status_code == 404

    def test_are_discarded_as_they_were_seen(self, client, office):
        scheme = factories.program()
        draft = signing.draft(scheme)

        for seen in ("2-0", draft.state):
            client.post(address("wording_discard"), {"seen": seen}, follow=True)

        assert wordings.draft_of(scheme) is None

    def test_may_be_looked_at_by_the_steering_group_and_by_nobody_else(self, client):
        signing.draft(factories.program())
        signed_in(client, factories.steering())
        text = page(client, "wording") + page(client, "signatories") + page(client, "specimen")
        signed_in(client, factories.representative())

        refused = [client.get(address(n)).status_code for n in ("wording", "signatories")]

        assert "/edit/" not in text
        assert "/publish/" not in text
        assert "/add/" not in text
        assert refused == [403, 403]


class TestSignatories:
    def test_are_added_with_a_picture_that_is_shown_to_those_who_edit(self, client, office):
        file = signing.upload(signing.drawing())

        answer = client.post(address("signatory_add"), known(picture=file))

        assert answer.status_code == 302
        row = Signatory.objects.get()
        shown = client.get(address("signature_picture", row.pk))
        assert shown["Content-Type"] == "image/png"
        assert shown.content == bytes(row.picture.png)
        assert "no-store" in shown["Cache-Control"]
        assert shown["Content-Security-Policy"].startswith("default-src 'none'")
        assert address("signature_picture", row.pk) in page(client, "signatory", row.pk)

    def test_pictures_are_nobody_elses_to_see(self, client):
        row = signing.signatory(picture=signing.ink())
        url = address("signature_picture", row.pk)
        found = []
        for who in (factories.steering(), factories.representative("MLA"), factories.person()):
            found.append(signed_in(client, who).get(url).status_code)
        client.logout()

        assert [*found, client.get(url).status_code] == [403, 403, 403, 302]

    @pytest.mark.parametrize("name", ["signature.svg", "signature.png"])
    def test_with_a_hostile_picture_are_not_saved(self, client, office, name):
        content = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

        answer = client.post(address("signatory_add"), known(picture=signing.upload(content, name)))

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"picture"}
        assert not Signatory.objects.exists()

    def test_that_cannot_be_printed_or_end_before_they_begin_are_not_saved(self, client, office):
        wrong = known(name="李明", title_fr="W" * 150, last_day="2025-12-31")

        answer = client.post(address("signatory_add"), wrong)

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"name", "title_fr", "last_day"}
        assert not Signatory.objects.exists()

    def test_are_changed_and_the_second_of_two_is_told(self, client, office):
        row = signing.signatory(picture=signing.ink())
        url = address("signatory", row.pk)

        first = client.post(url, known(seen="0", without_picture="on"))
        second = client.post(url, known(seen="0", name="Somebody Else"))

        row.refresh_from_db()
        assert (first.status_code, second.status_code) == (302, 422)
        assert (row.name, row.picture) == ("Tom Redfeather", None)
        assert "Somebody changed this meanwhile" in second.text

    def test_end_today(self, client, office):
        row = signing.signatory()

        client.post(address("signatory_end", row.pk))

        row.refresh_from_db()
        assert row.last_day == timezone.localdate()

    def test_are_listed_by_when_they_sign_with_who_is_printed_on_a_day(self, client, office):
        today = timezone.localdate()
        signing.signatory("Person Now", code="MLA")
        signing.signatory("Person Before", last_day=today - timedelta(days=1))
        signing.signatory("Person Later", first_day=today + timedelta(days=1))
        for number in range(3):
            signing.signatory(f"One of three {number}", code="OLA")

        text = page(client, "signatories")
        before = page(client, "signatories", on="2020-06-01")

        assert "No room for 1 more" in text
        assert "Nobody signs" in text
        assert text.index("Person Later") < text.index("Who signed before")
        assert f"Printed on {day(date(2020, 6, 1))}" in before
        assert "Person Now, Person Before" in before

    def test_of_another_program_are_not_found_here(self, client, office):
        row = signing.signatory(program=factories.program("CPC"))

        for name in ("signatory", "signature_picture"):
            assert client.get(address(name, row.pk)).status_code == 404
        assert client.post(address("signatory_end", row.pk)).status_code == 404

    def test_more_of_them_ask_no_more_of_the_database(self, client, office):
        signing.signatory(code="MLA")
        page(client, "signatories")
        one = queries_of(lambda: page(client, "signatories"))
        for number in range(3):
            signing.signatory(f"Person {number}", code="OLA")

        assert queries_of(lambda: page(client, "signatories")) == one

    def test_markup_in_a_name_is_shown_as_text(self, client, office):
        signing.signatory("<b>Ann</b>")

        assert "&lt;b&gt;Ann&lt;/b&gt;" in page(client, "signatories")


class TestSpecimens:
    CHOSEN = {"version": 1, "on": "2026-05-01", "association": "", "holder": "short"}

    def test_are_downloaded_with_the_signatures_for_those_who_edit_them(self, client, office):
        signing.signatory(picture=signing.ink())

        answer = client.get(address("specimen_download"), self.CHOSEN)

        assert answer["Content-Type"] == "application/pdf"
        assert "no-store" in answer["Cache-Control"]
        assert "Marguerite Oyelaran" in text_of(answer.content)
        assert len(read(answer.content).pages[0].images) == 1

    def test_have_no_signature_for_the_steering_group(self, client):
        signing.signatory(picture=signing.ink())
        signed_in(client, factories.steering())

        answer = client.get(address("specimen_download"), self.CHOSEN)

        assert "Marguerite Oyelaran" in text_of(answer.content)
        assert len(read(answer.content).pages[0].images) == 0

    @pytest.mark.parametrize(
        "wrong",
        [{"version": 9}, {"version": "x"}, {"on": "0001-01-01"}, {"holder": "x"}, {"on": ""}],
    )
    def test_of_nonsense_are_asked_for_again(self, client, office, wrong):
        answer = client.get(address("specimen_download"), self.CHOSEN | wrong)

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == set(wrong)

    def test_of_a_draft_that_does_not_fit_say_why(self, client, office):
        signing.draft(factories.program(), title_en="M " * 74 + "M")

        answer = client.get(address("specimen_download"), self.CHOSEN | {"version": 2})

        assert answer.status_code == 409
        assert "There is more text than the paper has room for." in answer.text

    def test_offer_the_draft_first(self, client, office):
        signing.draft(factories.program())

        text = page(client, "specimen")

        assert "Version 2, the draft" in text
        assert "Version 1, in force" in text
        assert date.today().isoformat()[:4] in text


def test_every_program_has_a_row_with_who_signs_today(client, office):
    signing.signatory()
    signing.published(factories.program())

    answer = client.get(reverse("wordings"))

    assert "Version 2, since" in answer.text
    assert "1 person" in answer.text
    assert "As they came with the program" in answer.text
