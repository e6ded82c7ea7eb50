"""Moving registrations to other rules: the first ones with publishing, the others in turns.

A move is a `Rehearsal` that has begun (`moved_at`); while `to_move`, others are still to follow.
The program's rules are locked first, then registrations, then all else. So what publishes or moves
in a program goes one after the other, each finds what the one before has left, and whoever saves an
entry meanwhile waits for the turn that its registration is in, and for no other.
"""

import itertools
import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from activities import carrying, rehearsing, telling
from activities.models import Effect, Rehearsal
from cec import stumbles, work
from cec.wording import number
from registrations.models import Event, Person, Program, Registration, Rules
from registrations.models.history import new_event

log = logging.getLogger(__name__)

MOVE = "activities.move_to_new_rules"
AT_ONCE = 300  # registrations that are moved in one transaction


def lock_rules(program: Program) -> None:
    """Wait until nobody else publishes or moves in the program, and hold that."""
    program.rules.select_for_update(no_key=True).earliest("version")


def lock(registrations: QuerySet[Registration], *, most: int | None = None) -> list[int]:
    """Lock registrations in the order of their ids, and return those that are still meant."""
    locked = registrations.select_for_update().order_by("pk").values_list("pk", flat=True)
    return list(locked[:most])


def move(ids: list[int], to: Rehearsal) -> None:
    """Move locked registrations, write it down, and let those know whose standing changes."""
    rehearsing.try_out(to, scope="id = ANY(%(registrations)s)", registrations=ids)
    effects = to.effects.filter(registration__in=ids)
    stuck = set(effects.exclude(stuck="").values_list("registration_id", flat=True))
    event = new_event(Event.Kind.OTHER_RULES, by=to.made_by, reason=to.reason)
    event.role = to.role
    with connection.cursor() as cursor:  # trying out has set a shorter one, for a page
        cursor.execute("SET LOCAL statement_timeout = '10min'")
    carrying.carry([pk for pk in ids if pk not in stuck], to.rules, rehearsal=to.pk, event=event)
    if effects.filter(stuck="").update(to_tell=True):
        work.hint_after_commit(telling.TELL, to.pk)


def new_move(rules: Rules, *, by: Person, reason: str, to_move: bool = False) -> Rehearsal:
    """Return a move that begins now; it isn't saved."""
    return Rehearsal(
        rules=rules,
        made_by=by,
        role=new_event(Event.Kind.OTHER_RULES, by=by).role,
        moved_at=timezone.now(),
        to_move=to_move,
        reason=reason,
    )


def move_everybody(rules: Rules, *, by: Person, reason: str) -> None:
    """Move the first to rules that are being published, and let a worker go on with the others.

    The rules are locked. A move to older ones ends: who is left is moved to these. What can't be
    done for some of the first keeps nobody from publishing; a worker finds out for whom.
    """
    begun = new_move(rules, by=by, reason=reason, to_move=True)
    begun.save()
    given_up = waiting_for(begun).filter(pk__in=stumbles.given_up(MOVE))
    stumbles.forgive(MOVE, list(given_up.values_list("pk", flat=True)))
    try:
        move_some(begun)
    except Exception:
        log.exception("The first could not be moved to rules %s; a worker will try", rules)
    older = Rehearsal.objects.filter(rules__program=rules.program_id, to_move=True)
    older.exclude(pk=begun.pk).update(to_move=False)
    _hint(begun)


def waiting(moves: QuerySet[Rehearsal]) -> QuerySet[Registration]:
    """Return whom these moves are still to move, or to find stuck.

    Whoever counts under newer rules, or isn't open to a move (any more), is not among them.
    """
    older = Rules.objects.filter(
        program__rules__rehearsals__in=moves, program__rules__version__gt=F("version")
    )
    stuck = Effect.objects.filter(rehearsal__in=moves, registration=OuterRef("pk"))
    return Registration.objects.filter(
        ~Exists(stuck.exclude(stuck="")),
        status__in=carrying.MOVABLE,
        rules__in=older.values("pk"),
    )


def waiting_for(one: Rehearsal) -> QuerySet[Registration]:
    return waiting(under_way().filter(pk=one.pk))


def _in_line(one: Rehearsal) -> QuerySet[Registration]:
    """Return who is moved in turns; over whom a worker stumbled is left to a try alone."""
    return waiting_for(one).exclude(pk__in=stumbles.stumbled(MOVE))


@transaction.atomic
def move_some(going: Rehearsal, *, only: int | None = None) -> int:
    """Move those whose turn it is, or one of them; returns how many were looked at.

    The move is over when nobody waits for it any more.
    """
    lock_rules(going.rules.program)
    current = under_way().select_related("made_by").filter(pk=going.pk).first()
    if current is None:
        return 0
    turn = waiting_for(current).filter(pk=only) if only else _in_line(current)
    if ids := lock(turn, most=AT_ONCE):
        move(ids, current)
    current.to_move = waiting_for(current).exists()
    current.save(update_fields=["to_move"])
    return len(ids)


def under_way() -> QuerySet[Rehearsal]:
    """Return the moves that go on: one in a program, at the most."""
    return Rehearsal.objects.filter(to_move=True).select_related("rules__program").order_by("pk")


def go_on(rehearsal_id: int) -> None:
    """What a message asks for: the next turn, then another message for the one after it."""
    going = under_way().filter(pk=rehearsal_id).first()
    if going is not None and _take_turn(going):
        _hint(going)


def go_on_with_all() -> int:
    """Go on with the moves that no message came for; returns how many were looked at."""
    done, turns = 0, work.while_there_is_time(itertools.count())
    for going in under_way():
        for _turn in turns:
            if not (some := _take_turn(going)):
                break
            done += some
        _hint(going)
    return done


def _hint(going: Rehearsal) -> None:
    if _in_line(going).exists():
        work.hint_after_commit(MOVE, going.pk)


def _take_turn(going: Rehearsal) -> int:
    """Move the next ones; returns how many were looked at, none while another worker is at it."""
    with work.alone(f"{MOVE} {going.pk}") as free:
        if not free:
            return 0
        try:
            if some := move_some(going):
                return some
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("Some could not be moved to rules %s; each alone, then", going.rules)
        return _try_each(going)


def _try_each(going: Rehearsal) -> int:
    """Move each alone, five times at the most (H4)."""
    rows = waiting_for(going).exclude(pk__in=stumbles.given_up(MOVE)).order_by("pk")
    moved = 0
    for pk in work.while_there_is_time(list(rows.values_list("pk", flat=True)[:AT_ONCE])):
        try:
            with stumbles.trying(MOVE, pk):
                moved += move_some(going, only=pk)
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("Registration %s could not be moved to rules %s", pk, going.rules)
    return moved


def of(rules: Rules) -> Rehearsal | None:
    """Return the move of everybody to a version: the first to it, if there was one."""
    return rules.rehearsals.filter(moved_at__isnull=False).order_by("pk").first()


def said(begun: Rehearsal) -> str:
    """Say how many have moved, how many still follow, and of how many that failed."""
    given_up = Q(pk__in=stumbles.given_up(MOVE))
    moved = begun.people - begun.stuck
    left = waiting_for(begun).aggregate(
        follow=Count("pk", filter=~given_up), failed=Count("pk", filter=given_up)
    )
    sentences = {
        ngettext(
            "%(number)s registration has moved to it.",
            "%(number)s registrations have moved to it.",
            moved,
        ): moved,
        ngettext(
            "%(number)s registration still follows by itself: there is nothing for you to do.",
            "%(number)s registrations still follow by themselves: there is nothing for you to do.",
            left["follow"],
        ): left["follow"],
        ngettext(
            "%(number)s registration couldn’t be moved so far. The page “What runs by itself” "
            "says why; administrators can try again there.",
            "%(number)s registrations couldn’t be moved so far. The page “What runs by itself” "
            "says why; administrators can try again there.",
            left["failed"],
        ): left["failed"],
    }
    return " ".join(
        sentence % {"number": number(count, grouped=True)}
        for sentence, count in sentences.items()
        if count
    )
