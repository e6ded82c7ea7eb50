"""Time stamps (PAdES B-T) by a server of our own, and what happens while there is none."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from asn1crypto import tsp
from django.db import connection
from django.utils import timezone
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates import issuing, making, signing
from certificates.bench import FACTS
from certificates.models import Certificate, Document
from certificates.models.certificate import RETRY_AFTER
from certificates.printing.pdf import render
from certificates.signing import timestamps
from tests import factories
from tests.certificates import keys, records
from tests.certificates.validators import complaints

AUTHORITY = keys.private("rsa-2048")
ITS_CERTIFICATE = keys.certified(AUTHORITY, "Time", stamps=True)


@pytest.fixture
def authority(settings, tmp_path, monkeypatch):
    """A time stamp server on this machine; yields a list of what it was asked.

    Its attribute `answer` may be set to bytes that it sends instead of a stamp.
    """
    stamper = DummyTimeStamper(
        translate_pyca_cryptography_cert_to_asn1(ITS_CERTIFICATE),
        translate_pyca_cryptography_key_to_asn1(AUTHORITY),
    )

    class Handler(BaseHTTPRequestHandler):
        asked: list[tsp.TimeStampReq] = []
        answer = None

        def do_POST(self):
            question = self.rfile.read(int(self.headers["Content-Length"]))
            self.asked.append(tsp.TimeStampReq.load(question))
            answer = self.answer or stamper.request_tsa_response(self.asked[-1]).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    Handler.asked = []
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    keys.use(settings, tmp_path)
    settings.TIMESTAMP_URL = f"http://127.0.0.1:{server.server_port}/"
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()
    timestamps._server.cache_clear()


def stamped():
    key = signing.key_in_use()
    return key, signing.sign(render(FACTS), key, reason="")


def test_a_stamp_is_in_the_signature_and_pyhanko_finds_it_valid(authority, tmp_path):
    key, content = stamped()

    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    roots = [
        translate_pyca_cryptography_cert_to_asn1(each)
        for each in (key.certificate, ITS_CERTIFICATE)
    ]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots))
    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert abs((timezone.now() - status.timestamp_validity.timestamp).total_seconds()) < 60
    assert complaints(content, tmp_path) == []
    assert len(content) <= 60_000


@pytest.mark.django_db
def test_our_check_takes_a_stamped_one_too(authority):
    key, content = stamped()
    signing.recorded(key)

    found = signing.check(content)

    assert found.intact


def test_the_server_is_given_a_hash_and_nothing_else(authority):
    stamped()

    for question in authority.asked:
        assert len(question["message_imprint"]["hashed_message"].native) == 32
        assert len(question.dump()) < 100


@pytest.mark.parametrize("answer", [b"", b"nonsense", b"\x30\x03\x02\x01\x05", b"0" * 100_000])
def test_an_answer_that_is_no_stamp_is_refused(authority, answer):
    authority.answer = answer or b"\x00"

    with pytest.raises(signing.NoTimestamp, match="gave no stamp"):
        stamped()


def test_a_stamp_for_something_else_is_refused(authority):
    stamper = DummyTimeStamper(
        translate_pyca_cryptography_cert_to_asn1(ITS_CERTIFICATE),
        translate_pyca_cryptography_key_to_asn1(AUTHORITY),
        include_nonce=False,
    )
    _, question = stamper.request_cms(b"\1" * 32, "sha256")
    authority.answer = stamper.request_tsa_response(question).dump()

    with pytest.raises(signing.NoTimestamp):
        stamped()


@pytest.mark.django_db
class TestWhileTheServerIsDown:
    def test_a_certificate_waits_without_losing_a_try_and_says_why(self, settings):
        settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
        certificate = records.issued()

        made = making.make_document(certificate.pk)

        certificate.refresh_from_db()
        assert not made
        assert certificate.tries == 0
        assert "time stamp server" in certificate.error
        assert not Document.objects.exists()

    def test_it_is_made_when_the_server_is_back_however_long_that_takes(self, authority, settings):
        url, settings.TIMESTAMP_URL = settings.TIMESTAMP_URL, "http://127.0.0.1:9/"
        certificate = records.issued()
        for _ in range(8):
            making.make_waiting()
            Certificate.objects.update(tried_at=timezone.now() - RETRY_AFTER)
        settings.TIMESTAMP_URL = url

        made = making.make_waiting()

        certificate.refresh_from_db()
        assert made == 1
        assert certificate.error == ""

    def test_it_is_asked_once_and_then_left_alone_for_a_minute(self, authority, monkeypatch):
        authority.answer = b"nonsense"
        for _ in range(5):
            making.make_document(records.issued().pk)
        before = len(authority.asked)

        authority.answer = None
        clock = timestamps.time.monotonic() + timestamps.PAUSE
        monkeypatch.setattr(timestamps.time, "monotonic", lambda: clock)
        made = making.make_document(records.issued().pk)

        assert before == 1
        assert made


@pytest.mark.django_db(transaction=True)
def test_a_try_that_was_taken_back_by_the_button_is_not_taken_back_twice(authority):
    certificate, administrator = records.issued(), factories.administrator()

    class Pressed(list):
        """Whatever is asked, somebody presses the button meanwhile."""

        def append(self, question):
            issuing.try_again(certificate, by=administrator)
            connection.close()

    authority.asked, authority.answer = Pressed(), b"nonsense"

    made = making.make_document(certificate.pk)

    certificate.refresh_from_db()
    assert not made
    assert certificate.tries == 0
    assert "time stamp server" in certificate.error
