"""Recognizing an activity that is in the record already (`E6`)."""

import hashlib
import re
import unicodedata
from datetime import date
from decimal import Decimal

from activities.workbook.hours import plain

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_QUOTES = re.compile("[\u2018\u2019\u201a\u201b\u02bc]")
_SPACES = re.compile(r"\s+")


def row_fingerprint(
    *, title: str, completed_on: date, choice_key: str, hours: Decimal | None
) -> str:
    """64 hexadecimal digits, the same for the same title, last day, type and hours.

    Case, kinds of dashes and apostrophes, and blanks in the title make no difference; accents and
    punctuation do.
    """
    text = unicodedata.normalize("NFKC", _QUOTES.sub("'", _DASHES.sub("-", title))).casefold()
    words = _SPACES.sub(" ", text).strip()
    amount = "" if hours is None else plain(hours)
    said = "\x1f".join((words, completed_on.isoformat(), choice_key, amount))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
