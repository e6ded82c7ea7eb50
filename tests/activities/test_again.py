"""Entering from what is there: a copy, this month's hours, a plan that is done (P11)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities import points
from activities.models import Activity, Credit
from tests import factories as make
from tests.activities.pages import at, days_from_today, full, text

pytestmark = pytest.mark.django_db

MANY_DAYS = 400
NAMES = ("activity_duplicate", "activity_again", "activity_done")


@pytest.fixture
def registration():
    """Somebody in their second year today."""
    return make.registration(starts_on=timezone.localdate() - timedelta(days=MANY_DAYS))


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


@pytest.fixture
def board(registration):
    """The hours on a board two months ago."""
    return make.activity(
        registration,
        "LEAD",
        key="board",
        hours="2.5",
        title="Library board",
        provider="MLA",
        subject="Archives",
        outcome="Patience",
        on=timezone.localdate() - timedelta(days=62),
    )


def hours(**changes):
    return {"completed_on": days_from_today(0), "hours": "3", "token": ""} | changes


class TestDuplicate:
    def test_it_opens_the_full_form_as_a_new_entry_of_today_without_outcome(
        self, own, registration, board
    ):
        response = own.get(at("activity_duplicate", registration, board.pk))

        markup = response.content.decode()
        for value in ('value="Library board"', 'value="MLA"', 'value="2.5"'):
            assert value in markup
        assert f'value="{days_from_today(0)}"' in markup
        assert f'action="{at("activity_add", registration)}"' in markup
        assert 'value="Archives" class="columns" id="id_areas_9" checked' in markup
        assert "Patience" not in markup
        assert 'name="version" id' in markup
        assert 'hx-trigger="load, input' in markup
        assert Activity.objects.count() == 1

    def test_saving_it_points_out_the_repeat_as_usual(self, own, registration, board):
        said = full("PD-I", completed_on=days_from_today(0), title="Copyright update")
        make.activity(registration, "PD-I", title="Copyright update", on=days_from_today(-50))

        response = own.post(at("activity_add", registration), said)

        assert response.status_code == 422
        assert "This looks like a repeat." in text(response)

    def test_a_planned_entry_is_copied_as_a_done_one(self, own, registration):
        plan = make.activity(registration, planned=True, on=days_from_today(20))

        markup = own.get(at("activity_duplicate", registration, plan.pk)).content.decode()

        assert 'name="planned" id="id_planned">' in markup

    def test_a_closed_record_leads_back_and_says_why(self, own, registration, board):
        type(registration).objects.update(status="turned_in")

        page = own.get(at("activity_duplicate", registration, board.pk), follow=True)

        assert "This record is closed for changes." in text(page)


class TestThisMonth:
    def test_day_and_hours_are_all_that_is_asked(self, own, registration, board):
        page = own.get(at("activity_again", registration, board.pk))

        own.post(at("activity_again", registration, board.pk), hours())

        added = Activity.objects.latest("pk")
        assert "Library board" in text(page)
        assert "Last time: 2.5." in text(page)
        assert (added.title, added.provider, added.subject) == ("Library board", "MLA", "Archives")
        assert (added.completed_on, added.hours) == (timezone.localdate(), Decimal(3))
        assert (added.continues, added.outcome) == (board, "")
        assert Credit.objects.get(activity=added).points == 6

    def test_the_answer_says_what_counts(self, own, registration, board):
        response = own.post(at("activity_again", registration, board.pk), hours(), follow=True)

        assert "Added. 6 points count." in text(response)

    def test_a_series_is_one_whichever_of_its_entries_goes_on(self, own, registration, board):
        second = make.activity(
            registration,
            "LEAD",
            key="board",
            title="Library board",
            on=timezone.localdate() - timedelta(days=32),
            continues=board,
        )

        own.post(at("activity_again", registration, second.pk), hours())

        assert Activity.objects.latest("pk").continues == board

    def test_it_comes_twice_and_is_saved_once(self, own, registration, board):
        said = hours(token="0b5a3a0c-8f7e-4a7e-9d3f-3f8f9d8c7b6a")

        first = own.post(at("activity_again", registration, board.pk), said)
        second = own.post(at("activity_again", registration, board.pk), said)

        assert (first.status_code, second.status_code) == (302, 302)
        assert Activity.objects.count() == 2

    def test_hours_of_this_month_are_told_and_come_on_top(self, own, registration, board):
        own.post(at("activity_again", registration, board.pk), hours(hours="1.5"))

        page = own.get(at("activity_again", registration, board.pk))
        own.post(at("activity_again", registration, board.pk), hours(hours="1"))

        assert "This month has 1.5 h already." in text(page)
        assert Activity.objects.count() == 3

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"hours": ""}, "Enter the hours as a number, like 1.5"),
            ({"hours": "25"}, "more than 24 hours in one day"),
            ({"completed_on": ""}, "Enter the day you finished"),
            ({"completed_on": days_from_today(2)}, "This day is still ahead."),
            ({"completed_on": "2019-01-01"}, "This was before"),
        ],
    )
    def test_wrong_answers_save_nothing(self, own, registration, board, changes, message):
        response = own.post(at("activity_again", registration, board.pk), hours(**changes))

        assert response.status_code == 422
        assert text(response).count(message) >= 2
        assert Activity.objects.count() == 1

    def test_it_is_offered_where_work_goes_on(self, own, registration, board):
        url = at("activity_again", registration, board.pk)

        listed = own.get(at("activities", registration) + "?year=all")
        entry = own.get(at("activity", registration, board.pk))

        assert f'href="{url}"' in listed.content.decode()
        assert f'href="{url}"' in entry.content.decode()

    def test_the_list_offers_it_once_for_a_series(self, own, registration, board):
        second = make.activity(
            registration,
            "LEAD",
            on=days_from_today(-32),
            title="Renamed",
            key="board",
            continues=board,
        )

        listed = own.get(at("activities", registration) + "?year=all").content.decode()

        assert at("activity_again", registration, second.pk) in listed
        assert at("activity_again", registration, board.pk) not in listed

    @pytest.mark.parametrize(
        ("code", "key", "fields"),
        [
            ("PD-I", None, {}),
            ("STUDY", None, {}),
            ("LEAD", "committee", {"planned": True}),
            ("LEAD", "committee", {"on": days_from_today(0)}),
        ],
    )
    def test_elsewhere_it_is_neither_offered_nor_found(self, own, registration, code, key, fields):
        fields = {"on": days_from_today(-62)} | fields
        entry = make.activity(registration, code, key=key, **fields)
        url = at("activity_again", registration, entry.pk)

        listed = own.get(at("activities", registration) + "?year=all")

        assert url not in listed.content.decode()
        assert url not in own.get(at("activity", registration, entry.pk)).content.decode()
        assert own.get(url).status_code == 404
        assert own.post(url, hours()).status_code == 404
        assert Activity.objects.count() == 1

    def test_an_entry_cannot_continue_itself(self, registration, board):
        with pytest.raises(IntegrityError), transaction.atomic():
            Activity.objects.filter(pk=board.pk).update(continues=board)


class TestDone:
    @pytest.fixture
    def plan(self, registration):
        return make.activity(
            registration, "PD-I", hours="6", title="Conference", planned=True,
            on=days_from_today(-3),
        )  # fmt: skip

    def said(self, plan, **changes):
        return {
            "completed_on": days_from_today(-1),
            "hours": "4,5",
            "outcome": "How to ask.",
            "version": str(plan.version),
        } | changes

    def test_it_asks_what_was_planned_and_is_over(self, own, registration, plan):
        page = own.get(at("activity_done", registration, plan.pk))

        markup = page.content.decode()
        assert f'value="{days_from_today(-3)}"' in markup
        assert 'name="hours" value="6"' in markup
        assert "Would add 6 points. It is planned" in text(page)
        assert points.standing(registration).counted == 0

    def test_a_plan_that_lies_ahead_is_asked_for_today(self, own, registration):
        plan = make.activity(registration, planned=True, on=days_from_today(20))

        markup = own.get(at("activity_done", registration, plan.pk)).content.decode()

        assert f'name="completed_on" value="{days_from_today(0)}"' in markup

    def test_it_counts_from_then_on(self, own, registration, plan):
        response = own.post(
            at("activity_done", registration, plan.pk), self.said(plan), follow=True
        )

        plan.refresh_from_db()
        assert (plan.planned, plan.hours, plan.outcome) == (False, Decimal("4.5"), "How to ask.")
        assert plan.completed_on.isoformat() == days_from_today(-1)
        assert plan.version == 2
        assert "Saved. 4.5 points count." in text(response)
        assert points.standing(registration).counted == Decimal("4.5")

    def test_a_future_day_is_refused_with_the_usual_sentence(self, own, registration, plan):
        response = own.post(
            at("activity_done", registration, plan.pk),
            self.said(plan, completed_on=days_from_today(1)),
        )

        plan.refresh_from_db()
        assert response.status_code == 422
        assert "This day is still ahead." in text(response)
        assert plan.planned

    def test_the_outcome_may_come_later_but_not_for_a_project(self, own, registration, plan):
        study = make.activity(registration, "STUDY", planned=True, on=days_from_today(-3))

        later = own.post(at("activity_done", registration, plan.pk), self.said(plan, outcome=""))
        asked = own.post(at("activity_done", registration, study.pk), self.said(study, outcome=" "))
        own.post(at("activity_done", registration, study.pk), self.said(study))

        assert (later.status_code, asked.status_code) == (302, 422)
        assert "Write what you learned: this type counts by it" in text(asked)
        states = Credit.objects.values_list("activity__title", "state")
        assert {state for _title, state in states} == {"counts"}

    def test_a_second_click_finds_it_done(self, own, registration, plan):
        said = self.said(plan)

        own.post(at("activity_done", registration, plan.pk), said)
        second = own.post(at("activity_done", registration, plan.pk), said)

        plan.refresh_from_db()
        assert second.status_code == 302
        assert plan.version == 2

    @pytest.mark.parametrize("version", ["", "0", "7", "x"])
    def test_another_window_is_not_overwritten(self, own, registration, plan, version):
        response = own.post(
            at("activity_done", registration, plan.pk),
            self.said(plan, version=version),
            follow=True,
        )

        plan.refresh_from_db()
        assert plan.planned
        assert response.status_code in (200, 422)

    def test_several_days_are_kept_and_hold_more_hours(self, own, registration):
        plan = make.activity(
            registration, hours="30", planned=True, on=days_from_today(-3),
            started_on=days_from_today(-5),
        )  # fmt: skip

        own.post(
            at("activity_done", registration, plan.pk),
            self.said(plan, hours="30", completed_on=days_from_today(-4)),
        )

        plan.refresh_from_db()
        assert (plan.planned, plan.hours) == (False, 30)
        assert plan.started_on.isoformat() == days_from_today(-5)

    def test_a_start_after_the_real_end_is_dropped(self, own, registration):
        plan = make.activity(
            registration, planned=True, on=days_from_today(20), started_on=days_from_today(18)
        )

        own.post(at("activity_done", registration, plan.pk), self.said(plan))

        plan.refresh_from_db()
        assert (plan.planned, plan.started_on) == (False, None)

    def test_list_entry_and_to_do_lead_there(self, own, registration, plan):
        url = at("activity_done", registration, plan.pk)

        to_do = own.get(at("record", registration)).content.decode()
        planned = f"{at('activities', registration)}?year=all&amp;status=planned"

        assert f'href="{planned}"' in to_do
        for page in (planned.replace("&amp;", "&"), at("activity", registration, plan.pk)):
            assert f'href="{url}"' in own.get(page).content.decode()


def test_strangers_find_nothing_and_readers_may_not_enter(client, registration, board):
    plan = make.activity(registration, planned=True, on=days_from_today(0))
    for who, status in (
        (make.person(), 404),
        (make.representative("OLA"), 404),
        (make.representative("MLA"), 403),
        (make.steering(), 403),
    ):
        client.force_login(who)

        for name, entry in zip(NAMES, (board, board, plan), strict=True):
            page = at(name, registration, entry.pk)
            assert client.get(page).status_code == status
            if name != "activity_duplicate":
                assert client.post(page, hours()).status_code == status
    assert Activity.objects.count() == 2


def test_nobody_continues_somebody_elses_entry_under_their_own_record(own, registration):
    other = make.registration()
    entry = make.activity(other, "LEAD", key="board", planned=True)

    for name in NAMES:
        assert own.get(at(name, registration, entry.pk)).status_code == 404
