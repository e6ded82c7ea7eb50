"""The PDF: byte for byte the same, and for those who may see it (F4)."""

import hashlib

import pytest

from certificates import making
from certificates.models import Document
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, signed_in

pytestmark = pytest.mark.django_db


class TestTheDownload:
    @pytest.fixture
    def certificate(self):
        certificate = records.issued()
        making.make_document(certificate.pk)
        return certificate

    def test_is_byte_for_byte_what_was_made(self, client, certificate):
        signed_in(client, certificate.registration.person)

        first = client.get(address("certificate_download", certificate.registration_id))
        second = client.get(address("certificate_download", certificate.registration_id))

        digest = hashlib.sha256(first.content).hexdigest()
        assert first.content == second.content
        assert digest == Document.objects.get().sha256

    def test_is_a_file_that_no_browser_guesses_at_and_no_cache_keeps(self, client, certificate):
        response = signed_in(client, certificate.registration.person).get(
            address("certificate_download", certificate.registration_id)
        )

        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == (
            f'attachment; filename="{certificate.serial}.pdf"'
        )
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]

    def test_is_for_the_holder_the_committee_and_administrators(self, client, certificate):
        for who in (
            certificate.registration.person,
            factories.representative(),
            factories.steering(),
            factories.administrator(),
        ):
            response = signed_in(client, who).get(
                address("certificate_download", certificate.registration_id)
            )
            assert response.status_code == 200

    def test_is_a_404_for_everybody_else(self, client, certificate):
        other_holder = records.issued()
        for who in (
            factories.person(),
            other_holder.registration.person,
            factories.representative("OLA"),
        ):
            response = signed_in(client, who).get(
                address("certificate_download", certificate.registration_id)
            )
            assert response.status_code == 404

    def test_is_a_404_until_the_pdf_is_made(self, client):
        certificate = records.issued()

        response = signed_in(client, certificate.registration.person).get(
            address("certificate_download", certificate.registration_id)
        )

        assert response.status_code == 404
