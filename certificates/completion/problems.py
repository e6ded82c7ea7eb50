"""What is missing for a certificate, in words: for one registration or for many."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from cec import wording
from cec.bilingual import in_language
from cec.problems import Problem
from certificates.completion.findings import Finding, Progress, findings, standing_of
from certificates.printing.lettering import UncoveredCharacters, letter
from registrations.membership import problems_of
from registrations.models import Registration
from registrations.models.registration import RegistrationQuerySet


def missing(registrations: RegistrationQuerySet) -> dict[int, list[Problem]]:
    """Return by id what is missing for each of the registrations, in one query.

    An empty list means that nothing is: the record can be sent, or its certificate be issued.
    """
    found: dict[int, list[Problem]] = {}
    names: dict[int, str] = {}
    for row in findings(registrations):
        said = found.setdefault(row.id, [])
        if row.code is not None:
            said.extend(SAYING[row.code](row))
        if row.code != "no_certificate":
            names[row.id] = row.name
    for key, name in names.items():
        found[key].extend(check_name(name))
    return found


def progress(registrations: RegistrationQuerySet) -> Iterator[Progress]:
    """Return how far each registration is that leads to a certificate; who ends first is first.

    One of them is ready exactly when `missing` has nothing for it.
    """
    for row in standing_of(registrations):
        lacking = row.complete and check_name(row.name)
        yield row.lacking_letters() if lacking else row


def check_completion(registration: Registration) -> list[Problem]:
    """Say what stands between a registration and its certificate; an empty list means ready.

    Membership and the end of the cycle are judged on the day on which the record was turned in,
    or today while it isn't.
    """
    return [row for row in check_turn_in(registration) if row.code != "too_late"]


def check_turn_in(registration: Registration) -> list[Problem]:
    """Say what keeps the record from being turned in today: completion, and the time for it."""
    return missing(Registration.objects.filter(pk=registration.pk))[registration.pk]


def check_name(name: str) -> list[Problem]:
    """Say why a name can't be printed: no font of the certificate has one of its letters."""
    try:
        letter(name)
    except UncoveredCharacters as lacking:
        shown = " ".join(lacking.characters)
        return [
            Problem(
                "name",
                _("The certificate’s fonts can’t print %(characters)s.") % {"characters": shown},
            )
        ]
    except ValueError:
        return [Problem("name", _("Enter your name as it should be printed."))]
    return []


def _no_certificate(row: Finding) -> list[Problem]:
    text = _("This program has no total to reach, so it doesn’t end with a certificate.")
    return [Problem("no_certificate", text, fixable=False)]


def _total(row: Finding) -> list[Problem]:
    text = _("%(counted)s of %(needed)s so far, %(left)s to go.")
    left = wording.number(row.needs - row.has)
    return [Problem("total", text % {**_figures(row), "left": left})]


def _year_minimum(row: Finding) -> list[Problem]:
    """A yearly minimum stands in the way only where it is required (P3)."""
    text = _("Year %(number)s has %(counted)s of the %(needed)s that each year needs.")
    return [Problem("year_minimum", text % _figures(row))]


def _group(row: Finding) -> list[Problem]:
    text = _("“%(group)s” has %(counted)s of the %(needed)s that it needs.")
    return [Problem("group", text % _figures(row))]


def _group_year(row: Finding) -> list[Problem]:
    text = _("Year %(number)s has %(counted)s of the %(needed)s that “%(group)s” needs each year.")
    return [Problem("group_year", text % _figures(row))]


def _membership(row: Finding) -> list[Problem]:
    return problems_of(row.membership, row.good_until, on=row.completed_on)


def _fee_owed(row: Finding) -> list[Problem]:
    text = _("%(amount)s of the fee is open.")
    return [Problem("fee_owed", text % {"amount": wording.money(row.has)})]


def _cycle_runs(row: Finding) -> list[Problem]:
    """After the cycle, or earlier once the total is met and the program allows it (C1)."""
    text = _("The program runs until %(day)s. The record can be sent for review after that.")
    return [Problem("cycle_runs", text % {"day": wording.day(row.day)}, fixable=False)]


def _too_late(row: Finding) -> list[Problem]:
    text = _("The time for sending the record ended on %(day)s.")
    return [Problem("too_late", text % {"day": wording.day(row.day)}, fixable=False)]


SAYING: dict[str, Callable[[Finding], list[Problem]]] = {
    "no_certificate": _no_certificate,
    "total": _total,
    "year_minimum": _year_minimum,
    "group": _group,
    "group_year": _group_year,
    "membership": _membership,
    "fee_owed": _fee_owed,
    "cycle_runs": _cycle_runs,
    "too_late": _too_late,
}


def _figures(row: Finding) -> dict[str, object]:
    return {
        "number": row.year,
        "counted": wording.number(row.has),
        "needed": wording.amount(row.needs, in_language(row, "unit")),
        "group": in_language(row, "group"),
    }
