"""The Open Badge: a signed Open Badges 3.0 credential, only where its holder turned it on."""

import json

import jwt
import pytest

from certificates import making
from certificates.models import Certificate, Sharing
from certificates.public import badge
from tests import factories
from tests.certificates import keys, records
from tests.certificates.editions import next_one, replace, revoke
from tests.certificates.pages import link, page, signed_in

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def use_key(settings, tmp_path):
    """Sign with a key of this kind from now on."""
    return lambda kind, **how: keys.use(settings, tmp_path, kind, **how)


@pytest.fixture
def certificate(use_key):
    use_key("rsa-2048")
    return made(factories.person("Nadia Łoś", email="nadia@example.org"))


def made(holder) -> Certificate:
    """A certificate with its PDF, whose holder shows the badge."""
    row = records.issued(holder)
    making.make_document(row.pk)
    Sharing.objects.create(registration=row.registration, badge=True)
    return row


def fetched(client, certificate):
    return client.get(f"{link(certificate)}/badge")


class TestTheBadge:
    def test_is_a_jwt_that_the_key_at_its_address_checks(self, client, certificate):
        response = fetched(client, certificate)
        token = response.text

        header = jwt.get_unverified_header(token)
        found = client.get(header["kid"].removeprefix(SITE))
        key = jwt.PyJWK(found.json())
        claims = jwt.decode(token, key.key, algorithms=["RS256"])

        assert response["Content-Type"].startswith("text/plain")
        assert set(header) == {"alg", "kid", "typ"}
        assert header["alg"] == "RS256"
        assert header["kid"].startswith(f"{SITE}/v/keys/")
        assert claims["jti"] == claims["id"] == f"{SITE}{link(certificate)}"
        assert claims["iss"] == claims["issuer"]["id"]
        assert claims["sub"] == claims["credentialSubject"]["id"]
        assert claims["validFrom"] == certificate.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert claims["nbf"] == int(certificate.issued_at.timestamp())

    def test_has_what_the_specification_requires(self, certificate):
        found = badge.credential(certificate)

        subject = found["credentialSubject"]
        assert found["@context"][:2] == [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ]
        assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        assert found["issuer"]["type"] == ["Profile"]
        assert subject["type"] == ["AchievementSubject"]
        assert subject["licenseNumber"] == certificate.serial
        assert subject["achievement"]["type"] == ["Achievement"]
        for needed in ("id", "name", "description", "criteria"):
            assert subject["achievement"][needed]
        assert "at least 120" in subject["achievement"]["criteria"]["narrative"]

    def test_says_nothing_of_the_person_but_the_printed_name(self, certificate):
        text = json.dumps(badge.credential(certificate), ensure_ascii=False)

        assert "Nadia Łoś" in text
        for hidden in ("nadia@example.org", certificate.registration.reference, "emailAddress"):
            assert hidden not in text

    def test_is_the_same_each_time_and_in_the_language_of_the_paper(self, client, use_key):
        use_key("rsa-2048")
        row = made(factories.person(language="fr"))

        answers = [
            client.get(f"{link(row)}/badge", headers={"accept-language": code}).text
            for code in ("en", "fr")
        ]

        assert answers[0] == answers[1]
        assert badge.credential(row)["name"] == row.facts["title_fr"]
        assert "/fr/" in badge.credential(row)["credentialSubject"]["achievement"]["id"]

    @pytest.mark.parametrize(("kind", "name"), [("p-256", "ES256"), ("p-384", "ES384")])
    def test_can_be_signed_on_a_curve(self, client, use_key, kind, name):
        use_key(kind)
        row = made(factories.person())

        token = fetched(client, row).text

        assert jwt.get_unverified_header(token)["alg"] == name
        assert jwt.decode(token, keys.private(kind).public_key(), algorithms=[name])

    def test_comes_with_the_pdf(self, client, use_key):
        use_key("p-256")
        row = records.issued()
        Sharing.objects.create(registration=row.registration, badge=True)
        signed_in(client, row.registration.person)

        waiting = fetched(client, row), page(client, "certificate", row.registration_id)
        making.make_document(row.pk)

        assert waiting[0].status_code == 404
        assert "/badge" not in waiting[1]
        assert fetched(client, row).status_code == 200


class TestTheSwitch:
    def test_is_off_until_the_holder_turns_it_on(self, client, certificate):
        Sharing.objects.update(badge=False)

        off, unknown = fetched(client, certificate), client.get("/v/" + "A" * 22 + "/badge")

        assert off.status_code == unknown.status_code == 404
        assert off.content == unknown.content

    def test_gives_the_holder_the_address(self, client, certificate):
        signed_in(client, certificate.registration.person)

        on = page(client, "certificate", certificate.registration_id)
        Sharing.objects.update(badge=False)
        off = page(client, "certificate", certificate.registration_id)

        assert f'value="{SITE}{link(certificate)}/badge"' in on
        assert "/badge" not in off
        assert 'name="badge"' in off


class TestItsEnd:
    @pytest.mark.parametrize("end", [revoke, replace])
    def test_is_told_by_its_address_and_by_its_list(self, client, certificate, end):
        status = badge.credential(certificate)["credentialStatus"]["id"].removeprefix(SITE)
        before = client.get(status).json()
        end(certificate)

        gone, after = fetched(client, certificate), client.get(status).json()

        assert before["revokedCredential"] == []
        assert gone.status_code == 410
        assert after["id"] == f"{SITE}{status}"
        assert after["revokedCredential"] == [{"id": f"{SITE}{link(certificate)}", "revoked": True}]

    def test_leads_to_no_other_edition(self, client, certificate):
        replace(certificate)
        newest = next_one(certificate)
        making.make_document(newest.pk)

        told = (
            fetched(client, certificate).text + client.get(f"{link(certificate)}/badge/status").text
        )

        assert newest.public_id not in told
        assert fetched(client, newest).status_code == 200


class TestTheKey:
    def test_is_public_only(self, client, certificate):
        kid = certificate.document.signed_with.fingerprint

        found = client.get(f"/v/keys/{kid}").json()

        assert set(found) == {"kty", "n", "e", "alg", "use", "kid", "key_ops"}

    def test_of_an_old_badge_is_found_after_another_signs(self, client, certificate, use_key):
        token = fetched(client, certificate).text
        use_key("p-256", name="The next one")
        made(factories.person())

        kid = jwt.get_unverified_header(token)["kid"].removeprefix(SITE)
        key = jwt.PyJWK(client.get(kid).json())

        assert fetched(client, certificate).text == token
        assert jwt.decode(token, key.key, algorithms=["RS256"])["jti"]

    @pytest.mark.parametrize("kid", ["0" * 64, "x", "%00", "é"])
    def test_that_is_not_ours_is_not_found(self, client, certificate, kid):
        assert client.get(f"/v/keys/{kid}").status_code == 404


def test_machines_get_no_cookie_and_are_asked_not_to_index(client, certificate):
    for address in (f"{link(certificate)}/badge", f"{link(certificate)}/badge/status"):
        response = client.get(address)
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert not response.cookies
        assert client.post(address).status_code == 405


def test_badges_count_as_checks(client, certificate):
    for _ in range(60):
        fetched(client, certificate)

    assert fetched(client, certificate).status_code == 429
    assert client.get(f"{link(certificate)}/badge/status").status_code == 429
    assert client.get(link(certificate)).status_code == 429
