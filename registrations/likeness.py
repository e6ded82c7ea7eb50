"""What two ways of writing the same person share: folded names, numbers and addresses."""

import re
import unicodedata

# Letters that no decomposition takes apart.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_APART = re.compile(r"[\W_]+")
_JOINED = re.compile(r"['’ʼ`´]")


def name_key(name: str) -> str:
    """Words without accents or case, in alphabetical order: "Lavallée, Zoé" is "Zoe Lavallee"."""
    decomposed = unicodedata.normalize("NFKD", _JOINED.sub("", name).casefold().translate(_PLAIN))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(sorted(_APART.sub(" ", letters).split()))


def number_key(number: str) -> str:
    """Letters and digits only, without case: "mla 1042" is "MLA-1042"."""
    return _APART.sub("", unicodedata.normalize("NFKC", number).casefold())


def email_key(address: str) -> str:
    """Without case and without blanks at the ends."""
    return address.strip().casefold()
