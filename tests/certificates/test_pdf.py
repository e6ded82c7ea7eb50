import os
import re
import subprocess
import sys
import unicodedata
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import segno

from certificates.bench import FACTS
from certificates.printing import art
from certificates.printing.lettering import FACES
from certificates.printing.pdf import (
    render,
)
from tests.certificates.printed import NAMES, read, run, tags_of, text_of

CREDITS = replace(
    FACTS,
    title_en="Credit Statement",
    title_fr="Relevé de crédits",
    issuer_en="Career Professionals of Canada",
    issuer_fr="",
    issuer_sentence_en="",
    issuer_sentence_fr="",
    points=Decimal("1240.50"),
    unit_en="credits",
    unit_fr="crédits",
    subject_en="",
    subject_fr="",
    starts_on=date(2026, 8, 1),
    not_a_diploma_en="",
    not_a_diploma_fr="",
    serial="CPC-2028-0001-8J",
    signatories=(),
)


def test_a_certificate_is_one_letter_page_across():
    page = read(render(FACTS)).pages

    assert len(page) == 1
    assert [float(side) for side in page[0].mediabox] == [0, 0, 792, 612]


def test_it_says_everything_in_both_languages():
    facts = replace(
        FACTS,
        association_en="Quebec Library Association",
        association_fr="Association des bibliothèques du Québec",
    )

    text = text_of(render(facts)).replace("\u00a0", " ")

    for said in (
        "Continuing Education Certificate",
        "Certificat de formation continue",
        "The Partnership",
        "Le Partenariat",
        "Awarded to · Décerné à Nadia Kowalchuk",
        "Quebec Library Association · Association des bibliothèques du Québec",
        "for 124 points of continuing learning in library and information work, "
        "earned from 15 March 2025 to 14 March 2028.",
        "pour 124 points de formation continue en bibliothéconomie et en information, "
        "du 15 mars 2025 au 14 mars 2028.",
        FACTS.not_a_diploma_en,
        FACTS.not_a_diploma_fr,
        "Serial no. / Nº de série CEC-2028-0417-EN",
        "Issued / Délivré 2028-03-28",
        "Marguerite Oyelaran Chair, National Committee Présidence",
        "Tom Redfeather President Présidence",
        "Verify / Vérifier cec.example.ca/v",
    ):
        assert said in text


def test_another_program_is_named_by_its_facts_alone():
    text = text_of(render(CREDITS)).replace("\u00a0", " ")

    assert "for 1,240.5 credits, earned from 1 August 2026 to 14 March 2028." in text
    assert "pour 1 240,5 crédits, du 1er août 2026 au 14 mars 2028." in text
    assert text.count("Career Professionals of Canada") == 2
    for word in ("CEC", "library", "bibli", "Partner", "Partenariat"):
        assert word not in text.replace("cec.example.ca/v", "")


@pytest.mark.parametrize("name", NAMES)
def test_pypdf_reads_the_name_as_it_is_written(name):
    text = text_of(render(replace(FACTS, name=name)))

    assert f" {name} for 124" in text


@pytest.mark.parametrize("name", NAMES)
def test_pdftotext_reads_the_name_as_it_is_written(name):
    text = run("pdftotext", "-raw", "-", "-", pdf=render(replace(FACTS, name=name)))

    assert f" {name} for 124" in " ".join(text.split())


@pytest.mark.parametrize("name", ["Éloïse Nguyễn", "Ḵwa'la", "Łukasz Gahwı̨́ą"])
def test_a_decomposed_name_gives_the_same_bytes_as_the_composed_one(name):
    composed = replace(FACTS, name=unicodedata.normalize("NFC", name))
    decomposed = replace(FACTS, name=unicodedata.normalize("NFD", name))

    assert render(decomposed) == render(composed)


def test_only_the_shipped_fonts_are_used_and_embedded():
    facts = replace(FACTS, name="ᓇᑖᓕᐊ Kusugak", association_en="\u1e13\u0323 Library Association")

    fonts = read(render(facts)).pages[0]["/Resources"]["/Font"].values()

    shipped = {face.family.replace(" ", "-") for face in FACES}
    assert {font["/BaseFont"].split("+")[1] for font in fonts} == shipped
    for font in fonts:
        assert "/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"]


def test_the_letters_of_the_seal_are_not_read_as_text():
    text = render(FACTS)

    assert "PARTNERSHIP" not in re.sub(r"\s", "", text_of(text))


def test_figures_have_alternative_texts_and_decoration_has_none():
    pdf = render(FACTS)

    assert [tag["/Alt"] for tag in tags_of(pdf, "/Figure")] == [
        "Signature – Marguerite Oyelaran",
        "Signature – Tom Redfeather",
        "Seal: The Partnership",
        f"QR code that leads to {FACTS.verify_url}",
    ]
    assert read(pdf).pages[0].get_contents().get_data().startswith(b"/Artifact BMC q /sheet Do Q")


def test_each_text_carries_its_language_and_the_name_its_whole_text():
    pdf = render(replace(FACTS, name=NAMES[-1]))

    assert [tag.get("/Lang") for tag in tags_of(pdf, "/H1")] == ["en-CA", "fr-CA"]
    languages = [tag.get("/Lang") for tag in tags_of(pdf, "/P")]
    assert languages[:6] == ["en-CA", "en-CA", "fr-CA", "fr-CA", "en-CA", "fr-CA"]
    assert NAMES[-1] in [tag.get("/ActualText") for tag in tags_of(pdf, "/P")]


def test_it_declares_its_accessibility_its_title_and_its_serial():
    reader = read(render(FACTS))

    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-CA"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = catalogue["/Metadata"].get_data().decode()
    assert 'pdfuaid:part="1"' in metadata
    assert 'pdfaid:part="2" pdfaid:conformance="A"' in metadata
    assert reader.metadata.title == (
        "Continuing Education Certificate / Certificat de formation continue"
        " – Nadia Kowalchuk – CEC-2028-0417-EN"
    )
    assert reader.metadata.author == "The Partnership / Le Partenariat"
    assert reader.metadata["/Keywords"] == f"CEC-2028-0417-EN, {FACTS.verify_url}"
    assert reader.metadata["/CreationDate"].startswith("D:20280328")


def test_french_comes_first_where_it_should():
    pdf = render(replace(FACTS, french_first=True))

    assert read(pdf).trailer["/Root"]["/Lang"] == "fr-CA"
    assert [tag.get("/Lang") for tag in tags_of(pdf, "/H1")] == ["fr-CA", "en-CA"]
    assert "Décerné à · Awarded to Nadia" in text_of(pdf)
    assert "Sceau\u00a0: Le Partenariat" in [tag["/Alt"] for tag in tags_of(pdf, "/Figure")]
    assert read(pdf).metadata.title.startswith("Certificat de formation continue / Continuing")


def test_the_printed_address_leads_to_the_whole_one():
    link, field = read(render(FACTS)).pages[0]["/Annots"]

    assert link.get_object()["/A"]["/URI"] == FACTS.verify_url
    assert "/A" not in field.get_object()


def test_the_qr_code_holds_the_whole_address_at_level_q_in_more_than_twenty_millimetres():
    drawn = art.qr(FACTS.verify_url)
    expected = segno.make_qr(FACTS.verify_url, error="q", boost_error=False, mask=4)

    modules = [[0] * int(drawn.width) for _ in range(int(drawn.width))]
    for x, y, width in re.findall(
        r"(\d+) (\d+) (\d+) 1 re", zlib.decompress(drawn.content).decode()
    ):
        row = modules[int(drawn.width) - 1 - int(y)]
        row[int(x) : int(x) + int(width)] = [1] * int(width)

    assert modules == [list(row) for row in expected.matrix]
    assert expected.error == "Q"
    code = tags_of(render(FACTS), "/Figure")[-1]["/A"]["/BBox"]
    assert (code[2] - code[0]) * 0.75 / 72 * 25.4 >= 20


@pytest.mark.slow
def test_equal_facts_make_equal_bytes_after_others_and_in_another_process():
    program = (
        "import django, sys; django.setup()\n"
        "from certificates.bench import FACTS\n"
        "from certificates.printing.pdf import render\n"
        "sys.stdout.buffer.write(render(FACTS))\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "DJANGO_SETTINGS_MODULE": "cec.settings"}

    first = render(FACTS)
    render(replace(FACTS, name="ᓇᑖᓕᐊ Ḵwa'la"))
    again = render(FACTS)
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    ).stdout

    assert again == first
    assert elsewhere == first


@pytest.mark.parametrize("name", NAMES)
def test_a_certificate_is_no_larger_than_sixty_kilobytes(name):
    assert len(render(replace(FACTS, name=name))) <= 60_000
