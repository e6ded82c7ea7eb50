"""All that a version of the rules says, read once: to copy it, to tell its state, to word it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from registrations.models import ActivityType, Cap, Rate, Requirement, Rules, TypeGroup

TYPE_FIELDS = (
    *("code_en", "code_fr", "name_en", "name_fr", "about_en", "about_fr", "aliases", "colour"),
    *("needs_outcome", "position"),
)
GROUP_FIELDS = ("name_en", "name_fr", "position")
RATE_FIELDS = ("name_en", "name_fr", "per_hour", "fixed", "step", "least", "position")
CAP_FIELDS = ("per", "points", "strictness")
REQUIREMENT_FIELDS = ("per", "points", "strictness", "carry")
YEAR_FIELDS = ("year_month", "year_day")


class Contents:
    """Groups and types of a version by their keys, each with what belongs to it."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.groups: dict[str, TypeGroup] = {
            row.key: row for row in rules.groups.prefetch_related("caps", "requirements", "types")
        }
        self.types: dict[str, ActivityType] = {
            row.key: row
            for row in rules.types.select_related("group").prefetch_related("rates", "caps")
        }
        self.requirements = list(rules.requirements.filter(group=None).order_by("per"))

    @property
    def state(self) -> str:
        """Stand for all that the version says."""
        return digest(self.whole())

    def part(self, kind: str, key: str = "") -> Any:
        """Return one thing that is edited at once, as plain data; None when it isn't there."""
        if kind == "type":
            return _type(self.types[key]) if key in self.types else None
        if kind == "group":
            return _group(self.groups[key]) if key in self.groups else None
        return {
            "years": _fields(self.rules, YEAR_FIELDS),
            "requirements": _rows(self.requirements, REQUIREMENT_FIELDS),
        }

    def whole(self) -> Any:
        """Return everything as plain data."""
        return [
            self.part("needed"),
            {key: _group(row) for key, row in self.groups.items()},
            {key: _type(row) for key, row in self.types.items()},
        ]


def digest(data: Any) -> str:
    """Stand for a state of the rules, or of a part: the same for what says the same."""
    plain = json.dumps(data, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def state_of(rules: Rules) -> str:
    """Stand for all that a version says now."""
    return Contents(rules).state


def copy(source: Rules, target: Rules) -> None:
    """Write all that `source` says into `target`, which is empty."""
    contents = Contents(source)
    groups: dict[str, TypeGroup] = {}
    for key, group in contents.groups.items():
        groups[key] = target.groups.create(key=key, **_fields(group, GROUP_FIELDS))
        _copy_caps(group, group=groups[key])
        for row in group.requirements.all():
            target.requirements.create(group=groups[key], **_fields(row, REQUIREMENT_FIELDS))
    for key, kind in contents.types.items():
        own = groups[kind.group.key] if kind.group else None
        copied = target.types.create(key=key, group=own, **_fields(kind, TYPE_FIELDS))
        _copy_caps(kind, activity_type=copied)
        Rate.objects.bulk_create(
            Rate(activity_type=copied, key=rate.key, **_fields(rate, RATE_FIELDS))
            for rate in kind.rates.all()
        )
    for row in contents.requirements:
        target.requirements.create(**_fields(row, REQUIREMENT_FIELDS))
    target.note_layers()


def remove(rules: Rules) -> None:
    """Delete a draft with all that it says."""
    Requirement.objects.filter(rules=rules).delete()
    for kind in rules.types.all():
        remove_type(kind)
    rules.groups.all().delete()
    rules.delete()


def remove_type(kind: ActivityType) -> None:
    """Delete a type of a draft with its rates and caps."""
    kind.caps.all().delete()
    kind.rates.all().delete()
    kind.delete()


def _copy_caps(source: ActivityType | TypeGroup, **whose: Any) -> None:
    Cap.objects.bulk_create(Cap(**whose, **_fields(cap, CAP_FIELDS)) for cap in source.caps.all())


def _fields(row: Model, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _rows(rows: Iterable[Model], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return sorted((_fields(row, names) for row in rows), key=str)


def _type(kind: ActivityType) -> dict[str, Any]:
    return _fields(kind, TYPE_FIELDS) | {
        "group": kind.group.key if kind.group else None,
        "rates": {rate.key: _fields(rate, RATE_FIELDS) for rate in kind.rates.all()},
        "caps": _rows(kind.caps.all(), CAP_FIELDS),
    }


def _group(group: TypeGroup) -> dict[str, Any]:
    return _fields(group, GROUP_FIELDS) | {
        "caps": _rows(group.caps.all(), CAP_FIELDS),
        "requirements": _rows(group.requirements.all(), REQUIREMENT_FIELDS),
    }
