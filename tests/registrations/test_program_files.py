"""Programs of the browser beside those of the files, and two administrators at once."""

from io import StringIO

import pytest
from django.core.management import call_command

from cec.problems import Refused
from registrations import programs, registering
from registrations.models import Program, Rules
from registrations.program_keeping import history, making, opening, sections, uses
from registrations.rulebook import contents
from tests import factories as make
from tests.races import at_once

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
