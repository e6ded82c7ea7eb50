"""Which passwords are refused (reliability B2): short, common, and those that one could guess.

There is no rule about kinds of letters, and no expiry. `common-passwords.txt.gz` holds the 5,000
most used of at least 12 characters among the ten million that Mark Burnett gave to the public
domain in 2015.
"""

import gzip
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registrations.models import Association, Person

LEAST = 12
MOST = 128
MOST_TRIMMINGS = 8  # digits and signs around a common word that don't make it better
LEAST_TO_GUESS = 6  # letters and digits that must be left besides what anybody would try

# What comes to mind for this site, in either language, and what is in everybody's passwords.
_OBVIOUS = frozenset(
    """
    library libraries librarian librarians biblio bibliotheque bibliotheques bibliothecaire
    bibliotheconomie partnership partenariat continuing education certificate certificat formation
    continue association associations canada canadian canadien canadienne books livres reading
    lecture cec cfc cpc password passwort motdepasse passe secret login admin administrator welcome
    bienvenue bonjour hello letmein soleil sunshine changeme january february march april june july
    august september october november december janvier fevrier mars avril juin juillet aout
    septembre octobre novembre decembre spring summer autumn winter printemps automne hiver
    """.split()  # noqa: SIM905
)
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_NEIGHBOURS = frozenset(
    pair for row in (*_ROWS, *(row[::-1] for row in _ROWS)) for pair in pairwise(row)
)
_LOOKALIKES = str.maketrans("0134578@$!€", "oieastbasie")


class LongEnough:
    """At least 12 characters, at most 128."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError."""
        if len(password) < LEAST:
            raise ValidationError(
                _("Make your password at least %(least)s characters long.") % {"least": LEAST},
                code="password_too_short",
            )
        if len(password) > MOST:
            raise ValidationError(
                _("Make your password at most %(most)s characters long.") % {"most": MOST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        """See Django's password validators."""
        return _("At least %(least)s characters. A few words in a row do well.") % {"least": LEAST}


class HardToGuess:
    """Neither one that many people use, nor mostly what anybody would try first."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError. What is too short or too long is `LongEnough`'s matter."""
        if not LEAST <= len(password) <= MOST:
            return
        if _is_common(_folded(password)):
            raise ValidationError(
                _("Many people use this password. Choose another."), code="password_too_common"
            )
        left = _without(_folded(password), {*_OBVIOUS, *_words_of(user), *_associations()})
        if len(left) < LEAST_TO_GUESS or len(set(left)) < LEAST_TO_GUESS - 1:
            raise ValidationError(
                _(
                    "This password is easy to guess: it is mostly your name, words of this site,"
                    " a year or a pattern. Add some words of your own."
                ),
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        """See Django's password validators."""
        return ""


def _is_common(password: str) -> bool:
    """Say whether many people use it, also with look-alike signs or with digits around a word."""
    tried = {password, password.translate(_LOOKALIKES)}
    core = password.strip(string.punctuation + string.digits + string.whitespace)
    if len(password) - len(core) <= MOST_TRIMMINGS:
        tried |= {core, core.translate(_LOOKALIKES)}
    return not _common().isdisjoint(tried)


@cache
def _common() -> frozenset[str]:
    with gzip.open(Path(__file__).with_name("common-passwords.txt.gz"), "rt") as lines:
        long = [line.strip() for line in lines]
    # Django's list is of shorter ones, for what is left when digits and signs are taken away.
    return frozenset(
        [*long, *(word for word in CommonPasswordValidator().passwords if len(word) > 4)]
    )


def _folded(text: str) -> str:
    """Return the text in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _words_of(user: Person | None) -> Iterator[str]:
    """Yield the parts of the person's name and e-mail that are long enough to be looked for."""
    if user is not None:
        parts = re.split(r"[\W_]+", _folded(f"{user.name} {user.email}"))
        yield from (part for part in parts if len(part) > 2)


def _associations() -> Iterator[str]:
    for code, english, french in Association.objects.values_list("code", "name_en", "name_fr"):
        parts = re.split(r"[\W_]+", _folded(f"{code} {english} {french}"))
        yield from (part for part in parts if len(part) > 2)


def _without(password: str, words: Iterable[str]) -> str:
    """Return the letters and digits that are left, without words, years, runs and repetitions."""
    longest_first = sorted(words, key=len, reverse=True)
    left = re.sub("|".join(map(re.escape, longest_first)), " ", password)
    left = re.sub(r"(?:19|20)\d\d", " ", left)
    left = re.sub(r"(.{1,6}?)\1+", r"\1", left)
    signs = string.punctuation + string.whitespace
    letters = [letter for letter in left if letter not in signs]
    steps = [pair in _NEIGHBOURS for pair in pairwise(letters)]
    # Of a run of neighbours on the keyboard or in the alphabet, the first two count.
    runs = [False, False, *(one and other for one, other in pairwise(steps))]
    return "".join(letter for letter, in_run in zip(letters, runs, strict=False) if not in_run)
