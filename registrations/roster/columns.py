"""Which column of a list holds what: by its heading in either language, or as last time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

from cec.spreadsheet import headings
from cec.spreadsheet.headings import heading_key
from cec.spreadsheet.limits import MEGABYTE, Limits
from cec.spreadsheet.wording import fold

# A worker reads it: 50,000 rows of 15 columns pass, whichever way their texts are kept.
LIMITS = Limits(
    file=20 * MEGABYTE,
    rows=50_000,
    unpacked=150 * MEGABYTE,
    strings=40 * MEGABYTE,
    cells=1_000_000,
    tags=3_500_000,
    others=1_200_000,
)
FIELDS = {
    "number": _("Member number"),
    "name": _("Name"),
    "first": _("First name"),
    "last": _("Last name"),
    "email": _("E-mail"),
    "expiry": _("In good standing until"),
    "status": _("Status"),
}
# The plainest heading first: it wins where two columns would do.
_ENGLISH = {
    "number": (
        "member number; member no; member; member id; membership number; membership no; "
        "membership id; memberid; number; no; id; id number; account number"
    ),
    "name": "name; full name; member name; contact; contact name",
    "first": "first name; given name; given names; first; firstname; forename",
    "last": "last name; surname; family name; last; lastname",
    "email": "e mail; email; e mail address; email address; primary email; mail",
    "expiry": (
        "expiry date; expiry; expires; expiration date; expiration; expires on; valid until; "
        "valid to; good until; in good standing until; paid until; paid through; paid thru; "
        "paid to; renewal date; renewal; membership expires; membership expiry; end date; "
        "membership end; until; date expires"
    ),
    "status": "status; membership status; member status; standing; state",
}
_FRENCH = {
    "number": (
        "no de membre; numero de membre; n de membre; num de membre; no membre; numero membre; "
        "numero; no d adherent; numero d adherent; matricule; identifiant"
    ),
    "name": "nom complet; nom et prenom; prenom et nom; nom du membre; membre",
    "first": "prenom; prenoms",
    "last": "nom; nom de famille",
    "email": "courriel; adresse courriel; adresse de courriel; adresse electronique; couriel",
    "expiry": (
        "echeance; date d echeance; expiration; date d expiration; expire le; valide jusqu au; "
        "valable jusqu au; en regle jusqu au; paye jusqu au; date de fin; fin; "
        "date de renouvellement; renouvellement; fin de l adhesion"
    ),
    "status": "statut; etat; situation; statut du membre; statut de membre; statut d adhesion",
}
_ASIDE = re.compile(r"\([^()]*\)")  # as in "Expiry (yyyy-mm-dd)"
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class _Known:
    field: str
    rank: int
    language: str


@cache
def _known() -> dict[str, _Known]:
    """Folded heading -> what it names; the first meaning stays."""
    known: dict[str, _Known] = {}
    for language, fields in (("en", _ENGLISH), ("fr", _FRENCH)):
        for field, spellings in fields.items():
            for rank, spelling in enumerate(spellings.split("; ")):
                known.setdefault(spelling, _Known(field, rank, language))
    return known


def _look_up(value: object) -> _Known | None:
    if not isinstance(value, str) or len(value) > headings.LONGEST:
        return None
    return _known().get(fold(value)) or _known().get(fold(_ASIDE.sub("", value)))


def score(values: Sequence[object]) -> int:
    """How many different things the headings of a line name."""
    return len({found.field for value in values if (found := _look_up(value))})


def are_headings(values: Sequence[object]) -> bool:
    return score(values) >= _FEWEST


def texts(values: Sequence[object]) -> list[str]:
    """The cells of a line as a page shows them, none of them long."""
    return headings.texts(values, most=LIMITS.columns)


def language_of(found_headings: Sequence[str]) -> str:
    """The language that most headings are in; nothing when none is known."""
    found = [known.language for heading in found_headings if (known := _look_up(heading))]
    return max(("en", "fr"), key=found.count) if found else ""


def match(found_headings: Sequence[str], remembered: Mapping[str, str]) -> dict[str, int]:
    """Field -> index of its column. `remembered` is folded heading -> field, "" for none."""
    best: dict[str, tuple[int, int]] = {}
    for index, heading in enumerate(found_headings):
        key = heading_key(heading)
        known = _look_up(heading)
        if key and key in remembered:
            field, rank = remembered[key], -1
        elif known:
            field, rank = known.field, known.rank
        else:
            continue
        if field and (field not in best or rank < best[field][0]):
            best[field] = (rank, index)
    columns = {field: index for field, (_rank, index) in best.items()}
    if "first" in columns and "last" not in columns and "name" in columns:
        columns["last"] = columns.pop("name")  # "Name" beside "First name" is the family name
    if "last" in columns and not {"first", "name"} & columns.keys():
        columns["name"] = columns.pop("last")  # "Nom" alone is the whole name
    return columns


def missing(columns: Mapping[str, int]) -> str:
    """Why a list can't be read with these columns: a code of `words`, or nothing.

    Members are matched by number and e-mail, never by name alone (E7).
    """
    if not {"name", "first", "last"} & columns.keys():
        return "no_name_column"
    if not {"number", "email"} & columns.keys():
        return "no_number_column"
    if not {"expiry", "status"} & columns.keys():
        return "no_expiry_column"
    return ""
