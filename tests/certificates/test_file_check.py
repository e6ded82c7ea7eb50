"""Whether a PDF is the very file that was issued, asked by strangers (F6)."""

import logging
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import making
from certificates.models import Certificate, Document
from certificates.public import limits
from tests import factories
from tests.cec.hostile_files import pdf, raw_pdf
from tests.certificates import records
from tests.certificates.editions import next_one, replace, revoke
from tests.certificates.pages import link

pytestmark = pytest.mark.django_db

SAME = "the very file that we issued: not a byte"
NOT_OURS = "isn’t a certificate as we issued it"
CHANGED = "We signed this file, and it was changed since"


@pytest.fixture
def certificate():
    row = records.issued(factories.person("Nadia Kowalchuk"))
    making.make_document(row.pk)
    return row


def bytes_of(certificate: Certificate) -> bytes:
    return bytes(Document.objects.get(certificate=certificate).pdf)


def send(client: Client, content: bytes, name: str = "certificate.pdf", **headers):
    upload = SimpleUploadedFile(name, content)
    return client.post(reverse("verify_file"), {"file": upload}, headers=headers)


def test_the_page_is_a_part_of_the_check_in_the_navigation(client):
    text = client.get(reverse("verify_file")).text

    assert f'href="{reverse("verify")}" aria-current="page"' in text


class TestTheVeryFile:
    def test_is_known_and_its_certificate_is_shown(self, client, certificate):
        response = send(client, bytes_of(certificate))

        assert response.status_code == 200
        for shown in (SAME, "This certificate is valid", "Nadia Kowalchuk", certificate.serial):
            assert shown in response.text

    def test_is_known_by_its_bytes_and_not_by_its_name(self, client, certificate):
        assert SAME in send(client, bytes_of(certificate), "../<b>holiday</b>.jpg").text
        assert SAME not in send(client, pdf(), certificate.file_name).text

    def test_says_that_it_was_revoked(self, client, certificate):
        revoke(certificate)

        text = send(client, bytes_of(certificate)).text

        assert SAME in text
        assert "This certificate was revoked on" in text
        assert "This certificate is valid" not in text

    def test_says_that_it_was_replaced_and_leads_on(self, client, certificate):
        replace(certificate)
        newest = next_one(certificate)

        text = send(client, bytes_of(certificate)).text

        assert SAME in text
        assert "This certificate was replaced on" in text
        assert link(newest) in text

    def test_is_found_by_an_index(self, certificate):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN SELECT certificate_id FROM certificates_document WHERE sha256 = 'x'"
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "document_by_hash" in plan


class TestAnotherFile:
    @pytest.mark.parametrize("place", [0.1, 0.5, 0.7])
    def test_one_changed_byte_is_enough(self, client, certificate, place):
        content = bytearray(bytes_of(certificate))
        content[int(len(content) * place)] ^= 1

        response = send(client, bytes(content))

        assert response.status_code == 404
        assert CHANGED in response.text
        assert "Nadia" not in response.text
        assert certificate.serial not in response.text

    def test_so_is_one_more(self, client, certificate):
        text = send(client, bytes_of(certificate) + b"\n").text

        assert CHANGED in text
        assert NOT_OURS not in text
        assert "Nadia" not in text

    def test_one_whose_signature_was_cut_off_is_not_ours(self, client, certificate):
        content = bytes_of(certificate)

        for left in (content[:-1], content[: len(content) // 2]):
            text = send(client, left).text

            assert NOT_OURS in text
            assert CHANGED not in text

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "This file is empty"),
            (b"Dear reader", "isn’t a PDF"),
            (b"PK\x03\x04" + b"\0" * 500, "isn’t a PDF"),
            (b"\0%PDF-1.7", "isn’t a PDF"),
            (b"%PDF-1.7" + b"\0" * 1_000_000, "larger than 1 MB"),
        ],
    )
    def test_that_is_none_is_told_why(self, client, content, said):
        response = send(client, content)

        assert response.status_code == 422
        assert said in response.text
        assert "There is a problem" in response.text

    def test_that_is_missing_is_asked_for(self, client):
        response = client.post(reverse("verify_file"), {})

        assert response.status_code == 422
        assert "Choose the PDF of the certificate." in response.text

    @pytest.mark.parametrize(
        "hostile",
        [
            b"%PDF-",
            b"%PDF-1.7\n" + b"<<" * 400_000,
            b"%PDF-1.7\n" + b"1 0 obj [" * 100_000,
            raw_pdf("<< /Type /Catalog /Pages 1 0 R >>"),
            b"%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n"
            + zlib.compress(b"\0" * 300_000_000, 9)
            + b"\nendstream",
        ],
        ids=["head", "brackets", "arrays", "loop", "bomb"],
    )
    def test_made_to_break_a_reader_is_never_opened(self, client, hostile, monkeypatch):
        def opened(*_arguments, **_named):
            raise AssertionError("a stranger's PDF was parsed")

        monkeypatch.setattr("pypdf.PdfReader.__init__", opened)

        response = send(client, hostile)

        assert response.status_code == 404
        assert NOT_OURS in response.text


class TestTheForm:
    def test_is_reached_from_both_pages_that_check(self, client, certificate):
        for page in (reverse("verify"), link(certificate)):
            text = client.get(page, headers={"accept-language": "en"}).text
            assert 'href="/en/verify/file/"' in text

    def test_is_not_listed_not_stored_and_needs_no_sign_in(self, client, certificate):
        for response in (
            client.get(reverse("verify_file")),
            send(client, pdf()),
            send(client, bytes_of(certificate)),
        ):
            assert response["X-Robots-Tag"] == "noindex, nofollow"
            assert response["Cache-Control"] == "no-store"
            assert '<meta name="robots" content="noindex">' in response.text

    def test_wants_its_token_and_sets_no_other_cookie(self, certificate):
        strict = Client(enforce_csrf_checks=True)

        without = send(strict, bytes_of(certificate))
        page = strict.get(reverse("verify_file"))
        upload = SimpleUploadedFile("c.pdf", bytes_of(certificate))
        token = page.context["csrf_token"]
        verdict = strict.post(
            reverse("verify_file"), {"file": upload, "csrfmiddlewaretoken": str(token)}
        )

        assert without.status_code == 403
        assert list(page.cookies) == ["csrftoken"]
        assert SAME in verdict.text
        assert not verdict.cookies
        assert "sessionid" not in strict.cookies

    def test_no_other_page_of_the_check_sets_a_cookie(self, client, certificate):
        for page in (
            f"{reverse('verify')}?serial={certificate.serial}&name=Kowalchuk",
            reverse("verify"),
            link(certificate),
            "/v/nothing",
        ):
            assert not client.get(page).cookies

    def test_keeps_nothing_and_logs_only_that_it_was_asked(
        self, client, certificate, settings, caplog
    ):
        secret = b"%PDF-1.7 SECRET-4711"

        with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
            send(client, secret, "NAME-4711.pdf")

        writes = [row["sql"] for row in queries if row["sql"].startswith(("INSERT", "UPDATE"))]
        assert all('"cec_cache"' in sql for sql in writes)
        assert "4711" not in caplog.text
        assert "A file was checked: not known" in caplog.text
        assert not [path for path in settings.MEDIA_ROOT.rglob("*") if "4711" in path.name]

    def test_may_be_sent_ten_times_a_minute_whatever_else_is_checked(self, client, certificate):
        answers = [send(client, pdf()).status_code for _ in range(limits.FILES)]

        assert set(answers) == {404}
        assert send(client, bytes_of(certificate)).status_code == 429
        assert client.get(link(certificate)).status_code == 200
        assert client.get(reverse("verify_file")).status_code == 200
        assert send(Client(REMOTE_ADDR="203.0.113.7"), pdf()).status_code == 404
