"""Which typeface prints a name, how large and on how many lines; never a box or a wrong letter.

Everything is read from the fonts that are shipped in `fonts/`. A name is set in one face that has
all of its letters, and syllabics in theirs. A letter with a mark that is no character of its own
(the x̱ of Sḵwx̱wú7mesh) also needs a face that knows where the mark goes: without that the mark would
stand beside the letter.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent.parent / "fonts"
MARK_TO_BASE, MARK_TO_MARK, EXTENSION = 4, 6, 9

# Sizes in points, each with the most lines that it may take: the first that fits the width is used.
Sizes = tuple[tuple[float, int], ...]
NAME_SIZES: Sizes = (
    (42, 1),
    (34, 1),
    (27, 1),
    (27, 2),
    (22, 2),
    (18, 3),
    (14, 4),
    (11, 5),
    (8.5, 7),
)
NAME_WIDTH = 560
LONGEST_NAME = 300


class UncoveredCharacters(ValueError):
    """No shipped font can print these characters (each with its marks)."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        shown = ", ".join(
            f"{character} ({' '.join(f'U+{ord(part):04X}' for part in character)})"
            for character in characters
        )
        super().__init__(f"no font for the certificate has: {shown}")


class TooLong(ValueError):
    """A text that has no room in its place, in the smallest size that can be read."""

    def __init__(self, text: str) -> None:
        super().__init__(f"too long for the certificate: {text}")


class Face:
    """One shipped font file, known to the stylesheet by its family name."""

    def __init__(self, file: str, family: str) -> None:
        self.path = FONTS / file
        self.name = self.path.stem
        self.family = family

    def __repr__(self) -> str:
        return f"Face({self.family})"

    @cached_property
    def font(self) -> TTFont:
        return TTFont(self.path, lazy=True)

    @cached_property
    def glyphs(self) -> dict[int, str]:
        """Glyph names by code point, without what can't be seen (joiners, marks of direction)."""
        return {
            code: glyph
            for code, glyph in self.font.getBestCmap().items()
            if unicodedata.category(chr(code))[0] not in "CZ" or code in (0x20, 0xA0)
        }

    @cached_property
    def _widths(self) -> dict[str, float]:
        """Glyphs' widths in ems."""
        em = self.font["head"].unitsPerEm
        return {glyph: width / em for glyph, (width, _) in self.font["hmtx"].metrics.items()}

    @cached_property
    def _attachments(self) -> list[tuple[int, Any]]:
        """The font's tables that say where a mark goes, each with its kind."""
        if "GPOS" not in self.font:
            return []
        found = []
        for lookup in self.font["GPOS"].table.LookupList.Lookup:
            for subtable in lookup.SubTable:
                if lookup.LookupType == EXTENSION:
                    subtable = subtable.ExtSubTable
                if subtable.LookupType in (MARK_TO_BASE, MARK_TO_MARK):
                    found.append((subtable.LookupType, subtable))
        return found

    def covers(self, cluster: str) -> bool:
        """Whether this face prints a letter with its marks, every mark in its place."""
        if any(ord(character) not in self.glyphs for character in cluster):
            return False
        base, *marks = (self.glyphs[ord(character)] for character in cluster)
        if not marks:
            return not unicodedata.combining(cluster)
        stacks: dict[tuple[int, int], str] = {}
        return all(self._attaches(base, mark, stacks) for mark in marks)

    def _attaches(self, base: str, mark: str, stacks: dict[tuple[int, int], str]) -> bool:
        """Put `mark` on `base`, or on the mark that already stands where it would go."""
        for number, (kind, table) in enumerate(self._attachments):
            if kind != MARK_TO_BASE:
                continue
            place = _anchor_class(table.MarkCoverage, table.MarkArray.MarkRecord, mark)
            anchors = _record(table.BaseCoverage, table.BaseArray.BaseRecord, base)
            if place is None or anchors is None or anchors.BaseAnchor[place] is None:
                continue
            below = stacks.get((number, place))
            if below is not None and not self._stacks(below, mark):
                continue
            stacks[number, place] = mark
            return True
        return False

    def _stacks(self, below: str, mark: str) -> bool:
        for kind, table in self._attachments:
            if kind != MARK_TO_MARK:
                continue
            place = _anchor_class(table.Mark1Coverage, table.Mark1Array.MarkRecord, mark)
            anchors = _record(table.Mark2Coverage, table.Mark2Array.Mark2Record, below)
            if place is not None and anchors and anchors.Mark2Anchor[place] is not None:
                return True
        return False

    def advance(self, character: str) -> float:
        """Width of one character in ems, kerning left aside."""
        return self._widths[self.glyphs[ord(character)]]


def _record(coverage: Any, records: Any, glyph: str) -> Any:
    return records[coverage.glyphs.index(glyph)] if glyph in coverage.glyphs else None


def _anchor_class(coverage: Any, records: Any, glyph: str) -> int | None:
    record = _record(coverage, records, glyph)
    return None if record is None else record.Class


SERIF = Face("serif.ttf", "Certificate Serif")
SANS = Face("sans.ttf", "Certificate Sans")
STRONG = Face("strong.ttf", "Certificate Strong")
MARKS = Face("marks.ttf", "Certificate Marks")
SYLLABICS = Face("syllabics.ttf", "Certificate Syllabics")
FACES = (SERIF, SANS, STRONG, MARKS, SYLLABICS)


def clean(text: str) -> str:
    """Text as it is printed: composed (NFC), with single spaces and none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def clusters(text: str) -> list[str]:
    """The letters of `text`, each with the marks that follow it."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character) in ("Mn", "Me", "Mc"):
            found[-1] += character
        else:
            found.append(character)
    return found


@cache
def _covers(face: Face, cluster: str) -> bool:
    return face.covers(cluster)


@lru_cache(maxsize=1024)
def choose(text: str, *faces: Face) -> Face:
    """The first of `faces` that prints all of a cleaned text but its syllabics.

    Raises UncoveredCharacters with what the best of them lacks.
    """
    wanted = {part for part in clusters(text) if part == " " or not _covers(SYLLABICS, part)}
    lacking = {face: sorted(part for part in wanted if not _covers(face, part)) for face in faces}
    best = min(faces, key=lambda face: len(lacking[face]))
    if lacking[best]:
        raise UncoveredCharacters(tuple(lacking[best]))
    return best


@dataclass(frozen=True)
class Lettering:
    """Words as they go to print: the face of their letters, the size in points, the lines."""

    face: Face
    size: float
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def classes(self) -> str:
        """The stylesheet's names for this face, size and number of lines."""
        size = f"{self.size:g}".replace(".", "-")
        return f"{self.face.name} at-{size} lines-{len(self.lines)}"


def letter(name: str) -> Lettering:
    """Set a person's name.

    Raises UncoveredCharacters, and ValueError if it is empty or longer than `LONGEST_NAME`.
    """
    text = clean(name)
    if not 0 < len(text) <= LONGEST_NAME:
        raise ValueError(f"a name of {len(text)} characters can't be printed")
    return fit(text, choose(text, SERIF, SANS, MARKS), sizes=NAME_SIZES, width=NAME_WIDTH)


@lru_cache(maxsize=1024)  # a program's texts are the same on all of its certificates
def fit(text: str, face: Face, *, sizes: Sizes, width: float) -> Lettering:
    """Set `text` as large as a column of `width` points allows. Raises TooLong if no size fits."""
    if not text:
        return Lettering(face=face, size=sizes[0][0], lines=())
    for size, most in sizes:
        lines = _break(text, face, most=most, longest=width / size)
        if len(lines) <= most and max(_width(line, face) for line in lines) * size <= width:
            return Lettering(face=face, size=size, lines=tuple(lines))
    raise TooLong(text)


@lru_cache(maxsize=1024)
def wrap(text: str, face: Face, size: float, width: float) -> Lettering:
    """Set running text in one size, each line as full as a column of `width` points allows."""
    lines = _fill(_parts(text, face, width / size), face, width / size) if text else []
    return Lettering(face=face, size=size, lines=tuple(lines))


def _width(text: str, face: Face) -> float:
    return sum(_advance(character, face) for character in text)


@cache
def _advance(character: str, face: Face) -> float:
    return (face if ord(character) in face.glyphs else SYLLABICS).advance(character)


def _break(text: str, face: Face, *, most: int, longest: float) -> list[str]:
    """`text` on `most` lines or fewer, about as even as its spaces and hyphens allow.

    Widths are in ems. Of two ways that are nearly as even, the first line gets more.
    """
    parts = _parts(text, face, longest)
    low, high = 0.0, _width(text, face)
    while high - low > 0.05:
        middle = (low + high) / 2
        if len(_fill(parts, face, middle)) <= most:
            high = middle
        else:
            low = middle
    return _fill(parts, face, max(high, min(high * 1.08, longest)))


def _parts(text: str, face: Face, longest: float) -> list[str]:
    """Pieces that stay whole: words, cut after a hyphen, or anywhere if no line could hold one."""
    parts: list[str] = []
    for cluster in clusters(text):
        if parts and parts[-1][-1] not in " -‐–" and _width(parts[-1] + cluster, face) <= longest:
            parts[-1] += cluster
        else:
            parts.append(cluster)
    return parts


def _fill(parts: list[str], face: Face, width: float) -> list[str]:
    lines = [parts[0]]
    for part in parts[1:]:
        if _width((lines[-1] + part).rstrip(), face) <= width:
            lines[-1] += part
        else:
            lines.append(part)
    return [line.rstrip() for line in lines]
