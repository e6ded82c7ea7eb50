"""Programs and associations as files, and the loader that makes rows of them."""

import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from registrations.models import (
    ActivityType,
    Association,
    Cap,
    Program,
    Rate,
    Requirement,
    Rules,
    SubjectArea,
    TypeGroup,
)

FOLDER = Path(__file__).parent


class RulesInUse(Exception):
    """The file changes points under which people are registered; it needs a new version."""


def load_all() -> list[str]:
    """Load every file of this folder and return what was loaded; doing it again changes nothing."""
    loaded = [load_associations(FOLDER / "associations.toml")]
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name != "associations.toml":
            program = load_program(path)
            loaded.append(f"{program}{_kept(program)}")
    return loaded


def _kept(program: Program) -> str:
    """Say what of a program its file doesn't change any more."""
    if program.kept_in_browser:
        return " (kept in the browser)"
    return " (without its rules, which are kept in the browser)" if keeps_rules(program) else ""


def keeps_rules(program: Program) -> bool:
    """Say whether administrators keep the program's rules: they write or wrote a version of them.

    From then on the file changes none of them.
    """
    written = Q(published_at__isnull=True) | Q(published_by__isnull=False)
    return program.rules.filter(written).exists()


@transaction.atomic
def load_associations(path: Path) -> str:
    """Add the associations that are missing; what was edited since stays as it is."""
    rows = _read(path)["association"]
    for row in rows:
        Association.objects.get_or_create(code=row["code"], defaults=row)
    return f"{len(rows)} associations"


@transaction.atomic
def load_program(path: Path) -> Program:
    """Make the program's rows equal to the file.

    A program that administrators keep (`kept_in_browser`) stays as it is, whoever made it; where
    they keep the rules (`keeps_rules`), those do. The code says which program it is, for it is
    printed on certificates. Raises `RulesInUse` when registrations already count under this version
    and a number in the file is another one: then `version` in the file has to be raised.
    """
    data = _read(path)
    program, is_new = _load_texts(dict(data["program"]))
    if program.kept_in_browser or keeps_rules(program):
        return program
    if is_new:  # written once; from then on they are edited in the browser
        _load_subjects(program, data.get("subject", []))
    rules, _ = Rules.objects.get_or_create(program=program, version=data["version"])
    before = _numbers(rules)
    Rules.objects.filter(pk=rules.pk).update(**data.get("rules", {}))
    rules.refresh_from_db()
    groups = {
        row["key"]: rules.groups.update_or_create(
            key=row["key"], defaults={**_without(row, "key", "cap", "caps"), "position": position}
        )[0]
        for position, row in enumerate(data.get("group", []), start=1)
    }
    for row in data.get("requirement", []):
        group = groups[row["group"]] if "group" in row else None
        rules.requirements.update_or_create(
            per=row["per"], group=group, defaults=_without(row, "per", "group")
        )
    for position, row in enumerate(data["type"], start=1):
        _load_type(rules, position, row, groups)
    for row in data.get("group", []):
        _load_caps(row, group=groups[row["key"]])
    rules.note_layers()
    for position, row in enumerate(data.get("use", []), start=1):
        program.statement_uses.update_or_create(
            key=row["key"],
            defaults={"name_en": row["en"], "name_fr": row["fr"], "position": position},
        )
    if rules.registrations.exists() and _numbers(rules) != before:
        raise RulesInUse(
            f"{path.name}: people are registered under version {rules.version}; raise `version`."
        )
    return program


def _load_texts(fields: dict[str, Any]) -> tuple[Program, bool]:
    """Write the program's own fields, unless administrators keep it; say whether it is new."""
    kept = Program.objects.filter(kept_in_browser=True)
    taken = kept.filter(Q(code=fields["code"]) | Q(slug=fields["slug"])).first()
    if taken:
        return taken, False
    is_open = fields.get("is_open", True)
    return Program.objects.update_or_create(
        slug=fields["slug"],
        defaults=fields,
        create_defaults=fields | {"opened_at": timezone.now() if is_open else None},
    )


def _load_subjects(program: Program, rows: list[dict[str, str]]) -> None:
    SubjectArea.objects.bulk_create(
        SubjectArea(program=program, name_en=row["en"], name_fr=row["fr"], position=position)
        for position, row in enumerate(rows, start=1)
    )


def _load_type(
    rules: Rules, position: int, row: dict[str, Any], groups: dict[str, TypeGroup]
) -> None:
    texts = _without(row, "code_en", "rates", "cap", "caps", "group")
    kind, _ = ActivityType.objects.update_or_create(
        rules=rules,
        code_en=row["code_en"],
        defaults={
            "key": slugify(row["code_en"]),
            **texts,
            "group": groups[row["group"]] if "group" in row else None,
            "position": position,
        },
    )
    for place, rate in enumerate(row["rates"], start=1):
        Rate.objects.update_or_create(
            activity_type=kind,
            key=rate["key"],
            defaults={**_without(rate, "key"), "position": place},
        )
    _load_caps(row, activity_type=kind)


def _load_caps(row: dict[str, Any], **whose: Any) -> None:
    """Write the caps of a type or of a group: one a year as `cap`, or any as `caps`."""
    yearly = [{"per": "year", **row["cap"]}] if "cap" in row else []
    for cap in [*yearly, *row.get("caps", [])]:
        Cap.objects.update_or_create(**whose, per=cap["per"], defaults=_without(cap, "per"))


def _numbers(rules: Rules) -> list[list[tuple[object, ...]]]:
    """Everything of a version that changes what counts."""
    types = rules.types.all()
    return [
        list(rows)
        for rows in (
            Rate.objects.filter(activity_type__in=types)
            .order_by("id")
            .values_list("id", "per_hour", "fixed", "step", "least"),
            Cap.objects.filter(Q(activity_type__in=types) | Q(group__rules=rules))
            .order_by("id")
            .values_list("id", "points", "strictness"),
            Requirement.objects.filter(rules=rules)
            .order_by("id")
            .values_list("id", "points", "strictness", "carry"),
            types.order_by("id").values_list("id", "needs_outcome", "group"),
            Rules.objects.filter(pk=rules.pk).values_list("year_month", "year_day"),
        )
    ]


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _without(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}


__all__ = ["RulesInUse", "load_all", "load_associations", "load_program"]
