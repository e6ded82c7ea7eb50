"""Which key signs: its file, its passphrase, what is wrong with it in one line, and its record."""

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates import signing
from certificates.models import SigningCertificate
from certificates.signing import key as keys_of
from tests.certificates import keys

SECRET = "correct horse battery"


@pytest.fixture
def put(settings, tmp_path):
    """Write files and name them in the settings."""

    def write(key, certificate=None, passphrase=""):
        (tmp_path / "key").write_bytes(key)
        settings.SIGNING_KEY_FILE = str(tmp_path / "key")
        settings.SIGNING_KEY_PASSPHRASE = passphrase
        if certificate is not None:
            (tmp_path / "certificate").write_bytes(certificate)
            settings.SIGNING_CERTIFICATE_FILE = str(tmp_path / "certificate")

    return write


@pytest.mark.parametrize("passphrase", ["", SECRET])
@pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])
def test_a_key_is_read_from_every_kind_of_file(put, kind, passphrase):
    private = keys.private(kind)
    own = keys.certified(private)
    plain, secret = own.public_bytes(Encoding.PEM), passphrase.encode()

    found = []
    for key, certificate in (
        (keys.pem(private, secret), plain),
        (keys.pem(private, secret) + plain, None),
        (keys.p12(private, own, secret), None),
    ):
        put(key, certificate, passphrase)
        found.append(signing.key_in_use())
        keys_of._load.cache_clear()

    assert [each.certificate for each in found] == [own] * 3
    assert {each.private.public_key() == private.public_key() for each in found} == {True}


def test_those_who_vouch_for_the_certificate_come_along_in_any_order(put):
    private, other = keys.private("p-256"), keys.private("p-384")
    own, above = keys.certified(private), keys.certified(other, "An authority")

    put(keys.pem(private), above.public_bytes(Encoding.PEM) + own.public_bytes(Encoding.PEM))

    assert signing.key_in_use().certificate == own
    assert signing.key_in_use().chain == (above,)


def test_the_key_is_read_once_a_process(put, tmp_path):
    private = keys.private("p-256")
    put(keys.pem(private) + keys.certified(private).public_bytes(Encoding.PEM))
    first = signing.key_in_use()

    (tmp_path / "key").unlink()

    assert signing.key_in_use() is first


@pytest.mark.parametrize(
    ("key", "certificate", "passphrase", "line"),
    [
        (
            lambda: keys.pem(keys.private("p-256"), b"another"),
            None,
            SECRET,
            "SIGNING_KEY_FILE can't be opened with SIGNING_KEY_PASSPHRASE; "
            "it must be PEM or PKCS#12.",
        ),
        (
            lambda: keys.pem(keys.private("p-256"), b"another"),
            None,
            "",
            "SIGNING_KEY_FILE can't be opened without SIGNING_KEY_PASSPHRASE; "
            "it must be PEM or PKCS#12.",
        ),
        (
            lambda: keys.p12(
                keys.private("p-256"), keys.certified(keys.private("p-256")), b"another"
            ),
            None,
            SECRET,
            "SIGNING_KEY_FILE can't be opened with SIGNING_KEY_PASSPHRASE; "
            "it must be PEM or PKCS#12.",
        ),
        (
            lambda: b"nonsense",
            None,
            "",
            "SIGNING_KEY_FILE can't be opened without SIGNING_KEY_PASSPHRASE; "
            "it must be PEM or PKCS#12.",
        ),
        (
            lambda: keys.pem(keys.private("p-256")),
            None,
            "",
            "Set SIGNING_CERTIFICATE_FILE: SIGNING_KEY_FILE has no certificate.",
        ),
        (
            lambda: keys.pem(keys.private("p-256")),
            lambda: keys.certified(keys.private("p-384")).public_bytes(Encoding.PEM),
            "",
            "The certificate doesn't belong to the key in SIGNING_KEY_FILE.",
        ),
        (
            lambda: keys.pem(keys.private("p-256")),
            lambda: b"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
            "",
            "The signing certificate can't be read; it must be PEM.",
        ),
        (
            lambda: keys.pem(keys.private("p-256")),
            lambda: keys.certified(keys.private("p-256"), use=(False, False)).public_bytes(
                Encoding.PEM
            ),
            "",
            "The signing certificate isn't meant for signatures (its key usage).",
        ),
        *(
            (
                lambda kind=kind: keys.pem(keys.private(kind)),
                None,
                "",
                "The key in SIGNING_KEY_FILE must be RSA of 2048 bits or more, P-256 or P-384.",
            )
            for kind in ("ed25519", "rsa-1024")
        ),
    ],
)
def test_what_is_wrong_is_one_line_without_the_secret(
    put, caplog, key, certificate, passphrase, line
):
    put(key(), certificate and certificate(), passphrase)

    with caplog.at_level(logging.DEBUG), pytest.raises(signing.NoSigningKey) as refused:
        signing.key_in_use()

    assert str(refused.value) == line
    assert SECRET not in caplog.text


def test_a_file_that_is_not_there_is_named_by_its_setting(settings, tmp_path):
    settings.SIGNING_KEY_FILE = str(tmp_path / "nowhere")

    with pytest.raises(signing.NoSigningKey) as refused:
        signing.key_in_use()

    assert str(refused.value) == "SIGNING_KEY_FILE can't be read: No such file or directory."


def test_a_key_shows_nothing_of_itself(put):
    private = keys.private("p-256")
    put(keys.pem(private) + keys.certified(private).public_bytes(Encoding.PEM))

    shown = repr(signing.key_in_use())

    assert "private" not in shown


def test_a_certificate_that_ended_signs_nothing_more(settings, tmp_path):
    keys.use(settings, tmp_path, ends=timezone.now() - timedelta(days=1))

    with pytest.raises(signing.NoSigningKey, match="is valid from"):
        signing.sign(b"%PDF-1.7", signing.key_in_use(), reason="")


def test_development_makes_itself_one_pair_however_many_processes_start(settings, tmp_path):
    settings.VAR = tmp_path / "var"

    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(keys_of._development_pair, [settings.VAR] * 24))
    first = keys_of._development_pair(settings.VAR).read_bytes()

    (path,) = paths
    assert [each.name for each in settings.VAR.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys_of._development_pair(settings.VAR).read_bytes() == first
    assert "worth nothing" in signing.key_in_use().certificate.subject.rfc4514_string()


@pytest.mark.django_db
def test_a_certificate_is_recorded_once_when_it_first_signs(settings, tmp_path):
    keys.use(settings, tmp_path)
    key = signing.key_in_use()

    first, again = signing.recorded(key), signing.recorded(key)

    assert first == again
    assert SigningCertificate.objects.count() == 1
    assert first.subject == "CN=The Partnership"
    assert bytes(first.der) == key.certificate.public_bytes(Encoding.DER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed",
    [
        lambda row: SigningCertificate.objects.filter(pk=row.pk).update(subject="CN=Nobody"),
        lambda row: row.delete(),
    ],
)
def test_a_record_stays_as_it_is(settings, tmp_path, deed):
    keys.use(settings, tmp_path)
    row = signing.recorded(signing.key_in_use())

    with pytest.raises(IntegrityError), transaction.atomic():
        deed(row)
