"""Programs and associations as files, and the loader that makes rows of them."""

import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction

from registrations.models import (
    ActivityType,
    Association,
    Cap,
    Program,
    Rate,
    Requirement,
    Rules,
)

FOLDER = Path(__file__).parent


class RulesInUse(Exception):
    """The file changes points under which people are registered; it needs a new version."""


def load_all() -> list[str]:
    """Load every file of this folder and return what was loaded; doing it again changes nothing."""
    loaded = [load_associations(FOLDER / "associations.toml")]
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name != "associations.toml":
            loaded.append(str(load_program(path)))
    return loaded


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

    Raises `RulesInUse` when registrations already count under this version and a number in the
    file is another one: then `version` in the file has to be raised.
    """
    data = _read(path)
    fields = dict(data["program"])
    slug = fields.pop("slug")
    program, _ = Program.objects.update_or_create(slug=slug, defaults=fields)
    rules, _ = Rules.objects.get_or_create(program=program, version=data["version"])
    before = _numbers(rules)
    for row in data.get("requirement", []):
        rules.requirements.update_or_create(per=row["per"], defaults=_without(row, "per"))
    for position, row in enumerate(data["type"], start=1):
        _load_type(rules, position, row)
    for position, row in enumerate(data.get("subject", []), start=1):
        program.subject_areas.update_or_create(
            name_en=row["en"], defaults={"name_fr": row["fr"], "position": position}
        )
    if rules.registrations.exists() and _numbers(rules) != before:
        raise RulesInUse(
            f"{path.name}: people are registered under version {rules.version}; raise `version`."
        )
    return program


def _load_type(rules: Rules, position: int, row: dict[str, Any]) -> None:
    texts = _without(row, "code_en", "rates", "cap")
    kind, _ = ActivityType.objects.update_or_create(
        rules=rules, code_en=row["code_en"], defaults={**texts, "position": position}
    )
    for place, rate in enumerate(row["rates"], start=1):
        Rate.objects.update_or_create(
            activity_type=kind,
            key=rate["key"],
            defaults={**_without(rate, "key"), "position": place},
        )
    if cap := row.get("cap"):
        Cap.objects.update_or_create(activity_type=kind, per="year", defaults=cap)


def _numbers(rules: Rules) -> list[list[tuple[object, ...]]]:
    """Everything of a version that changes what counts."""
    types = rules.types.all()
    return [
        list(rows)
        for rows in (
            Rate.objects.filter(activity_type__in=types)
            .order_by("id")
            .values_list("id", "per_hour", "fixed"),
            Cap.objects.filter(activity_type__in=types)
            .order_by("id")
            .values_list("id", "points", "strictness"),
            Requirement.objects.filter(rules=rules)
            .order_by("id")
            .values_list("id", "points", "strictness"),
            types.order_by("id").values_list("id", "needs_outcome"),
        )
    ]


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _without(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}


__all__ = ["RulesInUse", "load_all", "load_associations", "load_program"]
