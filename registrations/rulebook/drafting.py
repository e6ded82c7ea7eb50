"""Editing the rules: always in a draft, a copy of the current version, one per program.

Whoever edits says which state of the part they saw (`contents.digest`): when somebody else changed
it first, the second is told and nothing is lost silently (reliability G6).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from registrations.models import ActivityType, Cap, Person, Program, Rules, TypeGroup
from registrations.permissions import require
from registrations.rulebook import contents
from registrations.rulebook.contents import Contents, digest

# Far beyond what a program needs; a form or a loop that runs wild ends here.
MOST_TYPES, MOST_RATES, MOST_GROUPS, MOST_SUBJECTS = 60, 20, 20, 200


@dataclass(frozen=True)
class Place:
    """A part of the rules that is edited at once: a type, a group, or what is needed.

    `key` is empty for what is needed, and for a type or group that is to be added.
    """

    program: Program
    kind: str
    key: str = ""

    def seen(self) -> str:
        """Stand for the part as it is now, for a form to carry."""
        return digest(Contents(shown(self.program)).part(self.kind, self.key))


def draft_of(program: Program) -> Rules | None:
    """Return the draft that is worked on, if there is one."""
    return program.rules.drafts().first()


def shown(program: Program) -> Rules:
    """Return what an administrator edits: the draft, else what an edit would be a copy of."""
    return draft_of(program) or program.current_rules


def lock_draft(program: Program) -> Rules | None:
    """Return the draft, locked: nobody edits or publishes it until the transaction ends.

    Rules are locked before registrations and programs, everywhere. Raises `Refused` when somebody
    has deleted the program meanwhile.
    """
    # By the first version, which is always there. New registrations may refer to it meanwhile.
    if program.rules.select_for_update(no_key=True).order_by("version").first() is None:
        raise Refused(changed_meanwhile())
    return program.rules.drafts().select_for_update(no_key=True).first()


@contextmanager
def editing(place: Place, *, by: Person, seen: str) -> Iterator[Rules]:
    """Give the draft to write in, begun if need be; raises `Refused` when the part has changed."""
    require(by, "edit_rules")
    with transaction.atomic():
        draft = _begin(place.program)
        if seen != digest(Contents(draft).part(place.kind, place.key)):
            raise Refused(changed_meanwhile())
        yield draft
        draft.note_layers()


def _begin(program: Program) -> Rules:
    """Return the locked draft; a new one is a deep copy of the current version."""
    draft = lock_draft(program)
    if draft is None:
        current = program.current_rules
        draft = Rules.objects.create(
            program=program,
            version=current.version + 1,
            published_at=None,
            year_month=current.year_month,
            year_day=current.year_day,
        )
        contents.copy(current, draft)
    return draft


def changed_meanwhile() -> Problem:
    """Tell the slower of two administrators that the other one was first."""
    return Problem(
        "stale",
        _(
            "Somebody changed this meanwhile, so nothing of yours is saved. "
            "Look at it as it is now, then enter your change again."
        ),
    )


@transaction.atomic
def discard(program: Program, *, by: Person, seen: str) -> None:
    """Throw the draft away; raises `Refused` when somebody has edited it since `seen`."""
    require(by, "edit_rules")
    draft = lock_draft(program)
    if draft is None:
        return
    if not program.rules.published().exists():
        raise Refused(
            Problem(
                "first_rules",
                _("These are the program’s first rules: change them instead."),
                fixable=False,
            )
        )
    if contents.state_of(draft) != seen:
        raise Refused(changed_meanwhile())
    contents.remove(draft)


def save_needed(
    program: Program,
    *,
    by: Person,
    seen: str,
    begins: tuple[int, int] | None,
    needs: Mapping[str, Mapping[str, Any] | None],
) -> None:
    """Write when program years begin, and what is required per cycle and year.

    `needs` holds the fields of each requirement by its period, or None where there is none.
    """
    with editing(Place(program, "needed"), by=by, seen=seen) as draft:
        draft.year_month, draft.year_day = begins or (None, None)
        draft.save(update_fields=["year_month", "year_day"])
        _save_requirements(draft, None, needs)


def save_group(
    place: Place,
    *,
    by: Person,
    seen: str,
    fields: Mapping[str, Any],
    caps: Mapping[str, Mapping[str, Any] | None],
    needs: Mapping[str, Mapping[str, Any] | None],
) -> TypeGroup:
    """Write a group of types, its caps and its minimums by their periods."""
    with editing(place, by=by, seen=seen) as draft:
        if place.key:
            group = draft.groups.get(key=place.key)
            _write(group, fields)
        else:
            _refuse_too_many(draft.groups.count(), MOST_GROUPS)
            key = _free_key(str(fields["name_en"]), draft.groups.values_list("key", flat=True))
            group = draft.groups.create(key=key, position=_next(draft.groups), **fields)
        _save_caps(caps, group=group)
        _save_requirements(draft, group, needs)
    return group


def remove_group(place: Place, *, by: Person, seen: str) -> None:
    """Take a group away with its caps and minimums; its types stay."""
    with editing(place, by=by, seen=seen) as draft:
        draft.groups.filter(key=place.key).delete()


def save_type(
    place: Place,
    *,
    by: Person,
    seen: str,
    fields: Mapping[str, Any],
    group: str,
    caps: Mapping[str, Mapping[str, Any] | None],
    rates: list[tuple[str, Mapping[str, Any]]],
) -> ActivityType:
    """Write a type with its caps, and exactly these rates: (key, fields), without a key if new.

    `group` is a group's key or empty. Raises `Refused` when another type has its code, or the
    group is gone.
    """
    with editing(place, by=by, seen=seen) as draft:
        others = draft.types.exclude(key=place.key) if place.key else draft.types.all()
        if others.filter(code_en=fields["code_en"]).exists():
            raise Refused(Problem("code_used", _("Another type has this code.")))
        in_group = draft.groups.filter(key=group).first() if group else None
        if group and in_group is None:
            raise Refused(changed_meanwhile())
        if place.key:
            kind = draft.types.get(key=place.key)
            _write(kind, {**fields, "group": in_group})
        else:
            _refuse_too_many(others.count(), MOST_TYPES)
            key = _free_key(str(fields["code_en"]), _used_keys(draft, "types__key"))
            kind = draft.types.create(
                key=key, group=in_group, position=_next(draft.types), **fields
            )
        _save_caps(caps, activity_type=kind)
        _save_rates(kind, rates)
    return kind


def remove_type(place: Place, *, by: Person, seen: str) -> None:
    """Take a type away. Who has entries of it stays under the version that has it."""
    with editing(place, by=by, seen=seen) as draft:
        if draft.types.count() < 2:
            raise Refused(Problem("last_type", _("A program needs one activity type at least.")))
        kind = draft.types.filter(key=place.key).first()
        if kind is not None:
            contents.remove_type(kind)


def _save_caps(caps: Mapping[str, Mapping[str, Any] | None], **whose: Any) -> None:
    for per, fields in caps.items():
        if fields is None:
            Cap.objects.filter(**whose, per=per).delete()
        else:
            Cap.objects.update_or_create(**whose, per=per, defaults=fields)


def _save_requirements(
    draft: Rules, group: TypeGroup | None, needs: Mapping[str, Mapping[str, Any] | None]
) -> None:
    for per, fields in needs.items():
        if fields is None:
            draft.requirements.filter(group=group, per=per).delete()
        else:
            draft.requirements.update_or_create(group=group, per=per, defaults=fields)


def _save_rates(kind: ActivityType, rates: list[tuple[str, Mapping[str, Any]]]) -> None:
    kept = [key for key, _fields in rates if key]
    if set(kept) - set(kind.rates.values_list("key", flat=True)):
        raise Refused(changed_meanwhile())
    kind.rates.exclude(key__in=kept).delete()
    used = _used_keys(kind.rules, "types__rates__key", types__key=kind.key) | set(kept)
    for position, (key, fields) in enumerate(rates, start=1):
        if not key:
            key = _free_key(str(fields["name_en"] or "rate"), used)
            used.add(key)
        kind.rates.update_or_create(key=key, defaults={**fields, "position": position})


def _used_keys(draft: Rules, column: str, **where: Any) -> set[str]:
    """Return keys that any version of the program has used.

    A key that came back for something else would carry entries over to it.
    """
    found = Rules.objects.filter(program=draft.program_id, **where).values_list(column, flat=True)
    return {key for key in found if key}


def _free_key(text: str, used: Any) -> str:
    """Make a key of a text that isn't among those."""
    stem = slugify(text)[:24] or "key"
    taken = set(used)
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbered) if key not in taken)


def _next(rows: Any) -> int:
    try:
        return int(rows.latest("position").position) + 1
    except ObjectDoesNotExist:
        return 1


def _write(row: ActivityType | TypeGroup, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def _refuse_too_many(count: int, most: int) -> None:
    if count >= most:
        raise Refused(Problem("too_many", _("There are %(most)s already.") % {"most": most}))
