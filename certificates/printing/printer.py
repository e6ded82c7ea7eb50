"""Printing one page, as it is done apart (`cec.apart`, `certificates.printing.bounded`).

Fonts and stylesheets are read before any child begins. The folder that the fonts lie in is the
nursery's, which outlives its children.
"""

import json
from typing import Any

from cec.apart import Line
from certificates.printing.art import Art
from certificates.printing.press import CERTIFICATE, PORTRAIT, Image, Page, Press, Unprintable

_PRESSES = {stylesheet: Press(stylesheet) for stylesheet in (CERTIFICATE, PORTRAIT)}


def serve(line: Line) -> None:
    """Print one page for whoever is at the other end: why it can't be, or nothing and its bytes."""
    said = json.loads(line.hear())
    try:
        pdf = _PRESSES[said["stylesheet"]].print(_page(said, line))
    except Unprintable as why:
        line.say(str(why).encode())
        return
    line.say(b"")
    line.say(pdf)


def _page(said: dict[str, Any], line: Line) -> Page:
    """Put together what comes in pieces, in the order in which they come."""
    return Page(
        html=said["html"],
        most_pages=said["most_pages"],
        signature=said["signature"],
        behind=_art(said["behind"], line.hear()) if said["behind"] else None,
        art={name: _art(measures, line.hear()) for name, measures in said["art"].items()},
        images={name: Image(line.hear(), kind) for name, kind in said["images"].items()},
    )


def _art(measures: list[Any], content: bytes) -> Art:
    name, width, height = measures
    return Art(name, width, height, content)
