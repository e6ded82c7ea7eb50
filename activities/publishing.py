"""Publishing a draft: for new registrations alone, or for everybody whose record is open.

Rules are locked before registrations. Whoever saves an entry meanwhile waits for its registration,
and is then told that the rules have changed (`log.require_open`).
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import carrying, moving, rehearsing
from activities.models import Rehearsal
from cec.problems import Problem, Refused
from registrations.models import Person, Program, Registration, Rules
from registrations.permissions import require
from registrations.rulebook import drafting
from registrations.rulebook.checking import check
from registrations.rulebook.contents import Contents


@transaction.atomic
def publish(program: Program, *, by: Person, seen: str, reason: str, for_all: bool) -> Rules:
    """Make the draft the program's current version; returns it.

    `seen` is the state that the administrator looked at (`contents.state_of`). For all, every
    registration that waits or is active moves, but for those that can't be: the first ones now, the
    others in turns (`moving`). That wants a rehearsal of what is published. Raises `Refused`
    otherwise, and when somebody was first.
    """
    require(by, "edit_rules")
    draft = drafting.lock_draft(program)
    if draft is None:
        raise Refused(rehearsing.no_draft())
    _require_reason(reason)
    said = Contents(draft)
    if said.state != seen:
        raise Refused(drafting.changed_meanwhile())
    if problems := check(said):
        raise Refused(*problems)
    if for_all and not rehearsing.is_fresh(rehearsing.latest(draft), draft):
        raise Refused(
            Problem("not_rehearsed", _("Rehearse these rules first: everybody would move to them."))
        )
    Rehearsal.objects.filter(rules=draft).delete()
    draft.published_at, draft.published_by, draft.reason = timezone.now(), by, reason.strip()
    draft.save(update_fields=["published_at", "published_by", "reason"])
    if for_all:
        moving.move_everybody(draft, by=by, reason=draft.reason)
    return draft


@transaction.atomic
def move_one(registration: Registration, *, by: Person, rules: Rules, reason: str) -> None:
    """Let one registration count under the current version, on purpose and with a reason.

    `rules` is the version that was looked at. Raises `Refused` when another one is current by now,
    and when the registration can't be moved.
    """
    require(by, "move_to_rules", registration)
    _require_reason(reason)
    moving.lock_rules(registration.program)
    if registration.program.current_rules.pk != rules.pk:
        raise Refused(drafting.changed_meanwhile())
    chosen = Registration.objects.filter(pk=registration.pk)
    ids = moving.lock(chosen.filter(status__in=carrying.MOVABLE).exclude(rules=rules))
    if not ids:
        raise Refused(not_movable())
    change = rehearsing.change_of(registration, rules)
    if change and change.stuck:
        raise Refused(Problem(change.stuck, stuck_sentence(change.stuck), fixable=False))
    moving.move(ids, moving.new_move(rules, by=by, reason=reason.strip()))


def stuck_sentence(stuck: str) -> str:
    """Say that a registration can't be moved, and why."""
    return _("This registration can’t be moved: it %(why)s.") % {
        "why": rehearsing.stuck_words(stuck)
    }


def not_movable() -> Problem:
    return Problem(
        "not_movable",
        _("This registration counts under these rules already, or its record is closed."),
        fixable=False,
    )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
