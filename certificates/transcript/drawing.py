"""A program year as a shelf on paper: the screen's drawing (`cec.shelves`) as a piece of PDF.

Widths are exact points of the record, heights are the screen's. Letters are drawn as shapes, so
that no reader spells codes out of the picture: its text alternative says what it shows.
"""

from decimal import Decimal
from functools import lru_cache

from cec import shelves
from cec.shelves import ShelfYear, Spine
from cec.wording import number
from certificates.printing.art import (
    INDIGO,
    INK,
    JADE,
    OCHRE,
    ROSE,
    SPRUCE,
    WHITE,
    WINE,
    Art,
    fill,
    matrix,
    outline,
    pen,
)
from certificates.printing.guilloche import operator
from certificates.printing.lettering import STRONG

WIDTH = 480.0
PIXEL = 0.48  # of the screen's heights, in points
HEIGHT = 104 * PIXEL
LABEL, TICK = 7.4, 8.0  # sizes of letters, in points
LABEL_PADDING = 4.0

QUIET = (0x46, 0x55, 0x4D)
EDGE = (0x6F, 0x7D, 0x75)
SUNKEN = (0xE9, 0xEE, 0xE7)
# The colours of activity types, with that of the letters on them.
COLOURS = {
    "spruce": (SPRUCE, WHITE),
    "jade": (JADE, INK),
    "wine": (WINE, WHITE),
    "rose": (ROSE, INK),
    "brass": (OCHRE, INK),
    "indigo": (INDIGO, WHITE),
}
DASHED, SOLID = "[2.4 1.8] 0 d", "[] 0 d"

Colour = tuple[int, int, int]


def shelf(year: ShelfYear, *, scale: Decimal) -> Art:
    """Draw a year, `scale` points of the program wide, in the language that is in force."""
    drawn = [
        *_slot(year, scale),
        *_ticks(year, scale),
        *_spines(year, scale),
        *(_over(year, scale) if year.over else ()),
        fill(EDGE),
        _box(0, WIDTH, shelves.BOARD, shelves.BOARD + 4),
        "f",
    ]
    return Art.of(f"shelf-{year.number}", WIDTH, HEIGHT, drawn)


def _x(points: Decimal, scale: Decimal) -> float:
    return float(points / scale) * WIDTH


def _y(pixels: float) -> float:
    return HEIGHT - pixels * PIXEL


def _box(left: float, right: float, top: float, bottom: float) -> str:
    """A box by its sides: left and right in points, top and bottom in the screen's pixels."""
    return operator("re", left, _y(bottom), right - left, (bottom - top) * PIXEL)


def _slot(year: ShelfYear, scale: Decimal) -> list[str]:
    """The empty place up to a steady year."""
    goal = shelves.goal_of(year)
    if year.counted >= goal:
        return []
    place = _box(_x(year.counted, scale), _x(goal, scale), shelves.SLOT_TOP, shelves.BOARD)
    return [fill(SUNKEN), place, "f"]


def _ticks(year: ShelfYear, scale: Decimal) -> list[str]:
    drawn = []
    for points in sorted({tick for tick in (year.suggested, year.steady) if tick}):
        at = _x(points, scale)
        line = operator("m", at, _y(34)), operator("l", at, _y(94))
        drawn += [pen(QUIET, 0.8), DASHED, *line, "S", SOLID]
        drawn += _words(number(points), at - 3, _y(103), size=TICK, colour=QUIET, centred=False)
    return drawn


def _spines(year: ShelfYear, scale: Decimal) -> list[str]:
    drawn: list[str] = []
    start = Decimal(0)
    for spine in year.spines:
        end = start + spine.counted
        if spine.counted > 0:
            drawn += _spine(spine, _x(start, scale), _x(end, scale))
        start = end
    return drawn


def _spine(spine: Spine, left: float, right: float) -> list[str]:
    """A spine with its bands; a hair of white parts it from the next one."""
    colour, on = COLOURS[spine.colour]
    gap = min(0.4, (right - left) / 6)
    left, right = left + gap, right - gap
    top, bottom = shelves.top_of(spine), shelves.BOARD
    bands = ((top + 8, top + 10), (top + 13, top + 14), (bottom - 12, bottom - 10))
    drawn = [fill(colour), _box(left, right, top, bottom), "f", fill(_lighter(colour))]
    drawn += [_box(left, right, *band) for band in bands]
    drawn.append("f")
    if _width(spine.code, LABEL) + LABEL_PADDING <= right - left:
        middle = _y((top + bottom) / 2 + 5)
        drawn += _words(spine.code, (left + right) / 2, middle, size=LABEL, colour=on)
    return drawn


def _lighter(colour: Colour) -> Colour:
    """A colour under white at 30 %, without asking a printer for transparency."""
    red, green, blue = (round(channel * 0.7 + 255 * 0.3) for channel in colour)
    return red, green, blue


def _over(year: ShelfYear, scale: Decimal) -> list[str]:
    """What doesn't count, past everything else."""
    start = max(year.counted, shelves.goal_of(year)) + shelves.GAP
    end = start + shelves.drawn_over(year)
    left, right = _x(start, scale), _x(end, scale)
    return [
        *(pen(EDGE, 0.8), DASHED, _box(left, right, 34, 81), "S", SOLID),
        *_words(f"+{number(year.over)}", (left + right) / 2, _y(62), size=TICK, colour=QUIET),
    ]


def _words(
    text: str, x: float, y: float, *, size: float, colour: Colour, centred: bool = True
) -> list[str]:
    """Words as shapes around `x`, or up to it; nothing if the face lacks a letter."""
    if not _drawable(text):
        return []
    width = _width(text, size)
    em = size / 1000
    drawn = [fill(colour), "q", matrix(em, 0, 0, em, x - (width / 2 if centred else width), y)]
    for letter in text:
        drawn += [outline(letter), "f", matrix(1, 0, 0, 1, STRONG.advance(letter) * 1000)]
    return [*drawn, "Q"]


@lru_cache(maxsize=256)
def _drawable(text: str) -> bool:
    return all(ord(letter) in STRONG.glyphs for letter in text)


def _width(text: str, size: float) -> float:
    return sum(STRONG.advance(letter) for letter in text) * size if _drawable(text) else 0
