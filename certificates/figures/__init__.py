"""Figures for the committee: each a module with `figure(asked)`, a sentence, a picture, a table.

They are read live, one statement each, of the registrations in a person's care; see decision 0044.
"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from certificates.figures import by_type, fees, flow, funnel, paces, waits
from certificates.figures.asked import Asked, Choices, choices
from certificates.figures.figure import Figure

# In the order of the page. Those of DEAR add everybody's points up: the overview asks for them
# after the others are shown.
FIGURES: dict[str, tuple[object, Callable[[Asked], Figure]]] = {
    "flow": (_("Registrations and certificates"), flow.figure),
    "funnel": (_("From registered to certified"), funnel.figure),
    "waits": (_("How long people wait"), waits.figure),
    "pace": (_("Who is on pace"), paces.figure),
    "types": (_("Points by activity type"), by_type.figure),
    "fees": (_("Fees"), fees.figure),
}
DEAR = frozenset({"pace", "types"})


def figure(key: str, asked: Asked) -> Figure:
    """Return one figure; raises KeyError where there is no such one."""
    _title, make = FIGURES[key]
    return make(asked)


__all__ = ["DEAR", "FIGURES", "Asked", "Choices", "Figure", "choices", "figure"]
