"""The press: turns a page of HTML into the bytes of a PDF, with WeasyPrint.

Fonts and each stylesheet are read once a process. A page may name the fonts, the prepared art and
the images that it is given, by short names of our own; nothing is ever fetched from a network or a
disk (reliability F1). What WeasyPrint leaves out is added at the end: the static art behind the
page, and for readers that speak the language of each paragraph and what is only a running foot.
"""

import os
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from certificates.printing.art import Art
from certificates.printing.conformance import VARIANT, declare
from certificates.printing.lettering import FACES
from certificates.printing.pagination import set_aside
from certificates.printing.paper import SIGNATURE_FIELD

_STYLESHEETS = Path(__file__).resolve().parents[2] / "templates"
CERTIFICATE = "certificates/pdf/certificate.css"
PORTRAIT = "certificates/pdf/portrait.css"  # receipts and letters
PRINTED, LOCKED = 4, 128  # an annotation's flags
SPOKEN = {"h1": "/H1", "p": "/P", "img": "/Figure"}


class Unprintable(Exception):
    """The page can't be printed as it should; the message says why, for administrators."""


@dataclass(frozen=True)
class Image:
    """A picture that a page brings along: its bytes and their type, as `image/png`."""

    content: bytes
    media_type: str


class Shelf(URLFetcher):  # type: ignore[misc]
    """Hands out what lies on it and notes what else was asked for; it never opens anything."""

    def __init__(self, items: dict[str, Image]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.items = items
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        item = self.items.get(url)
        if item is None:
            self.refused.append(url[:200])
            raise ValueError("only what was laid on the shelf can be used")
        return URLFetcherResponse(url, item.content, {"Content-Type": item.media_type})


class Colours:
    """What the colours of a document mean, as WeasyPrint sees a profile: sRGB, the ICC's own.

    It would open its file anew for every document, and write other bytes the second time.
    """

    name = "sRGB2014"
    components = ("r", "g", "b")
    pdf_reference: bytes

    def __init__(self, content: bytes) -> None:
        self.content = content


class Placed:
    """Prepared art as WeasyPrint's layout sees an image: it takes room and is placed."""

    def __init__(self, art: Art) -> None:
        self.art = art
        self.id = art.id

    def get_intrinsic_size(self, resolution: float, font_size: float) -> tuple[float, float, float]:
        return self.art.width, self.art.height, self.art.width / self.art.height

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        name = stream.add_image(self, False, 1)
        stream.transform(width / self.art.width, 0, 0, -height / self.art.height, 0, height)
        stream.draw_x_object(name)

    def get_x_object(self, interpolate: bool, dpi_ratio: float) -> pydyf.Stream:
        return form(self.art)


@dataclass(frozen=True)
class Page:
    """What is printed: its HTML, the art behind the first page, and what its `src`s name.

    It takes one page, or as many as `most_pages` allows. With `signature`, there is a field for a
    digital signature, which readers that speak call so.
    """

    html: str
    most_pages: int = 1
    behind: Art | None = None
    signature: str = ""
    art: dict[str, Art] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)


class Press:
    """Fonts and a stylesheet, read once and kept for every page of this process."""

    def __init__(self, stylesheet: str = CERTIFICATE) -> None:
        self.lock = Lock()
        self.fonts = FontConfiguration()
        shelf = Shelf(
            {f"font:{f.path.name}": Image(f.path.read_bytes(), "font/ttf") for f in FACES}
        )
        rules = (_STYLESHEETS / stylesheet).read_text(encoding="utf-8")
        self.stylesheet = CSS(string=rules, font_config=self.fonts, url_fetcher=shelf)
        self.colours = Colours((files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())

    def print(self, page: Page) -> bytes:
        """The PDF of a page. Raises Unprintable if anything but the expected came out."""
        shelf = Shelf(page.images)
        try:
            with self.lock:
                document = HTML(string=page.html, url_fetcher=shelf).render(
                    font_config=self.fonts,
                    stylesheets=[self.stylesheet],
                    pdf_variant=VARIANT,
                    cache={src: Placed(art) for src, art in page.art.items()},
                )
                document.color_profiles["srgb"] = self.colours
                pdf: bytes = document.write_pdf(
                    pdf_variant=VARIANT,
                    output_intent="given",
                    finisher=lambda document, pdf: finish(document, pdf, page),
                )
        except FatalURLFetchingError as error:
            # Not an Exception in WeasyPrint: it would end the worker.
            raise Unprintable(str(error)) from None
        check(document, shelf, most_pages=page.most_pages)
        return pdf


_presses: dict[tuple[int, str], Press] = {}


def press(stylesheet: str = CERTIFICATE) -> Press:
    """The press of this process for a stylesheet.

    A parent's is left alone after a fork: its fonts lie in a folder that goes when the parent goes.
    """
    key = os.getpid(), stylesheet
    if key not in _presses:
        _presses[key] = Press(stylesheet)
    return _presses[key]


def form(art: Art) -> pydyf.Stream:
    extra = {
        "Type": "/XObject",
        "Subtype": "/Form",
        "BBox": pydyf.Array((0, 0, art.width, art.height)),
        "Filter": "/FlateDecode",
        "Resources": pydyf.Dictionary(),
    }
    return pydyf.Stream([art.content], extra)


def finish(document: Document, pdf: pydyf.PDF, page: Page) -> None:
    sheet = pdf.objects[pdf.pages["Kids"][0]]
    if page.behind is not None:
        drawing = form(page.behind)
        pdf.add_object(drawing)
        _object(pdf, sheet["Resources"])["XObject"][page.behind.id] = drawing.reference
        content = _object(pdf, sheet["Contents"])
        content.stream.insert(0, f"/Artifact BMC q /{page.behind.id} Do Q EMC".encode())
    _name_languages(document, pdf)
    set_aside(pdf)
    _name_scopes(pdf)
    if page.signature:
        _leave_field(pdf, sheet, page.signature)
    declare(pdf)


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _name_languages(document: Document, pdf: pydyf.PDF) -> None:
    """Give each tag the language of its element, and a name on several lines its whole text.

    The tags were made element by element in the order of the page, so they pair off.
    """
    elements = [e for e in document._html.etree_element.iter() if e.tag in SPOKEN]
    tags = [
        item
        for item in pdf.objects
        if isinstance(item, pydyf.Dictionary) and item.get("S") in SPOKEN.values()
    ]
    if [SPOKEN[element.tag] for element in elements] != [tag["S"] for tag in tags]:
        raise Unprintable("the tags of the page aren't those of its text")
    for element, tag in zip(elements, tags, strict=True):
        if language := element.get("lang"):
            tag["Lang"] = pydyf.String(language)
        if text := element.get("data-text"):
            tag["ActualText"] = pydyf.String(text)


def _name_scopes(pdf: pydyf.PDF) -> None:
    """Say of each header cell whether it heads its row or, in a row of headers, its column."""
    for row in pdf.objects:
        if isinstance(row, pydyf.Dictionary) and row.get("S") == "/TR":
            cells = [_object(pdf, cell) for cell in row["K"]]
            headers = [cell for cell in cells if cell["S"] == "/TH"]
            for header in headers:
                header["A"]["Scope"] = "/Column" if len(headers) == len(cells) else "/Row"


def _leave_field(pdf: pydyf.PDF, sheet: Any, spoken: str) -> None:
    """Add an empty field for a signature, which isn't seen and stands last among the tags."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    whole = _object(pdf, root["K"][0])
    numbers = _object(pdf, root["ParentTree"])["Nums"]
    number = numbers[-2] + 1
    tag = pydyf.Dictionary({"Type": "/StructElem", "S": "/Form", "P": whole.reference})
    widget = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SIGNATURE_FIELD),
            "TU": pydyf.String(spoken),
            "F": PRINTED | LOCKED,
            "Rect": pydyf.Array((0, 0, 0, 0)),
            "P": sheet.reference,
            "StructParent": number,
        }
    )
    pdf.add_object(tag)
    pdf.add_object(widget)
    tag["K"] = pydyf.Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": sheet.reference})
    whole["K"].append(tag.reference)
    numbers.extend((number, tag.reference))
    sheet.setdefault("Annots", pydyf.Array()).append(widget.reference)
    fields = pydyf.Array([widget.reference])
    pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": fields, "SigFlags": 3})


def check(document: Document, shelf: Shelf, *, most_pages: int) -> None:
    """Raise Unprintable unless this fits its pages, in the shipped fonts with no letter missing."""
    if shelf.refused:
        raise Unprintable(f"the page asked for {', '.join(shelf.refused)}")
    if len(document.pages) > most_pages:
        raise Unprintable(f"{len(document.pages)} pages instead of {most_pages}")
    families = {face.family for face in FACES}
    for font in document.fonts.values():
        if font.family not in families or font.missing:
            raise Unprintable(f"letters were set in {font.family} or are missing from it")
