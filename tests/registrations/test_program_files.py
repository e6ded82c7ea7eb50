"""Programs of the browser beside those of the files, and two administrators at once."""

from functools import partial
from io import StringIO
from threading import Event as Signal

import pytest
from django.core.management import call_command
from django.db import transaction

from activities import publishing
from cec.problems import Refused
from registrations import programs, registering
from registrations.models import Program, Rules, TypeGroup
from registrations.program_keeping import history, making, opening, sections, uses
from registrations.rulebook import contents, drafting, subjects
from registrations.rulebook.drafting import Place
from tests import factories as make
from tests.races import at_once, wait_for_a_lock

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.administrator()


def ready(office):
    return make.rules_published(make.set_up(copy_of="CEC", by=office))


class TestLoading:
    def load(self):
        said = StringIO()
        call_command("load_programs", stdout=said)
        return said.getvalue()

    def everything(self):
        return (
            list(Program.objects.order_by("pk").values()),
            [contents.state_of(rules) for rules in Rules.objects.order_by("pk")],
            [list(program.subject_areas.values()) for program in Program.objects.order_by("pk")],
            [list(program.statement_uses.values()) for program in Program.objects.order_by("pk")],
        )

    def test_a_file_changes_nothing_that_was_made_or_changed_in_the_browser(self, office):
        cec = make.program("CEC")
        sections.save(
            cec, "fee", by=office, seen_state=sections.seen(cec, "fee"), values={"fee": 45}
        )
        cpc = make.program("CPC")
        uses.save(cpc, [uses.Use(None, "Only", "Seul")], by=office, seen_state=uses.seen(cpc))
        made = ready(office)
        make.steering()
        opening.open_it(made, by=office, seen=sections.seen(made, "opening"))
        before = self.everything()

        said = self.load()

        assert self.everything() == before
        assert said.count("(kept in the browser)") == 2

    def test_a_program_of_a_file_with_a_code_that_is_taken_touches_nothing(self, office, tmp_path):
        made = make.set_up(copy_of="CEC", by=office)
        source = (programs.FOLDER / "partnership-cec.toml").read_text(encoding="utf-8")
        other = tmp_path / "other.toml"
        other.write_text(
            source.replace('slug = "partnership-cec"', 'slug = "other"').replace(
                'code = "CEC"', 'code = "SLT"'
            ),
            encoding="utf-8",
        )
        before = self.everything()

        loaded = programs.load_program(other)

        assert loaded == made
        assert self.everything() == before

    def test_what_nobody_changed_in_the_browser_still_follows_its_file(self):
        Program.objects.filter(code="CEC").update(fee=99)

        self.load()

        assert make.program("CEC").fee == 40

    def test_a_list_of_subject_areas_that_was_emptied_stays_empty(self):
        make.program("CEC").subject_areas.all().delete()

        self.load()

        assert not make.program("CEC").subject_areas.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_change_the_same_part_are_one_change_and_one_refusal(self, office):
        made = make.set_up(by=office)
        seen = sections.seen(made, "fee")

        def fee(value):
            return lambda: sections.save(
                made, "fee", by=office, seen_state=seen, values={"fee": value}
            )

        said = at_once([fee(10), fee(20)])

        assert sorted(type(one).__name__ for one in said) == ["Program", "Refused"]
        assert history.of(made).filter(kind="program_changed").count() == 1

    def test_two_who_set_up_the_same_code_make_one_program(self, office):
        said = at_once([lambda: make.set_up(by=office), lambda: make.set_up(by=office)])

        assert sorted(type(one).__name__ for one in said) == ["Program", "Refused"]
        assert Program.objects.filter(code="SLT").count() == 1

    def test_nobody_registers_in_a_program_that_is_being_deleted(self, office):
        made, person = ready(office), make.person()

        said = at_once(
            [
                lambda: making.delete(made, by=office),
                lambda: registering.open_draft(person, made),
            ]
        )

        kept = Program.objects.filter(pk=made.pk).exists()
        assert kept == isinstance(said[0], Refused)
        assert kept != isinstance(said[1], Exception)

    def test_whoever_edits_the_rules_of_one_that_is_being_deleted_is_told(self, office):
        made, is_deleted = make.set_up(copy_of="CEC", by=office), Signal()

        def delete():
            with transaction.atomic():
                making.delete(made, by=office)
                is_deleted.set()
                wait_for_a_lock()

        deleted, edited = at_once([delete, lambda: is_deleted.wait(20) and add_group(made, office)])

        assert deleted is None
        assert isinstance(edited, Refused)
        assert not Program.objects.filter(pk=made.pk).exists()

    def test_so_is_whoever_edits_its_subject_areas(self, office):
        made = make.set_up(copy_of="CEC", by=office)
        seen = subjects.seen(made)
        making.delete(Program.objects.get(pk=made.pk), by=office)

        with pytest.raises(Refused):
            subjects.save(made, [], by=office, seen_state=seen)

    def test_rules_that_are_being_edited_go_with_the_program_once_that_is_saved(self, office):
        made, is_held = make.set_up(copy_of="CEC", by=office), Signal()

        def edit():
            with transaction.atomic():
                drafting.lock_draft(made)
                is_held.set()
                wait_for_a_lock()
                return add_group(made, office)

        edited, deleted = at_once(
            [edit, lambda: is_held.wait(20) and making.delete(made, by=office)]
        )

        assert isinstance(edited, TypeGroup)
        assert deleted is None
        assert not Program.objects.filter(pk=made.pk).exists()

    def test_one_that_is_deleted_while_its_rules_are_published_is_gone_or_stays_whole(self, office):
        for number in range(3):
            made = make.set_up(f"SL{'ABC'[number]}", copy_of="CEC", by=office)
            seen = contents.state_of(made.coming_rules)

            deleted, published = at_once(
                [
                    partial(making.delete, made, by=office),
                    partial(
                        publishing.publish,
                        made,
                        by=office,
                        seen=seen,
                        reason="First rules",
                        for_all=False,
                    ),
                ]
            )

            assert deleted is None
            assert isinstance(published, Rules | Refused)
            assert not Program.objects.filter(pk=made.pk).exists()

    def test_a_new_draft_that_is_begun_while_it_is_deleted_blocks_nobody(self, office):
        for number in range(3):
            made = make.rules_published(make.set_up(f"SL{'ABC'[number]}", copy_of="CEC", by=office))

            deleted, edited = at_once(
                [partial(making.delete, made, by=office), partial(add_group, made, office)]
            )

            assert deleted is None
            assert isinstance(edited, TypeGroup | Refused)


def add_group(program, office):
    place = Place(program, "group")
    fields = {"name_en": "Group", "name_fr": "Groupe"}
    return drafting.save_group(
        place, by=office, seen=place.seen(), fields=fields, caps={}, needs={}
    )
