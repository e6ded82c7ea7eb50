"""Checking a certificate from outside: by its random id, or by serial and family name (F5, F6)."""

import re
import secrets
import unicodedata

from certificates import serial as serials
from certificates.models import Certificate

ID_BYTES = 16  # 128 bits
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
# No certificate has it: a malformed id is looked up like any other, in the same time.
_NOBODY = "-"

LONG_ENOUGH = 3
# Letters that Unicode doesn't take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = re.compile(r"['’‘ʼʻʹ′`´.]")


def new_public_id() -> str:
    """Return a new random id for the QR code and the link."""
    return secrets.token_urlsafe(ID_BYTES)


def by_public_id(public_id: str) -> Certificate | None:
    """Return the certificate with exactly this id, if there is one."""
    wanted = public_id if _ID.fullmatch(public_id) else _NOBODY
    rows = Certificate.objects.select_related("program").defer("registration")
    return rows.filter(public_id=wanted).first()


def by_serial(serial: str, family_name: str) -> Certificate | None:
    """Return the certificate with this serial, if the name belongs to it.

    The serial may be typed carelessly; `serial.normalise` tells what can't be one. Without the
    name a serial shows nothing, so that counting serials up reveals nobody.
    """
    wanted = serials.normalise(serial) or _NOBODY
    found = Certificate.objects.select_related("program").filter(serial=wanted).first()
    return found if found is not None and name_matches(family_name, found.holder) else None


def name_matches(typed: str, printed: str) -> bool:
    """Say whether what was typed is a part of the printed name that is long enough.

    Case, accents, apostrophes and hyphens don't matter. A part is one or more whole words; fewer
    than three letters must be the first or the last word of the name, like Li or Ng, and a single
    letter is an initial, which everybody guesses: Sandra O checks as "Sandra O". In writing without
    capitals, like Chinese, a single character is a family name.
    """
    words, given = _words(printed), _words(typed)
    joined = "".join(given)
    if not joined or not words:
        return False
    runs = {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    if joined not in runs and not set(given) <= set(words):
        return False
    if len(joined) == 1 and joined.upper() != joined:
        return False
    return len(joined) >= LONG_ENOUGH or joined in (words[0], words[-1])


def _words(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    return re.findall(r"\w+", _APOSTROPHES.sub("", bare).replace("_", " "))
