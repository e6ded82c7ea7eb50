"""The signature: PAdES by pyHanko's own validator, and our check of files of strangers."""

import asyncio
import re
import time
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import OperationalError, connection
from django.utils import timezone
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates import signing
from certificates.bench import FACTS
from certificates.printing.pdf import render
from certificates.signing import checking
from certificates.signing.key import SigningKey
from tests.certificates import keys

REASON = "Certificate / Certificat CEC-2028-0417-EN"
PRINTED = render(FACTS)


def key_of(kind="p-256", name="The Partnership", **how):
    private = keys.private(kind)
    return SigningKey(private=private, certificate=keys.certified(private, name, **how))


def signed(key=None):
    return signing.sign(PRINTED, key or key_of(), reason=REASON)


@pytest.fixture
def known(db):
    """A signed PDF whose certificate is on record."""
    key = key_of()
    signing.recorded(key)
    return signed(key)


def validated(content, key):
    """What pyHanko says, with the key's certificate as the only one that is trusted."""
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    root = translate_pyca_cryptography_cert_to_asn1(key.certificate)
    return signature, validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


@pytest.mark.parametrize("kind", ["rsa-3072", "p-256", "p-384"])
def test_pyhanko_finds_it_valid_intact_and_over_the_whole_file(kind):
    key = key_of(kind)

    _, status = validated(signed(key), key)

    assert status.bottom_line
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.coverage.name == "ENTIRE_FILE"


def test_it_is_a_pades_signature_of_level_b_that_allows_no_change():
    key = key_of()

    signature, _ = validated(signed(key), key)

    attributes = {each["type"].native for each in signature.signer_info["signed_attrs"]}
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}
    assert "/M" in signature.sig_object
    assert signature.sig_object["/Reason"] == REASON
    assert signature.docmdp_level == MDPPerm.NO_CHANGES


def test_it_only_adds_to_what_was_printed_and_stays_below_sixty_kilobytes():
    content = signed(key_of("rsa-3072"))

    added = content[len(PRINTED) :]
    assert content.startswith(PRINTED)
    assert len(content) <= 60_000
    assert b"/Metadata 1" in added  # the catalogue still names it,
    assert b"x:xmpmeta" not in added  # and it is written no second time
    assert b"/Version" not in added


def test_it_is_made_where_an_event_loop_runs_already():
    async def within() -> bytes:
        return signed()

    assert asyncio.run(within()).startswith(PRINTED)


def test_our_check_says_whose_it_is_and_since_when(known):
    found = signing.check(known)

    assert (found.ours, found.intact, found.signer) == (True, True, "CN=The Partnership")
    assert abs((timezone.now() - found.signed_at).total_seconds()) < 60
    assert len(found.fingerprint) == 64


@pytest.mark.parametrize("part", range(20))
def test_one_byte_changed_anywhere_is_noticed(known, part):
    gap = re.search(rb"/Contents <[0-9A-F]+>", known)
    places = [*range(7 + 100 * part, gap.start(), 2000), *range(gap.end(), len(known), 100)]

    for place in places:
        changed = bytearray(known)
        changed[place] ^= 1

        assert not signing.check(bytes(changed)).intact, place


@pytest.mark.parametrize(
    "part",
    [
        lambda key, info: info["signature"].native,
        lambda key, info: info["signed_attrs"].dump()[4:],
        lambda key, info: key.certificate.public_bytes(Encoding.DER),
    ],
)
def test_the_signature_changed_in_itself_is_noticed(db, part):
    key = key_of()
    signing.recorded(key)
    content = signed(key)
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    digits = part(key, signature.signer_info).hex().upper().encode()

    start = content.index(digits)

    for place in range(start, start + len(digits), 7):
        changed = bytearray(content)
        changed[place] = ord("1") if changed[place] != ord("1") else ord("2")

        assert not signing.check(bytes(changed)).intact, place


def test_the_room_that_was_left_stays_empty(known):
    end = known.index(b"0>")

    changed = known[:end] + b"1" + known[end + 1 :]

    assert signing.check(known).intact
    assert not signing.check(changed).intact


def test_a_file_that_was_changed_is_still_said_to_have_been_ours(known):
    changed = known.replace(b"/ESIC", b"/ESIX")
    assert changed != known

    found = signing.check(changed)

    assert (found.ours, found.intact, found.signed_at) == (True, False, None)


@pytest.mark.parametrize("appended", [b"\n", b"%%EOF", b"\0" * 100])
def test_anything_appended_is_noticed(known, appended):
    found = signing.check(known + appended)

    assert (found.ours, found.intact) == (True, False)
    assert found.signed_at is not None


def test_an_update_appended_in_form_is_noticed(known):
    writer = IncrementalPdfFileWriter(BytesIO(known))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    changed = BytesIO()
    writer.write(changed)

    found = signing.check(changed.getvalue())

    assert changed.getvalue().startswith(known)
    assert (found.ours, found.intact) == (True, False)


def test_a_strangers_signature_over_ours_is_noticed(known):
    other = render(FACTS).replace(b"Nadia", b"Maria")
    theirs = signing.sign(other, key_of("p-384", "Somebody"), reason=REASON)

    assert signing.check(theirs) == checking.NOT_OURS
    assert not signing.check(known + theirs).intact


@pytest.mark.django_db
def test_a_certificate_of_the_same_name_by_somebody_else_is_not_ours():
    signing.recorded(key_of("p-256"))

    found = signing.check(signed(key_of("p-384")))

    assert found == checking.NOT_OURS


@pytest.mark.django_db
def test_after_a_change_of_the_key_old_documents_stay_valid():
    old, new = key_of("rsa-3072", "Before"), key_of("p-256", "After")
    contents = []
    for key in (old, new):
        signing.recorded(key)
        contents.append(signed(key))

    found = [signing.check(content) for content in contents]

    assert [(each.intact, each.signer) for each in found] == [
        (True, "CN=Before"),
        (True, "CN=After"),
    ]


@pytest.mark.django_db
def test_after_the_end_of_its_certificate_a_document_stays_valid():
    key = key_of(ends=timezone.now() + timedelta(seconds=2))
    signing.recorded(key)
    content = signed(key)
    time.sleep(max(0, (key.certificate.not_valid_after_utc - timezone.now()).total_seconds()) + 1.1)

    found = signing.check(content)

    assert key.certificate.not_valid_after_utc < timezone.now()
    assert found.intact


def flood(size):
    return zlib.compress(b"\0" * size)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-",
        b"\xff" * 1000,
        b"%PDF-1.7" + b"/ByteRange [0 9 9 9]" * 40_000,
        b"%PDF-1.7" + b"/ByteRange" + b" " * 900_000,
        b"%PDF-1.7" + b"/ByteRange [" * 70_000,
        b"%PDF-1.7 /ByteRange [0 9999999 9999999 9999999]",
        b"%PDF-1.7" + flood(300_000_000),
        b"%PDF-1.7" + b"[" * 900_000,
        b"%PDF-1.7" + b"1 0 obj <</Kids [1 0 R]>> endobj " * 20_000,
        b"%PDF-1.7 /ByteRange [0 000045 120047 00000000]".ljust(45) + b"<" + b"30" * 60_000 + b">",
        b"%PDF-1.7 /ByteRange [0 000045 120047 00000000]".ljust(45) + b"<" + b"A0" * 60_000 + b">",
        b"%PDF-1.7" + b" " * 1_000_000,
    ],
)
def test_rubbish_and_traps_are_not_ours_and_take_no_time(content):
    start = time.process_time()

    found = signing.check(content)

    took = time.process_time() - start
    assert found == checking.NOT_OURS
    assert took < 1


def test_a_database_that_fails_is_no_verdict(known):
    def fail(*args):
        raise OperationalError

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        signing.check(known)


def test_a_certificate_before_its_signature_is_not_ours(db):
    assert signing.check(PRINTED) == checking.NOT_OURS


def test_no_part_of_the_key_is_in_the_file():
    key = key_of("rsa-3072")
    secret = keys.pem(key.private).splitlines()[1]

    content = signed(key)

    assert secret not in content
    assert key.certificate.public_bytes(Encoding.DER).hex().upper().encode() in content
