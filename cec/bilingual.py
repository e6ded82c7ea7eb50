"""Texts that live in the database in both languages."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

# Each language by its own name, for whoever landed in the other one.
OWN_NAMES = {"en": "English", "fr": "Français"}


def in_language(row: Any, field: str, language: str | None = None) -> str:
    """Return `field_fr` or `field_en` of `row`; an empty translation falls back to the other.

    `language` is a code such as "fr"; without it the language of the page is used.
    """
    wanted = (language or get_language() or "en")[:2]
    other = "en" if wanted == "fr" else "fr"
    return getattr(row, f"{field}_{wanted}", "") or getattr(row, f"{field}_{other}", "")


class Bilingual:
    """Gives a model with `name_en` and `name_fr` a `name` in the page's language."""

    @property
    def name(self) -> str:
        return in_language(self, "name")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Difference:
    """A text that another version has: what it is, its language, as it was, as it is."""

    label: str
    lang: str
    before: str
    after: str
