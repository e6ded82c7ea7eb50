"""The privacy page: who answers, what is kept for how long, in both languages (K4)."""

import re

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from cec import privacy_officer, retention
from tests import factories as make

pytestmark = pytest.mark.django_db

OFFICER = {
    "ORGANISATION_NAME": "The Partnership",
    "PRIVACY_OFFICER_NAME": "Sunita Rao",
    "PRIVACY_OFFICER_EMAIL": "privacy@partnership.example",
    "PRIVACY_OFFICER_ADDRESS": "1 Library Street, Winnipeg",
    "HOSTING_PLACE": "Montréal, Canada",
}


def page(client, name="privacy", language="en"):
    with translation.override(language):
        address = reverse(name)
    return client.get(address).content.decode()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Person in charge of the protection of personal information"),
        ("fr", "Responsable de la protection des renseignements personnels"),
    ],
)
@override_settings(**OFFICER)
def test_names_who_answers_and_where_the_data_is(client, language, title):
    said = page(client, language=language)

    assert title in said
    for text in OFFICER.values():
        assert text in said


@override_settings(**OFFICER)
def test_who_answers_stands_at_the_foot_of_every_page(client):
    client.force_login(make.person())

    for name in ("home", "help", "account"):
        foot = page(client, name).split('<footer class="foot">')[1]
        assert "mailto:privacy@partnership.example" in foot
        assert reverse("privacy") in foot


@override_settings(KEPT_MAIL_DAYS=77, KEPT_EVIDENCE_MONTHS=31, KEPT_HISTORY_MONTHS=99)
@pytest.mark.parametrize(
    ("language", "times"),
    [("en", ["77 days", "31 months", "99 months"]), ("fr", ["77 jours", "31 mois", "99 mois"])],
)
def test_says_how_long_by_the_settings_that_hold(client, language, times):
    said = page(client, language=language)

    assert [time for time in times if time not in said] == []


@override_settings(HOSTING_PLACE="Dublin, Ireland")
def test_says_what_it_means_when_the_data_is_outside_canada(client):
    assert "outside Canada" in page(client)
    assert "hors du Canada" in page(client, language="fr")


@override_settings(**OFFICER)
def test_has_the_same_parts_in_both_languages(client):
    parts = [
        re.findall(r'<h2 id="([a-z-]+)"', page(client, language=code)) for code in ("en", "fr")
    ]

    assert parts[0] == parts[1]
    assert len(parts[0]) == 9


def test_names_every_rule_that_people_are_concerned_by(client):
    of_the_house = {"stumbles", "failed_jobs", "rehearsals", "address_confirmations"}
    of_the_house |= {"failing_addresses", "membership_proofs"}
    for language in ("en", "fr"):
        text = f"templates/registrations/privacy_text.{language}.html"
        with open(text, encoding="utf-8") as file:
            named = set(re.findall(r"page\.kept\.(\w+)", file.read()))
        assert named == set(retention.rules()) - of_the_house


class TestTheCheckBeforeUse:
    @override_settings(PRIVACY_OFFICER_EMAIL="", ORGANISATION_NAME="", HOSTING_PLACE="")
    def test_complains_of_each_thing_that_is_not_published(self):
        said = [warning.msg.split()[0] for warning in privacy_officer.published()]

        assert said == ["PRIVACY_OFFICER_EMAIL", "ORGANISATION_NAME", "HOSTING_PLACE"]

    @override_settings(**OFFICER)
    def test_is_content_when_all_is_said(self):
        assert privacy_officer.published() == []


class TestTheRetentionPage:
    def test_shows_each_rule_what_would_go_and_what_went(self, client):
        make.failed_mail(state="sent")
        type(make.failed_mail(state="sent")).objects.update(created_at="2020-01-01T00:00Z")
        client.force_login(make.administrator())

        before = client.get(reverse("retention")).context["lines"]
        retention.clear_all()
        after = client.get(reverse("retention")).context["lines"]

        due = [{line.rule.name: line.due for line in lines} for lines in (before, after)]
        assert [row["mail_bodies"] for row in due] == [2, 0]
        went = {line.rule.name: line.last.removed_ever for line in after}
        assert went["mail_bodies"] == 2

    def test_is_for_administrators_alone(self, client):
        client.force_login(make.steering())

        assert client.get(reverse("retention")).status_code == 403


def test_the_command_lists_without_removing_and_removes_without_the_flag(capsys):
    make.failed_mail(state="sent")
    type(make.failed_mail(state="sent")).objects.update(created_at="2020-01-01T00:00Z")

    call_command("keep_no_longer", "--list")
    listed = capsys.readouterr().out
    call_command("keep_no_longer")
    removed = capsys.readouterr().out

    assert "mail_bodies (after 90 days): 2" in listed
    assert "Removed" not in listed
    assert "Removed: 2" in removed
