"""Rules written in a draft: a copy that nobody counts under, one for a program, never lost."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from cec.problems import Refused
from registrations.models import Cap, Rate, Requirement, Rules, SubjectArea
from registrations.rulebook import contents, drafting, facts, subjects
from registrations.rulebook.checking import check, notices
from registrations.rulebook.contents import Contents
from registrations.rulebook.drafting import Place
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.administrator()


def place(kind="type", key="pd-f", code="CEC"):
    return Place(make.program(code), kind, key)


def save_type(where, *, by, seen=None, group="", caps=None, rates=None, **fields):
    texts = {
        "code_en": "PD-F",
        "code_fr": "PP-F",
        "name_en": "Formal",
        "name_fr": "Formel",
        "colour": "spruce",
    }
    return drafting.save_type(
        where,
        by=by,
        seen=where.seen() if seen is None else seen,
        fields=texts | fields,
        group=group,
        caps=caps or {},
        rates=rates if rates is not None else [("hour", rate("2"))],
    )


def rate(per_hour=None, **fields):
    values = {"per_hour": per_hour, "fixed": None, "name_en": "", "name_fr": ""}
    return values | {"step": None, "least": None} | fields


def codes(refused):
    return [problem.code for problem in refused.value.problems]


class TestDraft:
    def test_the_first_edit_copies_all_and_changes_nothing_in_force(self, office):
        current = make.program().current_rules
        before = contents.state_of(current)

        draft = make.draft(by=office)

        assert contents.state_of(draft) == before
        assert draft.published_at is None
        assert make.program().current_rules == current
        assert Rate.objects.filter(activity_type__rules=draft).count() == 7

    def test_groups_with_all_that_hangs_on_them_are_copied_too(self, office):
        scheme = make.scheme("ahip")
        before = contents.state_of(scheme.current_rules)

        draft = make.draft(scheme.code, by=office)

        assert contents.state_of(draft) == before
        assert draft.layered
        assert draft.groups.get().pk != scheme.current_rules.groups.get().pk
        assert set(draft.types.exclude(group=None).values_list("group__rules", flat=True)) == {
            draft.pk
        }

    def test_a_program_has_one_draft(self, office):
        draft = make.draft(by=office)

        assert make.draft(by=office) == draft
        with pytest.raises(IntegrityError), transaction.atomic():
            Rules.objects.create(program=draft.program, version=99, published_at=None)

    def test_only_administrators_write_rules(self):
        for who in (make.steering(), make.representative(), make.person()):
            with pytest.raises(PermissionDenied):
                make.draft(by=who)

        assert not Rules.objects.filter(published_at=None).exists()

    def test_the_second_of_two_is_told_and_overwrites_nothing(self, office):
        seen = place().seen()
        save_type(place(), by=office, seen=seen, rates=[("hour", rate("1.5"))])

        with pytest.raises(Refused) as refused:
            save_type(place(), by=make.administrator(), seen=seen, rates=[("hour", rate("3"))])

        draft = drafting.draft_of(make.program())
        assert codes(refused) == ["stale"]
        assert draft.types.get(key="pd-f").rates.get().per_hour == Decimal("1.5")

    def test_two_who_write_different_types_dont_meet(self, office):
        first, second = place().seen(), place(key="pd-i").seen()

        save_type(place(), by=office, seen=first)
        save_type(place(key="pd-i"), by=make.administrator(), seen=second, code_en="PD-I")

        assert drafting.draft_of(make.program()).types.filter(name_en="Formal").count() == 2

    def test_discarding_leaves_the_rules_in_force(self, office):
        draft = make.draft("CEC", by=office)
        draft.groups.create(key="x", name_en="Extra", name_fr="Extra")
        before = contents.state_of(make.program().current_rules)

        drafting.discard(make.program(), by=office, seen=contents.state_of(draft))

        assert drafting.draft_of(make.program()) is None
        assert contents.state_of(make.program().current_rules) == before

    def test_what_somebody_edited_meanwhile_isnt_discarded(self, office):
        draft = make.draft(by=office)
        seen = contents.state_of(draft)
        save_type(place(), by=office, name_en="Other")

        with pytest.raises(Refused) as refused:
            drafting.discard(make.program(), by=office, seen=seen)

        assert codes(refused) == ["stale"]
        assert drafting.draft_of(make.program()) == draft


class TestTypes:
    def test_limits_rates_and_texts_are_written(self, office):
        kind = save_type(
            place(),
            by=office,
            name_en="Courses",
            caps={"year": {"points": Decimal(25), "strictness": "advised"}, "cycle": None},
            rates=[("hour", rate("1.5")), ("", rate(None, fixed=Decimal(5), name_en="Talk"))],
        )

        assert (kind.key, kind.name_en) == ("pd-f", "Courses")
        assert [(cap.per, cap.points, cap.strictness) for cap in kind.caps.all()] == [
            ("year", 25, "advised")
        ]
        assert list(kind.rates.values_list("key", "per_hour", "fixed")) == [
            ("hour", Decimal("1.5"), None),
            ("talk", None, 5),
        ]

    def test_a_rate_that_isnt_named_any_more_is_gone_and_its_key_is_never_used_again(self, office):
        where = place(key="lead")
        save_type(where, by=office, code_en="LEAD", rates=[("board", rate("2", name_en="board"))])

        kind = save_type(
            where,
            by=office,
            code_en="LEAD",
            rates=[("board", rate("2", name_en="board")), ("", rate("1", name_en="committee"))],
        )

        assert set(kind.rates.values_list("key", flat=True)) == {"board", "committee-2"}

    def test_a_new_type_has_a_key_of_its_own(self, office):
        kind = save_type(place(key=""), by=office, code_en="READ", rates=[("", rate("1"))])

        assert (kind.key, kind.rules.published_at) == ("read", None)
        assert kind == kind.rules.types.last()

    def test_a_code_stands_for_one_type(self, office):
        with pytest.raises(Refused) as refused:
            save_type(place(key=""), by=office, code_en="PD-I")

        assert codes(refused) == ["code_used"]
        assert drafting.draft_of(make.program()) is None

    def test_the_last_type_stays(self, office):
        for key in ("pd-i", "pub-f", "pub-i", "lead", "study"):
            where = place(key=key)
            drafting.remove_type(where, by=office, seen=where.seen())

        with pytest.raises(Refused) as refused:
            drafting.remove_type(place(), by=office, seen=place().seen())

        assert codes(refused) == ["last_type"]
        assert drafting.draft_of(make.program()).types.count() == 1

    def test_a_group_and_a_cap_over_it_make_the_rules_layered(self, office):
        where = place("group", "")
        group = drafting.save_group(
            where,
            by=office,
            seen=where.seen(),
            fields={"name_en": "Courses", "name_fr": "Cours"},
            caps={"cycle": {"points": Decimal(50), "strictness": "enforced"}},
            needs={"year": {"points": Decimal(5), "strictness": "advised"}},
        )
        save_type(place(), by=office, group=group.key)

        draft = drafting.draft_of(make.program())
        assert draft.layered
        assert draft.types.get(key="pd-f").group == group
        assert draft.group_requirements()[0].points == 5


class TestWords:
    def test_what_differs_is_said_in_words(self, office):
        draft = make.draft(by=office)
        kinds = {kind.code_en: kind for kind in draft.types.all()}
        kinds["PD-F"].rates.update(per_hour="1.5")
        kinds["PD-I"].caps.all().delete()
        kinds["PUB-F"].rates.update(step="0.5", least="1")
        kinds["STUDY"].name_fr = "Étude"
        kinds["STUDY"].save()
        Requirement.objects.filter(rules=draft, per="year").update(
            strictness="required", carry="10"
        )
        draft.year_month, draft.year_day = 7, 1
        draft.save()

        said = facts.differences(Contents(draft.program.current_rules), Contents(draft))

        assert [text.replace("\u00a0", " ") for text in said] == [
            "Program years: from one anniversary of the start to the day before the next, "
            "now each begins on 1 July",
            "Needed each program year: 30 points suggested, now 30 points; "
            "up to 10 points more go into the next year",
            "PD-F: 2 points an hour, now 1.5 points an hour",
            "PUB-F: 2 points an hour, now 2 points an hour, rounded half up to steps of 0.5, "
            "at least 1",
            "STUDY: other texts or another look",
            "PD-I, at most in a program year: 20 points, no longer",
        ]

    def test_a_fresh_draft_differs_in_nothing(self, office):
        draft = make.draft(by=office)

        assert facts.differences(Contents(draft.program.current_rules), Contents(draft)) == []

    def test_they_are_in_the_language_of_the_page(self, office):
        draft = make.draft(by=office)
        draft.year_month, draft.year_day = 7, 1
        draft.save()

        with translation.override("fr"):
            words = facts.years_words(draft.year_begins)

        assert words.endswith("1er\u00a0juillet")

    def test_slips_are_pointed_out(self, office):
        draft = make.draft(by=office)
        Requirement.objects.filter(rules=draft, per="year").update(points="50")
        draft.types.get(key="pd-f").rates.update(per_hour=None, fixed="25")
        Cap.objects.filter(activity_type__rules=draft).exclude(activity_type__key="pd-f").update(
            points="1"
        )

        assert [text.replace("\u00a0", " ") for text in notices(Contents(draft))] == [
            "The years together need 150 points, more than the cycle’s 120.",
            "The limits let 75 points count in a cycle: fewer than the 120 needed.",
            "PD-F gives 25 points at once, and its limit is 20.",
        ]
        assert check(Contents(draft)) == []
        assert notices(Contents(make.program().current_rules)) == []

    def test_without_a_required_total_nobody_reaches_a_certificate(self, office):
        draft = make.draft(by=office)
        draft.requirements.filter(per="cycle").update(strictness="advised")

        assert "nobody reaches a certificate" in notices(Contents(draft))[0]


class TestSubjects:
    def test_they_are_renamed_put_in_order_added_and_removed(self, office):
        program = make.program()
        rows = list(program.subject_areas.all()[:3])
        wanted = [
            subjects.Subject(rows[1].pk, rows[0].name_en, rows[0].name_fr),  # they change names
            subjects.Subject(None, "Zines", "Zines"),
            subjects.Subject(rows[0].pk, rows[1].name_en, rows[1].name_fr),
        ]

        subjects.save(program, wanted, by=office, seen_state=subjects.seen(program))

        assert list(program.subject_areas.values_list("name_en", flat=True)) == [
            rows[0].name_en,
            "Zines",
            rows[1].name_en,
        ]
        assert program.subject_areas.first() == rows[1]

    def test_the_second_of_two_is_told(self, office):
        program = make.program()
        seen = subjects.seen(program)
        subjects.save(program, [subjects.Subject(None, "A", "A")], by=office, seen_state=seen)

        with pytest.raises(Refused):
            subjects.save(program, [], by=office, seen_state=seen)

        assert program.subject_areas.count() == 1


class TestLoading:
    def load(self):
        said = StringIO()
        call_command("load_programs", stdout=said)
        return said.getvalue()

    def test_the_file_changes_no_rules_that_are_kept_in_the_browser(self, office):
        draft = make.draft(by=office)
        draft.types.get(key="pd-f").rates.update(per_hour="3")
        while_written = self.load()
        Rules.objects.filter(pk=draft.pk).update(
            published_at=draft.program.current_rules.published_at, published_by=office
        )
        before = contents.state_of(make.program().current_rules)

        published = self.load()

        assert contents.state_of(make.program().current_rules) == before
        assert make.program().current_rules == draft
        assert "kept in the browser" in while_written
        assert "kept in the browser" in published

    def test_subject_areas_are_loaded_once(self):
        program = make.program()
        program.subject_areas.filter(name_en="Archives").update(name_en="Archives and records")

        said = self.load()

        assert not SubjectArea.objects.filter(program=program, name_en="Archives").exists()
        assert "kept in the browser" not in said
