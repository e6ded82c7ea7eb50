"""What an entry is worth in each program and why that differs, in whole sentences."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from activities import audit, several
from activities.reasons import difference, worth
from activities.record import Record
from registrations.models import ActivityType, Program, Rate, Rules
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make.person()


@pytest.fixture
def library(person):
    return make.registration(person)


@pytest.fixture
def careers(person):
    return make.registration(person, code="CPC", association_code=None, starts_on=date(2025, 6, 1))


def third_program():
    """A scheme of its own, as an administrator sets one up: half a unit an hour."""
    scheme = Program.objects.create(
        slug="third",
        code="TRD",
        name_en="Third Program",
        name_fr="Troisième programme",
        issuer_en="Somebody",
        issuer_fr="Quelqu’un",
        unit_en="units",
        unit_fr="unités",
        fee=0,
        time_zone="America/Toronto",
        needs_membership=False,
        opened_at=timezone.now(),
    )
    rules = Rules.objects.create(program=scheme, version=1)
    kind = ActivityType.objects.create(
        rules=rules,
        key="any",
        code_en="ANY",
        code_fr="TOUT",
        name_en="Anything",
        name_fr="N’importe quoi",
        colour="jade",
    )
    return Rate.objects.create(activity_type=kind, key="any", per_hour=Decimal("0.5"))


def in_each(entry, *registrations):
    """The sentences for an entry in several records, and why they differ."""
    worths = []
    for registration in registrations:
        record = Record(registration)
        worths.append((record.line(entry), record.rules))
    said = [worth(line, rules) for line, rules in worths]
    return [text.replace("\u00a0", " ") for text in [*said, difference(worths)]]


def test_hours_here_and_a_fixed_number_there(library, careers):
    make.activity(library, "PD-F", hours="1", on="2025-06-30")
    entry = make.activity(library, "PD-F", hours="10", on="2025-07-01")
    several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))

    assert in_each(entry, library, careers) == [
        "20 points as PD-F (2 points an hour). 18 of 20 points count. "
        "This fills PD-F up to its yearly limit of 20. The rest stays in the record.",
        "10 credits as 1-WEEK (a fixed number). Counts in full.",
        f"The hours decide in {library.program.name}; "
        f"in {careers.program.name} the number is fixed. "
        f"A limit applies in {library.program.name}.",
    ]


def test_french_says_it_with_the_units_of_each(library, careers):
    entry = make.activity(library, "PD-F", hours="10", on="2025-07-01")
    several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))

    with translation.override("fr"):
        here, there, why = in_each(entry, library, careers)

    assert here == "20 points comme PP-F (2 points par heure). Tout compte."
    assert there.startswith("10 unités comme 1 SEM. (un nombre fixe).")
    assert library.program.name_fr in why


def test_an_outcome_that_one_program_wants(library, careers):
    entry = make.activity(library, "STUDY", hours="10", on="2025-07-01")
    several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))

    here, there, why = in_each(entry, library, careers)

    assert here.endswith("It counts once you’ve written what you learned.")
    assert there == "10 credits as 1-WEEK (a fixed number). Counts in full."
    assert why.endswith(
        f"What you learned has to be written for it to count in {library.program.name}."
    )


def test_what_is_disallowed_in_one_program_is_over_no_limit(library, careers):
    entry = make.activity(library, "PD-F", hours="5", on="2025-07-01")
    several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))
    audit.disallow(library, entry, by=make.steering(), reason="Staff training.")

    here, _there, why = in_each(entry, library, careers)

    assert "The committee disallowed it: Staff training." in here
    assert "A limit applies" not in why


def test_a_third_program_as_data_with_another_worth_of_an_hour(person, library):
    rate = third_program()
    third = make.registration(person, code="TRD", association_code=None)
    entry = make.activity(library, "PD-I", hours="3", on="2025-07-01")
    several.count_in(third, entry, rate=rate)

    assert in_each(entry, library, third) == [
        "3 points as PD-I (1 point an hour). Counts in full.",
        "1.5 units as ANY (0.5 units an hour). Counts in full.",
        "An hour is worth something else in each program.",
    ]


def test_nothing_is_explained_where_nothing_differs(library):
    entry = make.activity(library, "PD-I", hours="3", on="2025-07-01")

    assert in_each(entry, library)[-1] == ""
