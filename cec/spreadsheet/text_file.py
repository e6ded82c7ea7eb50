"""A table in a text file (CSV): its encoding and its delimiter are found, not asked for."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cec.spreadsheet.safety import WorkbookRefused

DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_PIECE = 1 << 20
_SAMPLE_LINES = 40
# What French has beside ASCII: it tells the tables of Windows and of older Macs apart.
_FRENCH = "éèêëàâçîïôùûÉÈÊÀÂÇÎÔ’«»"
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_PAIR = re.compile(rb"[\xc3-\xc5][\x80-\xbf]|\xe2\x80[\x80-\xbf]")
_NAMED_DELIMITER = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
# Excel writes ="00123" to keep the zeros of a number.
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')

Score = Callable[[Sequence[object]], int]


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a text file is written; the first `skip` characters name the delimiter."""

    encoding: str
    delimiter: str
    skip: int = 0


def format_of(data: bytes, score: Score) -> TextFormat:
    """Find out how a text file is written; `score` says how many headings of a line are known.

    Raises `WorkbookRefused` for a file that breaks off or mixes encodings.
    """
    encoding = encoding_of(data)
    sample = codecs.getincrementaldecoder(encoding)("replace").decode(data[:_SAMPLE])
    named = _NAMED_DELIMITER.match(sample)
    if named:
        return TextFormat(encoding, named[1], skip=named.end())
    return TextFormat(encoding, max(DELIMITERS, key=lambda each: _fit(sample, each, score)))


def _fit(sample: str, delimiter: str, score: Score) -> tuple[int, int]:
    """Known headings first, then how many lines agree on a number of cells above one."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        lines = [line for line, _number in zip(reader, range(_SAMPLE_LINES), strict=False)]
    except csv.Error:
        return (0, 0)
    widths = Counter(len(line) for line in lines if len(line) > 1)
    return (max(map(score, lines), default=0), max(widths.values(), default=0))


def encoding_of(data: bytes) -> str:
    """UTF-8 or UTF-16 if the bytes say so, else Windows-1252 or, by its accents, Mac Roman."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(data, encoding)
    sample = data[:_SAMPLE]
    for zeros, encoding in ((sample[1::2], "utf-16-le"), (sample[::2], "utf-16-be")):
        if zeros and zeros.count(0) * 10 > len(zeros) * 4:
            return _checked(data, encoding)
    try:
        return _checked(data, "utf-8")
    except WorkbookRefused:
        if _is_mostly_utf8(data):
            raise
    windows, mac = (_french_letters(data, encoding) for encoding in ("cp1252", "mac_roman"))
    return "mac_roman" if mac > windows or not _decodes(data, "cp1252") else "cp1252"


def _checked(data: bytes, encoding: str) -> str:
    """The encoding, if the whole file is in it; a last letter may be missing its half."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
    except UnicodeDecodeError:
        raise WorkbookRefused("mixed_encodings") from None
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise WorkbookRefused("breaks_off") from None
    return encoding


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        _checked(data, encoding)
    except WorkbookRefused:
        return False
    return True


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether the accents are UTF-8 but for a slip: in another table they would turn to noise."""
    pairs = 2 * len(_UTF8_PAIR.findall(data))
    return pairs > 0 and 2 * pairs > len(_HIGH.findall(data))


def _french_letters(data: bytes, encoding: str) -> int:
    return sum(data.count(letter.encode(encoding)) for letter in _FRENCH)


def lines(data: bytes, written: TextFormat) -> Iterator[list[str]]:
    """The lines of the table, cell by cell; a line break inside quotation marks is none.

    Raises `WorkbookRefused` where quotation marks don't match: the rest would be one cell.
    """
    stream = io.TextIOWrapper(io.BytesIO(data), written.encoding, "strict", newline="")
    stream.read(written.skip)
    try:
        for line in csv.reader(stream, delimiter=written.delimiter, strict=True):
            yield [_plain(cell) for cell in line] if any("=" in cell for cell in line) else line
    except (csv.Error, UnicodeDecodeError):
        raise WorkbookRefused("quotation_marks") from None


def _plain(cell: str) -> str:
    quoted = _QUOTED_FORMULA.fullmatch(cell.strip())
    return quoted[1] if quoted else cell
