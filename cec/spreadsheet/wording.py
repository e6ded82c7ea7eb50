"""How text from a cell is compared, cleaned, and carried in and out of a workbook."""

import re
import unicodedata

# What PostgreSQL, XML or a page can't carry: C0 but tab and line ends, DEL, C1, lone surrogates
# and the two non-characters that XML 1.0 forbids.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAKS = re.compile("[\t\r\n\u2028\u2029]+")
# Excel spells a character that XML can't hold as _xHHHH_, and a literal one as _x005F_xHHHH_.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
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


def without_controls(text: str) -> str:
    return CONTROL.sub("", text)


def escape(text: str) -> str:
    """Spell what a workbook (or a JSON column) can't hold the way Excel does."""
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    if not text.isprintable():
        text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text


def unescape(text: str) -> str:
    """Undo `escape`.

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
