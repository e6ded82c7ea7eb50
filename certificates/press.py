"""The press: turns a page of HTML into the bytes of a PDF, with WeasyPrint.

Fonts and each stylesheet are read once a process. A page may name the fonts, the prepared art and
the images that it is given, by short names of our own; nothing is ever fetched from a network or a
disk (reliability F1). What WeasyPrint leaves out is added at the end: the static art behind the
page, and for readers that speak the language of each paragraph and what is only a running foot.
"""

import os
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import pydyf  # type: ignore[import-untyped]
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from certificates.art import Art
from certificates.lettering import FACES
from certificates.pagination import set_aside

VARIANT = "pdf/ua-1"
CERTIFICATE = "certificates/pdf/certificate.css"
PORTRAIT = "certificates/pdf/portrait.css"  # receipts and letters
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

    It takes one page, or as many as `most_pages` allows.
    """

    html: str
    most_pages: int = 1
    behind: Art | None = None
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
        rules = render_to_string(stylesheet)
        self.stylesheet = CSS(string=rules, font_config=self.fonts, url_fetcher=shelf)

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
                pdf: bytes = document.write_pdf(
                    pdf_variant=VARIANT,
                    finisher=lambda document, pdf: finish(document, pdf, page.behind),
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


def finish(document: Document, pdf: pydyf.PDF, behind: Art | None) -> None:
    page = pdf.objects[pdf.pages["Kids"][0]]
    if behind is not None:
        drawing = form(behind)
        pdf.add_object(drawing)
        _object(pdf, page["Resources"])["XObject"][behind.id] = drawing.reference
        content = _object(pdf, page["Contents"])
        content.stream.insert(0, f"/Artifact BMC q /{behind.id} Do Q EMC".encode())
    _name_languages(document, pdf)
    set_aside(pdf)


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
