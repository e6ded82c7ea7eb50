"""The result of a closed year: told once, listed for the committee, with what changed since."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from activities import log, yearend_letters
from activities.models import Activity
from activities.yearend import closing, reopening, results
from activities.yearend.results import Asked, Drift
from cec import mail
from cec.models import OutgoingMail
from registrations import notices
from registrations.models import Notice, Requirement
from registrations.notices import deciding, writing
from tests import factories as make
from tests.activities.yearends import closed, record

pytestmark = pytest.mark.django_db

KIND = "year_result"


def started(days_over: int = 3) -> date:
    """The start of a record whose first year was over so many days ago."""
    today = timezone.localdate()
    over = today - timedelta(days=days_over)
    return (
        date(over.year - 1, over.month, min(over.day, 28))
        if over.day > 28
        else over.replace(year=over.year - 1)
    )


def told(days_over: int = 3, **fields):
    """A year that was over so many days ago, closed and mailed; its record."""
    start = started(days_over)
    row = record(
        ("PD-F", "11", start.isoformat()),
        ("PD-I", "11.5", start.isoformat()),
        starts_on=start,
        **fields,
    )
    closing.close_due()
    decide()
    writing.write_due()
    return row


def decide() -> int:
    return deciding.decide(notices.kinds()[KIND])


def test_the_person_is_told_once_what_counted_and_what_is_left():
    row = told()

    assert (closing.close_due(), decide(), writing.write_due()) == (0, 0, 0)

    sent = OutgoingMail.objects.get(kind=KIND)
    assert sent.person == row.person
    said = " ".join(sent.text.split())
    assert sent.subject == "Year 1: 31.5 points, 88.5 to go"
    assert "You’ve reached the 30 points of the year." in said
    assert "2 points are over a limit and parked" in said
    assert "PD-F" in said
    assert "20, and 2 parked" in said
    assert "With 2 years left, that’s about 44.3 points a year." in said
    assert "a week: about" in said
    assert sent.unsubscribe == ""  # a service message


def test_it_comes_in_the_persons_language():
    told(who=make.person(language="fr"))

    assert OutgoingMail.objects.get(kind=KIND).language == "fr"


@pytest.mark.parametrize(("days", "mails"), [(40, 1), (60, 0)])
def test_years_that_were_over_long_ago_are_closed_and_not_mailed(days, mails):
    row = told(days)

    assert row.year_results.count() == 1
    assert row.notices.filter(kind=KIND).count() == mails


def test_a_year_that_is_closed_anew_is_told_again_however_old_it_is():
    row = told(60)
    reopening.reopen(row.year_results.get(), by=make.steering(), reason="A slip")
    assert decide() == 0
    closing.close_due()

    assert (decide(), writing.write_due()) == (1, 1)

    assert row.notices.get().occasion == "1.2"
    assert "opened again" in OutgoingMail.objects.get(kind=KIND).text


def test_a_result_that_is_opened_before_its_mail_is_written_isnt_sent():
    start = started()
    row = record(starts_on=start)
    closing.close_due()
    decide()

    reopening.reopen(row.year_results.get(), by=make.steering(), reason="A slip")
    writing.write_due()

    assert row.notices.get().dropped == Notice.Dropped.SETTLED


@pytest.mark.parametrize(
    ("strictness", "said"),
    [("advised", "doesn’t stand between you"), ("required", "The year asks for 30")],
)
def test_below_the_years_points_the_mail_says_what_that_means(strictness, said):
    Requirement.objects.filter(per="year", rules__program__code="CEC").update(strictness=strictness)
    record(("PD-I", "5", started().isoformat()), starts_on=started())
    closing.close_due()
    decide()

    writing.write_due()

    text = " ".join(OutgoingMail.objects.get(kind=KIND).text.split())
    assert said in text
    assert "25 are missing" in text


@pytest.mark.parametrize(("status", "said"), [("active", True), ("turned_in", False)])
def test_only_an_open_record_is_told_that_later_entries_count(status, said):
    notice = yearend_letters.example()
    notice.registration.status = status

    text = " ".join(mail.write(KIND, notice, language="en").text.split())

    assert ("What you enter for this year later still counts." in text) is said


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_example_of_the_letter_can_be_written(language):
    example = mail.kinds()[KIND].example()

    written = mail.write(KIND, *example, language=language)

    assert "61" in written.subject
    assert "PD-F" in written.text


class TestDrift:
    def test_late_entries_are_allowed_and_the_result_stays(self):
        result = closed(("PD-I", "5", "2025-05-01"))
        make.activity(result.registration, "PD-F", hours="1.5", on="2025-06-01")

        found = results.drift(results.listed(make.steering(), Asked()))

        result.refresh_from_db()
        assert result.counted == 5
        assert found == {result.pk: Drift(Decimal(3), Decimal(3))}

    def test_what_goes_away_and_what_is_only_parked_is_seen_too(self):
        less = closed(("PD-I", "5", "2025-05-01"))
        log.delete(less.registration, Activity.objects.get(), by=less.registration.person)
        full = closed(("PD-F", "10", "2025-05-01"))
        make.activity(full.registration, "PD-F", hours="1", on="2025-06-01")

        found = results.drift(results.listed(make.steering(), Asked()))

        assert found == {
            less.pk: Drift(Decimal(-5), Decimal(-5)),
            full.pk: Drift(Decimal(2), Decimal(0)),
        }

    def test_entries_of_other_years_are_no_drift(self):
        result = closed(("PD-I", "5", "2025-05-01"))
        make.activity(result.registration, on="2026-03-15")

        assert results.drift(results.listed(make.steering(), Asked())) == {}

    def test_it_is_one_query_for_any_number(self, django_assert_num_queries):
        for _number in range(3):
            result = closed(("PD-I", "5", "2025-05-01"))
            make.activity(result.registration, on="2025-06-01")
        everything = results.listed(make.steering(), Asked())

        with django_assert_num_queries(2):  # whether caps reach further, and the one
            assert len(results.drift(everything)) == 3

        assert results.listed(make.steering(), Asked(view="drift")).count() == 3


class TestListing:
    def test_the_views_part_the_years(self):
        below = closed(("PD-I", "5", "2025-05-01"))
        reached = closed(("PD-I", "20", "2025-05-01"), ("PD-F", "5", "2025-05-01"))
        opened = closed()
        steering = make.steering()
        reopening.reopen(opened, by=steering, reason="A slip")

        found = {view: set(results.listed(steering, Asked(view=view))) for view in results.VIEWS}

        assert found == {
            "all": {below, reached},
            "below": {below},
            "reached": {reached},
            "none": set(),
            "drift": set(),
            "reopened": {opened},
        }
        counts = results.counts(steering, Asked())
        assert counts == {"all": 2, "below": 1, "reached": 1, "none": 0, "reopened": 1}

    def test_filters_narrow_it(self):
        mla = closed(association_code="MLA", who=make.person("Élise Roy"))
        ola = closed(association_code="OLA", who=make.person("Sam Poe"))
        steering = make.steering()

        def found(**asked):
            return list(results.listed(steering, Asked(**asked)).order_by("pk"))

        assert found(association="OLA") == [ola]
        assert found(q="elise") == [mla]
        assert found(program="partnership-cec") == [mla, ola]
        assert found(program="cpc-credits") == []
        assert found(strictness="required") == []
        assert found(strictness="advised", first="2026-03", last="2026-03") == [mla, ola]
        assert found(first="2026-04") == []
        assert found(last="2026-02") == []

    def test_a_representative_sees_their_own_association_alone(self):
        mla = closed(association_code="MLA")
        closed(association_code="OLA")

        assert list(results.listed(make.representative("MLA"), Asked())) == [mla]
        assert not results.listed(make.person(), Asked()).exists()

    def test_an_address_of_nonsense_asks_for_everything(self):
        asked = Asked.of(
            {"view": "x", "strictness": "y", "first": "2026-13", "last": "\0", "q": ""}
        )

        assert asked == Asked()
