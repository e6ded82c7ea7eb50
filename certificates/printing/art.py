"""The certificate's drawn parts, made once and then only placed: frame, rosettes, seal, QR code.

Each is a finished, compressed piece of PDF. Parsing the same shapes as SVG for each certificate
takes about a second; placing them takes nothing.
"""

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from math import cos, pi, sin
from typing import Any

import segno
from fontTools.pens.basePen import BasePen

from certificates.printing import guilloche
from certificates.printing.guilloche import Point, operator
from certificates.printing.lettering import STRONG

SPRUCE = (0x0E, 0x4A, 0x40)
BRASS = (0x9A, 0x6B, 0x12)
GOLD = (0xE9, 0xC8, 0x77)
CRANBERRY = (0x9A, 0x1F, 0x3A)
INK = (0x15, 0x22, 0x1D)
MIST = (0xD9, 0xE3, 0xE1)  # spruce at 16 % on white, without asking a printer for transparency
WHITE = (0xFF, 0xFF, 0xFF)

# The spines of the shelf: a strip of them is the brand, with where each ends along an edge.
JADE = (0x3F, 0x9A, 0x89)
WINE = (0x7F, 0x17, 0x30)
ROSE = (0xCC, 0x6C, 0x84)
OCHRE = (0xB8, 0x84, 0x12)
INDIGO = (0x3E, 0x5C, 0x99)
SPINES = (
    *((SPRUCE, 14), (JADE, 21), (OCHRE, 25), (SPRUCE, 38), (WINE, 43), (INDIGO, 51)),
    *((JADE, 63), (ROSE, 66), (SPRUCE, 80), (OCHRE, 86), (WINE, 89), (JADE, 100)),
)

SHEET_WIDTH, SHEET_HEIGHT = 792, 612
SEAL = 122
PETALS = 12


@dataclass(frozen=True)
class Art:
    """A drawing as PDF operators, y upwards from the lower left corner, measured in points."""

    id: str
    width: float
    height: float
    content: bytes

    @classmethod
    def of(cls, id: str, width: float, height: float, operators: list[str]) -> "Art":
        return cls(id, width, height, zlib.compress("\n".join(operators).encode("ascii"), 9))


def fill(colour: tuple[int, int, int]) -> str:
    return " ".join([*(f"{channel / 255:.3g}" for channel in colour), "rg"])


def pen(colour: tuple[int, int, int], width: float) -> str:
    return " ".join([*(f"{channel / 255:.3g}" for channel in colour), "RG", f"{width:g} w"])


def matrix(a: float, b: float, c: float, d: float, x: float = 0, y: float = 0) -> str:
    """The operator that moves the axes; finer than a coordinate, since turns add up."""
    return " ".join(
        [*(f"{value:.6f}".rstrip("0").rstrip(".") for value in (a, b, c, d, x, y)), "cm"]
    )


def moved(x: float, y: float, *operators: str, turn: float = 0) -> list[str]:
    """`operators` drawn with their origin at x, y, turned by `turn` radians."""
    return ["q", matrix(cos(turn), sin(turn), -sin(turn), cos(turn), x, y), *operators, "Q"]


def rosette(x: float, y: float, reach: float) -> list[str]:
    """The flower of twelve petals; the one at the top is cranberry."""
    drawn = []
    for index in range(PETALS):
        colour = SPRUCE if index else CRANBERRY
        drawn += moved(
            x, y, fill(colour), guilloche.petal(reach), "f", turn=-2 * pi * index / PETALS
        )
    return drawn


@cache
def sheet() -> Art:
    """What is the same on every certificate: oval, frame, rosettes and the brass lines."""
    drawn = [*_oval(), *_frame(), *rosette(396, SHEET_HEIGHT - 88, 21.5)]
    # The axis between the two languages, and the line under the name.
    drawn += [pen(BRASS, 1), "396 473 m 396 419 l S", pen(BRASS, 0.8), "246 307 m 546 307 l S"]
    return Art.of("sheet", SHEET_WIDTH, SHEET_HEIGHT, drawn)


@cache
def stationery() -> Art:
    """What is the same on every receipt and letter: the strip of spines, and a small rosette."""
    width, height = SHEET_HEIGHT, SHEET_WIDTH
    drawn = []
    start = 0.0
    for colour, end in SPINES:
        across = width * end / 100 - start
        drawn += [fill(colour), operator("re", start, height - 9, across, 9), "f"]
        start += across
    drawn += rosette(83, height - 71, 17)
    drawn += [pen(BRASS, 0.6), f"66 {height - 104} m {width - 66} {height - 104} l S"]
    return Art.of("stationery", width, height, drawn)


def _oval() -> list[str]:
    quarter = "\n".join(guilloche.oval_quarter(252, 138))
    drawn = [pen(MIST, 0.4)]
    for across, up in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        drawn += ["q", matrix(across, 0, 0, up, 396, 327), quarter, "S", "Q"]
    return drawn


def _frame() -> list[str]:
    drawn = [pen(SPRUCE, 0.4)]
    for waves, x, y, turn in (
        (20, 36, 36, 0.0),
        (20, 36, 576, 0.0),
        (15, 36, 36, pi / 2),
        (15, 756, 36, pi / 2),
    ):
        drawn += moved(x, y, *_braid(waves), turn=turn)
    for inset, colour, width in ((26, SPRUCE, 1.4), (46, SPRUCE, 0.7), (50, BRASS, 0.6)):
        box = (inset, inset, SHEET_WIDTH - 2 * inset, SHEET_HEIGHT - 2 * inset)
        drawn += [pen(colour, width), operator("re", *box), "S"]
    for x in (36, SHEET_WIDTH - 36):
        for y in (36, SHEET_HEIGHT - 36):
            box = (x - 15, y - 15, 30, 30)
            drawn += [fill(WHITE), pen(SPRUCE, 1.1), operator("re", *box), "B"]
            drawn += rosette(x, y, 12.8)
    return drawn


def _braid(waves: int) -> list[str]:
    """A band of threads along the x axis. Equal bytes a wave: they compress to almost nothing."""
    length = 36
    threads = [
        *(guilloche.thread(length, waves=1, height=7.8, phase=i * pi / 3) for i in range(6)),
        *(guilloche.thread(length, waves=2, height=3.9, phase=i * pi / 2) for i in range(4)),
    ]
    return [*threads, "S", matrix(1, 0, 0, 1, length)] * waves


@lru_cache(maxsize=64)
def seal(issuer_en: str, issuer_fr: str) -> Art:
    """The issuer's seal. Its ring of letters is drawn, so that no reader spells it out of the page.

    Both names must be covered by the bold face.
    """
    edge = f"{guilloche.ripple(56, angle=pi / 30, height=1.6, phase=-pi / 2)}\n0 0 l f"
    lace = [guilloche.ripple(51, angle=pi / 22.5, height=1.8, phase=i * pi / 3) for i in range(6)]
    drawn = [
        matrix(1, 0, 0, 1, SEAL / 2, SEAL / 2),
        fill(SPRUCE),
        guilloche.circle(54),
        "f",
        *_around(60, edge),
        pen(GOLD, 0.3),
        *_around(45, *lace, "S"),
        pen(GOLD, 0.7),
        guilloche.circle(47.6),
        "S",
        fill(WHITE),
        *_ring_of_letters(issuer_en, issuer_fr),
        pen(GOLD, 1),
        guilloche.circle(33.8),
        "B",
        *rosette(0, 0, 30.6),
        fill(BRASS),
        guilloche.circle(3.1),
        "f",
    ]
    return Art.of("seal", SEAL, SEAL, drawn)


def _around(times: int, *operators: str) -> list[str]:
    """The same piece again and again, all the way round."""
    turn = 2 * pi / times
    return ["q", *[*operators, matrix(cos(turn), sin(turn), -sin(turn), cos(turn))] * times, "Q"]


def _ring_of_letters(*names: str) -> list[str]:
    """Names in capitals around the seal, a dot after each; the first is centred at the top."""
    radius = 38.3
    words = [name.upper() for name in dict.fromkeys(names) if name]
    if not words:
        return []
    around = "".join(f"{word} • " for word in words)
    size = min(6.8, 0.9 * 2 * pi * radius / _length(around))
    gap = (2 * pi * radius - size * _length(around)) / len(around)
    angle = pi / 2 + (size * _length(words[0]) + gap * (len(words[0]) - 1)) / radius / 2
    drawn = []
    for letter in around:
        width = STRONG.advance(letter) * size
        at = angle - width / radius / 2
        drawn += moved(
            radius * cos(at),
            radius * sin(at),
            matrix(size / 1000, 0, 0, size / 1000, -width / 2, 0),
            outline(letter),
            "f",
            turn=at - pi / 2,
        )
        angle -= (width + gap) / radius
    return drawn


def _length(text: str) -> float:
    return sum(STRONG.advance(letter) for letter in text)


class _Outline(BasePen):  # type: ignore[misc]
    """Collects a glyph's shape as PDF path operators, in font units."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.path: list[str] = []

    def _moveTo(self, point: Point) -> None:
        self.path.append(operator("m", *map(round, point)))

    def _lineTo(self, point: Point) -> None:
        self.path.append(operator("l", *map(round, point)))

    def _curveToOne(self, first: Point, second: Point, point: Point) -> None:
        self.path.append(
            operator("c", *(round(value) for p in (first, second, point) for value in p))
        )

    def _closePath(self) -> None:
        self.path.append("h")


def outline(character: str) -> str:
    glyphs = STRONG.font.getGlyphSet()
    collector = _Outline(glyphs)
    glyphs[STRONG.glyphs[ord(character)]].draw(collector)
    return "\n".join(collector.path)


def qr(url: str) -> Art:
    """The QR code of `url`: 25 % of it may be lost (level Q). One point a module, no quiet zone.

    The mask is fixed, since trying all eight takes longer than everything else on the page.
    All modules are one path filled at once, which leaves no hairlines between them.
    """
    code = segno.make_qr(url, error="q", mask=4, boost_error=False)
    size = len(code.matrix)
    drawn = [fill(INK)]
    for row, modules in enumerate(code.matrix):
        drawn += [
            operator("re", start, size - row - 1, width, 1) for start, width in _runs(modules)
        ]
    drawn.append("f")
    return Art.of("qr", size, size, drawn)


def _runs(modules: bytearray) -> list[tuple[int, int]]:
    """Where dark modules start in a row, and how many follow."""
    runs = []
    start = None
    for column, dark in enumerate([*modules, 0]):
        if dark and start is None:
            start = column
        elif not dark and start is not None:
            runs.append((start, column - start))
            start = None
    return runs
