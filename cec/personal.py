"""What is personal, model by model: one declaration for each (reliability K1, K2).

    personal.about(
        "activities.Activity", whose="person", part="activities",
        copied="title provider outcome", blanked="title provider outcome",
        kept=_("Hours, days and points, without a text: the statistics need them."),
    )
    personal.nobodys("registrations.Program", ...)

They stand in the `personal_data.py` of each app. A person's own copy and erasing them
(`cec.erasure`) are made of these alone; a test fails when a model has no declaration, or one of its
texts.

What holds no text, figures, days, codes and ties to other rows, needs no word: it is copied, and
erasing leaves it. Ties to other people are left out of a copy, and so is what only the program
needs (`TECHNICAL`). Each text says what becomes of it in both.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

BLANK = "—"  # in the place of a text; one that was empty stays empty
ERASED = "Erased · Effacé"  # in the place of a name, in both languages
SHORTEST_NAME = 5  # letters; a shorter one stands in too many other words

# Needed by the program alone: keys of forms, tries of workers, places in a file.
TECHNICAL = frozenset(
    {
        *("form_key", "claimed_at", "tries", "tried_at", "version", "digest", "fingerprint"),
        *("sha256", "key", "lost", "attempts", "due_at", "urgent", "trouble", "number_key"),
        *("email_key", "name_key", "salt", "redacted", "request_id", "edits"),
    }
)
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)

OTHERS = _("It is about somebody else.")
NOT_OF_USE = _("Only the program needs it; it says nothing about you.")
A_SECRET = _("It is a secret of the sign-in, of which only a digest is kept.")

_IN_NAMES = " .,()'’-‐·\u200c\u200d"
_NUMBER = re.compile(r"(?=.*\d)([\w -]|(?<=\d)\.(?=\d))+")
_APART = re.compile(r"[ -]+")
_MARK_OF_A_NUMBER = 5  # letters at the most that stand before a number, as in "MLA 1042"

File = tuple[str, "bytes | Path"]  # where it goes in the copy, and what it holds


def _is_full_name(text: str) -> bool:
    """Say whether a text is a name that stands for nothing else in the texts of others.

    People write their names themselves: "because" or an address of a page is none.
    """
    letters = (c.isalpha() or c in _IN_NAMES or unicodedata.category(c)[0] == "M" for c in text)
    return len(text.split()) > 1 and all(letters)


def _is_number(text: str) -> bool:
    """Say whether a text is a member number, which isn't all words and no address of a page."""
    words = [word for word in _APART.split(text) if word]
    return bool(_NUMBER.fullmatch(text)) and not any(
        word.isalpha() and len(word) > _MARK_OF_A_NUMBER for word in words
    )


@dataclass(frozen=True)
class Traces:
    """By what somebody is found in texts, and in rows that aren't tied to their account."""

    person: int
    names: frozenset[str]
    emails: frozenset[str]
    numbers: frozenset[str]
    papers_too: bool = False  # the name on what was issued goes as well

    def pattern(self) -> str:
        """Return a regular expression of PostgreSQL for them in a text; empty without any."""
        said = {*filter(_is_full_name, self.names), *self.emails}
        said |= {*filter(_is_number, self.numbers)}
        said = {text for text in said if len(text) >= SHORTEST_NAME}
        said |= {html.escape(text) for text in said}
        longest_first = sorted(said, key=lambda text: (-len(text), text))
        # The lines of a mail end between any two words.
        parts = [r"\s+".join(map(re.escape, text.split())) for text in longest_first]
        return r"(?<!\w)(" + "|".join(parts) + r")(?!\w)" if parts else ""

    def mask(self, text: str) -> str:
        """Return a text without them."""
        pattern = self.pattern()
        return re.sub(pattern, BLANK, text, flags=re.IGNORECASE) if pattern else text


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a model holds about people, and what becomes of it.

    `whose` are the ways from a row to the person that it is about; none for what is about nobody.
    `part` names it in a copy and `said` explains it. Of its texts, `copied` stand in a copy and
    `left_out` don't, with why; erasing a person deletes the rows (`deleted`), or puts a dash in
    `blanked` and other values in `replaced`, and leaves `texts_kept`, for the reason in `kept`.
    In `masked` texts of all rows, others' too, a person's name, address and number are covered;
    `traced` says which fields hold those: "names", "emails" or "numbers", by the field.
    `within` are single values of a field that is left out, by the name that they have in a copy.
    `erase` does what none of this can, before the rest.
    """

    label: str
    whose: tuple[str, ...] = ()
    part: str = ""
    said: Any = ""
    copied: frozenset[str] = frozenset()
    left_out: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    blanked: frozenset[str] = frozenset()
    replaced: Mapping[str, Any] = field(default_factory=dict)
    texts_kept: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    traced: Mapping[str, str] = field(default_factory=dict)
    kept: Any = ""
    erase: Callable[[Traces], None] | None = None

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    def rows(self, person: int) -> QuerySet[Any]:
        """The rows that are about somebody, in the order in which they came about."""
        found = Q()
        for way in self.whose:
            found |= Q(**{way: person})
        rows = self.model._base_manager.order_by("pk")
        return rows.filter(found) if self.whose else rows.none()

    def fields(self) -> Iterator[models.Field[Any, Any]]:
        yield from self.model._meta.concrete_fields

    def in_copy(self, column: models.Field[Any, Any]) -> bool:
        """Say whether a field stands in a person's own copy."""
        if column.name in self.left_out or column.name in TECHNICAL:
            return False
        if is_text(column):
            return column.name in self.copied
        return not _is_person(column) or column.name in self.copied

    def why_not(self, column: models.Field[Any, Any]) -> Any:
        """Return why a field doesn't stand in a copy."""
        return self.left_out.get(column.name, OTHERS if _is_person(column) else NOT_OF_USE)


def is_text(column: models.Field[Any, Any]) -> bool:
    """Say whether somebody may have written something into a field: it isn't a figure or a code."""
    return isinstance(column, TEXTS) and not column.choices and not column.primary_key


def _is_person(column: models.Field[Any, Any]) -> bool:
    related: Any = column.related_model if column.is_relation else None
    return related is not None and related._meta.label == settings.AUTH_USER_MODEL


_declared: dict[str, Declared] = {}
_files: dict[str, tuple[Any, Callable[[Any], Iterable[File]]]] = {}


def about(
    label: str,
    *,
    whose: str,
    part: str = "",
    said: Any = "",
    copied: str = "",
    left_out: Mapping[Any, str] | None = None,
    blanked: str = "",
    texts_kept: str = "",
    masked: str = "",
    **more: Any,
) -> None:
    """Declare a model whose rows are about people; sets of fields are their names with spaces."""
    reasons = {name: why for why, names in (left_out or {}).items() for name in names.split()}
    _declared[label] = Declared(
        label=label,
        whose=tuple(whose.split()),
        part=part,
        said=said,
        copied=frozenset(copied.split()),
        left_out=reasons,
        blanked=frozenset(blanked.split()),
        texts_kept=frozenset(texts_kept.split()),
        masked=frozenset(masked.split()),
        **more,
    )


def nobodys(*labels: str, kept: Any = "", masked: str = "", erase: Any = None) -> None:
    """Declare models whose rows lead to nobody's account, but for the number of who wrote them.

    `masked` are their free texts, in which somebody may be named all the same, and `erase` finds
    the rows that are about somebody by something else than their account.
    """
    for label in labels:
        _declared[label] = Declared(
            label=label, kept=kept, masked=frozenset(masked.split()), erase=erase
        )


def files(name: str, said: Any) -> Callable[[Callable[[Any], Iterable[File]]], Any]:
    """Register what gives the files of a person's copy; `said` explains their folder."""

    def register(give: Callable[[Any], Iterable[File]]) -> Callable[[Any], Iterable[File]]:
        _files[name] = (said, give)
        return give

    return register


def declared() -> dict[str, Declared]:
    """Return every declaration by its model, the upper apps' first, as rows hang on each other."""
    autodiscover_modules("personal_data")
    order = {config.label: place for place, config in enumerate(apps.get_app_configs())}
    ours = ("certificates", "activities", "registrations")

    def place(row: Declared) -> tuple[int, int]:
        app = row.label.partition(".")[0]
        return (ours.index(app), 0) if app in ours else (len(ours), order[app])

    installed = [row for row in _declared.values() if row.label.partition(".")[0] in order]
    return {row.label: row for row in sorted(installed, key=place)}


def all_files() -> dict[str, tuple[Any, Callable[[Any], Iterable[File]]]]:
    """Return what gives files for a copy, by the name of its folder."""
    autodiscover_modules("personal_data")
    return dict(_files)


def traces_of(person: int, *, papers_too: bool = False) -> Traces:
    """Collect by what somebody is found, from the rows that are theirs.

    A name or an address that is another account's too is left to that one: whoever likes may bear
    or write it.
    """
    found: dict[str, set[str]] = {"names": set(), "emails": set(), "numbers": set()}
    for row in declared().values():
        for name, kind in row.traced.items():
            values = row.rows(person).order_by().values_list(name, flat=True).distinct()
            found[kind] |= {text for value in values if (text := str(value or "").strip())}
    made_up = {BLANK, ERASED, erased_address(person)}
    for kind, column in (("names", "name"), ("emails", "email")):
        made_up |= {text for text in found[kind] if _is_of_another(person, column, text)}
    bare = {kind: frozenset(texts - made_up) for kind, texts in found.items()}
    return Traces(person, papers_too=papers_too, **bare)


def _is_of_another(person: int, column: str, text: str) -> bool:
    accounts = get_user_model()._base_manager.exclude(pk=person)
    return accounts.filter(**{f"{column}__iexact": text}).exists()


def erased_address(person: int) -> str:
    """Return what stands in the place of an erased person's e-mail: nobody can write there."""
    return f"erased-{person}@erased.invalid"
