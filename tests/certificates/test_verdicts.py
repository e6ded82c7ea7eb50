"""What the public check says of a certificate that was revoked or replaced, and of its facts."""

import pytest
from django.utils import timezone

from certificates.models import Certificate, Sharing, Signatory
from tests import factories
from tests.certificates import records
from tests.certificates.editions import next_one, replace, revoke
from tests.certificates.pages import by_hand, link, signed_in

pytestmark = pytest.mark.django_db

FORMER, NOW = "Nadia Kowalchuk", "Nadia Łoś"


@pytest.fixture
def certificate():
    return records.issued(factories.person(FORMER))


@pytest.fixture
def newest(certificate):
    """The second edition, under another name."""
    replace(certificate)
    return next_one(certificate, holder=NOW, facts=certificate.facts | {"name": NOW})


def read(client, certificate: Certificate, language: str = "en") -> str:
    response = client.get(link(certificate), headers={"accept-language": language})
    assert response.status_code == 200
    return response.text


class TestReplaced:
    def test_says_when_and_leads_to_the_newest_edition(self, client, certificate, newest):
        text = read(client, certificate)

        assert "This certificate was replaced on" in text
        assert "is valid</h1>" not in text
        assert "That one is valid" in text
        assert f'href="{link(newest)}"' in text

    def test_leads_past_the_editions_between(self, client, certificate, newest):
        replace(newest)
        third = next_one(newest)

        text = read(client, certificate)

        assert f'href="{link(third)}"' in text
        assert link(newest) not in text

    def test_keeps_a_former_name_apart_when_its_holder_wants_that(
        self, client, certificate, newest
    ):
        Sharing.objects.create(registration=newest.registration, newest_edition=False)

        text, other = read(client, certificate), read(client, newest)

        assert "Ask the holder for it" in text
        assert NOW not in text
        assert newest.public_id not in text
        assert newest.serial not in text
        assert FORMER not in other
        assert certificate.public_id not in other

    def test_the_newest_never_leads_back(self, client, certificate, newest):
        text = read(client, newest)

        assert "This certificate is valid" in text
        assert FORMER not in text
        assert certificate.public_id not in text

    @pytest.mark.parametrize("leads", [True, False])
    def test_says_that_the_newest_one_was_revoked(self, client, certificate, newest, leads):
        Sharing.objects.create(registration=newest.registration, newest_edition=leads)
        revoke(newest)

        text = read(client, certificate)

        assert "that one was revoked on" in text
        assert "None is valid" in text
        assert (f'href="{link(newest)}"' in text) is leads

    def test_is_told_by_hand_too(self, client, certificate, newest):
        text = by_hand(client, certificate.serial, "Kowalchuk").text

        assert "This certificate was replaced on" in text

    def test_speaks_french(self, client, certificate, newest):
        text = read(client, certificate, "fr")

        assert '<html lang="fr"' in text
        assert "A newer edition" not in text


class TestRevoked:
    def test_gives_no_reason(self, client, certificate):
        certificate.registration.note("remark", by=None, reason="Found out")
        revoke(certificate)

        text = read(client, certificate)

        assert "This certificate was revoked on" in text
        assert "Found out" not in text
        assert 'class="pill bad">Revoked' in text

    def test_never_says_that_its_holder_earned_the_points(self, client, certificate):
        before = read(client, certificate)
        revoke(certificate)

        text = read(client, certificate)

        assert "The holder earned at least 120" in before
        assert "The holder earned" not in text
        assert "kept learning" not in text
        assert "It no longer holds. Don’t rely on what’s printed on it." in text


class TestFacts:
    def test_are_all_that_is_printed(self, client):
        scheme = factories.program()
        Signatory.objects.create(
            program=scheme,
            name="Inès Tremblay",
            title_en="Chair",
            title_fr="Présidente",
            first_day=timezone.localdate(),
        )
        certificate = records.issued()
        facts = certificate.facts

        english, french = read(client, certificate), read(client, certificate, "fr")

        for fact in ("name", "serial", "title_en", "title_fr", "issuer_en", "issuer_sentence_en"):
            assert facts[fact] in english
        assert facts["association_en"] in english
        assert "Inès Tremblay" in english
        assert "Chair" in english
        assert "Présidente" in french

    def test_give_the_least_number_of_points_unless_the_holder_shows_the_exact_one(self, client):
        registration = records.finished()
        factories.activity(registration, "PUB-I", hours="7", on=registration.starts_on)
        certificate = records.issued_from(registration)

        hidden = read(client, certificate)
        Sharing.objects.create(registration=registration, points=True)
        shown = read(client, certificate)

        assert "at least 120\u00a0points" in hidden
        assert "127" not in hidden.replace(certificate.public_id, "")
        assert ">\n        127\u00a0points" in shown

    def test_speak_of_an_edition_once_there_is_another(self, client, certificate):
        first = read(client, certificate)
        replace(certificate)
        second = next_one(certificate)

        assert ">Edition<" not in first
        assert ">Edition<" in read(client, certificate)
        assert ">Edition<" in read(client, second)


def test_a_signed_in_person_sees_the_same(client, certificate):
    stranger = factories.person()

    text = signed_in(client, stranger).get(link(certificate)).text

    assert "This certificate is valid" in text
    assert "Awarded to" in text
