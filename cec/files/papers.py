"""A PDF is kept as it is; it must open at a first page without much ado (reliability D2)."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from cec.files.trouble import Unreadable

MOST_OBJECTS = 1_000
DEEPEST = 50  # levels of a page tree
TAIL = 1_024  # within so many last bytes a PDF says that it ends
BLANK = b"\x00\t\n\x0c\r "


def look_at_pdf(content: bytes) -> bytes:
    """Return the content if it is a PDF with a page."""
    _refuse_another_kind_inside(content)
    reader = _Counting(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Unreadable(
            "password", _("This PDF has a password. Save it without one, then choose it again.")
        )
    if not _has_a_page(reader):
        raise Unreadable("no_page", _("This PDF has no page."))
    return content


class _Counting(PdfReader):
    """Follows a limited number of references: a file can send its reader round for ever."""

    followed = 0

    def get_object(self, indirect_reference: Any) -> Any:
        """See pypdf's PdfReader."""
        self.followed += 1
        if self.followed > MOST_OBJECTS:
            raise Unreadable("objects", _("This PDF is built in a way that we can’t take."))
        return super().get_object(indirect_reference)


def _refuse_another_kind_inside(content: bytes) -> None:
    """Nothing stands behind the end, such as an archive that other programs would see."""
    tail = content[-TAIL:]
    end = tail.rfind(b"%%EOF")
    behind = tail[end + 5 :].strip(BLANK) if end >= 0 else b"no end"
    if behind or zipfile.is_zipfile(io.BytesIO(content)):
        raise Unreadable(
            "end", _("This PDF is cut off, or holds something else besides. Save it anew.")
        )


def _has_a_page(reader: PdfReader) -> bool:
    """Walk down the tree of pages to a first leaf, and no further."""
    root = reader.trailer["/Root"].get_object()
    if not isinstance(root, DictionaryObject):
        return False
    return any(_leaves(root["/Pages"].get_object(), depth=0))


def _leaves(node: Any, *, depth: int) -> Iterator[bool]:
    """Yield something for each page below a node of the tree."""
    if not isinstance(node, DictionaryObject) or depth > DEEPEST:
        return
    kids = node.get("/Kids")
    if kids is None:
        if node.get("/Type") == "/Page":
            yield True
        return
    kids = kids.get_object()
    if isinstance(kids, ArrayObject):
        for kid in kids:
            yield from _leaves(kid.get_object(), depth=depth + 1)
