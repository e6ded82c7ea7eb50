"""Placeholders in texts that administrators write: {name}, and nothing else.

Only names that are on a mail's list stand for anything. There is no way from a name to an attribute
or a format, and what is put in a place is never looked at again.
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec.problems import Problem

_STANDARD = re.compile(r"%\((\w+)\)s|%%")
_PLACE = re.compile(r"\{([^{}]*)\}")
_SHOWN = 30  # characters of what isn't understood

# What each name stands for, in the mails of all apps.
LABELS = {
    "advice": gettext_lazy("what that means in points and time a week; empty once it’s reached"),
    "again": gettext_lazy("that the year was closed anew, as a sentence; empty the first time"),
    "ahead": gettext_lazy("what is left to the total, in sentences; empty without one"),
    "amount": gettext_lazy("the amount"),
    "association": gettext_lazy("the association’s name"),
    "balance": gettext_lazy("what is left to pay"),
    "begins": gettext_lazy("when the program begins or began, as the end of a sentence"),
    "brought": gettext_lazy("a sentence on what the year before brought along; empty if nothing"),
    "carried": gettext_lazy("a sentence on what the next year gets of it; empty if nothing"),
    "code": gettext_lazy("the program’s short name"),
    "contact": gettext_lazy("whom to write to: the association with its address, or the issuer"),
    "counted": gettext_lazy("what the year counts"),
    "day": gettext_lazy("the day that the mail is about"),
    "days": gettext_lazy("how many days an answer usually takes"),
    "first_day": gettext_lazy("the first day of the year"),
    "has": gettext_lazy("what the year counts so far"),
    "headline": gettext_lazy("the sentence that the subject standardly is"),
    "how_to_pay": gettext_lazy(
        "how the fee is paid, from the program’s page; empty if there is nothing to pay"
    ),
    "in_time": gettext_lazy("what still counts before the end; empty once it’s reached"),
    "last_day": gettext_lazy("the last day of the year"),
    "late": gettext_lazy("what still counts after the end; empty once it’s reached"),
    "later": gettext_lazy("that later entries count too; empty once the record is turned in"),
    "left": gettext_lazy("what is left to the total, as a number alone"),
    "missing": gettext_lazy("how many activities still need something that shows them"),
    "months": gettext_lazy("how many months of the year have gone"),
    "name": gettext_lazy("the person’s name"),
    "needed": gettext_lazy("what is needed"),
    "next_day": gettext_lazy("the day after the end"),
    "note": gettext_lazy("what the committee member wrote; empty if nothing"),
    "number": gettext_lazy("the number of the program year"),
    "parked": gettext_lazy("a sentence on what is over a limit; empty if nothing"),
    "program": gettext_lazy("the program’s name"),
    "reason": gettext_lazy("the reason that was given"),
    "reference": gettext_lazy("the reference of the registration"),
    "serial": gettext_lazy("the certificate’s serial number"),
    "since": gettext_lazy("since when nothing was entered"),
    "to_go": gettext_lazy("what is left to earn"),
    "total": gettext_lazy("what counts so far, in the whole program"),
    "turn_in": gettext_lazy("when the record can be turned in, as a sentence"),
    "until": gettext_lazy("the last day for turning in"),
    "weight": gettext_lazy("whether the year’s points are needed or suggested, as a sentence"),
    "what_is_left": gettext_lazy("a sentence that says what is left to pay, or that nothing is"),
    "where": gettext_lazy("where the record stands, as a sentence"),
    "year": gettext_lazy("where the last program year stands, as a sentence; may be empty"),
    "yearly": gettext_lazy("whether the year has what it asks for; empty if it asks for nothing"),
}


def label(name: str) -> str:
    """Return what a name stands for."""
    return str(LABELS.get(name, name))


def to_editor(text: str) -> str:
    """Write a standard text as administrators read it: {name} for %(name)s."""
    return _STANDARD.sub(lambda found: f"{{{found[1]}}}" if found[1] else "%", text)


def from_editor(text: str) -> str:
    """Write a checked text as letters have it: %(name)s for {name}."""
    return _PLACE.sub(r"%(\1)s", text.replace("%", "%%"))


def names_in(text: str) -> list[str]:
    """Return what stands between braces, in order."""
    return _PLACE.findall(text)


def problems(code: str, text: str, known: Iterable[str]) -> list[Problem]:
    """Return what is wrong with the placeholders of a text: unknown ones, and single braces."""
    allowed = sorted(known)
    listed = ", ".join(f"{{{name}}}" for name in allowed) or "–"
    found = []
    for name in dict.fromkeys(names_in(text)):
        if name not in allowed:
            said = _("{%(name)s} isn’t a placeholder of this mail. There are: %(listed)s.")
            found.append(Problem(code, said % {"name": name[:_SHOWN], "listed": listed}))
    for place in re.finditer(r"[{}]", _PLACE.sub(lambda place: " " * len(place[0]), text)):
        said = _(
            "The %(brace)s in “%(around)s” stands alone. A placeholder has one on either side, "
            "like {%(name)s}. There are: %(listed)s."
        )
        around = " ".join(text[max(place.start() - 12, 0) : place.start() + 13].split())
        example = allowed[0] if allowed else _("name")
        known_words = {"brace": place[0], "around": around, "name": example, "listed": listed}
        found.append(Problem(code, said % known_words))
        break
    return found
