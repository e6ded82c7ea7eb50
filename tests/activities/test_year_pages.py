"""The committee's pages of closed years, and what the participant sees of them."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities.models import YearResult
from activities.yearend import exporting, reopening
from registrations.models import Event, Registration
from tests import factories as make
from tests.activities.yearends import closed

pytestmark = pytest.mark.django_db

ENTRY = ("PD-I", "5", "2025-05-01")


def page(client, who, name="years", *places, **query):
    client.force_login(who)
    return client.get(reverse(name, args=places), query)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_says_what_was_closed_and_what_changed_since(client):
    result = closed(ENTRY, who=make.person("Robin Roe"))
    make.activity(result.registration, "PD-I", hours="3", on="2025-06-01")

    said = text(page(client, make.representative("MLA")))

    assert "Robin Roe" in said
    assert "Below" in said
    assert "Since then 3 points more" in said
    assert "115" in said  # left to the total


def test_a_representative_of_elsewhere_finds_nothing(client):
    result = closed(ENTRY, who=make.person("Robin Roe"))
    elsewhere = make.representative("OLA")

    assert "Robin Roe" not in text(page(client, elsewhere))
    assert page(client, elsewhere, "year_result", result.pk).status_code == 404


def test_the_list_takes_as_many_queries_for_one_row_as_for_three(
    client, django_assert_max_num_queries, django_assert_num_queries
):
    who = make.steering()
    closed(ENTRY)
    page(client, who)
    with django_assert_max_num_queries(20) as few:
        page(client, who)
    for _number in range(2):
        closed(ENTRY)

    with django_assert_num_queries(len(few)):
        page(client, who)


def test_the_page_of_a_result_shows_types_and_opens_it_again(client):
    result = closed(ENTRY, ("PD-F", "11", "2025-06-01"))
    steering = make.steering()
    said = text(page(client, steering, "year_result", result.pk))
    assert "PD-F" in said
    assert "Open this year again" in said

    answer = client.post(reverse("year_reopen", args=[result.pk]), {"reason": "A slip"})

    assert answer.status_code == 302
    result.refresh_from_db()
    assert (result.reopened_by, result.reason) == (steering, "A slip")
    assert Event.objects.get(kind="year_reopened").registration == result.registration
    again = text(page(client, steering, "year_result", result.pk))
    assert "A slip" in again
    assert "Open this year again" not in again


def test_without_a_reason_it_stays_closed(client):
    result = closed(ENTRY)
    client.force_login(make.administrator())

    answer = client.post(reverse("year_reopen", args=[result.pk]), {"reason": " "})

    assert answer.status_code == 422
    assert YearResult.objects.in_force().count() == 1


def test_whoever_comes_second_is_told(client):
    result = closed(ENTRY)
    reopening.reopen(result, by=make.steering(), reason="A slip")
    client.force_login(make.administrator())

    answer = client.post(reverse("year_reopen", args=[result.pk]), {"reason": "Another"})

    assert answer.status_code == 409
    assert "Somebody else" in text(answer)


def test_a_representative_reads_a_result_and_doesnt_open_it(client):
    result = closed(ENTRY)

    said = text(page(client, make.representative("MLA"), "year_result", result.pk))

    assert "Open this year again" not in said
    answer = client.post(reverse("year_reopen", args=[result.pk]), {"reason": "A slip"})
    assert answer.status_code == 403
    assert YearResult.objects.in_force().count() == 1


def test_a_registration_that_is_over_offers_no_opening(client):
    result = closed(ENTRY)
    Registration.objects.update(status="withdrawn")

    assert "Open this year again" not in text(
        page(client, make.steering(), "year_result", result.pk)
    )


def test_the_export_has_the_list_as_numbers_and_is_written_down(client):
    result = closed(ENTRY, who=make.person("=Robin"))
    make.activity(result.registration, "PD-I", hours="3", on="2025-06-01")
    closed(("PD-I", "20", "2025-05-01"), ("PD-F", "5", "2025-05-01"))
    steering = make.steering()
    client.force_login(steering)

    answer = client.post(reverse("years_export"), {"view": "below"})

    rows = list(load_workbook(BytesIO(answer.getvalue())).active.values)
    assert len(rows) == 2
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["Person"] == "=Robin"
    assert (line["Counted"], line["Left"], line["Changed since"]) == (5, 115, 3)
    event = Event.objects.get(kind="exported")
    assert (event.actor, event.details) == (steering, {"list": "years", "rows": 1})


def test_an_export_of_too_much_is_refused(client, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 0)
    closed(ENTRY)
    client.force_login(make.steering())

    answer = client.post(reverse("years_export"), follow=True)

    assert "Filter by month first" in text(answer)


def test_a_representative_exports_their_own_association_alone(client):
    closed(ENTRY, association_code="OLA")
    client.force_login(make.representative("MLA"))

    answer = client.post(reverse("years_export"))

    assert load_workbook(BytesIO(answer.getvalue())).active.max_row == 1


def test_participants_see_their_closed_years_beside_where_they_stand(client):
    result = closed(ENTRY)
    row = result.registration
    make.activity(row, "PD-I", hours="3", on="2025-06-01")

    said = text(page(client, row.person, "standing", row.pk))

    assert "Closed years" in said
    assert "5 points on 14 Mar 2026" in said
    assert "below the suggested 30" in said
    assert "Since then 3 points more" in said


@pytest.mark.parametrize(("status", "said"), [("active", True), ("turned_in", False)])
def test_only_of_an_open_record_later_entries_still_count(client, status, said):
    row = closed(ENTRY).registration
    Registration.objects.filter(pk=row.pk).update(status=status)

    shown = text(page(client, row.person, "standing", row.pk))

    assert "What stood there when the year was over." in shown
    assert ("Whatever you enter for it later still counts." in shown) is said


def test_what_was_opened_again_is_no_closed_year_of_the_participant(client):
    result = closed(ENTRY)
    reopening.reopen(result, by=make.steering(), reason="A slip")

    said = text(page(client, result.registration.person, "standing", result.registration_id))

    assert "Closed years" not in said
    assert result.counted == Decimal(5)
