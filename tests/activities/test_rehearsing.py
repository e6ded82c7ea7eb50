"""Rehearsing and publishing rules: what is told is what happens, to whom, and to nobody else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities import log, points, publishing, rehearsing, telling
from activities.models import Credit, Import, Rehearsal
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.models import Cap, Event, Rate, Registration, Requirement, Rules
from registrations.rulebook import contents
from tests import factories as make

pytestmark = pytest.mark.django_db

START = date(2025, 3, 15)


@pytest.fixture
def office():
    return make.administrator()


@pytest.fixture
def draft(office):
    return make.draft(by=office)


def rates(rules, code):
    return Rate.objects.filter(activity_type__rules=rules, activity_type__code_en=code)


def caps(rules, code):
    return Cap.objects.filter(activity_type__rules=rules, activity_type__code_en=code)


def publish(office, *, for_all=True, rehearsed=True):
    program = make.program()
    draft = program.rules.get(published_at=None)
    if rehearsed and for_all:
        rehearsing.rehearse(program, by=office)
    return publishing.publish(
        program,
        by=office,
        seen=contents.state_of(draft),
        reason="The committee’s decision.",
        for_all=for_all,
    )


def counted(row):
    return points.standing(row).counted


def effects(rehearsal):
    return {
        effect.registration: (effect.before, effect.after) for effect in rehearsal.effects.all()
    }


def codes(refused):
    return [problem.code for problem in refused.value.problems]


class TestRehearsal:
    def test_a_lower_rate_changes_the_standing_of_those_who_have_such_entries(self, office, draft):
        touched, untouched = make.registration(), make.registration()
        make.activity(touched, "PD-F", hours="4")
        make.activity(untouched, "PD-I", hours="4")
        rates(draft, "PD-F").update(per_hour="1.5")

        rehearsal = rehearsing.rehearse(make.program(), by=office)

        assert effects(rehearsal) == {touched: (8, 6)}
        assert (rehearsal.people, rehearsal.changed, rehearsal.below) == (2, 1, 0)
        assert counted(touched) == 8

    def test_a_lower_limit_parks_more(self, office, draft):
        row = make.registration()
        make.activity(row, "PD-I", hours="30")
        caps(draft, "PD-I").update(points="15")

        rehearsal = rehearsing.rehearse(make.program(), by=office)

        assert effects(rehearsal) == {row: (20, 15)}

    def test_who_had_the_total_and_loses_it_is_counted(self, office, draft):
        row = make.registration()
        make.activity(row, "PD-I", hours="20")
        for rules, needed in ((row.rules, "20"), (draft, "21")):
            Requirement.objects.filter(rules=rules, per="cycle").update(points=needed)

        rehearsal = rehearsing.rehearse(make.program(), by=office)

        assert (rehearsal.changed, rehearsal.below) == (1, 1)
        assert rehearsal.effects.get().falls

    def test_points_that_only_change_their_year_are_a_change(self, office, draft):
        row = make.registration(starts_on=START)
        make.activity(row, "PD-I", hours="20", on="2025-05-01")
        make.activity(row, "PD-F", hours="5", on="2026-05-01")
        caps(draft, "PD-I").update(points="15")
        rates(draft, "PD-F").update(per_hour="3")

        rehearsal = rehearsing.rehearse(make.program(), by=office)

        assert effects(rehearsal) == {row: (30, 30)}

    def test_an_entry_whose_type_goes_keeps_its_registration_where_it_is(self, office, draft):
        row, other = make.registration(), make.registration()
        make.activity(row, "LEAD", key="board")
        make.activity(other, "LEAD", key="committee")
        rates(draft, "LEAD").filter(key="board").delete()

        rehearsal = rehearsing.rehearse(make.program(), by=office)

        assert (rehearsal.stuck, rehearsal.changed) == (1, 0)
        assert rehearsal.effects.get().registration == row
        assert rehearsal.effects.get().stuck == "type"

    def test_what_can_no_longer_be_brought_back_is_in_nobodys_way(self, office, draft):
        row = make.registration()
        for days in (5, 60):
            entry = make.activity(row, "STUDY", outcome="Done")
            log.delete(row, entry, by=row.person)
            Credit.objects.filter(activity=entry).update(
                deleted_at=timezone.now() - timedelta(days=days)
            )
        kind = draft.types.get(code_en="STUDY")
        contents.remove_type(kind)

        with_a_late_one = rehearsing.rehearse(make.program(), by=office).stuck
        Credit.objects.update(deleted_at=timezone.now() - timedelta(days=60))
        without = rehearsing.rehearse(make.program(), by=office).stuck

        assert (with_a_late_one, without) == (1, 0)

    def test_an_entry_without_hours_cant_move_to_a_rate_by_the_hour(self, office):
        draft = make.draft("CPC", by=office)
        row = make.registration(code="CPC", association_code=None)
        make.activity(row, "5-WEEK", hours=None)
        rates(draft, "5-WEEK").update(fixed=None, per_hour="1")

        rehearsal = rehearsing.rehearse(make.program("CPC"), by=office)

        assert rehearsal.effects.get().stuck == "hours"

    def test_running_program_years_dont_move_to_other_days(self, office, draft):
        row = make.registration()
        Rules.objects.filter(pk=draft.pk).update(year_month=7, year_day=1)

        rehearsal = rehearsing.rehearse(make.program(), by=office)

        assert rehearsal.effects.get(registration=row).stuck == "years"

    def test_only_administrators_rehearse(self, draft):
        with pytest.raises(PermissionDenied):
            rehearsing.rehearse(make.program(), by=make.steering())

        assert not Rehearsal.objects.exists()

    def test_a_rehearsal_takes_the_same_queries_for_one_and_for_three(self, office, draft):
        rates(draft, "PD-F").update(per_hour="1.5")
        make.activity(make.registration(), "PD-F")
        rehearsing.rehearse(make.program(), by=office)
        numbers = []
        for _more in range(2):
            make.activity(make.registration(), "PD-F")
            with CaptureQueriesContext(connection) as queries:
                rehearsing.rehearse(make.program(), by=office)
            numbers.append(len(queries))

        assert numbers[0] == numbers[1]


class TestPublishing:
    def test_new_rules_are_for_new_registrations_alone(self, office, draft):
        row = make.registration()
        make.activity(row, "PD-F", hours="4")
        rates(draft, "PD-F").update(per_hour="1")

        version = publish(office, for_all=False)

        row.refresh_from_db()
        assert (row.rules.version, counted(row)) == (1, 8)
        assert make.program().current_rules == version
        assert (version.published_by, version.reason) == (office, "The committee’s decision.")
        assert make.registration().rules == version

    def test_for_all_moves_everybody_with_history_and_a_mail_to_those_it_changes(
        self, office, draft
    ):
        touched, untouched = make.registration(), make.registration()
        make.activity(touched, "PD-F", hours="4")
        rates(draft, "PD-F").update(per_hour="1")

        version = publish(office)
        telling.tell()
        telling.tell()

        touched.refresh_from_db()
        untouched.refresh_from_db()
        assert touched.rules == untouched.rules == version
        assert counted(touched) == 4
        event = touched.events.get(kind="other_rules")
        assert (event.actor, event.role, event.reason) == (
            office,
            "administrator",
            "The committee’s decision.",
        )
        assert event.details["from"] == 1
        assert event.details["to"] == 2
        assert Decimal(event.details["before"]) == 8
        assert untouched.events.get(kind="other_rules").details == {"from": 1, "to": 2}
        letters = OutgoingMail.objects.filter(kind="rules_changed")
        assert [letter.person for letter in letters] == [touched.person]

    @pytest.mark.parametrize("status", ["turned_in", "accepted", "certified", "lapsed"])
    def test_decisions_keep_the_figures_they_were_taken_on(self, office, draft, status):
        row = make.registration()
        make.activity(row, "PD-F", hours="4")
        Registration.objects.filter(pk=row.pk).update(status=status)
        rates(draft, "PD-F").update(per_hour="1")

        publish(office)

        row.refresh_from_db()
        assert (row.rules.version, counted(row)) == (1, 8)
        assert not row.events.filter(kind="other_rules").exists()

    def test_who_waits_for_an_approval_moves_along(self, office, draft):
        row = make.registration(status="submitted")

        version = publish(office)

        row.refresh_from_db()
        assert row.rules == version

    def test_who_cant_be_moved_stays_and_is_listed(self, office, draft):
        row = make.registration()
        make.activity(row, "LEAD", key="board", hours="3")
        rates(draft, "LEAD").filter(key="board").delete()

        version = publish(office)

        row.refresh_from_db()
        assert (row.rules.version, counted(row)) == (1, 6)
        moved = Rehearsal.objects.get(rules=version)
        assert [effect.registration for effect in moved.effects.exclude(stuck="")] == [row]

    def test_writing_to_everybody_has_more_time_than_a_rehearsal(self, office, draft):
        make.registration()

        publish(office)

        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("10min",)

    def test_an_open_import_is_dropped_as_its_rows_name_former_rates(self, office, draft):
        row = make.registration()
        opened = Import.objects.create(
            registration=row,
            uploaded_by=row.person,
            file_name="r.xlsx",
            sha256="0" * 64,
            content=b"what the file says",
            layout={"samples": [["Webinar"]], "remembered": {"titre": "title"}},
            rows=[{"number": 2}],
        )

        publish(office)

        opened = Import.objects.defer(None).get()
        assert opened.state == Import.State.DROPPED
        assert (opened.content, opened.rows) == (None, [])
        assert opened.layout == {"remembered": {"titre": "title"}}

    def test_for_all_wants_a_rehearsal_of_just_this_draft(self, office, draft):
        rehearsing.rehearse(make.program(), by=office)
        rates(draft, "PD-F").update(per_hour="1.25")

        with pytest.raises(Refused) as refused:
            publish(office, rehearsed=False)

        draft.refresh_from_db()
        assert codes(refused) == ["not_rehearsed"]
        assert draft.published_at is None

    def test_a_reason_is_wanted_and_nothing_that_was_edited_unseen_is_published(
        self, office, draft
    ):
        state = contents.state_of(draft)
        program = make.program()

        with pytest.raises(Refused) as without:
            publishing.publish(program, by=office, seen=state, reason=" ", for_all=False)
        rates(draft, "PD-F").update(per_hour="1.25")
        with pytest.raises(Refused) as unseen:
            publishing.publish(program, by=office, seen=state, reason="Why", for_all=False)

        assert (codes(without), codes(unseen)) == (["no_reason"], ["stale"])
        assert program.rules.published().count() == 1

    def test_an_empty_group_or_a_type_without_a_rate_is_not_published(self, office, draft):
        draft.groups.create(key="x", name_en="Extra", name_fr="Extra")
        rates(draft, "PD-F").all().delete()

        with pytest.raises(Refused) as refused:
            publish(office, for_all=False)

        assert codes(refused) == ["empty_group", "no_rates"]

    def test_others_may_not_publish(self, draft):
        with pytest.raises(PermissionDenied):
            publish(make.steering(), for_all=False)

        assert make.program().rules.published().count() == 1


class TestOne:
    def test_one_registration_moves_on_purpose(self, office, draft):
        row, other = make.registration(), make.registration()
        make.activity(row, "PD-F", hours="4")
        rates(draft, "PD-F").update(per_hour="1")
        version = publish(office, for_all=False)
        before = rehearsing.change_of(row, version)

        publishing.move_one(row, by=make.steering(), rules=version, reason="She asked for it.")

        row.refresh_from_db()
        other.refresh_from_db()
        assert (before.before, before.after) == (8, 4)
        assert (row.rules, counted(row), other.rules.version) == (version, 4, 1)
        assert row.events.get(kind="other_rules").reason == "She asked for it."

    def test_a_closed_record_and_a_second_click_are_refused(self, office, draft):
        row, closed = make.registration(), make.registration(status="turned_in")
        version = publish(office, for_all=False)
        publishing.move_one(row, by=office, rules=version, reason="Asked.")

        for one in (row, closed):
            with pytest.raises(Refused) as refused:
                publishing.move_one(one, by=office, rules=version, reason="Asked.")
            assert codes(refused) == ["not_movable"]
        assert Event.objects.filter(kind="other_rules").count() == 1

    def test_nobody_moves_their_own(self, office, draft):
        row = make.registration(office)
        version = publish(make.administrator(), for_all=False)

        with pytest.raises(PermissionDenied):
            publishing.move_one(row, by=office, rules=version, reason="For me.")

        row.refresh_from_db()
        assert row.rules.version == 1
