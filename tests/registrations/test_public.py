"""The public pages: every number comes from the program's rows."""

import gzip
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from registrations.models import Association, Cap, Program, Requirement
from registrations.prospectus import Prospectus
from tests import factories
from tests.policy import inline_parts

pytestmark = pytest.mark.django_db
NAMES = ["home", "how", "what_counts", "help", "associations", "accessibility", "privacy"]


def text_of(client, name: str, *args, **query) -> str:
    """Return the page with every run of space, also unbreakable, as one space."""
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def prospectus() -> Prospectus:
    return Prospectus(factories.program("CEC"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_reads_each_page_in_both_languages(client, name, language):
    with override(language):
        page = text_of(client, name)

    assert f'<html lang="{language}">' in page
    assert page.count("<h1") == 1
    assert inline_parts(page) == []
    assert len(gzip.compress(page.encode(), 9)) <= 8_000


@pytest.mark.parametrize("name", NAMES)
def test_a_public_page_takes_no_post(client, name):
    assert client.post(reverse(name)).status_code == 405


def test_home_shows_the_numbers_of_the_rules(client):
    page = text_of(client, "home")

    assert '<span class="big">120</span> points in three years' in page
    assert '<span class="big">30</span> points suggested each year' in page
    assert '<span class="big">20</span> points a year from any one type' in page
    assert "That alone makes 90, not enough for the certificate, so plan on about 40." in page
    assert "40 a year is about 45 minutes a week" in page
    assert "at least two kinds of learning each year" in page
    assert "Register for $40" in page


def test_home_follows_when_the_rules_change(client):
    Requirement.objects.filter(rules=prospectus().rules, per="cycle").update(points=150)
    Requirement.objects.filter(rules=prospectus().rules, per="year").update(
        points=50, strictness="required"
    )
    Cap.objects.filter(activity_type__rules=prospectus().rules).update(strictness="advised")
    Program.objects.filter(code="CEC").update(fee=Decimal("55.50"))

    page = text_of(client, "home")

    assert '<span class="big">150</span>' in page
    assert '<span class="big">50</span> points needed each year' in page
    assert "That alone makes" not in page
    assert "More than that still counts" in page
    assert "kinds of learning each year" not in page
    assert "Register for $55.50" in page


def test_the_table_lists_each_type_with_each_of_its_rates(client):
    page = text_of(client, "what_counts")

    assert page.count('<abbr class="code') == 6
    assert "2 points an hour (board member)" in page
    assert "1 point an hour (committee)" in page


def test_a_program_with_fixed_credits_shows_them_and_no_rules_to_plan_by(client):
    page = text_of(client, "what_counts_in", "cpc-credits")

    assert "200 credits" in page
    assert "1 credit<" in page
    assert "to plan by" not in page
    assert "What is it worth?" not in page


def test_an_unknown_or_closed_program_is_not_found(client):
    Program.objects.filter(code="CPC").update(is_open=False)

    assert client.get(reverse("what_counts_in", args=["nothing"])).status_code == 404
    assert client.get(reverse("what_counts_in", args=["cpc-credits"])).status_code == 404


def test_home_is_about_the_next_program_once_the_first_is_closed(client):
    Program.objects.filter(code="CEC").update(is_open=False)

    page = text_of(client, "home")

    assert "Your learning, on the record." in page
    assert "to plan by" not in page
    assert "shel" not in page


def test_without_an_open_program_the_front_page_is_not_found(client):
    Program.objects.update(is_open=False)

    assert client.get(reverse("home")).status_code == 404


def test_the_example_adds_up_to_the_certificate_within_the_limits():
    years = prospectus().example

    totals: dict[tuple[int, str], Decimal] = {}
    for year in years:
        for spine in year.spines:
            key = (year.number, spine.code)
            totals[key] = totals.get(key, Decimal(0)) + spine.counted

    assert [year.counted for year in years] == [41, 39, 40]
    assert max(totals.values()) <= 20


def test_no_example_is_shown_that_would_break_a_limit():
    Cap.objects.filter(activity_type__rules=prospectus().rules).update(points=10)

    assert prospectus().example == []


def test_limits_that_differ_are_not_told_as_one():
    rules = prospectus().rules
    Cap.objects.filter(activity_type=rules.types.first()).update(points=15)

    assert prospectus().cap is None


@pytest.mark.parametrize(
    ("language", "key", "hours", "said"),
    [
        ("en", "board", "1.5", "1.5 hours: 3 points."),
        ("fr", "board", "1,5", "3 points."),
        ("en", "committee", "0.25", "0.25 hours: 0.25 points."),
    ],
)
def test_the_calculator_multiplies_hours_by_the_rate(client, language, key, hours, said):
    rate = next(r for row in prospectus().types for r in row.rates.all() if r.key == key)

    with override(language):
        page = text_of(client, "what_counts", rate=rate.pk, hours=hours)

    assert said in page


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("", "Enter the hours"),
        ("many", "Enter the hours as a number, like 1.5"),
        ("1.3", "Enter the hours in quarters, like 1.25 or 1.5"),
        ("-2", "Enter a quarter of an hour or more"),
        ("0", "Enter a quarter of an hour or more"),
        ("1e400", "Enter at most 2000 hours"),
        ("NaN", "Enter the hours as a number, like 1.5"),
        ("9" * 5000, "Enter at most 2000 hours"),
    ],
)
def test_the_calculator_says_what_is_wrong_with_the_hours(client, hours, said):
    rate = prospectus().types[0].rates.all()[0]

    page = text_of(client, "what_counts", rate=rate.pk, hours=hours)

    assert f'<a href="#id_hours">{said}</a>' in page
    assert "<output>" not in page


@pytest.mark.parametrize("rate", ["", "0", "999999999999999999999", "x\x00"])
def test_the_calculator_asks_for_a_type_from_the_list(client, rate):
    page = text_of(client, "what_counts", rate=rate, hours="1")

    assert '<a href="#id_rate">Choose an activity type' in page


def test_somebody_who_signed_in_is_led_to_the_record(client):
    client.force_login(factories.person("Nadia Kowalchuk"))

    page = text_of(client, "home")

    assert "Open your record" in page
    assert "Register for" not in page


def test_the_associations_page_has_their_contacts_and_leaves_out_the_inactive(client):
    Association.objects.filter(code="MLA").update(email="cec@mla.example.org")
    Association.objects.filter(code="YLA").update(is_active=False)

    page = text_of(client, "associations")

    assert 'href="mailto:cec@mla.example.org"' in page
    assert "Yukon" not in page


@pytest.mark.parametrize("name", ["home", "what_counts", "associations"])
def test_a_page_asks_as_much_of_the_database_for_many_rows_as_for_few(
    client, name, django_assert_max_num_queries
):
    many = _queries(client, name, django_assert_max_num_queries)
    Association.objects.exclude(code="MLA").update(is_active=False)
    few = _queries(client, name, django_assert_max_num_queries)

    assert many == few


def _queries(client, name, limit) -> int:
    with limit(10) as captured:
        text_of(client, name)
    return len(captured)


def test_help_says_where_ones_data_are_and_what_to_do_when_the_phone_is_gone(client):
    page = text_of(client, "help")

    assert f'href="{reverse("my_data")}"' in page
    assert f'href="{reverse("who_looked")}"' in page
    assert "one of your recovery codes takes the place of its code" in page


def test_help_comes_last_in_the_navigation(client):
    page = text_of(client, "home")
    navigation = page[page.index('<nav class="mainnav"') : page.index("</nav>")]

    assert navigation.rstrip().endswith("Help</a></li> </ul>")
