"""The French catalogue and the addresses in French, as the tests read them."""

import re
from pathlib import Path

import polib
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.functional import Promise

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%")
TAG = re.compile(r"<[^<>]*>")


def translations(entry: polib.POEntry) -> list[str]:
    """Return the French of a message: one text, or all its plural forms."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def originals(entry: polib.POEntry) -> list[str]:
    return [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]


def is_address(entry: polib.POEntry) -> bool:
    """Whether a message is part of a URL, such as "desk/payments/" or a pattern."""
    return " " not in entry.msgid and entry.msgid.endswith(("/", "/$"))


MESSAGES = [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]
PROSE = [entry for entry in MESSAGES if not is_address(entry)]


def listed(entries) -> list[str]:
    return [entry.msgid for entry in entries]


def routes(patterns=None, before=()):
    """Yield the name and the parts of every address that has a language."""
    for entry in patterns or get_resolver().url_patterns:
        part = getattr(entry.pattern, "_route", getattr(entry.pattern, "_regex", None))
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, (*before, part))
        elif isinstance(entry, URLPattern) and None in before:  # None: the prefix of the language
            yield entry.name, (*before, part)


TRANSLATED = {name: parts for name, parts in routes() if any(isinstance(p, Promise) for p in parts)}
