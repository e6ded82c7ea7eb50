"""Which picture of a signature may be printed."""

from io import BytesIO
from xml.etree.ElementTree import Element

import PIL.Image
from defusedxml import ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from certificates.printing.press import Image

LARGEST = 500_000  # bytes
MOST_PIXELS = 4_000_000
SVG = "{http://www.w3.org/2000/svg}svg"


class UnusableSignature(ValueError):
    """A picture that is no small PNG and no plain SVG."""


def usable_signature(content: bytes) -> Image:
    """The picture if it may be printed, else UnusableSignature."""
    if len(content) > LARGEST:
        raise UnusableSignature("the signature's file is too large")
    if content.startswith(b"\x89PNG"):
        _open(content)
        return Image(content, "image/png")
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UnusableSignature("the signature is neither a PNG nor a plain SVG") from error
    if root.tag != SVG:
        raise UnusableSignature("the signature is neither a PNG nor a plain SVG")
    if any(_refers(element) for element in root.iter()):
        raise UnusableSignature("the signature refers to something outside of its file")
    return Image(content, "image/svg+xml")


def _refers(element: Element) -> bool:
    """Whether an element leads, or may lead, to something that isn't in the file itself."""
    tag = str(element.tag).rpartition("}")[2]
    text = element.text or ""
    links = (
        value
        for name, value in element.attrib.items()
        if name.rpartition("}")[2] in ("href", "src")
    )
    return (
        any(not value.startswith("#") for value in links)
        or tag in ("script", "foreignObject")
        or (tag == "style" and ("@" in text or "url" in text))
    )


def _open(content: bytes) -> None:
    """Read the whole of a PNG; half a file is no picture, though WeasyPrint would take it."""
    try:
        with PIL.Image.open(BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise UnusableSignature("the signature has too many pixels")
            picture.verify()
        with PIL.Image.open(BytesIO(content), formats=["PNG"]) as picture:
            picture.load()
    except UnusableSignature:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise UnusableSignature("the signature is no readable PNG") from error
