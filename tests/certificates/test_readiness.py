"""The participant's list on the way to the certificate: each task, done or not, and where to go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities import extending
from cec.wording import day
from certificates import completion, readiness
from registrations.models import Association, Registration
from tests import factories as make
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in

pytestmark = pytest.mark.django_db


def listed(row):
    """The list by label: pill and hint."""
    row = Registration.objects.select_related("program", "association", "person").get(pk=row.pk)
    problems = completion.check_turn_in(row)
    tasks = readiness.tasks(row, problems, name=row.person.name)
    return {task.label: (task.pill, task.hint) for task in tasks}


def pills(row):
    return [pill for pill, _hint in listed(row).values()]


def test_everything_is_done_in_a_finished_record():
    row = records.finished(make.person("Łucja Nowak"))

    found = listed(row)

    assert list(found) == [
        "120\u00a0points",
        "Learning outcomes",
        "The dates of your activities",
        "Your name as it will be printed",
        "Your membership",
        "The fee",
        "The time for sending it",
    ]
    assert [pill for pill, _hint in found.values()] == [
        "Reached",
        "Written",
        "In your program",
        "Can be printed",
        "In good standing",
        "Received",
        "Open",
    ]
    assert found["Your name as it will be printed"][1] == "Łucja Nowak"


def test_what_is_missing_stands_in_its_own_task():
    row = records.finished(make.person("Mei 李"), paid=False)
    row.membership_checks.create(outcome="lapsed", checked_by=make.person())

    found = listed(row)

    assert [label for label, (pill, _hint) in found.items() if pill == "To do"] == [
        "Your name as it will be printed",
        "Your membership",
        "The fee",
    ]
    assert "李" in found["Your name as it will be printed"][1]
    assert "$40" in found["The fee"][1]


def test_unwritten_outcomes_are_worth_a_look_and_stop_nobody():
    row = records.finished()
    make.activity(row, "STUDY", hours="3", on=row.starts_on)

    assert listed(row)["Learning outcomes"][0] == "Worth a look"
    assert completion.check_turn_in(row) == []


def test_a_required_yearly_minimum_is_a_task_and_an_advised_one_is_none():
    row = records.finished()
    advised = list(listed(row))
    row.rules.requirements.filter(per="year").update(strictness="required")

    assert "30\u00a0points in each year" not in advised
    assert listed(row)["30\u00a0points in each year"][0] == "Reached"


@pytest.mark.parametrize(
    ("strictness", "points", "pill"),
    [("required", "1", "Reached"), ("required", "999", "To do"), ("advised", "999", None)],
)
def test_what_is_required_of_a_group_is_a_task(strictness, points, pill):
    row = records.finished()
    group = row.rules.groups.create(key="formal", name_en="Formal learning", name_fr="Formel")
    row.rules.types.filter(code_en="PD-F").update(group=group)
    for per in ("cycle", "year"):
        row.rules.requirements.create(group=group, per=per, points=points, strictness=strictness)

    found = listed(row).get("What groups of activities need", (None, ""))

    assert found[0] == pill
    assert ("Formal learning" in found[1]) == (pill is not None)


def test_the_time_says_its_last_day_and_before_the_end_from_when_on():
    open_now, runs = records.finished(days_ago=10), records.finished(days_ago=-10)
    grace = timedelta(days=open_now.program.grace_days)

    assert listed(open_now)["The time for sending it"] == (
        "Open",
        f"Until {day(open_now.ends_on + grace)}.",
    )
    assert listed(runs)["The time for sending it"] == (
        "Not yet",
        f"Your program runs until {day(runs.ends_on)}. After that you can send it until "
        f"{day(runs.ends_on + grace)}.",
    )


def test_the_last_day_of_the_grace_period_is_open_and_the_next_one_says_whom_to_write_to():
    Association.objects.filter(code="MLA").update(email="hello@mla.example")
    grace = make.program().grace_days
    last, over = records.finished(days_ago=grace), records.finished(days_ago=grace + 1)

    said = listed(over)["The time for sending it"]

    assert pills(last)[-1] == "Open"
    assert said[0] == "Over"
    assert f"ended on {day(timezone.localdate() - timedelta(days=1))}" in said[1]
    assert "hello@mla.example" in said[1]


def test_a_record_that_came_back_late_has_as_long_again():
    row = records.turned_in(days_ago=50)
    completion.return_with_questions(row, by=make.steering(), reason="Why?")
    until = timezone.localdate() + timedelta(days=row.program.grace_days)

    assert listed(row)["The time for sending it"][1] == (
        f"Until {day(until)}: you have as long again since it came back."
    )


def test_an_extension_after_the_grace_period_opens_the_time_again_and_says_why(client):
    row = records.finished(days_ago=90)
    before = pills(row)[-1]
    extending.extend(
        row,
        by=make.steering(),
        until=timezone.localdate() - timedelta(days=1),
        cause="illness",
        reason="Get well soon",
    )

    text = page(signed_in(client, row.person), "certificate", row.pk)

    assert before == "Over"
    assert pills(row)[-1] == "Open"
    assert "Your program was made longer" in text
    assert "Get well soon" in text
    assert address("turn_in", row.pk) in text


def test_a_lapsed_registration_says_which_time_has_passed(client):
    row = make.registration(starts_on=make.three_years_ago(100), status="lapsed")
    until = row.ends_on + timedelta(days=row.program.grace_days)

    text = page(signed_in(client, row.person), "certificate", row.pk)

    assert day(row.ends_on) in text
    assert day(until) in text
    assert "Nothing is lost" in text


def test_the_list_costs_as_many_queries_for_many_entries_as_for_few(client):
    row = records.finished()
    signed_in(client, row.person)
    few = queries_of(lambda: page(client, "certificate", row.pk))
    for _ in range(5):
        make.activity(row, "STUDY", hours="3", on=row.starts_on)

    assert queries_of(lambda: page(client, "certificate", row.pk)) == few
