"""Extensions and leaves (C1): years without gap or overlap, and points that follow them."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities import extending, log, points
from activities.models import Credit
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import timeline
from registrations.calendar import year_bounds
from registrations.models import CycleChange, Registration
from tests import factories as make
from tests.activities import plain_reference
from tests.races import at_once

pytestmark = pytest.mark.django_db

START = date(2025, 3, 15)


def active(**fields):
    return make.registration(starts_on=START, **fields)


def leave(row, first, last, **given):
    return extending.give_leave(
        row,
        by=make.steering(),
        first_day=date.fromisoformat(first),
        last_day=date.fromisoformat(last),
        **{"cause": "parental"} | given,
    )


def extend(row, until, **given):
    return extending.extend(
        row, by=make.steering(), until=date.fromisoformat(until), **{"cause": "illness"} | given
    )


def years(row):
    return [(str(year.starts_on), str(year.ends_on)) for year in row.years.order_by("number")]


def codes(refused):
    return [problem.code for problem in refused.value.problems]


class TestYears:
    def test_a_leave_lengthens_its_year_and_puts_off_the_later_ones(self):
        row = active()

        leave(row, "2026-06-01", "2026-06-30")

        row.refresh_from_db()
        assert years(row) == [
            ("2025-03-15", "2026-03-14"),
            ("2026-03-15", "2027-04-13"),
            ("2027-04-14", "2028-04-13"),
        ]
        assert row.ends_on == date(2028, 4, 13)

    def test_a_leave_of_a_whole_year_meets_no_constraint_on_the_way(self):
        row = active()

        change = leave(row, "2025-06-01", "2026-05-31")
        extending.take_back(change, by=make.steering(), reason="Never began.")

        row.refresh_from_db()
        assert years(row)[2] == ("2027-03-15", "2028-03-14")
        assert row.ends_on == date(2028, 3, 14)

    def test_an_extension_lengthens_the_last_year_alone(self):
        row = active()

        extend(row, "2028-09-14")

        row.refresh_from_db()
        assert years(row)[1:] == [("2026-03-15", "2027-03-14"), ("2027-03-15", "2028-09-14")]
        assert row.ends_on == date(2028, 9, 14)

    def test_a_leave_on_the_first_day_of_a_year_is_that_years(self):
        row = active()

        leave(row, "2026-03-15", "2026-03-24")

        assert years(row)[1:] == [("2026-03-15", "2027-03-24"), ("2027-03-25", "2028-03-24")]

    def test_both_add_up_and_each_can_be_taken_back(self):
        row = active()
        change = leave(row, "2026-06-01", "2026-06-30")
        extend(row, "2028-05-13")

        extending.take_back(change, by=make.steering(), reason="It wasn’t needed.")

        row.refresh_from_db()
        assert years(row)[2] == ("2027-03-15", "2028-04-13")
        assert row.ends_on == date(2028, 4, 13)

    @given(
        start=st.dates(date(2000, 1, 1), date(2080, 12, 31)),
        leaves=st.lists(st.tuples(st.integers(0, 1200), st.integers(1, 800)), max_size=4),
        longer=st.integers(0, 1000),
        cycle=st.integers(1, 4),
    )
    def test_years_have_no_gap_and_no_overlap_whatever_happens(self, start, leaves, longer, cycle):
        day, given_leaves = start, []
        for pause, length in leaves:
            first = day + timedelta(days=pause)
            given_leaves.append((first, first + timedelta(days=length - 1)))
            day = first + timedelta(days=length)

        bounds = year_bounds(start, cycle, longer=longer, leaves=given_leaves)

        assert bounds[0][0] == start
        assert all(first < last for first, last in bounds)
        for (_first, last), (following, _end) in pairwise(bounds):
            assert following == last + timedelta(days=1)
        within = sum(
            (last - first).days + 1 for first, last in given_leaves if first <= bounds[-1][1]
        )
        plain = year_bounds(start, cycle)[-1][1]
        assert bounds[-1][1] == plain + timedelta(days=longer + within)


class TestPoints:
    @pytest.mark.parametrize("day", ["2026-03-14", "2026-03-15", "2027-03-20", "2027-04-14"])
    def test_an_entry_is_in_the_year_that_holds_its_day_afterwards(self, day):
        row = active()
        entry = make.activity(row, "PD-I", hours="4", on=day)

        leave(row, "2026-06-01", "2026-06-30")

        credit = entry.credits.get()
        assert row.years.get(number=credit.year).holds(date.fromisoformat(day))
        expected = plain_reference.program_year(
            START, date.fromisoformat(day), leaves=[(date(2026, 6, 1), date(2026, 6, 30))]
        )
        assert credit.year == expected

    def test_points_are_those_of_the_reference(self):
        row = active()
        leaves = [(date(2025, 11, 3), date(2026, 2, 1)), (date(2026, 12, 24), date(2027, 6, 30))]
        said, entries = [], []
        for number in range(60):
            day = START + timedelta(days=17 * number)
            code = ("PD-I", "PD-F", "LEAD")[number % 3]
            key = "board" if code == "LEAD" else None
            entry = make.activity(row, code, hours="3", on=day, key=key)
            said.append(entry.pk)
            entries.append((entry.pk, code, key or "hour", Decimal(3), day, "x"))

        for first, last in leaves:
            leave(row, str(first), str(last))

        expected = plain_reference.counted(
            starts_on=START, entries=entries, unlimited=set(), leaves=leaves
        )
        found = {pk: (entry.raw, entry.counted) for pk, entry in points.ledger(row).items()}
        assert found == expected
        assert len(said) == 60

    def test_taking_it_back_brings_the_points_back(self):
        row = active()
        for day in ("2026-03-01", "2027-03-20", "2027-12-01"):
            make.activity(row, "PD-I", hours="15", on=day)
        before = list(Credit.objects.order_by("pk").values("year", "points", "state"))

        change = leave(row, "2026-06-01", "2026-06-30")
        during = list(Credit.objects.order_by("pk").values_list("year", flat=True))
        extending.take_back(change, by=make.steering(), reason="Back early.")

        assert during == [1, 2, 3]
        assert list(Credit.objects.order_by("pk").values("year", "points", "state")) == before
        assert [row["year"] for row in before] == [1, 3, 3]

    def test_what_would_lie_behind_the_end_is_not_lost_by_taking_back(self):
        row = active()
        change = extend(row, "2028-09-14")
        make.activity(row, on="2028-05-01", planned=True)

        with pytest.raises(Refused, match="would be lost") as refused:
            extending.take_back(change, by=make.steering(), reason="A mistake.")

        change.refresh_from_db()
        assert codes(refused) == ["entries_behind"]
        assert change.taken_back_at is None

    def test_an_extension_that_a_leave_stands_on_is_taken_back_after_it(self):
        row = active()
        extension = extend(row, "2028-09-14")
        pause = leave(row, "2028-06-01", "2028-06-30")

        with pytest.raises(Refused, match="Take that back first"):
            extending.take_back(extension, by=make.steering(), reason="A mistake.")
        for change in (pause, extension):
            extending.take_back(change, by=make.steering(), reason="A mistake.")

        row.refresh_from_db()
        assert row.ends_on == date(2028, 3, 14)

    def test_a_deleted_entry_behind_the_end_is_no_obstacle_and_does_not_come_back(self):
        row = active()
        change = extend(row, "2028-09-14")
        entry = make.activity(row, on="2028-05-01", planned=True)
        log.delete(row, entry, by=row.person)

        extending.take_back(change, by=make.steering(), reason="A mistake.")
        row.refresh_from_db()

        with pytest.raises(Refused):
            log.restore(row, entry, by=row.person)
        assert entry.credits.get().state == "deleted"


class TestRules:
    @pytest.mark.parametrize(
        "who", [make.person, make.administrator, partial(make.representative, "MLA")]
    )
    def test_it_is_the_steering_groups(self, who):
        row = active()

        with pytest.raises(PermissionDenied):
            extending.extend(row, by=who(), until=date(2029, 1, 1), cause="illness")

        assert not row.cycle_changes.exists()

    def test_nobody_extends_their_own(self):
        who = make.steering()
        row = make.registration(who, starts_on=START)

        with pytest.raises(PermissionDenied):
            extending.extend(row, by=who, until=date(2029, 1, 1), cause="illness")

    @pytest.mark.parametrize(
        "status", ["turned_in", "accepted", "certified", "withdrawn", "lapsed", "submitted"]
    )
    def test_only_an_open_record_moves(self, status):
        row = make.registration(status=status)

        with pytest.raises(Refused):
            extend(row, "2030-01-01")

        assert not row.cycle_changes.exists()

    def test_a_program_without_an_end_has_nothing_to_extend(self):
        row = make.registration(code="CPC", association_code=None)

        with pytest.raises(Refused) as refused:
            extend(row, "2030-01-01")

        assert codes(refused) == ["endless"]

    @pytest.mark.parametrize(
        ("first", "last", "code"),
        [
            ("2025-03-14", "2025-03-20", "outside"),
            ("2028-04-15", "2028-04-20", "outside"),
            ("2026-02-02", "2026-02-01", "order"),
            ("2026-01-31", "2026-02-28", "overlap"),
            ("2026-01-01", "2030-02-28", "too_long"),
        ],
    )
    def test_a_leave_that_cannot_be_is_refused(self, first, last, code):
        row = active()
        leave(row, "2026-01-01", "2026-01-31")
        before = years(row)

        with pytest.raises(Refused) as refused:
            leave(row, first, last)

        assert codes(refused) == [code]
        assert years(row) == before

    def test_an_extension_to_the_same_day_or_an_earlier_one_is_refused(self):
        row = active()

        for until in ("2028-03-14", "2027-01-01"):
            with pytest.raises(Refused, match="already"):
                extend(row, until)

    def test_another_reason_is_said_in_words(self):
        row = active()

        with pytest.raises(Refused, match="why"):
            extend(row, "2028-09-14", cause="other")

        assert extend(row, "2028-09-14", cause="other", reason="A flood.").reason == "A flood."

    def test_the_same_form_twice_is_one(self):
        row, key = active(), uuid4()

        first = leave(row, "2026-06-01", "2026-06-30", form_key=key)
        second = leave(row, "2026-06-01", "2026-06-30", form_key=key)

        assert first == second
        assert row.cycle_changes.count() == 1

    def test_the_database_knows_that_an_extension_has_a_length_and_a_leave_two_days(self):
        row, by = active(), make.steering()

        for fields in ({"kind": "extension"}, {"kind": "leave", "first_day": START}):
            with pytest.raises(IntegrityError), transaction.atomic():
                CycleChange.objects.create(
                    registration=row, cause="illness", recorded_by=by, **fields
                )

    def test_history_and_mail_tell_of_it(self):
        row = active()

        change = leave(row, "2026-06-01", "2026-06-30", reason="A daughter.")
        extending.take_back(change, by=make.steering(), reason="Back early.")

        events = list(row.events.all())
        assert [event.kind for event in events] == ["leave", "cycle_restored"]
        assert events[0].details == {
            "first_day": "2026-06-01",
            "last_day": "2026-06-30",
            "ends_on": "2028-04-13",
            "change": change.pk,
        }
        said = [line.text for line in timeline.of(row, reader=make.steering())]
        assert any(
            "Leave, 1\u00a0June\u00a02026 to 30\u00a0June\u00a02026" in text for text in said
        )
        mails = OutgoingMail.objects.order_by("pk")
        assert [mail.kind for mail in mails] == ["cycle_extended", "cycle_change_taken_back"]
        assert "until 13 April 2028" in mails[0].subject


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_extend_to_the_same_day_make_one_extension(self):
        for _round in range(4):
            row = active()
            deeds = [
                partial(
                    extending.extend,
                    row,
                    by=make.steering(),
                    until=date(2028, 9, 14),
                    cause="illness",
                )
                for _ in range(4)
            ]

            outcomes = at_once(deeds)

            told = [error for error in outcomes if isinstance(error, Refused)]
            row.refresh_from_db()
            assert len(told) == 3
            assert row.cycle_changes.count() == 1
            assert row.ends_on == date(2028, 9, 14)

    def test_without_the_lock_it_is_extended_twice(self):
        """The twin: both look at the end before either has moved it."""
        row, barrier = active(), Barrier(2)

        def naive():
            with transaction.atomic():
                mine = Registration.objects.get(pk=row.pk)
                days = (date(2028, 9, 14) - mine.ends_on).days
                barrier.wait(timeout=20)
                CycleChange.objects.create(
                    registration=mine,
                    kind="extension",
                    days=days,
                    cause="illness",
                    recorded_by=row.person,
                )

        assert at_once([naive, naive]) == [None, None]
        assert row.cycle_changes.count() == 2

    def test_an_entry_that_is_saved_meanwhile_is_in_its_year(self):
        for _round in range(4):
            row = active()
            entry = partial(make.activity, row, on="2027-03-20", planned=True)

            at_once([entry, entry, partial(leave, row, "2026-06-01", "2026-06-30")])

            assert set(row.credits.values_list("year", flat=True)) == {2}


class TestPages:
    def post(self, client, row, name, *, as_=None, **data):
        client.force_login(as_ or make.steering())
        return client.post(reverse(name, args=[row.pk]), data)

    def test_the_page_shows_years_and_a_leave_moves_them(self, client):
        row = active()

        answer = self.post(
            client,
            row,
            "cycle_leave",
            first_day="2026-06-01",
            last_day="2026-06-30",
            cause="parental",
        )
        page = client.get(answer.url)
        desk = client.get(reverse("desk_registration", args=[row.pk]))

        row.refresh_from_db()
        assert row.ends_on == date(2028, 4, 13)
        assert "The program now runs until 13\u00a0April\u00a02028." in page.text
        for shown in (page, desk):
            assert "Leave from 1\u00a0June\u00a02026 to 30\u00a0June\u00a02026" in shown.text

    def test_an_extension_is_recorded_and_taken_back(self, client):
        row = active()
        self.post(client, row, "cycle_extend", until="2028-09-14", cause="illness")
        change = row.cycle_changes.get()
        url = reverse("cycle_take_back", args=[row.pk, change.pk])

        without_reason = client.post(url)
        client.post(url, {"reason": "A mistake."})

        row.refresh_from_db()
        change.refresh_from_db()
        assert without_reason.status_code == 422
        assert row.ends_on == date(2028, 3, 14)
        assert change.taken_back_by is not None
        assert client.get(url).status_code == 405

    def test_another_registrations_change_is_not_found(self, client):
        change = extend(active(), "2028-09-14")
        other = active()
        client.force_login(make.steering())

        answer = client.post(
            reverse("cycle_take_back", args=[other.pk, change.pk]), {"reason": "A mistake."}
        )

        change.refresh_from_db()
        assert answer.status_code == 404
        assert change.taken_back_at is None

    def test_a_refusal_stands_beside_its_field(self, client):
        row = active()

        answer = self.post(client, row, "cycle_extend", until="2028-01-01", cause="illness")

        assert answer.status_code == 409
        assert 'href="#id_extensionform_until"' in answer.text
        assert not row.cycle_changes.exists()

    @pytest.mark.parametrize("name", ["cycle_extend", "cycle_leave"])
    def test_others_do_not_get_there(self, client, name):
        row = active()
        data = {
            "until": "2028-09-14",
            "first_day": "2026-06-01",
            "last_day": "2026-06-30",
            "cause": "illness",
        }

        statuses = [
            self.post(client, row, name, as_=who, **data).status_code
            for who in (row.person, make.representative("OLA"), make.representative("MLA"))
        ]

        assert statuses == [404, 404, 403]
        assert not row.cycle_changes.exists()

    def test_the_page_asks_as_often_with_one_change_as_with_three(
        self, client, django_assert_max_num_queries
    ):
        row = active()
        client.force_login(make.steering())
        url = reverse("cycle", args=[row.pk])
        extend(row, "2028-09-14")
        client.get(url)
        with django_assert_max_num_queries(30) as one:
            client.get(url)
        extend(row, "2028-09-15")
        extend(row, "2028-09-16")

        with django_assert_max_num_queries(len(one)):
            client.get(url)
