"""Inflating one part of a workbook without trusting it: sizes, ratios, declarations, elements."""

import io
import re
import zipfile

from cec.spreadsheet.limits import MEGABYTE, Limits

# Only parts above a megabyte: a small one may well be a hundred blank rows.
RATIO_FROM = MEGABYTE
HIGHEST_RATIO = 200
# Without a "<" in between: a cell holds 32,767 characters, so only a bomb is longer.
LONGEST_RUN = 150_000

_CHUNK = 1 << 16
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT_PREFIX = re.compile(rb"<(\w{1,20}:)(?:worksheet|sst)\b")
_BLANKS = b"\xef\xbb\xbf\xfe\xff \t\r\n"


class PartRefused(Exception):
    """A part that may not be opened; `code` is one of `safety.REFUSALS`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Budget:
    """What all parts of one workbook together may take.

    `closely` tells kinds of tags apart, which takes time and is only worth it for many tags.
    """

    def __init__(self, limits: Limits, *, closely: bool = False) -> None:
        self.limits = limits
        self.closely = closely
        self.size = self.tags = self.cells = self.others = 0

    @property
    def needs_closer_look(self) -> bool:
        return self.tags > self.limits.others

    def unpack(self, size: int) -> None:
        self.size += size
        if self.size > self.limits.unpacked:
            raise PartRefused("too_much_inside")

    def count(self, xml: bytes, prefix: bytes) -> None:
        """Count tags by what they cost openpyxl: cells are cheap, whatever is unknown is dear."""
        opened = xml.count(b"<") - xml.count(b"</")
        self.tags += opened
        if self.closely:
            self.cells += len(re.findall(b"<%bc[\\s/>]" % prefix, xml))
            cheap = len(re.findall(b"<%b(?:c|v|f|t|row)[\\s/>]" % prefix, xml))
            self.others += opened - cheap
        most = self.limits
        if self.tags > most.tags or self.cells > most.cells or self.others > most.others:
            raise PartRefused("too_much_inside")


def inflate(
    archive: zipfile.ZipFile,
    name: str,
    budget: Budget,
    *,
    most: int | None = None,
    keep: bool = True,
) -> bytes:
    """Read a part to its end and return it if it is to be kept; raises `PartRefused`."""
    packed = archive.getinfo(name).compress_size
    kept = io.BytesIO()
    scan = _Scan(budget)
    size = 0
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            budget.unpack(len(chunk))
            if most is not None and size > most:
                raise PartRefused("too_much_inside")
            if size > RATIO_FROM and size > HIGHEST_RATIO * packed:
                raise PartRefused("too_much_inside")
            scan.feed(chunk)
            if keep:
                kept.write(chunk)
    scan.close()
    return kept.getvalue()


class _Scan:
    """Searches a part piece by piece; a tag cut in two by a piece's end waits for its rest.

    Zero bytes are dropped first, so that UTF-16 and UTF-32 read like ASCII here. The parser
    takes no other encoding in which "<" isn't "<".
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.waiting = b""
        self.is_xml: bool | None = None
        self.prefix = b""

    def feed(self, chunk: bytes) -> None:
        text = self.waiting + chunk.replace(b"\0", b"")
        if self.is_xml is None:
            self.is_xml = text.lstrip(_BLANKS)[:1] in (b"<", b"")
            root = _ROOT_PREFIX.search(text)
            self.prefix = root[1] if root else b""
        if b"<!" in text and _DECLARATION.search(text):
            raise PartRefused("unsafe")
        if not self.is_xml:
            self.waiting = text[-16:]
            return
        cut = max(text.rfind(b"<"), 0)
        self.budget.count(text[:cut], self.prefix)
        self.waiting = text[cut:]
        if len(self.waiting) > LONGEST_RUN:
            raise PartRefused("too_much_inside")

    def close(self) -> None:
        if self.is_xml:
            self.budget.count(self.waiting, self.prefix)
