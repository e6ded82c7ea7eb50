"""Shelves and cap bars: a year's activities as SVG, drawn on the server (design section 3).

The page's policy allows no style attributes, so widths are SVG percentages; they are written
with a full stop in every language.
"""

import zlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cec.wording import amount, number


class Spine(Protocol):
    """One activity on a shelf; `colour` is one of the six spine classes of cec.css."""

    @property
    def title(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def counted(self) -> Decimal: ...


class ShelfYear(Protocol):
    """One program year. `suggested` and `steady` are points, or None where a program has none."""

    @property
    def number(self) -> int: ...
    @property
    def counted(self) -> Decimal: ...
    @property
    def over(self) -> Decimal: ...
    @property
    def suggested(self) -> Decimal | None: ...
    @property
    def steady(self) -> Decimal | None: ...
    @property
    def spines(self) -> Sequence[Spine]: ...


class CapItem(Protocol):
    """One activity type in one year; `limit` is None where nothing limits it."""

    code: str
    name: str
    colour: str
    counted: Decimal
    limit: Decimal | None
    parked: Decimal


# Heights in pixels; the widths of spines are exact, only their height is for looks.
BOARD = 82
SLOT_TOP = 34
_TOPS = (6, 10, 16, 20, 24, 27)
# Between what counts and what doesn't, in points.
GAP = Decimal("0.7")
# A label needs about this much width; it shows on shelves of at least 250, 545 or 800 px.
_LETTER, _LABEL_PADDING = 8.2, 6
_LABEL_CLASSES = ((250, ""), (545, " w2"), (800, " w3"))


def shelf_scale(years: Iterable[ShelfYear]) -> Decimal:
    """Return the points across a shelf: a fifth more than a steady year, or what must fit.

    Shelves that stand together share the scale of the fullest one, so that a point is as wide
    on each.
    """
    return max((_scale(year) for year in years), default=Decimal(1))


def top_of(spine: Spine) -> int:
    """Return where a spine begins: as high whenever and wherever it is drawn."""
    return _TOPS[zlib.crc32(spine.title.encode()) % len(_TOPS)]


def goal_of(year: ShelfYear) -> Decimal:
    """Return the points up to which a shelf has an empty place, or zero."""
    return Decimal(year.steady or year.suggested or 0)


def _scale(year: ShelfYear) -> Decimal:
    steady = goal_of(year)
    content = max(Decimal(year.counted), steady) + drawn_over(year) + 2
    return max(steady * 6 / 5, content)


def drawn_over(year: ShelfYear) -> Decimal:
    """Return the width of what doesn't count; its number is exact, its box stops growing."""
    roomy = goal_of(year) / 2
    return min(Decimal(year.over), max(roomy, Decimal(year.counted) / 4, Decimal(4)))


def shelf(year: ShelfYear, *, scale: Decimal, unit: str = "", bare: bool = False) -> SafeString:
    """Draw a year as a shelf of spines; `bare` leaves out the ticks and the empty place."""
    board = BOARD + 6 if bare else BOARD
    parts = [] if bare else [_slot(year, scale), _ticks(year, scale)]
    parts.append(_spines(year, scale, unit=unit, lift=board - BOARD))
    if year.over and not bare:
        parts.append(_over(year, scale, unit=unit))
    return format_html(
        '<svg class="shelf{}" role="img" aria-label="{}">{}'
        '<rect class="board" x="0" y="{}" width="100%" height="4"/></svg>',
        " bare" if bare else "",
        _shelf_sentence(year, unit=unit),
        format_html_join("", "{}", ((part,) for part in parts)),
        board,
    )


def _shelf_sentence(year: ShelfYear, *, unit: str) -> str:
    start = _("Year %(number)s: %(amount)s counted.") % {
        "number": year.number,
        "amount": amount(year.counted, unit),
    }
    names = "; ".join(f"{spine.title} {number(spine.counted)}" for spine in year.spines)
    return f"{start} {names}".strip()


def _percent(points: Decimal, scale: Decimal) -> str:
    return f"{float(points / scale * 100):.3f}%"


def _slot(year: ShelfYear, scale: Decimal) -> SafeString | str:
    goal = goal_of(year)
    if year.counted >= goal:
        return ""
    return format_html(
        '<rect class="slot" x="{}" y="{}" width="{}" height="{}"/>',
        _percent(Decimal(year.counted), scale),
        SLOT_TOP,
        _percent(goal - year.counted, scale),
        BOARD - SLOT_TOP,
    )


def _ticks(year: ShelfYear, scale: Decimal) -> SafeString:
    ticks = [(year.suggested, _("suggested")), (year.steady, _("steady pace"))]
    if year.suggested == year.steady:
        ticks = ticks[:1]
    return format_html_join(
        "",
        '<line class="tick" x1="{0}" x2="{0}" y1="34" y2="94"/>'
        '<text x="{0}" dx="-6" y="104">{1}<tspan class="opt"> {2}</tspan></text>',
        (
            (_percent(Decimal(points), scale), number(points), word)
            for points, word in ticks
            if points
        ),
    )


def _spines(year: ShelfYear, scale: Decimal, *, unit: str, lift: int) -> SafeString:
    drawn = []
    x = Decimal(0)
    for spine in year.spines:
        width = Decimal(spine.counted)
        if width > 0:
            drawn.append(_spine(spine, x=x, scale=scale, unit=unit, lift=lift))
        x += width
    return format_html_join("", "{}", ((spine,) for spine in drawn))


def _spine(spine: Spine, *, x: Decimal, scale: Decimal, unit: str, lift: int) -> SafeString:
    left, width = _percent(x, scale), _percent(Decimal(spine.counted), scale)
    top = top_of(spine)
    bottom = BOARD + lift
    label = _("%(title)s: %(amount)s (%(code)s)") % {
        "title": spine.title,
        "amount": amount(spine.counted, unit),
        "code": spine.code,
    }
    bands = format_html_join(
        "",
        '<rect class="band" x="{}" y="{}" width="{}" height="{}"/>',
        ((left, y, width, height) for y, height in ((top + 8, 2), (top + 13, 1), (bottom - 12, 2))),
    )
    return format_html(
        '<g class="{}"><title>{}</title>'
        '<rect class="sp" x="{}" y="{}" width="{}" height="{}" rx="2"/>{}{}</g>',
        spine.colour,
        label,
        left,
        top,
        width,
        bottom - top,
        bands,
        _label(spine, x=x, scale=scale, y=(top + bottom) // 2 + 6),
    )


def _label(spine: Spine, *, x: Decimal, scale: Decimal, y: int) -> SafeString | str:
    share = float(Decimal(spine.counted) / scale)
    needed = len(spine.code) * _LETTER + _LABEL_PADDING
    shown = next((name for width, name in _LABEL_CLASSES if share * width >= needed), None)
    if shown is None:
        return ""
    return format_html(
        '<text class="c{}" x="{}" y="{}">{}</text>',
        shown,
        _percent(x + Decimal(spine.counted) / 2, scale),
        y,
        spine.code,
    )


def _over(year: ShelfYear, scale: Decimal, *, unit: str) -> SafeString:
    goal = goal_of(year)
    width = drawn_over(year)
    x = max(Decimal(year.counted), goal) + GAP
    return format_html(
        '<g><title>{}</title><rect class="over" x="{}" y="34" width="{}" height="47" rx="2"/>'
        '<text class="o" x="{}" y="63">+{}</text></g>',
        _("%(amount)s over a yearly limit") % {"amount": amount(year.over, unit)},
        _percent(x, scale),
        _percent(width, scale),
        _percent(x + width / 2, scale),
        number(year.over),
    )


# Cap bar: the limit stands at four fifths, which leaves room for what is parked.
_LIMIT_AT = 80


def capbar(item: CapItem, *, unit: str = "") -> SafeString:
    """Draw one activity type against its yearly limit, always with the numbers as text."""
    limit = item.limit
    said = (
        _("%(counted)s of %(limit)s") % {"counted": number(item.counted), "limit": number(limit)}
        if limit
        else number(item.counted)
    )
    return format_html(
        '<li class="cap {}"><abbr class="code" title="{}">{}</abbr><span>{}</span>'
        '<span class="n">{}</span>{}{}</li>',
        item.colour,
        item.name,
        item.code,
        item.name,
        said,
        _bar(item, limit) if limit else "",
        _cap_hint(item, limit, unit=unit),
    )


def _bar(item: CapItem, limit: Decimal) -> SafeString:
    filled = min(Decimal(item.counted) / Decimal(limit), Decimal("1.2")) * _LIMIT_AT
    parked = min(Decimal(item.parked) / Decimal(limit) * _LIMIT_AT, 100 - filled)
    over = (
        format_html(
            '<rect class="over" x="{}" width="{}" y="1" height="11"/>',
            f"{filled:.2f}%",
            f"{parked:.2f}%",
        )
        if parked > 0
        else ""
    )
    return format_html(
        '<svg aria-hidden="true" focusable="false"><rect class="bg" width="80%" y="1" height="11"/>'
        '<rect class="bar" width="{}" y="1" height="11"/>{}'
        '<line class="limit" x1="80%" x2="80%" y1="-2" y2="15"/></svg>',
        f"{filled:.2f}%",
        over,
    )


def _cap_hint(item: CapItem, limit: Decimal | None, *, unit: str) -> SafeString | str:
    full = limit and item.counted >= limit
    parked = amount(item.parked, unit)
    if full and item.parked:
        text = _("Full for this year. Over the limit and kept in the record: %(amount)s.")
    elif item.parked:
        text = _("Kept in the record, not counted: %(amount)s.")
    elif full:
        text = _("Full for this year.")
    else:
        return ""
    return format_html('<span class="hint">{}</span>', text % {"amount": parked})
