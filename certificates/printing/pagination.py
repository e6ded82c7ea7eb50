"""What runs along the edges of pages is no part of what a page says (PDF/UA-1, 7.8).

WeasyPrint tags page numbers and running words as text, and leaves them out of the tree of tags.
Readers that speak would say them in the middle of a table, or stumble over tags that lead nowhere.
"""

from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]


def set_aside(pdf: pydyf.PDF) -> None:
    """Mark text whose tag isn't in the tree as an artifact of pagination."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    known = set(_in_tree(pdf, root["K"]))
    numbers = _object(pdf, root["ParentTree"])["Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for place, reference in enumerate(pdf.page_references):
        tags = parents[place]
        loose = {mcid for mcid, tag in enumerate(tags) if _number(tag) not in known}
        for mcid in loose:
            tags[mcid] = "null"
        if loose:
            _make_artifacts(_object(pdf, _object(pdf, reference)["Contents"]).stream, loose)


def _make_artifacts(stream: list[Any], loose: set[int]) -> None:
    for place, item in enumerate(stream):
        if isinstance(item, pydyf.Dictionary) and item.get("MCID") in loose:
            stream[place - 1 : place + 1] = [
                "/Artifact",
                pydyf.Dictionary({"Type": "/Pagination"}),
            ]


def _in_tree(pdf: pydyf.PDF, kids: Any) -> Iterator[int]:
    """The numbers of the tags from here on down; other kids are places in a page."""
    for kid in kids:
        if isinstance(kid, bytes):
            number = _number(kid)
            yield number
            yield from _in_tree(pdf, pdf.objects[number].get("K", ()))


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[_number(reference)]


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
