"""The rosette: twelve petals that fill as points are counted (design section 3).

Points arrive as exact decimals and become floats only here, where they are lengths.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cec.wording import amount, number

PETALS = 12
Point = tuple[float, float]

# The right edge of the petal that points up, from its inner end to its tip.
_LARGE_PETAL = ((0.0, -22.5), (9.9, -27.9), (13.2, -39.2), (0.0, -49.5))
_SMALL_PETAL = ((0.0, -9.0), (12.8, -17.0), (17.0, -33.8), (0.0, -49.0))


def rosette(
    counted: Decimal, needed: Decimal | None, *, unit: str = "", small: bool = False
) -> SafeString:
    """Draw twelve petals that fill clockwise from the top; each is a twelfth of `needed`."""
    share = min(max(Decimal(counted) / Decimal(needed), Decimal(0)), Decimal(1)) if needed else 0
    filled = share * PETALS
    full = int(filled)
    edge = _SMALL_PETAL if small else _LARGE_PETAL
    whole = "".join(_petal(edge, turn) for turn in range(full))
    part = _part_of_petal(edge, float(filled - full), full) if filled > full else ""
    outline = "".join(_petal(edge, turn) for turn in range(PETALS))
    return format_html(
        '<svg class="rosette{}" viewBox="-50 -50 100 100" role="img" aria-label="{}">'
        '<path class="full" d="{}"/><path class="petal" d="{}"/>{}</svg>',
        " small" if small else "",
        _rosette_sentence(counted, needed, full=full, unit=unit),
        whole + part,
        outline,
        "" if small else _rosette_text(counted, needed, unit=unit),
    )


def _rosette_sentence(counted: Decimal, needed: Decimal | None, *, full: int, unit: str) -> str:
    if not needed:
        return amount(counted, unit)
    reached = _("%(counted)s of %(needed)s.") % {
        "counted": number(counted),
        "needed": amount(needed, unit),
    }
    petals = ngettext("%(full)d of 12 petals is full.", "%(full)d of 12 petals are full.", full) % {
        "full": full
    }
    return f"{reached} {petals}"


def _rosette_text(counted: Decimal, needed: Decimal | None, *, unit: str) -> SafeString:
    below = _("of %(needed)s") % {"needed": number(needed)} if needed else unit or _("points")
    written = number(counted)
    return format_html(
        '<text class="big{}" x="0" y="5">{}</text><text class="of" x="0" y="15">{}</text>',
        " long" if len(written) > 4 else "",  # 157.5 would lie on the petals
        written,
        below,
    )


def _petal(edge: Sequence[Point], turn: int) -> str:
    inner, near, far, tip = (_turned(point, turn) for point in edge)
    back_far, back_near = (_turned((-x, y), turn) for x, y in (edge[2], edge[1]))
    return f"M{inner}C{near} {far} {tip}C{back_far} {back_near} {inner}Z"


def _part_of_petal(edge: Sequence[Point], share: float, turn: int) -> str:
    """Return the petal up to `share` of its length, ended by an arc around the centre.

    Cutting the curve itself needs no clip path, so no ids: equal records draw equal pages.
    """
    start, end = (math.hypot(*edge[0]), math.hypot(*edge[3]))
    radius = start + (end - start) * share
    low, high = 0.0, 1.0
    for _step in range(30):
        middle = (low + high) / 2
        if math.hypot(*_split(edge, middle)[3]) < radius:
            low = middle
        else:
            high = middle
    cut = _split(edge, low)
    inner, near, far, tip = (_turned(point, turn) for point in cut)
    left_tip, left_far, left_near = (_turned((-x, y), turn) for x, y in (cut[3], cut[2], cut[1]))
    arc = f"A{radius:.1f} {radius:.1f} 0 0 0 {left_tip}"
    return f"M{inner}C{near} {far} {tip}{arc}C{left_far} {left_near} {inner}Z"


def _split(edge: Sequence[Point], at: float) -> list[Point]:
    """Return the first part of a cubic curve (de Casteljau)."""
    rows = [list(edge)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append(
            [(a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at) for a, b in pairwise(row)]
        )
    return [row[0] for row in rows]


def _turned(point: Point, turn: int) -> str:
    angle = math.tau * turn / PETALS
    x = point[0] * math.cos(angle) - point[1] * math.sin(angle)
    y = point[0] * math.sin(angle) + point[1] * math.cos(angle)
    return f"{_short(x)},{_short(y)}"


def _short(length: float) -> str:
    return f"{round(length, 1) + 0.0:g}"
