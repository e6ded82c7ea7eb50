"""Receipts and letters on paper: portrait pages in the furniture of the certificate, quieter.

They are made when somebody asks for them, in one language, and kept nowhere. Equal facts make equal
bytes. Like the certificate's, their letters come from the shipped fonts alone: what none of them
prints is refused with its characters, before anything is drawn (reliability F1).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from certificates.printing.art import Art, stationery
from certificates.printing.lettering import (
    MARKS,
    SANS,
    SERIF,
    Face,
    UncoveredCharacters,
    choose,
    clean,
    clusters,
)

if TYPE_CHECKING:  # it brings WeasyPrint, which few requests need
    from certificates.printing.press import Page

SPOKEN_AS = {"en": "en-CA", "fr": "fr-CA"}
BODY = (SANS, MARKS)
HEADINGS = (SERIF, SANS, MARKS)
MOST_NUMBERS = 4  # characters whose numbers are printed one by one


@dataclass(frozen=True)
class Run:
    """Words that follow each other in one face."""

    face: Face
    text: str


@dataclass(frozen=True)
class Row:
    """A fact in a table: its name, and its value as it is printed."""

    label: str
    value: SafeString


def runs(text: str, *faces: Face) -> list[Run]:
    """Cut a text into runs: each word goes to the first of `faces` that prints all of it.

    Raises UncoveredCharacters with all that no face prints.
    """
    found: list[Run] = []
    lacking: list[str] = []
    for word in text.split(" "):
        try:
            face = choose(word, *faces)
        except UncoveredCharacters as error:
            lacking += error.characters
            continue
        if found and found[-1].face is face:
            found[-1] = Run(face, f"{found[-1].text} {word}")
        else:
            found.append(Run(face, f" {word}" if found else word))
    if lacking:
        raise UncoveredCharacters(tuple(dict.fromkeys(lacking)))
    return found


def lettered(text: str, faces: tuple[Face, ...] = BODY) -> SafeString:
    """Return a text as escaped HTML; a run that isn't in the first face names its own."""
    return format_html_join(
        "",
        "{}",
        (
            (
                run.text
                if run.face is faces[0]
                else format_html('<span class="{}">{}</span>', run.face.name, run.text),
            )
            for run in runs(text, *faces)
        ),
    )


def paragraphs(text: str, *, most: int) -> list[str]:
    """Return the paragraphs of what somebody wrote, without empty ones; the last takes the rest."""
    said = [line for line in map(clean, text.splitlines()) if line]
    return [*said[: most - 1], " ".join(said[most - 1 :])] if len(said) > most else said


def what_cannot_be_printed(*texts: str) -> tuple[str, ...]:
    """Return the characters of these texts that no shipped font prints."""
    try:
        runs(" ".join(clean(text) for text in texts), *BODY)
    except UncoveredCharacters as error:
        return error.characters
    return ()


def legible(text: str) -> str:
    """Return a cleaned text in which what no font prints stands by its number, as [U+1F600].

    It is for texts that are many and that nobody should have to mend before something is printed.
    Of a longer run it says how many there are. What can't be seen is left out.
    """
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(map(_legible_word, seen.split(" ")))


def _legible_word(word: str) -> str:
    try:
        choose(word, *BODY)
    except UncoveredCharacters as error:
        lacking = set(error.characters)
        return "".join(
            _numbers("".join(part)) if lacks else "".join(part)
            for lacks, part in groupby(clusters(word), key=lacking.__contains__)
        )
    return word


def _numbers(letters: str) -> str:
    if len(letters) > MOST_NUMBERS:
        return f"[U+… × {len(letters)}]"
    return "[{}]".format(" ".join(f"U+{ord(letter):04X}" for letter in letters))


def print_on(template: str, context: Mapping[str, Any], **how: Any) -> bytes:
    """Compose a page and print it: see `compose` and `print_page`."""
    return print_page(compose(template, context, **how))


def compose(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    foot: str = "",
    most_pages: int = 1,
    art: Mapping[str, Art] | None = None,
) -> "Page":
    """Fill a template of `certificates/pdf/`, whose texts are in that language already.

    `foot` is said at the bottom of each page of a list, and from the second page of a letter on;
    the shipped sans must cover it. `art` are drawings by the `src` that places them.
    """
    from certificates.printing.press import Page

    with translation.override(language):
        number = _("Page %(page)s of %(pages)s") % {"page": "\n", "pages": "\n"}
        words = {"lang": SPOKEN_AS[language], "foot": foot, "page_words": number.split("\n")}
        html = render_to_string(f"certificates/pdf/{template}", {**context, **words})
    return Page(html=html, most_pages=most_pages, behind=stationery(), art=dict(art or {}))


def print_page(page: "Page") -> bytes:
    """Print a composed page. Raises Unprintable if it didn't come out as it should."""
    from certificates.printing.bounded import printed
    from certificates.printing.press import PORTRAIT

    return printed(page, PORTRAIT)
