"""What a line of the history holds besides its kind, in words: the names and the values.

The database keeps codes and names of fields. A field is called here what its form calls it; a name
that nobody has put into words stays as it is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cec import backlog, mail
from cec.personal_words import WORDS
from cec.wording import day, file_size, money, number
from registrations import notices
from registrations.mail_texts.editable import Editable
from registrations.models import Appointment, Consent, Event, Payment
from registrations.program_keeping import history as programs

# How a membership was checked, if not by hand.
SOURCES = {
    "roster": gettext_lazy("by the association’s list"),
    "proof": gettext_lazy("by the proof that was sent"),
    "date": gettext_lazy("its last day has passed"),
}
# What a person corrects of what they told, and what they show of their certificate.
FIELDS: dict[str, Any] = {
    "member_number": gettext_lazy("Member number"),
    "employer": gettext_lazy("Employer"),
    "position": gettext_lazy("Position"),
    "points": gettext_lazy("My exact points"),
    "transcript": gettext_lazy("The activities that counted"),
    "newest_edition": gettext_lazy("From an earlier edition, lead to the newest one"),
    "badge": gettext_lazy("A badge for other sites"),
}
LABELS: dict[str, Any] = FIELDS | {
    "role": gettext_lazy("Role"),
    "last_day_before": gettext_lazy("Last day before"),
    "amount": gettext_lazy("Amount"),
    "method": gettext_lazy("Method"),
    "left": gettext_lazy("Left over"),
    "reference": gettext_lazy("Reference"),
    "serial": gettext_lazy("Serial number"),
    "former_serial": gettext_lazy("Former serial number"),
    "program": gettext_lazy("Program"),
    "version": gettext_lazy("Version"),
    "rules": gettext_lazy("Version of the rules"),
    "notice": gettext_lazy("E-mail"),
    "mail": gettext_lazy("E-mail"),
    "number": pgettext_lazy("which", "Number"),
    "work": gettext_lazy("Work"),
    "row": pgettext_lazy("which", "Number"),
    "list": gettext_lazy("List"),
    "format": gettext_lazy("Format"),
    "rows": gettext_lazy("Rows"),
    "filters": gettext_lazy("Filters"),
    "file": gettext_lazy("File"),
    "added": pgettext_lazy("how many", "Added"),
    "changed": pgettext_lazy("how many", "Changed"),
    "deleted": pgettext_lazy("how many", "Deleted"),
    "members": gettext_lazy("Members"),
    "new": gettext_lazy("New"),
    "vanished": gettext_lazy("Not on it any more"),
    "from": gettext_lazy("From"),
    "to": gettext_lazy("To"),
    "fields": gettext_lazy("What was changed"),
    "field": gettext_lazy("What was changed"),
    "starts_on": gettext_lazy("Start"),
    "ends_on": gettext_lazy("Last day of the program"),
    "good_until": gettext_lazy("Good until"),
    "source": gettext_lazy("Checked"),
    "years_reopened": gettext_lazy("Years opened again"),
    "overridden": gettext_lazy("Although missing"),
    "bytes": gettext_lazy("Size"),
    "count": gettext_lazy("How many"),
    "factor": gettext_lazy("Second step"),
    "organisation": gettext_lazy("Number of the organization"),
    "request": pgettext_lazy("credits", "Number of the request"),
    "counted": WORDS["counted"],
    "needed": gettext_lazy("Points needed"),
    "consent": gettext_lazy("Consent"),
    "copy_of": gettext_lazy("Copy of"),
    "export": gettext_lazy("Number of the bank export"),
    "lines": gettext_lazy("New deposits"),
    "known": gettext_lazy("Known before"),
    "line": WORDS["bank_line"],
    "change": WORDS["moved_by"],
    "comments": WORDS["comment"],
    "incident": gettext_lazy("Number of the incident"),
    "seed": gettext_lazy("Seed"),
}
_PLACES = {name: place for place, name in enumerate(LABELS)}
_FOR_THE_PROGRAM = {"form_key", "program_id", "sha256"}
_EXACT = re.compile(r"-?\d+\.\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def in_words(event: Event) -> list[str]:
    """Return what stands in the details of an event, each with its name, in the order above."""
    names = sorted(event.details.keys() - _FOR_THE_PROGRAM, key=_place)
    known = {name: value_in_words(name, event.details[name]) for name in names}
    if event.kind in programs.KINDS and event.details.get("fields"):
        known["fields"] = ", ".join(programs.parts(event.details["fields"]))
    return [
        _("%(label)s: %(value)s") % {"label": label(name), "value": value}
        for name, value in known.items()
        if value
    ]


def label(name: str) -> str:
    """Return what a field or a figure is called."""
    words = LABELS.get(name, WORDS.get(name))
    return str(capfirst(words)) if words else name


def _place(name: str) -> tuple[int, str]:
    return _PLACES.get(name, len(_PLACES)), name


def fields_in_words(names: Sequence[str]) -> str:
    """Name the fields that somebody changed."""
    return ", ".join(map(label, names))


def value_in_words(name: str, value: Any) -> str:
    """Return a value as people read it; nothing for one that is empty."""
    if value in (None, "", []):
        return ""
    if name == "bytes":
        return file_size(value)
    if name in _READERS and not isinstance(value, int):
        return str(_READERS[name](value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    if _DAY.fullmatch(text):
        return day(date.fromisoformat(text))
    return number(Decimal(text)) if _EXACT.fullmatch(text) else text


def _one_of(choices: Mapping[str, Any]) -> Callable[[str], Any]:
    return lambda code: choices.get(code, code)


def _work(name: str) -> Any:
    kind = backlog.kinds().get(name)
    return kind.label if kind else name


def _mail(name: str) -> str:
    kind = mail.kinds().get(name)
    return Editable(kind).label if kind else name


def _dollars(text: str) -> str:
    return money(Decimal(text))


_READERS: dict[str, Callable[[Any], Any]] = {
    "fields": fields_in_words,
    "field": lambda name: fields_in_words([name]),
    "amount": _dollars,
    "left": _dollars,
    "role": _one_of(dict(Appointment.Role.choices)),
    "method": _one_of(dict(Payment.Method.choices)),
    "source": _one_of(SOURCES),
    "language": _one_of(dict(settings.LANGUAGES)),
    "consent": _one_of(dict(Consent.Kind.choices)),
    "notice": notices.label_of,
    "mail": _mail,
    "work": _work,
}
