"""The French of the product: whole, well set, and behind addresses of its own (design 10)."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.urls import resolve, reverse
from django.utils.translation import override

from tests.catalogue import (
    CATALOGUE,
    MESSAGES,
    PLACEHOLDER,
    PROSE,
    TAG,
    TRANSLATED,
    is_address,
    listed,
    originals,
    translations,
)

NBSP = "\u00a0"
BASE = Path(settings.BASE_DIR)
OWN_APPS = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == BASE]


class TestCatalogue:
    def test_every_message_has_its_french(self):
        catalogue = polib.pofile(str(CATALOGUE))

        assert listed(catalogue.untranslated_entries()) == []
        assert listed(catalogue.fuzzy_entries()) == []
        assert listed(catalogue.obsolete_entries()) == []

    def test_every_plural_message_has_both_forms(self):
        plural = [entry for entry in MESSAGES if entry.msgid_plural]

        assert plural
        assert listed(e for e in plural if sorted(e.msgstr_plural) != [0, 1]) == []

    def test_placeholders_and_tags_are_those_of_the_english(self):
        wrong = [
            (entry.msgid, text)
            for entry in MESSAGES
            for text in translations(entry)
            if not is_address(entry)
            and (
                all(marks(PLACEHOLDER, text) != marks(PLACEHOLDER, o) for o in originals(entry))
                or all(marks(TAG, text) != marks(TAG, o) for o in originals(entry))
            )
        ]

        assert wrong == []

    def test_each_text_keeps_the_space_and_lines_around_it(self):
        wrong = [
            (entry.msgid, text)
            for entry in MESSAGES
            for text in translations(entry)
            if (text[:1].isspace(), text[-1:].isspace(), text.count("\n"))
            != (entry.msgid[:1].isspace(), entry.msgid[-1:].isspace(), entry.msgid.count("\n"))
        ]

        assert wrong == []

    def test_everything_marked_in_the_sources_is_in_the_catalogue(self, tmp_path):
        if shutil.which("xgettext") is None:
            assert not os.environ.get("CI"), "install gettext: the catalogue can't be compared"
            pytest.skip("xgettext is missing, so the catalogue is NOT compared with the sources")

        marked = extracted(tmp_path)

        known = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in MESSAGES}
        assert len(marked) > 1000
        assert marked - known == set(), "run makemessages and translate these"
        assert known - marked == set(), "run makemessages: these are no longer in the sources"


def marks(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


def extracted(place: Path) -> set[tuple[str | None, str, str]]:
    """Return the messages of the sources, gathered from a copy so that nothing here changes."""
    for source in [*OWN_APPS, BASE / "templates"]:
        shutil.copytree(source, place / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(BASE / name, place)
    (place / "locale").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=fr", "--no-location"],
        cwd=place,
        env=os.environ
        | {
            "DEBUG": "1",
            "CEC_VAR": str(place / "var"),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        },
        check=True,
        capture_output=True,
    )
    found = polib.pofile(str(place / "locale" / "fr" / "LC_MESSAGES" / "django.po"))
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in found}


TOGETHER = re.compile(r"(?s){% (blocktranslate|comment)\b.*?{% end\1 %}")
COLON = re.compile(r"[}%][}]:")


def test_no_colon_of_a_template_stands_outside_what_is_translated():
    """French sets a space before it that English has not."""
    theirs = BASE / "templates" / "django"
    bare = [
        f"{path.relative_to(BASE)}: {line.strip()}"
        for path in sorted((BASE / "templates").rglob("*.html"))
        if not path.is_relative_to(theirs)
        for line in TOGETHER.sub("", path.read_text(encoding="utf-8")).splitlines()
        if COLON.search(line) and "<code>" not in line
    ]

    assert bare == []


def test_no_message_hides_where_it_cannot_be_gathered():
    hidden = [
        f"{path.relative_to(BASE)}:{node.lineno}"
        for app in OWN_APPS
        for path in sorted(app.rglob("*.py"))
        for node in ungathered(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert hidden == []


def test_the_search_for_hidden_messages_finds_them():
    source = "a = f'{_(\"one\")}'; b = _(f'two {a}'); c = _('three %s' % a); d = _('four') % a"

    assert len(list(ungathered(ast.parse(source)))) == 3


def ungathered(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield each message inside an f-string, which xgettext skips, or made while the code runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from (part for part in ast.walk(node) if is_message(part))
        elif is_message(node) and isinstance(node.args[0], ast.JoinedStr | ast.BinOp | ast.Call):
            yield node


def is_message(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and (node.func.id == "_" or node.func.id.removeprefix("n").startswith("gettext"))
    )


SLIPS = {
    "a straight apostrophe": r"'",
    "a straight quotation mark": r"\"|“|”",
    "a colon without a no-break space": rf"[^{NBSP}\d]:|\d:(?!\d)",
    "a guillemet without a no-break space": rf"«[^{NBSP}]|[^{NBSP}]»",
    "a space before ; ? or !": r"\s[;?!]",
    "an exclamation mark": r"!",
    "a dollar or per cent sign without a no-break space": rf"[^{NBSP}][$%]",
    "dots instead of an ellipsis": r"\.\.",
    "two spaces": r"[ \u00a0]{2}",
    "a decimal point": r"\d\.\d",
    "tu": r"(?i)\b(tu|toi|tes?|tiens?)\b(?<!tiens)(?<!\bte)",
    "English": r"(?i)\b(the|your?|with|please|e-mail|log in)\b",
}
# Not ours to spell: a version, and the names of files.
QUOTED = re.compile(r"WCAG\) 2\.2|\d+ ?– ?\d+|\.xls[xb]?|\.xltx")


@pytest.mark.parametrize("slip", SLIPS)
def test_french_is_set_as_it_is_in_canada(slip):
    wrong = [
        text
        for entry in PROSE
        for text in translations(entry)
        if re.search(SLIPS[slip], bare(text))
    ]

    assert wrong == []


def bare(text: str) -> str:
    """Leave the words of a message: each placeholder and quoted name is an X, tags go."""
    return QUOTED.sub("X", TAG.sub("", PLACEHOLDER.sub("X", text)))


SAMPLES = {"int": 7, "slug": "partnership-cec", "str": "key"}


class TestAddresses:
    def test_french_addresses_are_plain_words_without_accents(self):
        with override("fr"):
            found = {str(part) for parts in TRANSLATED.values() for part in parts if part}

        words = {re.sub(r"<[^>]*>|\(\?P<[^>]*>[^)]*\)", "", part).strip("^$") for part in found}
        assert len(words) > 20
        assert {word for word in words if not re.fullmatch(r"[a-z/-]*", word)} == set()

    def test_an_address_keeps_its_places_and_its_slash(self):
        place = re.compile(r"<[^>]*>")
        wrong = [
            entry.msgid
            for entry in MESSAGES
            if is_address(entry)
            and (
                place.findall(entry.msgid) != place.findall(entry.msgstr)
                or not entry.msgstr.endswith(entry.msgid[-1])
            )
        ]

        assert wrong == []

    @pytest.mark.parametrize("name", sorted(name for name in TRANSLATED if name))
    def test_each_french_address_leads_to_its_own_page(self, name):
        parts = "".join(str(part or "") for part in TRANSLATED[name])
        places = re.findall(r"<(?:(\w+):)?(\w+)>", parts)
        values = {key: SAMPLES.get(kind, "1") for kind, key in places}

        with override("fr"):
            address = reverse(name, kwargs=values)
            found = resolve(address).url_name

        assert found == name
        assert address.startswith("/fr/")
