"""The way to the certificate as a list of tasks. What is missing is `completion`'s to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import points
from activities.models import Credit
from activities.rules import RecordRules
from cec.problems import Problem
from cec.wording import day, number
from certificates.completion import turn_in_until
from registrations.models import Registration


@dataclass(frozen=True)
class Task:
    """A row of the list; `kind` is the colour of its pill, "plain" when it is done."""

    label: str
    hint: str
    pill: str
    kind: str
    url: str = ""


def tasks(registration: Registration, problems: Sequence[Problem], *, name: str) -> list[Task]:
    """Return what a certificate needs, each done or not, in the order in which one mends it.

    `name` is the person's as it will be printed.
    """
    record = reverse("record", args=[registration.pk])
    status = reverse("registration_status", args=[registration.pk])
    rules = RecordRules(registration)
    rows: list[Task | None] = [_total(registration, rules, problems, url=record)]
    if rules.yearly_is_required:
        rows.append(_yearly(rules, problems, url=record))
    rows += [_groups(rules, problems, url=record), _outcomes(registration), _term(registration)]
    label = _("Your name as it will be printed")
    account = reverse("account")
    rows.append(_task(problems, "name", label, done=_("Can be printed"), hint=name, url=account))
    if registration.program.needs_membership:
        label, good = _("Your membership"), _("In good standing")
        rows.append(_task(problems, "membership", label, done=good, url=status))
    if registration.fee > 0:
        rows.append(_task(problems, "fee", _("The fee"), done=_("Received"), url=status))
    rows.append(_time(registration, problems))
    return [row for row in rows if row]


def _task(
    problems: Sequence[Problem], code: str, label: str, *, done: str, hint: str = "", url: str = ""
) -> Task:
    found = [problem for problem in problems if problem.code.startswith(code)]
    if not found:
        return Task(label, hint, done, "plain", url)
    return Task(label, " ".join(row.message for row in found), _("To do"), "warn", url)


def _total(
    registration: Registration, rules: RecordRules, problems: Sequence[Problem], *, url: str
) -> Task:
    counted = points.standing(registration).counted
    return _task(
        problems,
        "total",
        rules.amount(rules.needed or 0),
        hint=_("%(counted)s counted.") % {"counted": rules.amount(counted)},
        done=_("Reached"),
        url=url,
    )


def _yearly(rules: RecordRules, problems: Sequence[Problem], *, url: str) -> Task:
    label = _("%(amount)s in each year") % {"amount": rules.amount(rules.yearly or 0)}
    return _task(problems, "year_minimum", label, done=_("Reached"), url=url)


def _groups(rules: RecordRules, problems: Sequence[Problem], *, url: str) -> Task | None:
    """What is required of some types together, in one row for all groups."""
    needs = rules.group_requirements
    if not needs:
        return None
    said = [
        (
            _("“%(group)s”: %(amount)s in each year.")
            if row.per == "year"
            else _("“%(group)s”: %(amount)s.")
        )
        % {"group": row.group, "amount": rules.amount(row.points)}
        for row in needs
    ]
    label = _("What groups of activities need")
    return _task(problems, "group", label, hint=" ".join(said), done=_("Reached"), url=url)


def _outcomes(registration: Registration) -> Task:
    """Entries that count once their outcomes are written (P8): a help, never a bar."""
    label = _("Learning outcomes")
    waiting = registration.credits.filter(state=Credit.State.NO_OUTCOME).count()
    if not waiting:
        return Task(label, _("No activity waits for its outcomes."), _("Written"), "plain")
    hint = ngettext(
        "%(count)d activity counts once you’ve written what you learned.",
        "%(count)d activities count once you’ve written what you learned.",
        waiting,
    ) % {"count": waiting}
    listing = reverse("activities", args=[registration.pk])
    return Task(label, hint, _("Worth a look"), "out", f"{listing}?year=all&status=waiting")


def _term(registration: Registration) -> Task:
    """No activity lies outside the program: such a one can't even be logged (E4)."""
    assert registration.starts_on is not None
    hint = _("All lie between %(first)s and %(last)s. Others can’t be logged.") % {
        "first": day(registration.starts_on),
        "last": day(registration.ends_on),
    }
    return Task(_("The dates of your activities"), hint, _("In your program"), "plain")


def _time(registration: Registration, problems: Sequence[Problem]) -> Task:
    assert registration.ends_on is not None
    label = _("The time for sending it")
    until = turn_in_until(registration)
    days = {"end": day(registration.ends_on), "until": day(until)}
    codes = {row.code for row in problems}
    if "cycle_runs" in codes:
        hint = _("Your program runs until %(end)s. After that you can send it until %(until)s.")
        return Task(label, hint % days, _("Not yet"), "out")
    if "too_late" in codes:
        ended = _("It ended on %(until)s.") % days
        return Task(label, f"{ended} {_help(registration)}", _("Over"), "bad")
    hint = _("Until %(until)s.")
    if (until - registration.ends_on).days > registration.program.grace_days:
        hint = _("Until %(until)s: you have as long again since it came back.")
    return Task(label, hint % days, _("Open"), "plain")


def _help(registration: Registration) -> str:
    """Whom to write to: only the committee can make a program longer (C1)."""
    if not registration.association or not registration.association.email:
        return _("Write to your association: the committee can extend a program for a reason.")
    return _("Write to %(email)s: the committee can extend a program for a reason.") % {
        "email": registration.association.email
    }


def counted_of_needed(registration: Registration) -> str:
    """Write the points that count, and the total that is needed."""
    rules = RecordRules(registration)
    return _("%(counted)s of %(needed)s") % {
        "counted": number(points.standing(registration).counted),
        "needed": rules.amount(rules.needed or 0),
    }
