"""Programs that administrators set up: rules, permissions, states."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from cec.problems import Refused
from registrations import registering
from registrations.cycles import may_begin_again
from registrations.models import Association, Event, Program, Rules
from registrations.program_keeping import history, making, opening, sections, uses
from registrations.rulebook import contents, drafting
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture
def office():
    return make.administrator()


def change(program, section, by, **values):
    seen = sections.seen(Program.objects.get(pk=program.pk), section)
    return sections.save(program, section, by=by, seen_state=seen, values=values)


def opened(program, by, **days):
    seen = sections.seen(program, "opening")
    return opening.open_it(program, by=by, seen=seen, **days)


def ready(office, code="SLT"):
    """A copy of the certificate program whose rules hold, and somebody who can approve."""
    make.steering()
    return make.rules_published(make.set_up(code, copy_of="CEC", by=office))


def codes(refused):
    return [problem.code for problem in refused.value.problems]


class TestMaking:
    def test_a_copy_says_what_the_other_one_says_under_its_own_name(self, office):
        source = make.program("CPC")

        made = make.set_up(copy_of="CPC", by=office)

        assert (made.code, made.name_fr) == (
            "SLT",
            "Personnel technicien des bibliothèques scolaires",
        )
        assert (made.issuer_en, made.unit_fr, made.early_completion) == (
            source.issuer_en,
            source.unit_fr,
            True,
        )
        assert contents.state_of(made.rules.get()) == contents.state_of(source.current_rules)
        assert list(made.statement_uses.values_list("key", "name_fr")) == list(
            source.statement_uses.values_list("key", "name_fr")
        )
        assert not made.is_open
        assert made.opened_at is None

    def test_subject_areas_are_copied_and_the_other_program_keeps_its_own(self, office):
        made = make.set_up(copy_of="CEC", by=office)
        before = make.program("CEC").subject_areas.count()

        made.subject_areas.all().delete()

        assert before == make.program("CEC").subject_areas.count() > 10

    def test_an_empty_one_has_a_first_draft_that_says_nothing(self, office):
        made = make.set_up(by=office)

        draft = drafting.draft_of(made)
        assert draft.version == 1
        assert made.coming_rules == draft
        assert not draft.types.exists()
        with pytest.raises(Rules.DoesNotExist):
            assert made.current_rules

    def test_the_first_draft_cannot_be_discarded(self, office):
        made = make.set_up(by=office)

        with pytest.raises(Refused) as refused:
            drafting.discard(made, by=office, seen=contents.state_of(made.rules.get()))

        assert codes(refused) == ["first_rules"]
        assert made.rules.count() == 1

    def test_a_code_or_an_address_is_given_once(self, office):
        make.set_up(by=office)

        with pytest.raises(Refused) as refused:
            make.set_up(by=office)

        assert codes(refused) == ["code", "slug"]

    @pytest.mark.parametrize("role", ["person", "representative", "steering"])
    def test_only_administrators_make_one(self, role):
        who = getattr(make, role)()

        with pytest.raises(PermissionDenied):
            make.set_up(by=who)

        assert not Program.objects.filter(code="SLT").exists()

    def test_an_unopened_one_is_deleted_with_all_that_is_its_own(self, office):
        made = make.set_up(copy_of="CPC", by=office)

        making.delete(made, by=office)

        assert not Program.objects.filter(code="SLT").exists()
        assert Event.objects.filter(kind="program_deleted", actor=office).exists()

    def test_one_that_was_open_is_never_deleted(self, office):
        made = opened(ready(office), office)

        with pytest.raises(Refused) as refused:
            making.delete(made, by=office)

        assert codes(refused) == ["opened"]
        assert made.rules.exists()

    def test_one_in_which_somebody_has_begun_to_register_is_never_deleted(self, office):
        made = ready(office)
        registering.open_draft(make.person(), made)

        with pytest.raises(Refused):
            making.delete(made, by=office)

        assert made.rules.exists()


class TestChanging:
    def test_a_part_is_written_and_the_deed_is_kept_without_the_texts(self, office):
        made = make.set_up(by=office)

        change(made, "fee", office, fee=25, how_to_pay_en="Cash", how_to_pay_fr="Comptant")

        made.refresh_from_db()
        assert (made.fee, made.how_to_pay_fr) == (25, "Comptant")
        event = history.of(made).first()
        assert (event.kind, event.actor) == ("program_changed", office)
        assert event.details["fields"] == ["fee", "how_to_pay_en", "how_to_pay_fr"]
        assert "Cash" not in str(event.details)

    def test_the_same_again_is_no_second_deed(self, office):
        made = make.set_up(by=office)
        seen = sections.seen(made, "fee")

        for _click in range(2):
            sections.save(made, "fee", by=office, seen_state=seen, values={"fee": 25})

        assert history.of(made).filter(kind="program_changed").count() == 1

    def test_the_second_of_two_is_told(self, office):
        made = make.set_up(by=office)
        seen = sections.seen(made, "fee")
        sections.save(made, "fee", by=office, seen_state=seen, values={"fee": 25})

        with pytest.raises(Refused) as refused:
            sections.save(made, "fee", by=office, seen_state=seen, values={"fee": 30})

        assert codes(refused) == ["stale"]
        assert Program.objects.get(pk=made.pk).fee == 25

    @pytest.mark.parametrize(
        ("section", "values"),
        [
            ("names", {"code": "NEW"}),
            ("time", {"cycle_years": 4}),
            ("time", {"time_zone": "America/Regina"}),
            ("people", {"needs_membership": False}),
            ("fee", {"currency": "USD"}),
        ],
    )
    def test_what_years_and_papers_were_reckoned_on_is_fixed_once_somebody_registers(
        self, office, section, values
    ):
        make.registration(status="draft")

        with pytest.raises(Refused) as refused:
            change(make.program(), section, office, **values)

        assert codes(refused) == list(values)

    def test_before_anybody_registers_it_can_change_even_if_open(self, office):
        made = opened(ready(office), office)

        change(made, "time", office, cycle_years=4)

        assert Program.objects.get(pk=made.pk).cycle_years == 4

    def test_the_list_of_uses_keeps_the_keys_of_what_stays(self, office):
        made = make.set_up(copy_of="CPC", by=office)
        first = made.statement_uses.first()
        wanted = [uses.Use(None, "A new one", "Une autre"), uses.Use(first.pk, "MCRS", "MCRS")]

        uses.save(made, wanted, by=office, seen_state=uses.seen(made))

        assert list(made.statement_uses.values_list("key", "name_en")) == [
            ("a-new-one", "A new one"),
            (first.key, "MCRS"),
        ]

    def test_the_same_list_of_uses_again_is_no_second_deed(self, office):
        made = make.set_up(by=office)
        seen = uses.seen(made)

        for _click in range(2):
            uses.save(made, [uses.Use(None, "One", "Un")], by=office, seen_state=seen)

        assert history.of(made).filter(kind="program_changed").count() == 1

    def test_what_somebody_deleted_meanwhile_is_told(self, office):
        made = make.set_up(by=office)
        making.delete(Program.objects.get(pk=made.pk), by=office)

        with pytest.raises(Refused) as refused:
            sections.save(made, "fee", by=office, seen_state="", values={"fee": 25})

        assert codes(refused) == ["stale"]


class TestOpening:
    def test_an_empty_program_lacks_its_texts_its_rules_and_somebody_to_approve(self, office):
        made = make.set_up(by=office)

        found = [problem.code for problem in opening.check(made)]

        assert found.count("names") == 2  # what is counted, and who offers it
        assert {"texts", "rules", "people"} <= set(found)
        with pytest.raises(Refused):
            opened(made, office)

    def test_a_copy_whose_rules_hold_lacks_nothing(self, office):
        assert opening.check(ready(office)) == []

    @pytest.mark.parametrize(
        ("changes", "part"),
        [
            ({"name_fr": ""}, "names"),
            ({"summary_fr": " "}, "texts"),
            ({"how_to_pay_fr": ""}, "fee"),
            ({"time_zone": "Mars/Olympus"}, "time"),
            ({"code": "A-1"}, "names"),
            ({"certificate_fr": "ᚠᚢᚦ"}, "certificate"),
        ],
    )
    def test_what_is_missing_is_said_with_its_part(self, office, changes, part):
        made = ready(office)
        Program.objects.filter(pk=made.pk).update(**changes)
        made.refresh_from_db()

        found = [problem.code for problem in opening.check(made)]

        assert set(found) == {part}

    def test_a_minimum_above_what_the_limits_allow_keeps_it_shut(self, office):
        made = ready(office)
        made.rules.get().requirements.filter(per="cycle").update(points=361)

        found = opening.check(made)

        assert [problem.code for problem in found] == ["rules"]
        assert "361" in found[0].message.replace("\u00a0", " ")

    def test_a_groups_minimum_above_its_own_limit_keeps_it_shut(self, office):
        made = ready(office)
        rules = made.rules.get()
        group = rules.groups.create(key="g", name_en="Service", name_fr="Service")
        rules.types.filter(key="lead").update(group=group)
        group.caps.create(per="cycle", points=5)
        rules.requirements.create(group=group, per="cycle", points=6, strictness="required")

        found = opening.check(made)

        assert [problem.code for problem in found] == ["rules"]
        assert "Service" in found[0].message

    def test_a_program_without_associations_waits_for_the_first(self, office):
        made = ready(office)
        Association.objects.update(is_active=False)

        assert [problem.code for problem in opening.check(made)] == ["people"]

    def test_a_representative_alone_cannot_approve_where_no_association_is_asked(self, office):
        made = make.rules_published(make.set_up(copy_of="CEC", by=office))
        make.representative()
        assert opening.check(made) == []
        made.needs_membership = False

        assert [problem.code for problem in opening.check(made)] == ["people"]

    def test_days_are_kept_and_somebody_can_register_between_them_alone(self, office):
        made, today = ready(office), TODAY()
        person = make.person()

        for first, last, state, fits in [
            (None, None, "open", True),
            (today, today, "open", True),
            (today + timedelta(days=2), None, "coming", False),
        ]:
            made = opened(made, office, opens_on=first, closes_on=last)
            assert opening.stage(made) == state
            draft = registering.open_draft(person, made, language="en", association=first_one())
            if fits:
                assert opening.why_closed(made) is None
            else:
                with pytest.raises(Refused) as refused:
                    registering.send(draft, by=person)
                assert codes(refused) == ["closed"]

    def test_after_its_last_day_nobody_registers(self, office):
        made = opened(ready(office), office)
        Program.objects.filter(pk=made.pk).update(closes_on=TODAY() - timedelta(days=2))
        made.refresh_from_db()

        assert opening.stage(made) == "over"
        assert "closed on" in opening.why_closed(made).message

    def test_a_last_day_that_is_over_or_before_the_first_is_refused(self, office):
        made, today = ready(office), TODAY()

        for days in (
            {"closes_on": today - timedelta(days=2)},
            {"opens_on": today + timedelta(days=9), "closes_on": today + timedelta(days=8)},
        ):
            with pytest.raises(Refused) as refused:
                opened(made, office, **days)
            assert codes(refused) == ["closes_on"]

    def test_closed_and_opened_again_each_with_its_deed(self, office):
        made = opened(ready(office), office)
        made = opening.close(made, by=office, seen=sections.seen(made, "opening"))
        assert opening.stage(made) == "closed"

        made = opened(made, office)

        assert opening.stage(made) == "open"
        kinds = list(history.of(made).values_list("kind", flat=True))
        assert kinds == ["program_opened", "program_closed", "program_opened", "program_added"]

    def test_a_retired_one_takes_nobody_and_what_runs_goes_on(self, office):
        running = make.registration(status="active")
        over = make.registration(status="withdrawn")
        assert may_begin_again(over)
        program = make.program()

        with pytest.raises(Refused):
            opening.retire(program, by=office, seen=sections.seen(program, "opening"), reason=" ")
        opening.retire(program, by=office, seen=sections.seen(program, "opening"), reason="Ended")

        over.program.refresh_from_db()
        assert not may_begin_again(over)
        assert opening.stage(over.program) == "retired"
        running.refresh_from_db()
        assert running.status == "active"
        make.activity(running)
        assert history.of(program).first().reason == "Ended"

    @pytest.mark.parametrize("moments", [(None, None), (timezone.now(), timezone.now())])
    def test_the_database_holds_that_an_open_one_was_opened_and_not_retired(self, office, moments):
        made = ready(office)
        wrong = dict(zip(("opened_at", "retired_at"), moments, strict=True))

        with pytest.raises(IntegrityError, match="open_program_was_opened"), transaction.atomic():
            Program.objects.filter(pk=made.pk).update(is_open=True, **wrong)

    def test_somebody_with_a_stale_page_neither_opens_closes_nor_retires(self, office):
        made = ready(office)
        stale = sections.seen(made, "opening")
        opening.open_it(made, by=office, seen=stale, opens_on=TODAY())

        for deed, more in (
            (opening.open_it, {}),
            (opening.close, {}),
            (opening.retire, {"reason": "Ended"}),
        ):
            with pytest.raises(Refused) as refused:
                deed(made, by=office, seen=stale, **more)
            assert codes(refused) == ["stale"]

        made.refresh_from_db()
        assert (made.is_open, made.opens_on, made.retired_at) == (True, TODAY(), None)


def first_one():
    return Association.objects.filter(is_active=True).first()
