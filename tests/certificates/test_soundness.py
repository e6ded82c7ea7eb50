"""What `verify_data` finds of files and documents that aren't what was kept (D7, F4)."""

from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cec.files import store
from cec.models import StoredFile
from certificates.models import Document
from registrations import erasing
from tests import factories as make
from tests.cec.hostile_files import GOOD, taken
from tests.certificates import records
from tests.certificates.crowding import loose

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 as it was issued"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def document():
    certificate = records.issued(make.person("Zoë Tremblay"))
    return Document.objects.create(certificate=certificate, pdf=PDF, sha256=sha256(PDF).hexdigest())


def kept() -> StoredFile:
    return store.keep(taken("card.pdf", GOOD["card.pdf"]))


def faults() -> str:
    said = StringIO()
    try:
        call_command("verify_data", stdout=StringIO(), stderr=said)
    except CommandError as error:
        return f"{said.getvalue()}{error}"
    return said.getvalue()


def test_what_is_as_it_was_kept_has_no_fault(document):
    kept()

    assert faults() == ""


def test_a_file_that_was_changed_and_one_that_is_gone_are_named():
    changed, gone = kept(), kept()
    store.path_of(changed).write_bytes(b"another")
    store.path_of(gone).unlink()

    found = faults()

    assert f"The file {changed.key} (row {changed.pk}) is not as it was kept." in found
    assert f"The file {gone.key} (row {gone.pk}) can’t be read" in found
    assert "2 things are not as they were kept" in found


@pytest.mark.parametrize("pdf", [PDF + b" ", b""])
def test_a_document_that_was_changed_is_named(document, pdf):
    loose("UPDATE certificates_document SET pdf = %s", pdf)

    assert f"The PDF of the certificate {document.certificate_id} is not" in faults()


def test_a_paper_that_its_holder_had_taken_away_is_no_fault(document):
    holder = document.certificate.registration.person

    erasing.erase(holder, by=None, reason="", certificates_too=True)

    document.refresh_from_db()
    assert bytes(document.pdf) == b""
    assert faults() == ""
