"""The page of one certificate on the desk: what it offers, and when."""

import pytest

from cec.models import OutgoingMail
from certificates import correcting, making
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, page, signed_in

pytestmark = pytest.mark.django_db

AGAIN = "Try again"


@pytest.fixture
def desk(client):
    return signed_in(client, factories.administrator())


def test_nothing_is_to_be_tried_again_while_the_pdf_is_being_made(desk):
    waiting, broken = records.issued(), records.written(name="李")
    making.make_document(broken.pk)

    pages = [page(desk, "desk_certificate", row.pk) for row in (waiting, broken)]

    assert [AGAIN in text for text in pages] == [False, True]
    assert address("make_again", broken.pk) in pages[1]


def test_a_revoked_certificate_is_followed_and_not_put_right(desk):
    certificate = records.issued()
    before = page(desk, "desk_certificate", certificate.pk)
    correcting.revoke(certificate, by=factories.administrator(), reason="A mistake.")

    after = page(desk, "desk_certificate", certificate.pk)

    assert "Make a new edition" not in before
    assert "Make a new edition" in after
    assert address("certificate_correct", certificate.pk) in after


def test_a_name_that_was_put_right_before_is_proposed_again(desk):
    certificate = records.issued(factories.person("Nadia Kowalchuk"))
    edition = correcting.correct(
        certificate, by=factories.administrator(), name="Nadia Nowak", reason="She married."
    )

    text = page(desk, "certificate_correct", edition.pk)

    assert 'value="Nadia Nowak"' in text


def test_a_mail_that_went_out_is_of_the_gender_of_a_mail(desk):
    certificate = records.issued()
    making.make_document(certificate.pk)
    OutgoingMail.objects.update(state="sent")

    text = desk.get(address("desk_certificate", certificate.pk, language="fr")).content.decode()

    assert "Envoyé\n" in text
    assert "Envoyée" not in text
