"""Making the PDF: its bytes and its one mail, tries that fail or are killed (F2, H3, H4)."""

import hashlib
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader

from cec import work
from cec.models import Attachment, OutgoingMail
from certificates import facts, issuing, making, signing, waiting
from certificates.models import Certificate, Document
from certificates.models.certificate import MOST_TRIES, RETRY_AFTER
from certificates.printing import pdf
from tests import factories
from tests.certificates import records

pytestmark = pytest.mark.django_db


class TestMakingTheDocument:
    def test_keeps_bytes_and_hash_and_sends_them_once(self):
        certificate = records.issued()

        made = making.make_document(certificate.pk)

        document = Document.objects.get(certificate=certificate)
        content = bytes(document.pdf)
        mail = OutgoingMail.objects.get(kind="certificate_issued")
        attached = Attachment.objects.get(mail=mail)
        assert made
        assert content.startswith(b"%PDF-")
        assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert mail.person == certificate.registration.person
        assert bytes(attached.content) == content
        assert attached.name == f"{certificate.serial}.pdf"

    def test_a_second_run_changes_nothing(self):
        certificate = records.issued()
        making.make_document(certificate.pk)
        before = Document.objects.get().sha256

        again = making.make_document(certificate.pk)

        assert not again
        assert Document.objects.get().sha256 == before
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_the_mail_goes_out_with_the_document_and_not_before(self):
        records.issued()

        assert not OutgoingMail.objects.filter(kind="certificate_issued").exists()

    @pytest.mark.parametrize(
        ("table", "only"),
        [("cec_outgoingmail", "kind <> 'certificate_issued'"), ("certificates_document", "false")],
    )
    def test_bytes_badge_and_mail_come_together_or_not_at_all(self, table, only):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT closed CHECK ({only}) NOT VALID")
        certificate = records.written()

        made = making.make_document(certificate.pk)

        certificate.refresh_from_db()
        assert not made
        assert "closed" in certificate.error
        assert not Document.objects.exists()
        assert not OutgoingMail.objects.filter(kind="certificate_issued").exists()

    def test_the_sweep_makes_what_no_message_came_for(self):
        first, second = records.issued(), records.issued()

        made = making.make_waiting()

        assert made == 2
        assert {row.certificate_id for row in Document.objects.all()} == {first.pk, second.pk}
        assert making.make_waiting() == 0

    def test_a_sweep_leaves_what_it_has_no_time_for_to_the_next_one(self, monkeypatch):
        monkeypatch.setattr(work, "TURN_SECONDS", 0)
        certificates = [records.issued(), records.issued()]

        made = [making.make_waiting() for _sweep in range(3)]

        assert made == [1, 1, 0]
        assert Document.objects.filter(certificate__in=certificates).count() == 2
        assert not Certificate.objects.exclude(error="").exists()

    def test_a_failed_one_shows_its_error_and_lets_the_others_go_on(self):
        broken, sound = records.written(name="李"), records.issued()

        made = making.make_waiting()

        broken.refresh_from_db()
        assert made == 1
        assert Document.objects.get().certificate == sound
        assert "UncoveredCharacters" in broken.error
        assert broken.tries == 1
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_a_failed_one_is_tried_again_after_a_while_and_five_times_at_most(self):
        broken = records.written(name="李")

        for _ in range(MOST_TRIES + 3):
            making.make_waiting()
            making.make_waiting()
            Certificate.objects.update(tried_at=timezone.now() - RETRY_AFTER)

        broken.refresh_from_db()
        assert broken.tries == MOST_TRIES
        assert not Document.objects.exists()

    def test_a_try_that_was_killed_is_taken_up_again(self):
        certificate = records.issued()
        Certificate.objects.update(tries=1, tried_at=timezone.now())

        at_once = making.make_waiting()
        Certificate.objects.update(tried_at=timezone.now() - RETRY_AFTER)
        later = making.make_waiting()

        assert (at_once, later) == (0, 1)
        assert Document.objects.get().certificate == certificate

    def test_the_button_tries_again_after_the_last_try(self):
        certificate = records.issued()
        Certificate.objects.update(
            tries=MOST_TRIES, tried_at=timezone.now(), error="It was too dark."
        )

        before = making.make_waiting()
        issuing.try_again(certificate, by=factories.administrator())
        after = making.make_waiting()

        certificate.refresh_from_db()
        assert (before, after) == (0, 1)
        assert certificate.error == ""

    def test_the_button_is_for_administrators(self):
        certificate = records.issued()

        with pytest.raises(PermissionDenied):
            issuing.try_again(certificate, by=factories.steering())

    def test_the_name_on_the_paper_is_the_one_of_the_day_of_issue(self):
        certificate = records.issued(factories.person("Nadia Kowalchuk"))
        certificate.registration.person.name = "Nadia Somebody"
        certificate.registration.person.save()
        making.make_document(certificate.pk)

        assert certificate.facts["name"] == "Nadia Kowalchuk"
        expected = pdf.render(facts.thawed(Certificate.objects.get().facts))
        assert bytes(Document.objects.get().pdf).startswith(expected)

    def test_the_document_says_which_certificate_signed_it(self):
        certificate = records.issued()

        making.make_document(certificate.pk)

        document = Document.objects.get()
        found = signing.check(bytes(document.pdf))
        assert found.ours
        assert found.intact
        assert found.fingerprint == document.signed_with.fingerprint
        (signature,) = PdfFileReader(BytesIO(bytes(document.pdf))).embedded_signatures
        assert signature.sig_object["/Reason"] == f"Certificate / Certificat {certificate.serial}"

    def test_without_a_key_it_waits_and_shows_why(self, settings, tmp_path):
        certificate = records.issued()
        settings.SIGNING_KEY_FILE = str(tmp_path / "nowhere")

        made = making.make_document(certificate.pk)

        certificate.refresh_from_db()
        assert not made
        assert "SIGNING_KEY_FILE can't be read" in certificate.error
        assert not Document.objects.exists()

    def test_it_is_made_when_the_key_is_back_however_long_that_takes(self, settings, tmp_path):
        certificate = records.issued()
        settings.SIGNING_KEY_FILE, kept = str(tmp_path / "nowhere"), settings.SIGNING_KEY_FILE
        for _ in range(MOST_TRIES + 2):
            making.make_waiting()
            Certificate.objects.update(tried_at=timezone.now() - RETRY_AFTER)
        settings.SIGNING_KEY_FILE = kept

        made = making.make_waiting()

        certificate.refresh_from_db()
        assert made == 1
        assert certificate.error == ""

    def test_one_that_waits_for_a_key_is_among_those_that_could_not_be_made(
        self, settings, tmp_path
    ):
        certificate = records.issued()
        settings.SIGNING_KEY_FILE = str(tmp_path / "nowhere")

        making.make_document(certificate.pk)

        counts = waiting.progress(Certificate.objects.all())
        assert (counts["failed"], counts["making"]) == (1, 0)

    def test_the_button_while_it_waits_for_a_key_breaks_nothing(
        self, settings, tmp_path, monkeypatch
    ):
        certificate = records.issued()

        def pressed():
            issuing.try_again(certificate, by=factories.administrator())
            raise signing.NoSigningKey("There is none.")

        monkeypatch.setattr(signing, "key_in_use", pressed)
        making.make_document(certificate.pk)

        certificate.refresh_from_db()
        assert (certificate.tries, certificate.error) == (0, "There is none.")
