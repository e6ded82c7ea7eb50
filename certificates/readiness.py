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


def tasks(registration: Registration, problems: Sequence[Problem]) -> list[Task]:
    """Return what a certificate needs, each done or not, in the order in which one mends it."""
    record = reverse("record", args=[registration.pk])
    rules = RecordRules(registration)
    rows: list[Task | None] = [_total(registration, rules, problems, url=record)]
    if rules.yearly_is_required:
        rows.append(_yearly(rules, problems, url=record))
    rows.append(_outcomes(registration))
    rows.append(_time(registration, problems))
    if registration.program.needs_membership:
        rows.append(_task(problems, "membership", _("Your membership"), done=_("In good standing")))
    if registration.fee > 0:
        rows.append(_task(problems, "fee", _("The fee"), done=_("Received")))
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


def _outcomes(registration: Registration) -> Task | None:
    """Entries that count once their outcomes are written (P8): a help, never a bar."""
    waiting = registration.credits.filter(state=Credit.State.NO_OUTCOME).count()
    if not waiting:
        return None
    hint = ngettext(
        "%(count)d activity counts once you’ve written what you learned.",
        "%(count)d activities count once you’ve written what you learned.",
        waiting,
    ) % {"count": waiting}
    listing = reverse("activities", args=[registration.pk])
    return Task(
        _("Learning outcomes"), hint, _("Worth a look"), "out", f"{listing}?year=all&status=waiting"
    )


def _time(registration: Registration, problems: Sequence[Problem]) -> Task:
    assert registration.ends_on is not None
    label = _("The time for sending it")
    found = [row for row in problems if row.code in ("cycle_runs", "too_late")]
    if found:
        pill, kind = (_("Not yet"), "out") if found[0].code == "cycle_runs" else (_("Over"), "bad")
        return Task(label, found[0].message, pill, kind)
    hint = _("Until %(day)s.") % {"day": day(turn_in_until(registration))}
    return Task(label, hint, _("Open"), "plain")


def counted_of_needed(registration: Registration) -> str:
    """Write the points that count, and the total that is needed."""
    rules = RecordRules(registration)
    return _("%(counted)s of %(needed)s") % {
        "counted": number(points.standing(registration).counted),
        "needed": rules.amount(rules.needed or 0),
    }
