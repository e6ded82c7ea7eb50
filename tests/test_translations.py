"""The French of the product: whole, well set, and nowhere English (design section 10)."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import override

from registrations.models import Association
from tests.said import said
from tests.world import World

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
NBSP = "\u00a0"
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
    base = Path(settings.BASE_DIR)
    own = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == base]
    for source in [*own, base / "templates"]:
        shutil.copytree(source, place / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(base / "manage.py", place)
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


def routes(patterns=None, before=()):
    """Yield the name and the parts of every address that has a language."""
    for entry in patterns or get_resolver().url_patterns:
        part = getattr(entry.pattern, "_route", getattr(entry.pattern, "_regex", None))
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, (*before, part))
        elif isinstance(entry, URLPattern) and None in before:  # None: the prefix of the language
            yield entry.name, (*before, part)


TRANSLATED = {name: parts for name, parts in routes() if any(isinstance(p, Promise) for p in parts)}
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


def fragments(entry: polib.POEntry) -> set[str]:
    """Return the runs of words between the placeholders and tags of a message."""
    parts = [
        " ".join(part.split())
        for text in originals(entry)
        for part in re.split(f"{PLACEHOLDER.pattern}|{TAG.pattern}", text)
    ]
    return {part for part in parts if len(part.split()) >= 3}


LONG = {part for entry in PROSE for part in fragments(entry)}
SHORT = {e.msgid for e in PROSE if e.msgstr != e.msgid and not PLACEHOLDER.search(e.msgid)} - {
    text for entry in MESSAGES for text in translations(entry)
}
# Words of running English that aren't French too, for text that nobody marked.
UNMARKED = re.compile(r"(?i)\b(the|this|these|your?|yours|with|what|which|are|is|has|have|from)\b")


def english_in(texts: list[str], *, names: set[str]) -> set[str]:
    """Return what is English in the texts of a page; `names` are said as they are."""
    found = set()
    for text in texts:
        for name in names:
            text = text.replace(name, "")
        if text in SHORT or UNMARKED.search(text) or any(part in text for part in LONG):
            found.add(text)
    return found


def association_names() -> set[str]:
    return {row.name_en for row in Association.objects.all()}


PUBLIC = [
    *("home", "how", "what_counts", "help", "associations", "accessibility", "privacy", "verify"),
    *("account_login", "account_signup", "account_request_login_code", "account_reset_password"),
]


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("name", PUBLIC)
    def test_a_public_page_in_french_has_no_english(self, client, name):
        with override("fr"):
            response = client.get(reverse(name))

        texts = said(response.text)
        assert response.status_code == 200
        assert len(texts) > 10
        assert english_in(texts, names=association_names()) == set()

    @pytest.mark.parametrize("name", PUBLIC)
    def test_the_search_finds_the_english_of_the_english_page(self, client, name):
        with override("en"):
            response = client.get(reverse(name))

        assert len(english_in(said(response.text, "en"), names=association_names())) > 5

    def test_a_missing_page_is_missing_in_french(self, client):
        response = client.get("/fr/cette-page-n-existe-pas/")

        assert response.status_code == 404
        assert english_in(said(response.text), names=set()) == set()

    @pytest.mark.parametrize("role", ["applicant", "owner", "representative", "administrator"])
    def test_what_a_signed_in_person_sees_in_french_has_no_english(self, client, role):
        world = World()
        client.force_login(world.people[role])
        # The choice of a language names each in its own words.
        names = association_names() | {person.name for person in world.people.values()}
        names |= {world.activity.title, "English"}
        seen, english = 0, {}

        with override("fr"):
            for name in sorted(filter(None, TRANSLATED)):
                response = client.get(world.url(name))
                if response.status_code == 200 and "html" in response["Content-Type"]:
                    seen += 1
                    if found := english_in(said(response.text), names=names):
                        english[name] = found

        assert seen > 8
        assert english == {}
