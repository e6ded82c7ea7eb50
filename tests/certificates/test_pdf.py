import os
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import PIL.Image
import pytest
import segno
from pypdf import PdfReader

from certificates import art
from certificates.bench import FACTS
from certificates.composition import compose
from certificates.lettering import FACES
from certificates.pdf import (
    CertificateFacts,
    Signatory,
    TooLong,
    UncoveredCharacters,
    Unprintable,
    UnusableSignature,
    render,
)
from certificates.press import Image, Page, press

NAMES = [
    "Nadia Kowalchuk",
    "Agnieszka Łazarewicz",
    "Ðorđe Đurić",
    "Ḵwa'la",
    "SENĆOŦEN W̱SÁNEĆ",
    "Tłı̨chǫ Gahwı̨́ą",
    "Sḵwx̱wú7mesh xwx",
    "xwx Sḵwx̱wú7mesh",
    "hən̓q̓əmin̓əm̓ č̓ƛ̓t̓",
    "ʔaʔ Ɂ ɬ θ",
    "ᓇᑖᓕᐊ",
    "ᐊᓇᓇ ᓇᑖᓕᐊ",
    "ᓇᑖᓕᐊ Kusugak-Łazarewicz",
    "Nguyễn Thị Hồng Ngọc",
    "Ελένη Παπαδοπούλου",
    "Ірина Ґонта-Шевченко",
    "Griffith Afflick Thiffault fjord",
    "İbrahim Şahin-Țurcanu",
    "O'Brien d’Arcy–Smith Kʼasho",
    "Marie-Françoise Tremblay-Sxwíxwtn de la Ḵwa’la",
    "Maria Alejandra Guadalupe Fernández de Córdoba y Villanueva de los Montes y Laval",
]
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


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """What pypdf reads, with single spaces."""
    return " ".join(read(pdf).pages[0].extract_text().split())


def run(*command: str, pdf: bytes) -> str:
    """What a program of poppler reads from a PDF."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"NOT CHECKED: {command[0]} is missing; apt-get install poppler-utils")
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def tags_of(pdf: bytes, *kinds: str) -> list[dict]:
    """The tags of these kinds in reading order."""
    found = []

    def walk(item):
        item = item.get_object()
        if isinstance(item, list):
            for part in item:
                walk(part)
        elif isinstance(item, dict):
            if item.get("/S") in kinds:
                found.append(item)
            if "/K" in item:
                walk(item["/K"])

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


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


@pytest.mark.parametrize("name", ["李明", "Nadia 🙂", "محمد علي", "Na\u202edia"])
def test_a_name_that_can_not_be_printed_is_refused_before_the_page_is_composed(name):
    with pytest.raises(UncoveredCharacters):
        compose(replace(FACTS, name=name))


@pytest.mark.parametrize(
    "changes",
    [
        {"title_en": "證書"},
        {"issuer_fr": "組合"},
        {"subject_en": "of 學習"},
        {"unit_fr": "點"},
        {"not_a_diploma_en": "不"},
        {"association_en": "圖書館"},
        {"verify_short": "證.ca"},
        {"signatories": (Signatory("李明", "Chair", "Présidence"),)},
        {"signatories": (Signatory("Ming Li", "主席", "Présidence"),)},
    ],
)
def test_every_other_text_that_can_not_be_printed_is_refused_too(changes):
    with pytest.raises(UncoveredCharacters):
        compose(replace(FACTS, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"title_en": "Certificate of learning " * 12},
        {"issuer_sentence_fr": "Réseau national " * 40},
        {"not_a_diploma_en": "It does not replace a certificate. " * 60},
        {"signatories": (Signatory("Tom Redfeather", "President and " * 30, ""),)},
        {"verify_short": f"{'certificates-' * 6}of-associations.example/v"},
    ],
)
def test_a_text_that_has_no_room_is_refused(changes):
    with pytest.raises(TooLong):
        compose(replace(FACTS, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"verify_url": "javascript:alert(1)"},
        {"verify_url": "file:///etc/passwd"},
        {"signatories": (Signatory("A", "B", "C"),) * 3},
    ],
)
def test_facts_that_fit_no_certificate_are_refused(changes):
    with pytest.raises(ValueError, match=r"has room|web address"):
        compose(replace(FACTS, **changes))


@pytest.mark.parametrize(
    "name",
    ["Nadia Kowalchuk", NAMES[-1], "W" * 300, "Ḵwa̱la " * 40, "ᓇᑖᓕᐊ" * 50, "Anne-" * 60],
)
def test_every_word_stays_in_its_place(name):
    facts = replace(
        FACTS,
        name=name,
        title_en="Certificate of Completed Continuing Professional Education in Libraries",
        association_en="Association of Libraries of the Provinces and Territories",
        association_fr="Association des bibliothèques des provinces et des territoires",
        not_a_diploma_en="It does not replace any other certificate or diploma. " * 5,
        signatories=(
            Signatory(
                "Alexandra Konstantinopolitanskaya-Verreault",
                "Vice-President, Standards, Certification and Professional Development",
                "Vice-présidence, normes, certification et perfectionnement professionnel",
            ),
            Signatory("Tom Redfeather", "President", "Présidence"),
        ),
    )

    words = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<',
        run("pdftotext", "-bbox", "-", "-", pdf=render(facts)),
    )

    boxes = [(*map(float, box), word) for *box, word in words]
    assert min(box[0] for box in boxes) >= 74
    assert max(box[2] for box in boxes) <= 718
    assert min(box[1] for box in boxes) >= 60
    assert max(box[3] for box in boxes) <= 562
    beside_the_seal = [box for box in boxes if box[1] > 430]
    assert all(box[2] < 335 or box[0] > 457 for box in beside_the_seal)
    for one, other in ((a, b) for i, a in enumerate(boxes) for b in boxes[:i]):
        across = min(one[2], other[2]) - max(one[0], other[0])
        along = min(one[3], other[3]) - max(one[1], other[1])
        height = min(one[3] - one[1], other[3] - other[1])
        assert across < 1 or along < height / 2, (one, other)


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
    assert 'pdfuaid:part="1"' in catalogue["/Metadata"].get_data().decode()
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
    (link,) = read(render(FACTS)).pages[0]["/Annots"]

    assert link.get_object()["/A"]["/URI"] == FACTS.verify_url


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
        "from certificates.pdf import render\n"
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


def png(width: int, height: int) -> bytes:
    file = BytesIO()
    PIL.Image.new("RGBA", (width, height), (20, 30, 90, 128)).save(file, "PNG")
    return file.getvalue()


def signed(picture: bytes | None) -> CertificateFacts:
    return replace(FACTS, signatories=(Signatory("Tom Redfeather", "Chair", "Chaire", picture),))


def test_a_signature_may_be_a_png():
    pdf = render(signed(png(300, 80)))

    assert "Signature – Tom Redfeather" in [tag["/Alt"] for tag in tags_of(pdf, "/Figure")]
    assert any(image.image.size == (300, 80) for image in read(pdf).pages[0].images)


def test_a_signature_may_be_an_svg_with_a_style_and_a_reference_within_itself():
    picture = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>.a{fill:navy}</style>'
        b'<path id="a" class="a" d="M0 0h9v9z"/><use href="#a"/></svg>'
    )

    pdf = render(signed(picture))

    assert "Signature – Tom Redfeather" in [tag["/Alt"] for tag in tags_of(pdf, "/Figure")]


def test_without_a_picture_only_the_line_is_printed():
    pdf = render(signed(None))

    assert len(tags_of(pdf, "/Figure")) == 2
    assert "Tom Redfeather Chair Chaire" in text_of(pdf)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"Tom",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n broken",
        png(300, 80)[:200],
        png(2100, 2000),
        b"<html><body>Tom</body></html>",
        b"<svg><path d='M0 0'/></svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg"',
        b'<!DOCTYPE svg [<!ENTITY a "a">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b" " * 500_000 + b"</svg>",
    ],
)
def test_any_other_picture_is_refused(picture):
    with pytest.raises(UnusableSignature):
        compose(signed(picture))


@pytest.fixture
def canary():
    """A web server on this machine that must see no request; yields its address and its log."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=file:///etc/passwd>",
        "<img src={canary}/a.png>",
        "<b>Nadia</b> &amp; <!-- -->",
        "'\"><link rel=attachment href=file:///etc/passwd>",
        "<style>@import url({canary}/b.css);</style>",
        "{{ facts }} {% include 'base.html' %}",
        "</p></body><script>alert(1)</script>",
    ],
)
def test_markup_in_any_text_is_printed_and_never_followed(canary, markup):
    address, seen = canary
    text = markup.replace("{canary}", address)
    facts = replace(
        FACTS, name=text, association_en=text, not_a_diploma_en=text, issuer_sentence_fr=text
    )

    pdf = render(facts)

    assert text_of(pdf).replace(" ", "").count(text.replace(" ", "")) == 4
    assert seen == []
    assert b"root:" not in pdf
    assert "/EmbeddedFiles" not in str(read(pdf).trailer["/Root"])


@pytest.mark.parametrize(
    "reference",
    [
        '<image href="{url}" width="9" height="9"/>',
        '<image xmlns:x="http://www.w3.org/1999/xlink" x:href="{url}" width="9" height="9"/>',
        '<use href="{url}#a"/>',
        "<style>@import url({url});</style>",
    ],
)
@pytest.mark.parametrize("place", ["{canary}/a.svg", "file:///etc/passwd"])
def test_a_signature_that_refers_to_something_else_never_gets_it(canary, reference, place):
    address, seen = canary
    content = reference.replace("{url}", place.replace("{canary}", address))
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{content}</svg>'

    with pytest.raises(UnusableSignature, match="refers"):
        render(signed(picture.encode()))

    assert seen == []


def test_what_a_picture_asks_for_is_noticed_by_the_press_too(canary):
    address, seen = canary
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        f'<image href="{address}/a.png" width="9" height="9"/></svg>'
    )
    page = compose(signed(png(30, 8)))
    images = {"signature:0": Image(picture.encode(), "image/svg+xml")}

    with pytest.raises(Unprintable, match="asked for"):
        press().print(replace(page, images=images))

    assert seen == []


@pytest.mark.parametrize(
    "element",
    [
        '<img src="{url}" alt="a">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<object data="{url}">a</object>',
        "<p style='background: url({url})'>a</p>",
        "<style>@font-face { font-family: a; src: url({url}) }</style>",
    ],
)
@pytest.mark.parametrize(
    "place", ["{canary}/a", "file:///etc/passwd", "data:text/css,a", "font:serif.ttf"]
)
def test_even_a_page_with_live_markup_gets_nothing_from_outside(canary, element, place):
    address, seen = canary
    url = place.replace("{canary}", address)
    html = f'<html lang="en"><title>a</title>{element.replace("{url}", url)}</html>'

    with pytest.raises(Unprintable):
        press().print(Page(html=html))

    assert seen == []


def test_letters_that_slip_past_the_check_are_not_printed_in_another_font():
    with pytest.raises(Unprintable, match="letters"):
        press().print(Page(html='<html lang="en"><title>a</title><p>李</p></html>'))


def test_more_than_one_page_is_not_printed():
    with pytest.raises(Unprintable, match="2 pages"):
        press().print(
            Page(html='<html lang="en"><title>a</title><p>a</p><p style="break-before: page">b</p>')
        )
