"""Make one glyph of a letter with its marks, where Unicode has no single character for them.

The x̱ of Sḵwx̱wú7mesh is two characters. Printed as a letter and a mark that is moved under it, it
looks right, but a program that reads the PDF sees a gap and finds "Sḵwx ̱ wú7mesh". Printed as one
glyph that stands for both characters, it reads as it is written.
"""

import unicodedata
from io import BytesIO
from itertools import product
from string import ascii_letters

import uharfbuzz  # type: ignore[import-not-found]  # for this alone, see README.md
from fontTools.otlLib.builder import buildLigatureSubstSubtable
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables
from fontTools.ttLib.tables._g_l_y_f import Glyph

BASE, MARK = 1, 3  # classes of glyphs

# Letters of the Latin alphabets of Canada's languages, and the marks that they carry.
LETTERS = ascii_letters + "ıəƏɛƐɔƆɪʊɩιɨʉɣɬłŁƚȽƛλχθʔɂɁŋŊøØæÆœŒđĐħĦŧŦⱦȾȼȻⱥȺʷ"
LETTERS += "ąęįǫųĄĘĮǪŲčČšŠžŽḵḴṯṮṉṈḏḎḻḺ"
MARKS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u030d\u0311\u0313\u0314"
MARKS += "\u0315\u0323\u0324\u0325\u0327\u0328\u032c\u032d\u032e\u0330\u0331\u0332\u0335\u0338"
ACCENTED = "áàâäãāéèêëēíìîïīóòôöõōúùûüūÁÀÂÄÃĀÉÈÊËĒÍÌÎÏĪÓÒÔÖÕŌÚÙÛÜŪ"
BELOW = "\u0323\u0328\u0331"
ABOVE = "\u0300\u0301\u0302\u0304\u0308\u030c\u0313"


def sequences() -> list[str]:
    """Letters with one mark, or one below and one above, that stay apart in NFC."""
    one = (*product(LETTERS, MARKS), *product(ACCENTED, (*BELOW, "\u0313", "\u0332")))
    two = product(ascii_letters + "ıə", BELOW, ABOVE)
    texts = ("".join(parts) for parts in (*one, *two))
    return [text for text in texts if unicodedata.normalize("NFC", text) == text]


def add_clusters(font: TTFont) -> None:
    """Add a glyph for each sequence whose marks the font knows how to place."""
    shaper = _shaper(font)
    characters, order, shapes = font.getBestCmap(), font.getGlyphOrder(), font.getGlyphSet()
    classes = font["GDEF"].table.GlyphClassDef.classDefs
    placed = _placed_marks(font)
    made: dict[tuple[str, ...], Glyph] = {}
    for text in sequences():
        if any(ord(character) not in characters for character in text):
            continue
        shaped = _shape(shaper, text)
        base, *marks = (order[codepoint] for codepoint, x, y in shaped)
        if not marks or any(classes.get(mark) != MARK for mark in marks):
            continue
        if any((base, mark) not in placed for mark in marks):
            continue
        pen = TTGlyphPen(shapes)
        for codepoint, x, y in shaped:
            pen.addComponent(order[codepoint], (1, 0, 0, 1, x, y))
        made[tuple(characters[ord(character)] for character in text)] = pen.glyph()
    names = {parts: f"cluster.{'.'.join(parts)}" for parts in made}
    _add_glyphs(font, {names[parts]: (parts[0], glyph) for parts, glyph in made.items()})
    _substitute_first(font, names)


def _shaper(font: TTFont) -> uharfbuzz.Font:
    file = BytesIO()
    font.save(file)
    return uharfbuzz.Font(uharfbuzz.Face(file.getvalue()))


def _shape(shaper: uharfbuzz.Font, text: str) -> list[tuple[int, int, int]]:
    """The glyphs of `text` and where each is drawn, marks chosen and placed by the font's rules."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(shaper, buffer, {"liga": False, "kern": False})
    shaped, across = [], 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        shaped.append((info.codepoint, across + position.x_offset, position.y_offset))
        across += position.x_advance
    return shaped


def _placed_marks(font: TTFont) -> set[tuple[str, str]]:
    """Pairs of a letter and a mark that the font places; others would end up anywhere."""
    pairs = set()
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            if not isinstance(table, otTables.MarkBasePos):
                continue
            marks = [
                (mark, record.Class)
                for mark, record in zip(
                    table.MarkCoverage.glyphs, table.MarkArray.MarkRecord, strict=True
                )
            ]
            for base, record in zip(
                table.BaseCoverage.glyphs, table.BaseArray.BaseRecord, strict=True
            ):
                pairs |= {(base, mark) for mark, kind in marks if record.BaseAnchor[kind]}
    return pairs


def _add_glyphs(font: TTFont, made: dict[str, tuple[str, Glyph]]) -> None:
    """Add glyphs by name, each as wide as its letter."""
    shapes, widths = font["glyf"], font["hmtx"].metrics
    font.setGlyphOrder([*font.getGlyphOrder(), *made])
    for name, (base, glyph) in made.items():
        shapes.glyphs[name] = glyph
        glyph.recalcBounds(shapes)
        widths[name] = (widths[base][0], glyph.xMin)
        font["GDEF"].table.GlyphClassDef.classDefs[name] = BASE


def _substitute_first(font: TTFont, ligatures: dict[tuple[str, ...], str]) -> None:
    """Let the glyphs take the place of their parts, always and before any other rule."""
    table = font["GSUB"].table
    for lookup in table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            _count_on(subtable)
    lookup = otTables.Lookup()
    lookup.LookupType, lookup.LookupFlag = 4, 0
    lookup.SubTable = [buildLigatureSubstSubtable(ligatures)]
    lookup.SubTableCount = 1
    table.LookupList.Lookup.insert(0, lookup)
    for record in table.FeatureList.FeatureRecord:
        indices = [index + 1 for index in record.Feature.LookupListIndex]
        record.Feature.LookupListIndex = [0, *indices] if record.FeatureTag == "ccmp" else indices


def _count_on(item: object) -> None:
    """Rules that call other rules do so by number: all numbers are one higher now."""
    if isinstance(item, otTables.SubstLookupRecord):
        item.LookupListIndex += 1
    elif isinstance(item, list):
        for part in item:
            _count_on(part)
    elif hasattr(item, "__dict__"):
        for part in vars(item).values():
            if isinstance(part, list) or type(part).__module__ == otTables.__name__:
                _count_on(part)
