"""Prepare the print fonts from their full sources; run by hand when a source changes.

    python -m certificates.fonts.prepare FOLDER

FOLDER holds the four source files, unpacked from the packages that README.md names. The result is
static: one weight and one optical size a file, because a variable font has to be instanced again
for every certificate (five times slower). The files get names of their own: the licence reserves
"Source" for the unmodified design, and a name that no system font has can't be mixed up with one.
"""

import sys
from copy import deepcopy
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from certificates.fonts.clusters import add_clusters

HERE = Path(__file__).parent

# What a name or a sentence needs; small capitals, fractions and the like only make the files big.
FEATURES = ("ccmp", "locl", "rlig", "liga", "kern", "mark", "mkmk")
LATIN_GREEK_CYRILLIC = (
    *range(0x0020, 0x0530),
    *range(0x1AB0, 0x1B00),
    *range(0x1C80, 0x1C90),
    *range(0x1D00, 0x2000),
    *range(0x2010, 0x2070),
    *range(0x2070, 0x20D0),
    *range(0x2100, 0x2190),
    0x25CC,
    *range(0x2C60, 0x2C80),
    *range(0xA640, 0xA6A0),
    *range(0xA700, 0xA800),
    *range(0xAB30, 0xAB70),
    *range(0xFB00, 0xFB07),
    *range(0xFE20, 0xFE30),
)
SYLLABICS = (
    0x0020,  # a space between two words stays in the font of the word before it
    0x0307,
    0x25CC,
    *range(0x1400, 0x1680),
    *range(0x18B0, 0x1900),
    *range(0x11AB0, 0x11AC0),
)

# File and family to make, source file, position on its axes, characters to keep
FACES: tuple[tuple[str, str, str, dict[str, float]], ...] = (
    ("serif", "Certificate Serif", "Literata[opsz,wght].ttf", {"opsz": 40, "wght": 530}),
    ("sans", "Certificate Sans", "SourceSans3VF-Upright.ttf", {"wght": 400}),
    ("strong", "Certificate Strong", "SourceSans3VF-Upright.ttf", {"wght": 600}),
    ("marks", "Certificate Marks", "NotoSans[wdth,wght].ttf", {"wght": 400, "wdth": 100}),
    (
        "syllabics",
        "Certificate Syllabics",
        "noto-sans-canadian-aboriginal-canadian-aboriginal-500-normal.woff2",
        {},
    ),
)


def prepare(source: Path, *, family: str, axes: dict[str, float], target: Path) -> None:
    """Write one static face of `source` at `axes` to `target`, named `family`."""
    font = TTFont(source, recalcTimestamp=False)
    if axes:
        font = instantiateVariableFont(font, axes)
    font.flavor = None
    keep = SYLLABICS if family == "Certificate Syllabics" else LATIN_GREEK_CYRILLIC
    options = subset.Options(
        layout_features=list(FEATURES),
        hinting=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        notdef_outline=True,
        drop_tables=[*subset.Options._drop_tables_default, "BASE", "STAT", "meta", "vhea", "vmtx"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=keep)
    subsetter.subset(font)
    _give_each_character_its_glyph(font)
    if family != "Certificate Syllabics":
        add_clusters(font)
    _rename(font, family)
    font.save(target)


def _give_each_character_its_glyph(font: TTFont) -> None:
    """Copy glyphs that stand for two characters, or the PDF would take one for the other.

    Source Sans draws a space and a no-break space with one glyph: whichever comes first on the page
    is what a reader copies for both.
    """
    shapes, widths = font["glyf"].glyphs, font["hmtx"].metrics
    owners: dict[str, int] = {}
    for code, glyph in sorted(font.getBestCmap().items()):
        if owners.setdefault(glyph, code) == code:
            continue
        twin = f"uni{code:04X}"
        font.setGlyphOrder([*font.getGlyphOrder(), twin])
        shapes[twin] = deepcopy(font["glyf"][glyph])
        widths[twin] = widths[glyph]
        for table in font["cmap"].tables:
            if code in table.cmap:
                table.cmap[code] = twin


def _rename(font: TTFont, family: str) -> None:
    """Call the font `family` throughout, keeping its copyright, version and licence lines."""
    names = {1: family, 2: "Regular", 3: family, 4: family, 6: family.replace(" ", "")}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = 0x40


def main(folder: Path) -> None:
    for file, family, source, axes in FACES:
        target = HERE / f"{file}.ttf"
        prepare(folder / source, family=family, axes=axes, target=target)
        print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
