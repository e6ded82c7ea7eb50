"""Whether a program takes registrations; and opening, closing and retiring it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cec.problems import Problem, Refused
from cec.wording import day as write_day
from registrations.calendar import today_in
from registrations.models import Appointment, Association, Person, Program
from registrations.models.scheme import CODE
from registrations.permissions import PERMISSIONS, require
from registrations.program_keeping import sections
from registrations.rulebook import checking
from registrations.rulebook.contents import Contents
from registrations.rulebook.drafting import changed_meanwhile

Check = Callable[[Program], Iterable[Problem]]
_checks: list[Check] = []


class Stage(TextChoices):
    """Where a program is between being set up and taking nobody new."""

    PREPARING = "preparing", pgettext_lazy("program", "Being set up")
    COMING = "coming", pgettext_lazy("program", "Opens later")
    OPEN = "open", pgettext_lazy("program", "Open")
    OVER = "over", pgettext_lazy("program", "Past its last day")
    CLOSED = "closed", pgettext_lazy("program", "Closed")
    RETIRED = "retired", pgettext_lazy("program", "Retired")


def stage(program: Program) -> Stage:
    """Return where the program is today."""
    if program.retired_at:
        return Stage.RETIRED
    if not program.is_open:
        return Stage.CLOSED if program.opened_at else Stage.PREPARING
    today = today_in(program)
    if program.opens_on and today < program.opens_on:
        return Stage.COMING
    return Stage.OVER if program.closes_on and today > program.closes_on else Stage.OPEN


def why_closed(program: Program) -> Problem | None:
    """Say why the program takes no registrations today; None when it does."""
    now = stage(program)
    if now == Stage.OPEN:
        return None
    if now == Stage.COMING and program.opens_on:
        text = _("Registration opens on %(day)s.") % {"day": write_day(program.opens_on)}
    elif now == Stage.OVER and program.closes_on:
        text = _("Registration closed on %(day)s.") % {"day": write_day(program.closes_on)}
    else:
        text = _("This program takes no new registrations now.")
    return Problem("closed", text, fixable=False)


def before_opening(check: Check) -> Check:
    """Add a check of another app's `opening_checks`; a problem's code is the part it is about."""
    _checks.append(check)
    return check


def check(program: Program) -> list[Problem]:
    """Return what is missing before the program can open, by the key of its part.

    The keys are those of `sections.SECTIONS`, and "rules".
    """
    autodiscover_modules("opening_checks")
    found = [*_texts(program), *_people(program), *_rules(program)]
    if program.fee > 0 and not (program.how_to_pay_en.strip() and program.how_to_pay_fr.strip()):
        found.append(Problem("fee", _("Say how to pay the fee, in both languages.")))
    if program.time_zone not in available_timezones():
        found.append(Problem("time", _("Choose the time zone.")))
    return found + [problem for more in _checks for problem in more(program)]


def _texts(program: Program) -> Iterable[Problem]:
    wanted = {
        "name": ("names", _("Name the program in both languages.")),
        "unit": ("names", _("Say what is counted, such as points, in both languages.")),
        "issuer": ("names", _("Say who offers the program, in both languages.")),
        "summary": ("texts", _("Say in a sentence what the program is, in both languages.")),
    }
    for field, (section, text) in wanted.items():
        if not all(getattr(program, f"{field}_{code}").strip() for code in ("en", "fr")):
            yield Problem(section, text)
    if not CODE.fullmatch(program.code):
        yield Problem("names", _("Give the program a code of one to eight letters."))


def _people(program: Program) -> Iterable[Problem]:
    roles = PERMISSIONS["decide_registration"]
    if program.needs_membership:
        if not Association.objects.filter(is_active=True).exists():
            yield Problem("people", _("No association is listed whose members could register."))
    else:  # a representative decides on those of an association alone
        roles -= {Appointment.Role.REPRESENTATIVE}
    if not Appointment.objects.current(timezone.localdate()).filter(role__in=roles).exists():
        yield Problem("people", _("Nobody has a role to approve registrations yet."))


def _rules(program: Program) -> Iterable[Problem]:
    said = Contents(program.coming_rules)
    found = [*checking.check(said), *checking.unreachable(said)]
    if said.rules.published_at is None:
        found.append(Problem("rules", _("Publish the rules: under a draft nothing counts.")))
    return (Problem("rules", problem.message) for problem in found)


@transaction.atomic
def open_it(
    program: Program,
    *,
    by: Person,
    seen: str,
    opens_on: date | None = None,
    closes_on: date | None = None,
) -> Program:
    """Make the program public and let people register, from and until these days if given.

    For a closed or retired one this is opening it again. Raises `Refused` with all that is missing
    (`check`), for days that don't fit, and when somebody was first.
    """
    require(by, "keep_programs")
    locked = sections.lock(program)
    wanted = {"is_open": True, "opens_on": opens_on, "closes_on": closes_on, "retired_at": None}
    if _is(locked, wanted):
        return locked
    _refuse_stale(locked, seen)
    problems = check(locked)
    if opens_on and closes_on and closes_on < opens_on:
        problems.append(Problem("closes_on", _("Choose a day that isn’t before the first one.")))
    elif closes_on and closes_on < today_in(locked):
        problems.append(Problem("closes_on", _("Choose a day that isn’t over yet.")))
    if problems:
        raise Refused(*problems)
    sections.write(locked, {**wanted, "opened_at": locked.opened_at or timezone.now()})
    days = {"opens_on": opens_on, "closes_on": closes_on}
    sections.note(
        "program_opened", locked, by=by, **{name: str(day) for name, day in days.items() if day}
    )
    return locked


@transaction.atomic
def close(program: Program, *, by: Person, seen: str) -> Program:
    """Take the program from the public pages for now; who has registered goes on as before."""
    require(by, "keep_programs")
    locked = sections.lock(program)
    if not locked.is_open:
        return locked
    _refuse_stale(locked, seen)
    sections.write(locked, {"is_open": False})
    sections.note("program_closed", locked, by=by)
    return locked


@transaction.atomic
def retire(program: Program, *, by: Person, seen: str, reason: str) -> Program:
    """Take no registrations any more, with a reason; cycles that have begun run to their end."""
    require(by, "keep_programs")
    locked = sections.lock(program)
    if locked.retired_at:
        return locked
    _refuse_stale(locked, seen)
    if not reason.strip():
        raise Refused(Problem("reason", _("Say why, in a few words.")))
    sections.write(locked, {"is_open": False, "retired_at": timezone.now()})
    sections.note("program_retired", locked, by=by, reason=reason.strip())
    return locked


def _is(program: Program, wanted: Mapping[str, object]) -> bool:
    return all(getattr(program, name) == value for name, value in wanted.items())


def _refuse_stale(program: Program, seen: str) -> None:
    if seen != sections.seen(program, "opening"):
        raise Refused(changed_meanwhile())
