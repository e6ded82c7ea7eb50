"""Rehearsing rules on everybody before they are published: what would change, and for whom."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from activities import carrying
from activities.models import Effect, Rehearsal
from cec.problems import Problem, Refused
from registrations.models import Person, Program, Registration, Rules
from registrations.permissions import require
from registrations.rulebook import contents, drafting

# At a hundred thousand participants it takes seconds: no statement of a page has so long otherwise,
# nor so much room for what it sorts and adds up, which would go to disk.
PATIENCE = "SET LOCAL statement_timeout = '120s'; SET LOCAL work_mem = '128MB'"

INSERT = """
    WITH made AS (
        INSERT INTO activities_effect
            (rehearsal_id, registration_id, before, after, falls, stuck, to_tell)
        SELECT %(rehearsal)s, registration_id, before, after, falls, stuck, false
        FROM ({effects}) effects
        ORDER BY registration_id
        RETURNING falls, stuck
    )
    SELECT (SELECT count(*) FROM ({people}) people), count(*) FILTER (WHERE stuck = ''),
           count(*) FILTER (WHERE falls), count(*) FILTER (WHERE stuck <> '')
    FROM made
"""


@dataclass(frozen=True)
class Change:
    """What other rules do to one registration, in counted points; `stuck` as in `Effect`."""

    before: Decimal
    after: Decimal
    falls: bool
    stuck: str


@transaction.atomic
def rehearse(program: Program, *, by: Person) -> Rehearsal:
    """Try the draft out on everybody; nothing of theirs is written. The last one is kept.

    Raises `Refused` when there is no draft, or when it was edited meanwhile.
    """
    require(by, "edit_rules")
    draft = drafting.draft_of(program)
    if draft is None:
        raise Refused(no_draft())
    state = contents.state_of(draft)
    Rehearsal.objects.filter(rules=draft).delete()
    made = try_out(Rehearsal(rules=draft, state=state, made_by=by), scope="true")
    if contents.state_of(draft) != state:
        raise Refused(drafting.changed_meanwhile())
    return made


def try_out(
    rehearsal: Rehearsal, *, scope: str, registrations: list[int] | None = None
) -> Rehearsal:
    """Save a rehearsal with its effects on the program's registrations within `scope`.

    What it says of others already stays, and these are added to its figures.
    """
    rehearsal.save()
    within = f"program_id = %(program)s AND {scope}"
    values = {
        "rehearsal": rehearsal.pk,
        "rules": rehearsal.rules_id,
        "program": rehearsal.rules.program_id,
        "registrations": registrations,
    }
    insert = INSERT.format(
        effects=carrying.effects_sql(within, layered=rehearsal.rules.layered),
        people=carrying.PEOPLE.format(scope=within),
    )
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(insert, values)
        people, changed, below, stuck = cursor.fetchone()
    rehearsal.people += people
    rehearsal.changed += changed
    rehearsal.below += below
    rehearsal.stuck += stuck
    rehearsal.save()
    return rehearsal


def latest(draft: Rules) -> Rehearsal | None:
    """Return the rehearsal of a draft, if there was one."""
    return Rehearsal.objects.filter(rules=draft).select_related("made_by", "rules").first()


def is_fresh(rehearsal: Rehearsal | None, draft: Rules) -> bool:
    """Say whether the draft still says what was rehearsed."""
    return rehearsal is not None and rehearsal.state == contents.state_of(draft)


def change_of(registration: Registration, rules: Rules) -> Change | None:
    """Return what other rules would do to one registration; None when nothing changes."""
    values = {"rules": rules.pk, "registration": registration.pk}
    with connection.cursor() as cursor:
        sql = carrying.effects_sql("id = %(registration)s", layered=rules.layered)
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return Change(*row[1:]) if row else None


def stuck_words(stuck: str) -> str:
    """Say why a registration can't be moved."""
    return str(Effect.Stuck(stuck).label)


def no_draft() -> Problem:
    return Problem("no_draft", _("There is no draft any more: it was published or discarded."))
