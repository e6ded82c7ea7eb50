"""Certificates from before there were signatures and badges, and the way back to that time."""

import hashlib

import pytest
from django.core.management import CommandError, call_command

from certificates import making
from certificates.models import Document, SigningCertificate
from certificates.public import sharing
from tests.certificates import records
from tests.certificates.pages import link, page, signed_in

pytestmark = pytest.mark.django_db

OLD = b"%PDF-1.7 as it was made then"


@pytest.fixture
def old():
    """A certificate as the upgrade finds it: its PDF has neither signature nor badge."""
    certificate = records.issued()
    Document.objects.create(
        certificate=certificate, pdf=OLD, sha256=hashlib.sha256(OLD).hexdigest()
    )
    return certificate


def test_its_holder_is_offered_no_badge_that_there_is_not(client, old):
    row = old.registration
    sharing.choose(row, by=row.person, badge=True)

    text = page(signed_in(client, row.person), "certificate", row.pk)

    assert "My exact points" in text
    assert "A badge for other sites" not in text
    assert f"{link(old)}/badge" not in text


def test_the_holder_of_a_new_one_is_offered_a_badge(client):
    certificate = records.issued()
    row = certificate.registration
    client = signed_in(client, row.person)

    before = page(client, "certificate", row.pk)
    making.make_document(certificate.pk)
    after = page(client, "certificate", row.pk)

    assert "A badge for other sites" in before
    assert "A badge for other sites" in after


def test_the_way_back_is_refused_before_anything_is_lost():
    making.make_document(records.issued().pk)

    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("migrate", "certificates", "0003", verbosity=0)

    assert SigningCertificate.objects.exists()
