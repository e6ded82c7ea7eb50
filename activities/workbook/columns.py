"""Which column of a sheet holds what: found by its heading, in English or French (`E5`)."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from django.utils import translation
from django.utils.translation import gettext_lazy

from cec.spreadsheet.wording import fold

# The columns of our own export, in order; the first eight are those of the record by hand.
EXPORTED = {
    "date": gettext_lazy("Date(s)"),
    "title": gettext_lazy("Title of activity"),
    "provider": gettext_lazy("Provider / sponsor"),
    "type": gettext_lazy("Type of activity"),
    "subject": gettext_lazy("Subject area"),
    "hours": gettext_lazy("Hours"),
    "points": gettext_lazy("Points"),
    "outcome": gettext_lazy("What I learned"),
    "planned": gettext_lazy("Still planned"),
    "started_on": gettext_lazy("First day"),
    "year": gettext_lazy("Program year"),
    "counted": gettext_lazy("Counted"),
    "parked": gettext_lazy("Parked"),
    "why": gettext_lazy("Why"),
    "row_id": gettext_lazy("Entry number, leave as it is"),
    "mark": gettext_lazy("Version, leave as it is"),
}
# Other headings that people use, the plainest first: it wins where two columns would do.
HEADINGS = {
    "date": (
        "dates; date; date s; date of activity; activity date; when; day; date d activite; "
        "date de l activite; quand; jour; periode; period"
    ),
    "started_on": (
        "first day; start date; started on; started; start; date started; from; begin; begun; "
        "premier jour; date de debut; debut; commence le; du"
    ),
    "completed_on": (
        "completed on; completed; date completed; completion date; date of completion; end date; "
        "date finished; finished; finished on; end; last day; dernier jour; date de fin; fin; "
        "termine le; terminee le; date d achevement; acheve le"
    ),
    "title": (
        "title of activity; title; activity title; name of activity; activity name; "
        "title of the activity; activity; learning activity; course title; course; event; name; "
        "description; titre de l activite; titre; nom de l activite; activite; "
        "activite d apprentissage; cours; evenement; nom"
    ),
    "provider": (
        "provider sponsor; provider; sponsor; organization; organisation; organizer; organiser; "
        "offered by; institution; host; presenter; fournisseur commanditaire; fournisseur; "
        "organisme; commanditaire; organisateur; offert par; etablissement"
    ),
    "type": (
        "type of activity; activity type; type; category; activity category; code; kind; "
        "type d activite; type de l activite; categorie; genre"
    ),
    "subject": (
        "subject area; subject areas; subject; subjects; topic; area; domaine; sujet; "
        "domaine d etude; domaine de specialisation; sujets; theme"
    ),
    "hours": (
        "hours; number of hours; no of hours; hours spent; total hours; hrs; time; time spent; "
        "duration; length; contact hours; heures; nombre d heures; nb d heures; duree; temps; h"
    ),
    "points": (
        "points; points claimed; cec points; points earned; pts; credits; points reclames; "
        "points obtenus; points cfc; unites"
    ),
    "outcome": (
        "what i learned; what i learnt; what you learned; what did i learn; learning outcomes; "
        "learning outcome; outcome; outcomes; reflection; learning; ce que j ai appris; "
        "ce que vous avez appris; resultats d apprentissage; acquis; apprentissages; "
        "resultats; reflexion"
    ),
    "counted": "counted; points counted; counts; comptes; points comptes",
    "parked": "parked; points parked; mis de cote",
    "why": "why; reason; pourquoi; raison",
    "planned": "still planned; planned; planifie; encore prevu; prevu",
    "row_id": "entry number leave as it is; numero de l entree a laisser tel quel",
    "mark": "version leave as it is; version a laisser telle quelle",
}
# What a column can hold, as its owner chooses it where we got it wrong.
OFFERED = {
    "date": gettext_lazy("Date, or first and last day"),
    "started_on": EXPORTED["started_on"],
    "completed_on": gettext_lazy("Last day"),
    **{
        name: EXPORTED[name]
        for name in ("title", "provider", "type", "subject", "hours", "outcome", "planned")
    },
}
# Nobody has to choose these: they are only ever in our own export.
_OUR_OWN = ("row_id", "mark")
_ASIDE = re.compile(r"\([^()]*\)")  # as in "Hours (in quarters)"
# A table of activities has titles and at least two of these.
_LONGEST = 60
_NOTHING: Mapping[str, str] = {}
_TELLING = ("date", "started_on", "completed_on", "type", "hours", "points", "provider", "outcome")


@cache
def known_headings() -> dict[str, tuple[str, int]]:
    """Folded heading -> (field, rank); a lower rank is the plainer heading."""
    known: dict[str, tuple[str, int]] = {}
    for field, headings in HEADINGS.items():
        for rank, heading in enumerate(headings.split("; "), start=1):
            known.setdefault(heading, (field, rank))
    for language in ("en", "fr"):
        with translation.override(language):
            for field, label in EXPORTED.items():
                known[fold(str(label))] = (field, 0)
    return known


def match(values: Sequence[object], remembered: Mapping[str, str] = _NOTHING) -> dict[str, int]:
    """Field -> index of its column, for what is known of these headings.

    `remembered` is folded heading -> field, "" for none: what the owner said of it the last time.
    """
    known = known_headings()
    found: dict[str, tuple[int, int]] = {}
    for index, value in enumerate(values):
        if not isinstance(value, str) or len(value) > _LONGEST:
            continue
        key = fold(value)
        if key in remembered:
            field, rank = remembered[key], -1
        else:
            aside = known.get(fold(_ASIDE.sub("", value))) if "(" in value else None
            field, rank = known.get(key) or aside or ("", 0)
        if field and (field not in found or rank < found[field][0]):
            found[field] = (rank, index)
    columns = {field: index for field, (_rank, index) in found.items()}
    if "started_on" in columns and not {"date", "completed_on"} & columns.keys():
        columns["date"] = columns.pop("started_on")
    return columns


def find_columns(
    values: Sequence[object], remembered: Mapping[str, str] = _NOTHING
) -> dict[str, int] | None:
    """Field -> index if `values` are the headings of a table of activities, else None."""
    columns = match(values, remembered)
    return columns if are_a_table(columns) else None


def are_a_table(columns: Mapping[str, int]) -> bool:
    """Whether these columns are enough to know a table of activities by."""
    return "title" in columns and sum(field in columns for field in _TELLING) >= 2


def with_our_own(chosen: Mapping[str, int], headings: Sequence[object]) -> dict[str, int]:
    """What the owner chose, and the columns that only an export of ours has."""
    ours = match(headings)
    return dict(chosen) | {name: ours[name] for name in _OUR_OWN if name in ours}


def missing(columns: Mapping[str, int]) -> str:
    """Why a table can't be read with these columns: a code of `words`, or nothing."""
    if "title" not in columns:
        return "no_title_column"
    return "" if {"date", "completed_on"} & columns.keys() else "no_date_column"
