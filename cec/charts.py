"""Charts as SVG, drawn on the server: columns over time, and bars under each other.

As with shelves, what lies across is a percentage and what lies upwards a number of pixels, so that
text stays crisp on any screen. A chart draws plain numbers; whoever asks for it writes the words.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cec.wording import number

Number = Decimal | int

# Heights in pixels: the plot, its foot line, and two lines of text under that.
TOP, FOOT, HEIGHT = 8, 168, 212
_LINES = (188, 206)
# How much of its place a group of columns takes; the rest is the gap to the next one.
_FILLED = Decimal("0.8")
# The narrowest plot that each set of labels is drawn for, beside the numbers of the scale.
NARROW, WIDE = 190, 560
# A letter of a label, and the least gap between two of them.
LETTER, GAP = 8.4, 8
HUNDRED = Decimal(100)
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Series:
    """One colour of a chart of columns: a value for each group, and what each says in words."""

    name: str
    colour: str  # one of the six spine classes of cec.css
    values: Sequence[Number]
    said: Sequence[str]


@dataclass(frozen=True)
class Label:
    """What stands under a group: a word, and below it what is said only where it changes."""

    word: str
    under: str = ""


@dataclass(frozen=True)
class Part:
    """A piece of a bar; `colour` is a class of figures.css or one of the spine classes."""

    value: Number
    colour: str


@dataclass(frozen=True)
class Bar:
    """A line of a chart of bars: its name, its number in words, its parts from left to right.

    `marks` are values at which a thin line stands across; `hint` is a further line of words.
    """

    name: str
    said: str
    parts: tuple[Part, ...]
    marks: tuple[Number, ...] = ()
    hint: str = ""
    url: str = ""


def top_of(most: Number) -> Decimal:
    """Return the round number that a scale ends at: 1, 2 or 5 with zeros, not below `most`."""
    if most <= 1:
        return Decimal(1)
    power = Decimal(10) ** (len(str(math.ceil(most))) - 1)
    return next(step * power for step in _STEPS if step * power >= most)


def places(labels: Sequence[Label], width: int) -> list[int]:
    """Return which labels stand on a plot of this width (pixels) without touching each other.

    They keep an equal distance, and the first one stands.
    """
    if not labels:
        return []
    longest = max(max(len(label.word), len(label.under)) for label in labels) * LETTER + GAP
    step = max(1, math.ceil(longest * len(labels) / width))
    return list(range(0, len(labels), step))


def columns(
    name: str,
    *,
    title: str,
    description: str,
    labels: Sequence[Label],
    series: Sequence[Series],
    scale: tuple[str, str],
) -> SafeString:
    """Draw groups of columns beside each other; `name` makes the ids of the page's only one.

    `scale` says in words what `top_of` the greatest value is, and its half, which may be empty.
    """
    most = top_of(greatest(series))
    return format_html(
        '<div class="plot"><p class="axis" aria-hidden="true"><span>{}</span><span>{}</span>'
        '<span>0</span></p><svg class="columns" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{}</title><desc id="{name}-d">{}</desc>{}{}{}{}</svg></div>',
        *scale,
        title,
        description,
        _grid(),
        _groups(series, len(labels), most),
        _words(labels, NARROW, "few"),
        _words(labels, WIDE, "many"),
        name=name,
    )


def counted(value: Number) -> str:
    """Write a number of the scale."""
    return number(value, grouped=True)


def columns_with_key(
    name: str,
    *,
    title: str,
    description: str,
    labels: Sequence[Label],
    series: Sequence[Series],
    written: Callable[[Number], str] = counted,
) -> SafeString:
    """Draw columns with their scale, whose numbers are `written`, and say what the colours are."""
    most = top_of(greatest(series))
    half = most / 2
    scale = written(most), written(half) if half == int(half) else ""
    drawn = columns(
        name, title=title, description=description, labels=labels, series=series, scale=scale
    )
    return format_html("{}{}", key([(row.colour, row.name) for row in series]), drawn)


def greatest(series: Sequence[Series]) -> Number:
    """Return the greatest value of a chart, or zero."""
    return max((value for row in series for value in row.values), default=0)


def _grid() -> SafeString:
    heights = ((TOP, "grid"), ((TOP + FOOT) // 2, "grid"), (FOOT, "foot"))
    return format_html_join(
        "", '<line class="{1}" x1="0" x2="100%" y1="{0}" y2="{0}"/>', ((y, k) for y, k in heights)
    )


def _groups(series: Sequence[Series], groups: int, most: Decimal) -> SafeString:
    drawn = []
    for row_at, row in enumerate(series):
        for at in range(groups):
            value = row.values[at]
            if value > 0:
                x, width = column(at, row_at, groups=groups, series=len(series))
                height = height_of(value, most)
                drawn.append(
                    (row.colour, row.said[at], _percent(x), FOOT - height, _percent(width), height)
                )
    return format_html_join(
        "",
        '<g class="{}"><title>{}</title>'
        '<rect class="col" x="{}" y="{}" width="{}" height="{}"/></g>',
        drawn,
    )


def column(at: int, row: int, *, groups: int, series: int) -> tuple[Decimal, Decimal]:
    """Return where a column begins and how wide it is, in percent of the plot."""
    slot = HUNDRED / groups
    width = slot * _FILLED / series
    return slot * at + slot * (1 - _FILLED) / 2 + width * row, width


def height_of(value: Number, most: Decimal) -> int:
    """Return a column's height in pixels; what isn't nothing can be seen."""
    return max(1, round(Decimal(value) / most * (FOOT - TOP)))


def _words(labels: Sequence[Label], width: int, kind: str) -> SafeString:
    """Write the labels that fit; those at the ends begin or end with their column."""
    drawn, before = [], ""
    for at in places(labels, width):
        label = labels[at]
        x, anchor = _anchored(label, at, len(labels), width)
        under = label.under if label.under != before else ""
        before = label.under
        drawn += [(x, _LINES[0], anchor, label.word)]
        drawn += [(x, _LINES[1], anchor, under)] if under else []
    written = format_html_join("", '<text x="{}" y="{}" class="{}">{}</text>', drawn)
    return format_html('<g class="{}" aria-hidden="true">{}</g>', kind, written)


def _anchored(label: Label, at: int, groups: int, width: int) -> tuple[str, str]:
    slot = width / groups
    half = max(len(label.word), len(label.under)) * LETTER / 2
    if (at + 0.5) * slot < half:
        return "0", "start"
    if (groups - at - 0.5) * slot < half:
        return "100%", "end"
    return _percent(HUNDRED * (2 * at + 1) / (2 * groups)), "middle"


def _percent(value: Decimal) -> str:
    return f"{value:.3f}%"


def bars(rows: Sequence[Bar]) -> SafeString:
    """Draw bars on one scale, as a list whose words are text: it reads well without the picture."""
    most = max((_reach(row) for row in rows), default=Decimal(0)) or Decimal(1)
    return format_html(
        '<ul class="bars">{}</ul>', format_html_join("", "{}", ((_bar(row, most),) for row in rows))
    )


def _reach(row: Bar) -> Decimal:
    return max((Decimal(sum(part.value for part in row.parts)), *map(Decimal, row.marks)))


def _bar(row: Bar, most: Decimal) -> SafeString:
    name = format_html('<a href="{}">{}</a>', row.url, row.name) if row.url else row.name
    hint = format_html('<small class="hint">{}</small>', row.hint) if row.hint else ""
    return format_html(
        '<li><span>{}</span><span class="n">{}</span>'
        '<svg aria-hidden="true" focusable="false">{}{}</svg>{}</li>',
        name,
        row.said,
        format_html_join(
            "", '<rect class="part {}" x="{}" y="1" width="{}" height="18"/>', pieces(row, most)
        ),
        format_html_join(
            "",
            '<line class="mark-line" x1="{0}" x2="{0}" y1="-3" y2="23"/>',
            ((_percent(Decimal(mark) / most * HUNDRED),) for mark in row.marks),
        ),
        hint,
    )


def pieces(row: Bar, most: Decimal) -> list[tuple[str, str, str]]:
    """Return colour, beginning and width of each part; they stand end to end."""
    found, before = [], Decimal(0)
    for part in row.parts:
        width = Decimal(part.value) / most * HUNDRED
        if width > 0:
            found.append((part.colour, _percent(before), _percent(width)))
        before += width
    return found


def key(entries: Sequence[tuple[str, str]]) -> SafeString:
    """Say what each colour stands for: pairs of a class and a word."""
    return format_html(
        '<ul class="row key">{}</ul>',
        format_html_join(
            "",
            '<li><svg class="{}" aria-hidden="true" focusable="false">'
            '<rect class="part" width="100%" height="100%"/></svg>{}</li>',
            entries,
        ),
    )
