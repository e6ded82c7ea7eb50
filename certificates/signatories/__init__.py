"""Who signs a program's certificates: when, for whom, and with which drawn signature.

What was issued keeps its signatories: the facts are frozen, pictures too.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from certificates.facts import MOST_SIGNATORIES
from certificates.models import Signatory, SignaturePicture
from certificates.printing import paper
from certificates.wordings.fitting import plain_facts, why_not
from registrations.calendar import today_in
from registrations.models import Association, Person, Program
from registrations.models.history import write_event
from registrations.permissions import require
from registrations.rulebook.drafting import changed_meanwhile


@dataclass(frozen=True)
class Signing:
    """Who is printed for an association's members; for everybody else where there is none.

    `left_out` would sign too, but the paper has no more room.
    """

    association: Association | None
    printed: list[Signatory]
    left_out: list[Signatory]


def printed_on(program: Program, day: date) -> list[Signing]:
    """Say who is printed on that day: for everybody, then for associations with their own."""
    of: dict[int | None, list[Signatory]] = defaultdict(list)
    associations: dict[int, Association] = {}
    for row in program.signatories.on(day).select_related("association"):
        of[row.association_id].append(row)
        if row.association:
            associations[row.association.pk] = row.association
    own = sorted(associations.values(), key=lambda association: association.name)
    return [
        _signing(None, of[None]),
        *(_signing(association, of[None] + of[association.pk]) for association in own),
    ]


def _signing(association: Association | None, rows: list[Signatory]) -> Signing:
    rows = sorted(rows, key=lambda row: (row.position, row.pk))
    return Signing(association, rows[:MOST_SIGNATORIES], rows[MOST_SIGNATORIES:])


def check(program: Program, *, name: str, title_en: str, title_fr: str) -> list[Problem]:
    """Return what keeps a name or a position from being printed; its code is the field's name."""
    plain = plain_facts(program)
    tried = {
        "name": paper.Signatory(name, "–", "–"),
        "title_en": paper.Signatory("–", title_en, ""),
        "title_fr": paper.Signatory("–", "", title_fr),
    }
    found = [
        Problem(field, capfirst(why))
        for field, one in tried.items()
        if (why := why_not(replace(plain, signatories=(one,))))
    ]
    both = paper.Signatory("–", title_en, title_fr)
    if not found and (why := why_not(replace(plain, signatories=(both,)))):
        found.append(Problem("title_fr", capfirst(why)))
    return found


@transaction.atomic
def add(program: Program, *, by: Person, picture: bytes | None = None, **fields: Any) -> Signatory:
    """Add a signatory; `picture` is what `inking.inked` made.

    The same again, as by a second click, adds nobody. Raises `Refused` when somebody of that name
    begins on that day already.
    """
    require(by, "edit_certificate_texts")
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    fields["picture"] = _kept(picture)
    same = program.signatories.filter(
        association=fields["association"], name=fields["name"], first_day=fields["first_day"]
    ).first()
    if same is not None:
        if not _changed(same, fields):
            return same
        raise Refused(_listed())
    row = Signatory.objects.create(program=program, **fields)
    _note("signatory_added", row, by=by)
    return row


@transaction.atomic
def change(
    signatory: Signatory,
    *,
    by: Person,
    seen: int | None,
    picture: bytes | None = None,
    without_picture: bool = False,
    **fields: Any,
) -> bool:
    """Change what is known of a signatory, for certificates to come; say whether anything differs.

    `seen` is the `edits` of the row that was looked at. A new `picture` takes the place of the one
    there; without a new one that stays, or goes `without_picture`. Raises `Refused` when somebody
    was first, and when the person is listed from that day on already.
    """
    require(by, "edit_certificate_texts")
    Program.objects.select_for_update(no_key=True).get(pk=signatory.program_id)
    row = Signatory.objects.select_for_update().filter(pk=signatory.pk).first()
    if row is None:
        raise Refused(changed_meanwhile())
    if picture is not None or without_picture:
        fields["picture"] = _kept(picture)
    changed = _changed(row, fields)
    if not changed:
        return False
    if row.edits != seen:
        raise Refused(changed_meanwhile())
    for name in changed:
        setattr(row, name, fields[name])
    others = Signatory.objects.exclude(pk=row.pk).filter(program=row.program_id)
    if others.filter(association=row.association, name=row.name, first_day=row.first_day).exists():
        raise Refused(_listed())
    row.edits += 1
    row.save()
    _note("signatory_changed", row, by=by, fields=changed)
    return True


@transaction.atomic
def end(signatory: Signatory, *, by: Person) -> None:
    """Let today be the last day. Who hasn't begun goes from the list; who has ended stays so."""
    require(by, "edit_certificate_texts")
    row = Signatory.objects.select_for_update().select_related("program").get(pk=signatory.pk)
    today = today_in(row.program)
    if row.last_day and row.last_day <= today:
        return
    _note("signatory_ended", row, by=by)
    if row.first_day > today:
        row.delete()
        return
    row.last_day = today
    row.edits += 1
    row.save(update_fields=["last_day", "edits"])


def _listed() -> Problem:
    return Problem("listed", _("This person is in the list already, from the same day on."))


def _changed(row: Signatory, fields: dict[str, Any]) -> list[str]:
    return [name for name, value in fields.items() if getattr(row, name) != value]


def _kept(picture: bytes | None) -> SignaturePicture | None:
    if picture is None:
        return None
    kept, _new = SignaturePicture.objects.get_or_create(
        sha256=sha256(picture).hexdigest(), defaults={"png": picture}
    )
    return kept


def _note(kind: str, row: Signatory, *, by: Person, **more: object) -> None:
    about = {"program": row.program.code, "signatory": row.pk, **more}
    write_event(kind, by=by, person=by, details=about)
