"""How text from a cell is compared, cleaned, and carried in and out of a workbook."""

import re
import unicodedata

from cec.export import CONTROL

_LINE_BREAKS = re.compile("[\t\r\n\u2028\u2029]+")
# What `cec.export.escape` writes.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_WORDS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Words only, without accents, case or punctuation: what two ways of writing share."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_WORDS.sub(" ", letters).strip()


def clean_line(text: str) -> str:
    """One line without blanks at its ends; spaces inside stay as the person typed them."""
    if not text.isprintable():
        text = _LINE_BREAKS.sub(" ", text)
    return text.strip()


def clean_text(text: str) -> str:
    """Several lines, with one kind of line end, without blanks at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def unescape(text: str) -> str:
    """Undo `cec.export.escape`.

    openpyxl has undone _x005F_ already for shared strings, so anything but that and the control
    characters is left as it stands: it is text that happens to look like an escape.
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    if character == "_" or character in "\t\n\r" or CONTROL.match(character):
        return character
    return found[0]
