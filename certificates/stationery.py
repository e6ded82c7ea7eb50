"""Receipts and letters on paper: portrait pages in the furniture of the certificate, quieter.

They are made when somebody asks for them, in one language, and kept nowhere. Equal facts make equal
bytes. Like the certificate's, their letters come from the shipped fonts alone: what none of them
prints is refused with its characters, before anything is drawn (reliability F1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from certificates.lettering import (
    MARKS,
    SANS,
    SERIF,
    Face,
    UncoveredCharacters,
    choose,
    clean,
)

SPOKEN_AS = {"en": "en-CA", "fr": "fr-CA"}
BODY = (SANS, MARKS)
HEADINGS = (SERIF, SANS, MARKS)


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


def print_on(
    template: str, context: Mapping[str, Any], *, language: str, most_pages: int = 1
) -> bytes:
    """Print a template of `certificates/pdf/`, whose texts are in that language already.

    Raises Unprintable if the page didn't come out as it should.
    """
    from certificates.art import stationery
    from certificates.press import PORTRAIT, Page, press  # WeasyPrint, which few requests need

    with translation.override(language):
        html = render_to_string(
            f"certificates/pdf/{template}", {**context, "lang": SPOKEN_AS[language]}
        )
    page = Page(html=html, most_pages=most_pages, behind=stationery())
    return press(PORTRAIT).print(page)
