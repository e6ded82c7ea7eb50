"""No page in French says anything in English, marked for translation or not."""

import re

import polib
import pytest
from django.urls import reverse
from django.utils.translation import override

from cec.models import OutgoingMail
from registrations.models import Association
from tests.catalogue import MESSAGES, PLACEHOLDER, PROSE, TAG, TRANSLATED, originals, translations
from tests.said import said
from tests.world import World

pytestmark = pytest.mark.django_db


def fragments(entry: polib.POEntry) -> set[str]:
    """Return the runs of words between the placeholders and tags of a message."""
    parts = [
        " ".join(part.split())
        for text in originals(entry)
        for part in re.split(f"{PLACEHOLDER.pattern}|{TAG.pattern}", text)
    ]
    return {part for part in parts if len(part.split()) >= 3}


# By a word that stands in the middle of each, so that few are looked for in a text.
LONG: dict[str, set[str]] = {}
for part in {part for entry in PROSE for part in fragments(entry)}:
    LONG.setdefault(part.split()[1], set()).add(part)
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
        near = (part for word in set(text.split()) for part in LONG.get(word, ()))
        if text in SHORT or UNMARKED.search(text) or any(part in text for part in near):
            found.add(text)
    return found


def association_names() -> set[str]:
    return {row.name_en for row in Association.objects.all()}


PUBLIC = [
    *("home", "how", "what_counts", "help", "associations", "accessibility", "privacy", "verify"),
    *("account_login", "account_signup", "account_request_login_code", "account_reset_password"),
]


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

    @pytest.mark.parametrize(
        "role", ["applicant", "owner", "representative", "administrator", "mentor"]
    )
    def test_what_a_signed_in_person_sees_in_french_has_no_english(self, client, role):
        world = World()
        client.force_login(world.people[role])
        # The choice of a language names each in its own words.
        names = association_names() | {person.name for person in world.people.values()}
        # So does a mail that went out, and the history has its subject.
        names |= {mail.subject for mail in OutgoingMail.objects.all()}
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
