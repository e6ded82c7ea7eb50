"""What the public pages say of rules beyond a total, a yearly figure and one cap for all types."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from registrations.models import Program
from registrations.prospectus import Prospectus
from tests import factories

pytestmark = pytest.mark.django_db


def said(program: Program) -> dict[str, str]:
    return {fact.about: fact.words for fact in Prospectus(program).further}


def text_of(client, address: str, query: dict[str, object] | None = None) -> str:
    """Return the page with every run of space, also unbreakable, as one space."""
    return " ".join(client.get(address, query).content.decode().split())


def in_front(client, name: str, program: Program) -> str:
    """Return a page that is about the first open program, as it is for this one."""
    Program.objects.exclude(pk=program.pk).update(is_open=False)
    return text_of(client, reverse(name))


def test_the_programs_of_the_seeds_have_no_other_rules():
    assert said(factories.program("CEC")) == {}
    assert said(factories.program("CPC")) == {}


def test_caps_that_differ_and_caps_of_the_cycle_and_of_groups_are_told():
    assert said(factories.scheme("ahip")) == {
        "Continuing education": "CE, CE-OTHER",
        "Continuing education, at most in the cycle": "50\u00a0points",
        "EXHIBIT, at most in a program year": "3\u00a0points",
        "EXHIBIT, at most in the cycle": "15\u00a0points",
    }


def test_what_is_carried_over_and_when_years_begin_is_told():
    assert said(factories.scheme("bc-housing")) == {
        "Needed each program year": (
            "20\u00a0points; up to 20\u00a0points more go into the next year"
        )
    }
    assert said(factories.scheme("alia")) == {"Program years": "each begins on 1\u00a0July"}


def test_a_cap_of_the_cycle_is_told_beside_the_one_that_all_types_share():
    program = factories.program("CEC")
    program.current_rules.types.get(key="pd-f").caps.create(per="cycle", points=40)

    assert said(program) == {"PD-F, at most in the cycle": "40\u00a0points"}


@pytest.mark.parametrize("name", ["what_counts", "how", "home"])
def test_each_page_with_the_rules_tells_them(client, name):
    page = in_front(client, name, factories.scheme("ahip"))

    assert "EXHIBIT, at most in the cycle" in page
    assert "Continuing education, at most in the cycle" in page


def test_rounding_and_the_least_stand_in_the_table(client):
    page = text_of(client, reverse("what_counts_in", args=[factories.scheme("iacet").slug]))

    assert "0.1 units an hour, rounded half up to steps of 0.1, at least 0.1" in page
    assert "study project" not in page


def test_the_calculator_says_that_limits_come_after_it(client):
    program = factories.scheme("ahip")
    rate = program.current_rules.types.get(code_en="EXHIBIT").rates.get()

    page = text_of(
        client,
        reverse("what_counts_in", args=[program.slug]),
        {"rate": rate.pk, "hours": "5"},
    )

    assert "5 hours: 5 points." in page
    assert "That is before the limits below." in page


def test_how_it_works_names_the_day_on_which_years_begin(client):
    page = in_front(client, "how", factories.scheme("alia"))

    assert "Each program year begins on 1 July, for everybody." in page
    assert "anniversary" not in page


def test_time_a_week_is_only_told_where_an_hour_gives_a_point():
    assert Prospectus(factories.scheme("iacet")).minutes_a_week is None
    assert Prospectus(factories.scheme("alia")).minutes_a_week == 45


def test_no_example_is_drawn_where_caps_of_the_cycle_or_groups_decide():
    program = factories.scheme("bc-housing")
    rules = program.current_rules
    before = Prospectus(program).example
    group = rules.groups.create(key="all", name_en="All", name_fr="Tout")
    rules.requirements.create(per="cycle", points=5, strictness="required", group=group)

    assert before
    assert Prospectus(program).example == []
    assert Prospectus(factories.scheme("ahip")).example == []


def test_the_pages_tell_them_in_french(client):
    with override("fr"):
        page = text_of(
            client, reverse("what_counts_in", args=[factories.scheme("bc-housing").slug])
        )

    assert "Autres limites et minimums" in page
    assert "20 points" in page
