import hashlib
import re
import unicodedata

import pytest
from django.template.loader import render_to_string

from certificates.printing import composition, lettering
from certificates.printing.lettering import (
    MARKS,
    SANS,
    SERIF,
    TooLong,
    UncoveredCharacters,
    fit,
    letter,
)


@pytest.mark.parametrize(
    "name",
    [
        "Nadia Kowalchuk",
        "Agnieszka Łazarewicz",
        "Marie-Ève Œuvrard d’Entremont",
        "Nguyễn Thị Hồng Ngọc",
        "SENĆOŦEN",
        "Tłı̨chǫ Gotı̨nę",
        "Ελένη Παπαδοπούλου",
        "Ірина Ґонта-Шевченко",
        "ᓇᑖᓕᐊ",
        "ᓇᑖᓕᐊ Kusugak-Łazarewicz",
    ],
)
def test_a_name_that_the_serif_covers_is_set_in_it(name):
    assert letter(name).face is SERIF


@pytest.mark.parametrize("name", ["Ḵwa'la", "ʔaʔ", "ƛ̓ax̌aɬ", "ȺȽȾ", "Ǥwich’in", "ᓇᑖᓕᐊ Ḵwa'la"])
def test_a_name_that_the_serif_lacks_is_set_wholly_in_the_sans(name):
    assert letter(name).face is SANS


@pytest.mark.parametrize("name", ["W̱SÁNEĆ", "Sḵwx̱wú7mesh", "hən̓q̓əmin̓əm̓", "X̱aayda"])
def test_a_face_that_can_not_place_a_mark_is_not_used_though_it_has_the_characters(name):
    composed = unicodedata.normalize("NFC", name)
    has_all = all(ord(character) in SERIF.glyphs for character in "W\u0331X\u0331")

    chosen = letter(composed).face

    assert has_all
    assert chosen is SANS


def test_marks_that_only_the_last_face_places_are_set_in_it():
    assert letter("e\u0307\u0304\u0301").face is MARKS


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("李 Nadia", ("李",)),
        ("Nadia 🙂 Kowalchuk 🎓", ("🎓", "🙂")),
        ("محمد", ("ح", "د", "م")),
        ("Na\u202edia", ("\u202e",)),
        ("Na\u200bdia", ("\u200b",)),
        ("Na\u00addia", ("\u00ad",)),
        ("Na\x00dia", ("\x00",)),
        ("\ue000", ("\ue000",)),
        ("\u0331a", ("\u0331",)),
        ("x\u20dd", ("x\u20dd",)),
    ],
)
def test_a_character_that_no_font_prints_is_named(name, missing):
    with pytest.raises(UncoveredCharacters) as refused:
        letter(name)

    assert refused.value.characters == missing
    assert f"U+{ord(missing[0][0]):04X}" in str(refused.value)


def test_a_decomposed_name_is_set_like_the_composed_one():
    composed = "Éloïse Ḵwa’la Nguyễn"

    assert letter(unicodedata.normalize("NFD", composed)) == letter(composed)


def test_white_space_of_any_kind_becomes_single_spaces():
    assert letter(" Nadia\u00a0\t Kowal\nchuk ").lines == ("Nadia Kowal chuk",)


@pytest.mark.parametrize(
    ("name", "size", "lines"),
    [
        ("Nadia Kowalchuk", 42, 1),
        ("Alexandrina Montgomery-Blake", 34, 1),
        ("Marie-Françoise Tremblay-Sxwíxwtn de la Ḵwa’la", 27, 1),
        ("Maria Alejandra Fernández de Córdoba y Villanueva-Laval", 27, 2),
        ("Maria Alejandra Guadalupe Fernández de Córdoba y Villanueva-Montmorency-Laval", 22, 2),
        ("Ab " * 100, 14, 4),
    ],
)
def test_a_name_is_as_large_as_its_width_allows(name, size, lines):
    lettered = letter(name)

    assert (lettered.size, len(lettered.lines)) == (size, lines)


@pytest.mark.parametrize("name", ["W" * 300, "Ḵ" * 300, "ᓇ" * 300, "Anne-" * 60, "W W" * 100])
def test_the_longest_names_keep_within_their_lines(name):
    lettered = letter(name)

    widths = [
        sum(lettering._advance(c, lettered.face) for c in line) * lettered.size
        for line in lettered.lines
    ]
    assert max(widths) <= lettering.NAME_WIDTH
    assert "".join(lettered.lines).replace(" ", "") == name.replace(" ", "")


def test_a_letter_is_never_parted_from_its_marks():
    lettered = letter("x\u0331" * 150)

    assert len(lettered.lines) > 1
    assert all(line.startswith("x") for line in lettered.lines)


@pytest.mark.parametrize("name", ["", "  ", "\u00a0", "a" * 301])
def test_nothing_and_more_than_three_hundred_characters_are_no_name(name):
    with pytest.raises(ValueError, match="can't be printed"):
        letter(name)


def test_a_text_without_room_is_refused():
    with pytest.raises(TooLong, match="Certificate of"):
        fit("Certificate of " * 40, SERIF, sizes=((24, 2), (17, 3)), width=292)


def test_lines_are_about_even_and_the_first_gets_more():
    lettered = fit("Continuing Education Certificate", SERIF, sizes=((24, 2),), width=292)

    assert lettered.lines == ("Continuing Education", "Certificate")


def test_the_stylesheet_knows_every_face_and_size():
    stylesheet = render_to_string("certificates/pdf/certificate.css")
    sizes = [size for size, _ in lettering.NAME_SIZES]
    for name, steps in vars(composition).items():
        if name == "TEXT_SIZES":
            sizes += [size for pair in steps for size in pair]
        elif name.endswith("_SIZES"):
            sizes += [size for size, _ in steps]

    for size in sizes:
        selector = f".at-{f'{size:g}'.replace('.', '-')} {{ font-size: {size:g}pt }}"
        assert selector in stylesheet
    for face in lettering.FACES:
        assert f'url("font:{face.path.name}")' in stylesheet
        assert f'"{face.family}"' in stylesheet


def test_every_character_has_a_glyph_of_its_own():
    for face in lettering.FACES:
        glyphs = list(face.font.getBestCmap().values())

        assert len(glyphs) == len(set(glyphs)), face


def test_the_font_files_are_those_of_the_readme():
    readme = (lettering.FONTS / "README.md").read_text()
    recorded = dict(re.findall(r"\| `(\S+\.ttf)` \| `([0-9a-f]{64})` \|", readme))

    actual = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in lettering.FONTS.glob("*.ttf")
    }

    assert actual == recorded
    assert set(actual) == {face.path.name for face in lettering.FACES}
