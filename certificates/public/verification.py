"""Checking a certificate from outside: by its random id, by serial and family name (F5, F6), or by
its file."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass

from django.db.models import QuerySet

from certificates import serial as serials
from certificates import signing
from certificates.models import Certificate, Sharing

ID_BYTES = 16  # 128 bits
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
# No certificate has it: a malformed id is looked up like any other, in the same time.
_NOBODY = "-"
_ANYBODY = "Somebody Else"

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
    """Return the certificate with this id, if there is one; case matters.

    What stands behind a link in a sentence, a full stop or a bracket, is no part of it.
    """
    bare = public_id.rstrip("/.,;:!?)»”")
    wanted = bare if _ID.fullmatch(bare) else _NOBODY
    return _certificates().filter(public_id=wanted).first()


def by_serial(serial: str, family_name: str) -> Certificate | None:
    """Return the certificate with this serial, if the name belongs to it.

    The serial may be typed carelessly; `serial.normalise` tells what can't be one. Without the
    name a serial shows nothing, so that counting serials up reveals nobody: an unknown one costs
    the same look at the name.
    """
    wanted = serials.normalise(serial) or _NOBODY
    found = _certificates().filter(serial=wanted).first()
    belongs = name_matches(family_name, found.holder if found else _ANYBODY)
    return found if belongs else None


def _certificates() -> QuerySet[Certificate]:
    """What a verdict shows comes in one query, whether its holder chose anything or not."""
    return Certificate.objects.select_related("program", "registration__sharing")


@dataclass(frozen=True)
class Successor:
    """The newest edition of a certificate that was replaced, and whether its holder leads there."""

    certificate: Certificate
    is_shown: bool


def successor_of(certificate: Certificate) -> Successor | None:
    """Return what a replaced certificate was replaced by in the end; None for any other (F5)."""
    if certificate.state != Certificate.State.REPLACED:
        return None
    newest = Certificate.objects.of(certificate.registration)
    if newest is None or newest.pk == certificate.pk:
        return None
    return Successor(newest, Sharing.of(certificate.registration).newest_edition)


@dataclass(frozen=True)
class Judged:
    """What is to be said of a file: the certificate that it is, byte for byte, if it is one.

    `is_altered` is a file that our key signed, and that isn't kept: it was changed since.
    """

    certificate: Certificate | None = None
    is_altered: bool = False


def judge_file(content: bytes) -> Judged:
    """Compare a file with the documents that are kept; nothing of it is stored.

    The hash alone decides what is the very file. Only of another one the signature is looked at.
    """
    digest = hashlib.sha256(content).hexdigest()
    found = _certificates().filter(document__sha256=digest).first()
    if found is not None:
        return Judged(certificate=found)
    return Judged(is_altered=signing.check(content).ours)


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
