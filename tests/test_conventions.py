"""What a linter can't hold: the house rules that would otherwise be forgotten."""

import re
import tomllib
from pathlib import Path

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelTable,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)

from registrations import programs
from registrations.models import Appointment, Cap, Program, Rate
from tests import factories as make

ROOT = Path(__file__).resolve().parent.parent
CODE = [
    path
    for folder in ("cec", "registrations", "activities", "certificates")
    for path in (ROOT / folder).rglob("*.py")
]


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    settings = (ROOT / "cec" / "settings.py").read_text(encoding="utf-8")
    read = set(
        re.findall(
            r"env\.(?:text|flag|number|words|web_address|choice|path|secret|mail_server|scanner)\("
            r'"([A-Z_]+)"',
            settings,
        )
    )

    assert {name for name in read if f"`{name}`" not in readme} == set()
    assert {"DATABASE_URL", "SECRET_KEY", "SMTP_URL"} <= read


# Up to here the migrations ran on real sites before the rule below was kept.
RELEASED = {"cec": 3, "registrations": 2, "activities": 1, "certificates": 2}


def test_a_column_added_to_a_table_in_use_can_be_left_out_by_the_former_version():
    loader = MigrationLoader(None)
    ours = [
        (key, migration) for key, migration in loader.disk_migrations.items() if key[0] in RELEASED
    ]
    in_use = {
        (app, operation.name_lower)
        for (app, name), migration in ours
        if int(name[:4]) <= RELEASED[app]
        for operation in migration.operations
        if isinstance(operation, CreateModel)
    }

    added = [
        (app, operation)
        for (app, name), migration in ours
        if int(name[:4]) > RELEASED[app]
        for operation in migration.operations
        if isinstance(operation, AddField) and (app, operation.model_name_lower) in in_use
    ]
    needed = [
        f"{app}.{operation.model_name}.{operation.name}"
        for app, operation in added
        if not operation.field.null and not operation.field.has_db_default()
    ]

    assert added
    assert needed == []


# Up to here the migrations ran, or were written, before the rule below was kept.
BEFORE_TWO_STEPS = {"cec": 10, "registrations": 21, "activities": 13, "certificates": 9}
# Tables that have a row or more for each activity, mail or visit: an index locks them for long.
LARGE = {
    ("activities", "activity"), ("activities", "credit"), ("activities", "entrychange"),
    ("registrations", "event"), ("cec", "outgoingmail"),
}  # fmt: skip


def test_a_migration_leaves_the_former_version_what_it_asks_for():
    """What goes away goes in the version after the one that no longer asks for it (I6)."""
    breaks = (RemoveField, RenameField, DeleteModel, RenameModel, AlterModelTable)
    locks = (AddIndex, AddConstraint)

    guilty = [
        f"{app}.{name}: {operation.describe()}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in BEFORE_TWO_STEPS and int(name[:4]) > BEFORE_TWO_STEPS[app]
        for operation in migration.operations
        if isinstance(operation, breaks)
        or (
            isinstance(operation, AlterField)
            and not operation.field.null
            and not operation.field.has_default()
            and not operation.field.has_db_default()
        )
        or (
            isinstance(operation, locks)
            and (app, operation.model_name_lower) in LARGE
            and not isinstance(operation, AddIndexConcurrently | AddConstraintNotValid)
        )
    ]

    assert guilty == []


def test_a_migration_makes_its_new_tables_before_it_locks_those_in_use():
    """What alters a table keeps all others from it until the whole migration is over."""
    alters = (AddField, AlterField, AddConstraint, AddIndex)
    guilty = []
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app not in BEFORE_TWO_STEPS or int(name[:4]) <= BEFORE_TWO_STEPS[app]:
            continue
        made, locked = set(), ""
        for operation in migration.operations if migration.atomic else ():
            if isinstance(operation, CreateModel):
                made.add(operation.name_lower)
                guilty += [f"{app}.{name}: {locked} before {operation.name}"] if locked else []
            elif isinstance(operation, alters) and operation.model_name_lower not in made:
                locked = operation.model_name_lower

    assert guilty == []


def test_every_concept_module_stands_between_the_models_and_the_pages():
    of_pages = {"forms", "navigation", "urls", "account_urls", "lasting_urls", "public_urls"}
    of_pages |= {"views", "back_door"}
    of_others = {"__init__", "apps", "bench", "demo", "fonts", "goals", "management"}
    concepts = {
        f"{app}.{path.stem}"
        for app in ("registrations", "activities", "certificates")
        for path in (ROOT / app).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists())
        and path.stem not in {"migrations", "models"} | of_pages | of_others
    }

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {row["name"]: row for row in project["tool"]["importlinter"]["contracts"]}

    above_models = contracts["Models know nothing of concepts, forms or pages"]["forbidden_modules"]
    assert concepts == set(contracts["Concepts know nothing of pages"]["source_modules"])
    assert concepts <= set(above_models)


def test_no_programs_name_or_figure_decides_anything():
    names = re.compile(r'(==|!=|\bin\b)\s*[("\']+(CEC|CPC|partnership-cec|cpc-credits|PD-[FI])\b')

    guilty = [
        str(path.relative_to(ROOT))
        for path in CODE
        if "demo" not in path.parts and names.search(path.read_text(encoding="utf-8"))
    ]

    assert guilty == []


def test_points_and_money_are_never_floats():
    floats = re.compile(r"\bfloat\(|FloatField")
    apps = {"registrations", "activities"}
    modules = [path for path in CODE if path.relative_to(ROOT).parts[0] in apps]

    guilty = [path.name for path in modules if floats.search(path.read_text(encoding="utf-8"))]

    assert len(modules) > 80
    assert guilty == []


def test_only_the_log_writes_what_an_activity_is_worth():
    writes = re.compile(r"Credit(\.objects\.(create|bulk_create|update)|\()")

    guilty = [
        path.name
        for path in CODE
        if path.name != "log.py"
        and not {"migrations", "demo", "bench"} & set(path.parts)
        and writes.search(path.read_text(encoding="utf-8"))
    ]

    assert guilty == []


@pytest.mark.django_db
def test_loading_the_programs_again_changes_nothing():
    before = list(Rate.objects.values()), list(Cap.objects.values()), list(Program.objects.values())

    call_command("load_programs", verbosity=0)

    assert before == (
        list(Rate.objects.values()),
        list(Cap.objects.values()),
        list(Program.objects.values()),
    )


@pytest.mark.django_db
def test_the_programs_are_the_ones_of_the_domain():
    cec = {
        (rate.activity_type.code_en, rate.key): rate.per_hour
        for rate in Rate.objects.filter(activity_type__rules__program__code="CEC")
    }
    cpc = sorted(
        Rate.objects.filter(activity_type__rules__program__code="CPC").values_list(
            "fixed", flat=True
        )
    )

    assert cec == {
        ("PD-F", "hour"): 2,
        ("PD-I", "hour"): 1,
        ("PUB-F", "hour"): 2,
        ("PUB-I", "hour"): 1,
        ("LEAD", "committee"): 1,
        ("LEAD", "board"): 2,
        ("STUDY", "hour"): 1,
    }
    assert cpc == [1, 10, 40, 40, 50, 200]
    assert set(Cap.objects.values_list("points", "strictness")) == {(20, "enforced")}
    assert make.program("CEC").fee == 40
    assert make.program("CEC").cycle_years == 3
    assert {row.per: (row.points, row.strictness) for row in rules().requirements.all()} == {
        "cycle": (120, "required"),
        "year": (30, "advised"),
    }


def rules():
    return make.program("CEC").current_rules


@pytest.mark.django_db
def test_a_figure_under_which_people_are_registered_is_not_changed(tmp_path):
    source = (programs.FOLDER / "partnership-cec.toml").read_text(encoding="utf-8")
    changed = tmp_path / "partnership-cec.toml"
    changed.write_text(source.replace('points = "120"', 'points = "100"'), encoding="utf-8")
    make.registration()

    with pytest.raises(programs.RulesInUse):
        programs.load_program(changed)
    changed.write_text(
        source.replace('points = "120"', 'points = "100"').replace("version = 1", "version = 2"),
        encoding="utf-8",
    )
    programs.load_program(changed)

    assert rules().version == 2
    assert rules().requirement("cycle").points == 100
    assert make.program().rules.get(version=1).requirement("cycle").points == 120


@pytest.mark.django_db
def test_the_first_administrator_is_made_by_a_command():
    person = make.person(email="first@example.org")

    call_command("appoint_administrator", "FIRST@example.org")
    call_command("appoint_administrator", "first@example.org")

    assert Appointment.objects.get(person=person).role == "administrator"
    with pytest.raises(CommandError):
        call_command("appoint_administrator", "nobody@example.org")
