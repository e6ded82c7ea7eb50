"""The pages on which an administrator sets up a program."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from registrations.models import Program
from registrations.program_keeping import opening, sections
from tests import factories as make
from tests.activities.pages import text
from tests.registrations import texts

pytestmark = pytest.mark.django_db

NEW = {
    "source": "",
    "name_en": "School library technicians",
    "name_fr": "Personnel technicien",
    "code": "slt",
    "slug": "school",
}


@pytest.fixture
def office():
    return make.administrator()


@pytest.fixture
def client(office):
    browser = Client()
    browser.force_login(office)
    return browser


def url(name, *args):
    return reverse(name, args=args)


def fields(page):
    """What the form of a page would send as it stands."""
    found = {}
    for field in page.context["form"]:
        value = field.value()
        if value not in (None, False) and not field.field.disabled:
            found[field.html_name] = "on" if value is True else value
    return found


def opened(made, office):
    made = make.rules_published(made)
    make.steering()
    return opening.open_it(made, by=office, seen=sections.seen(made, "opening"))


class TestSettingUp:
    def test_an_empty_one_is_made_and_leads_to_what_is_missing(self, client):
        answer = client.post(url("programs_desk"), NEW)

        assert answer["Location"] == url("program", "school")
        assert Program.objects.get(slug="school").code == "SLT"
        page = text(client.get(answer["Location"]))
        assert "Still missing before it can open" in page
        assert "Publish the rules" in page

    def test_a_copy_is_proposed(self, client):
        page = client.get(url("programs_desk"))

        assert page.context["form"]["source"].value() == make.program("CEC").pk

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name_fr": ""}, "name_fr"),
            ({"slug": "partnership-cec"}, "slug"),
            ({"slug": "Not a slug"}, "slug"),
            ({"code": "cec"}, "code"),
            ({"code": "A-1"}, "code"),
            ({"code": "NINELETTE"}, "code"),
            ({"code": ""}, "code"),
            ({"source": "0"}, "source"),
        ],
    )
    def test_a_slip_is_said_at_its_field_and_makes_nothing(self, client, changes, field):
        answer = client.post(url("programs_desk"), NEW | changes)

        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert Program.objects.count() == 2

    def test_the_number_of_queries_is_the_same_for_more_programs(
        self, client, office, django_assert_max_num_queries
    ):
        client.get(url("programs_desk"))
        with django_assert_max_num_queries(60) as few:
            client.get(url("programs_desk"))
        make.set_up("SLTA", by=office)
        make.set_up("SLTB", by=office)

        with django_assert_max_num_queries(len(few.captured_queries)):
            client.get(url("programs_desk"))


class TestParts:
    @pytest.mark.parametrize("part", list(sections.SECTIONS))
    @pytest.mark.parametrize("slug", ["partnership-cec", "cpc-credits"])
    def test_saving_what_stands_there_changes_nothing(self, client, part, slug):
        make.registration()
        before = Program.objects.filter(slug=slug).values().get()
        page = url("program_part", slug, part)

        answer = client.post(page, fields(client.get(page)))

        assert answer.status_code == 302
        assert Program.objects.filter(slug=slug).values().get() == before

    @pytest.mark.parametrize(
        ("part", "changes", "field"),
        [
            ("names", {"name_fr": ""}, "name_fr"),
            ("names", {"slug": "cpc-credits"}, "slug"),
            ("names", {"unit_en": ""}, "unit_en"),
            ("texts", {"counts_fr": ""}, "counts_fr"),
            ("texts", {"summary_fr": ""}, "summary_fr"),
            ("time", {"cycle_years": "0"}, "cycle_years"),
            ("time", {"cycle_years": "21"}, "cycle_years"),
            ("time", {"time_zone": "Mars/Olympus"}, "time_zone"),
            ("time", {"grace_days": "-1"}, "grace_days"),
            ("fee", {"fee": "-1"}, "fee"),
            ("fee", {"fee": "many"}, "fee"),
            ("fee", {"currency": "XYZ"}, "currency"),
            ("fee", {"how_to_pay_en": "", "how_to_pay_fr": ""}, "how_to_pay_en"),
            ("people", {"answer_days": "0"}, "answer_days"),
            ("certificate", {"audit_percent": "101"}, "audit_percent"),
            ("certificate", {"field_en": ""}, "field_en"),
        ],
    )
    def test_a_slip_is_said_at_its_field_and_saves_nothing(
        self, client, office, part, changes, field
    ):
        make.set_up(copy_of="CEC", by=office)
        Program.objects.filter(code="SLT").update(counts_en="All", counts_fr="Tout")
        before = Program.objects.filter(code="SLT").values().get()
        page = url("program_part", "slt", part)

        answer = client.post(page, fields(client.get(page)) | changes)

        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert Program.objects.filter(code="SLT").values().get() == before

    def test_a_fee_with_a_comma_is_read(self, client, office):
        make.set_up(copy_of="CEC", by=office)
        page = url("program_part", "slt", "fee")

        client.post(page, fields(client.get(page)) | {"fee": "12,50"})

        assert str(make.program("SLT").fee) == "12.50"

    def test_what_is_fixed_is_shown_and_what_is_sent_for_it_is_not_read(self, client):
        make.registration()
        page = url("program_part", "partnership-cec", "names")

        shown = client.get(page)
        client.post(page, fields(shown) | {"code": "XYZ", "issuer_en": "Another", "slug": "x"})

        assert "Fixed, for people have begun to register." in text(shown)
        saved = Program.objects.get(slug="partnership-cec")
        assert (saved.code, saved.issuer_en) == ("CEC", "Another")

    def test_what_somebody_changed_meanwhile_is_told(self, client, office):
        make.set_up(copy_of="CEC", by=office)
        page = url("program_part", "slt", "fee")
        mine = fields(client.get(page))
        client.post(page, mine | {"fee": "10"})

        answer = client.post(page, mine | {"fee": "20"})

        assert answer.status_code == 422
        assert "Somebody changed this meanwhile" in text(answer)
        assert make.program("SLT").fee == 10

    def test_a_fee_is_shown_as_money(self, client, office):
        make.set_up(copy_of="CEC", by=office)
        Program.objects.filter(code="SLT").update(fee="12.50")

        assert "$12.50" in text(client.get(url("program", "slt")))

    def test_the_summary_says_how_many_mails_have_texts_of_the_program_s_own(self, client):
        usual = text(client.get(url("program", "partnership-cec")))
        texts.written("en")
        texts.written("fr", subject="Bienvenue, {name}")

        written = text(client.get(url("program", "partnership-cec")))

        assert "The usual ones, unless you write others." in usual
        assert "1 mail has a text of your own, all others have the usual ones." in written

    def test_the_summary_says_what_was_done_and_by_whom(self, client, office):
        make.set_up(copy_of="CEC", by=office)
        page = url("program_part", "slt", "fee")
        client.post(page, fields(client.get(page)) | {"fee": "10"})

        shown = text(client.get(url("program", "slt")))

        assert "Program changed: Fee" in shown
        assert "Program set up: CEC" in shown


class TestOpening:
    def test_nobody_sees_it_before_it_opens_but_its_keeper_in_a_preview(self, client, office):
        make.set_up(copy_of="CEC", by=office)
        anybody = Client()

        assert anybody.get(url("what_counts_in", "slt")).status_code == 404
        assert anybody.get(url("how_in", "slt")).status_code == 404
        assert "School library technicians" not in text(anybody.get(url("register")))
        for page in ("counts", "how", "register"):
            shown = client.get(url("program_preview", "slt", page))
            assert shown.status_code == 200
            assert "A preview" in text(shown)
            assert "School library technicians" in text(shown)
        assert client.get(url("program_preview", "slt", "other")).status_code == 404

    def test_where_no_type_is_written_down_the_pages_say_so(self, client):
        client.post(url("programs_desk"), NEW)

        rules = text(client.get(url("rules", "school")))
        shown = client.get(url("program_preview", "school", "counts"))

        assert "Activity types Add an activity type None yet" in rules
        assert "What counts isn’t written down yet." in text(shown)
        assert b"<table" not in shown.content

    def test_the_first_published_rules_lead_back_to_setting_it_up(self, client, office):
        make.rules_published(make.set_up(copy_of="CEC", by=office))
        version = url("rules_version", "slt", 1)

        assert "Back to setting it up" in text(client.get(version))
        other = client.get(url("rules_version", "partnership-cec", 1))
        assert "Back to setting it up" not in text(other)

    def test_in_french_a_program_is_masculine(self, client, office):
        opened(make.set_up(copy_of="CEC", by=office), office)
        with override("fr"):
            address = url("programs_desk")

        shown = text(client.get(address))

        assert "Ouvert " in shown
        assert "Ouverte" not in shown

    def test_it_stays_shut_while_something_is_missing(self, client, office):
        make.set_up(copy_of="CEC", by=office)
        page = url("program_open", "slt")

        answer = client.post(page, fields(client.get(page)))

        assert answer.status_code == 409
        assert "Publish the rules" in text(answer)
        assert not make.program("SLT").is_open

    def test_its_own_pages_speak_its_own_words(self, client, office):
        made = opened(make.set_up(copy_of="CEC", by=office), office)
        Program.objects.filter(pk=made.pk).update(
            counts_en="Cataloguing counts.", counts_fr="Le catalogage compte.", how_en="Ask Ida."
        )
        anybody = Client()

        assert "Cataloguing counts." in text(anybody.get(url("what_counts_in", "slt")))
        assert "Le catalogage compte." in text(anybody.get("/fr/ce-qui-compte/slt/"))
        assert "Ask Ida." in text(anybody.get(url("how_in", "slt")))

    def test_before_its_first_day_the_pages_say_when_it_opens(self, client, office):
        made = opened(make.set_up(copy_of="CEC", by=office), office)
        Program.objects.filter(pk=made.pk).update(opens_on="2099-01-02")

        shown = text(Client().get(url("register"))).replace("\u00a0", " ")
        tried = client.get(url("application", "slt"), follow=True)

        assert "Registration opens on 2 January 2099." in shown
        assert tried.redirect_chain[0][0] == url("register")

    def test_close_and_retire_each_ask_and_tell(self, client, office):
        opened(make.set_up(copy_of="CEC", by=office), office)
        state = client.get(url("program", "slt")).context["state_form"]

        client.post(url("program_close", "slt"), {"seen": state["seen"].value()})
        page = url("program_retire", "slt")
        without = client.post(page, fields(client.get(page)))
        client.post(page, fields(client.get(page)) | {"reason": "Ended"})

        assert without.status_code == 422
        assert make.program("SLT").retired_at
        assert "Retired" in text(client.get(url("program", "slt")))

    def test_one_that_was_open_cannot_be_deleted(self, client, office):
        opened(make.set_up(copy_of="CEC", by=office), office)

        answer = client.post(url("program_delete", "slt"), follow=True)

        assert "retire it instead" in text(answer)
        assert Program.objects.filter(code="SLT").exists()

    def test_an_unopened_one_is_deleted(self, client, office):
        make.set_up(copy_of="CEC", by=office)

        client.post(url("program_delete", "slt"))

        assert not Program.objects.filter(code="SLT").exists()


def test_other_pages_that_list_programs_take_one_without_rules(client, office):
    make.set_up(by=office)

    for page in (
        url("rules_home"),
        url("rules", "slt"),
        url("rules_publish", "slt"),
        url("rules_versions", "slt"),
        url("wordings"),
        url("wording", "slt"),
        url("specimen", "slt"),
        url("mail_texts_of", "slt"),
        url("mail_wording", "slt", "registration_received"),
        url("organisations"),
        url("payments"),
        url("ledger"),
        url("queue"),
        url("notices"),
    ):
        assert client.get(page).status_code == 200, page
