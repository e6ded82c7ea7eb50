"""Erasing somebody while something of theirs is under way: one or the other, whole."""

import threading

import pytest
from django.db import transaction

from activities import importing, log
from activities.models import Activity, Import
from cec import delivery
from cec.models import FailingAddress, OutgoingMail
from cec.outcomes import Never
from cec.problems import Refused
from certificates import batches, making
from certificates.models import BatchItem, Certificate, Document
from certificates.printing import pdf
from registrations import erasing
from registrations.models import Erasure, Registration
from tests import factories
from tests.activities.imports import upload, workbook
from tests.certificates import records
from tests.certificates.batching import confirmed
from tests.certificates.crowding import traces_left
from tests.races import at_once, wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Quirina Zzyxwell"


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def erase(row: Registration, **choice) -> Erasure:
    return erasing.erase(row.person, by=None, reason="", **choice)


def look_again(row: Registration) -> None:
    """What the sweep does an hour later."""
    erase(row)


def while_held(row: Registration, deed) -> list[object]:
    """Do a deed with the registration locked, and let erasing come while it is held."""
    is_held = threading.Event()

    def hold():
        with transaction.atomic():
            log.require_open(row)
            is_held.set()
            wait_for_a_lock()
            return deed()

    def erase_then():
        is_held.wait(timeout=20)
        return erase(row)

    return at_once([hold, erase_then])


class TestAnEntry:
    def test_that_is_being_changed_is_saved_and_then_gone(self):
        row = factories.registration(factories.person(NAME))
        entry = factories.activity(row, title="zzmark")
        rate = entry.credits.get().rate
        entry.title = "zzmark changed"

        changed, erasure = while_held(row, lambda: log.change(row, entry, rate=rate, by=row.person))

        assert not isinstance(changed, Exception)
        assert isinstance(erasure, Erasure)
        assert "zzmark" not in Activity.objects.get().title


class TestAnImport:
    ROW = ["2025-05-01", "zzmark of a row", "", "PD-I", 1, ""]

    def looked_at(self, client):
        row = factories.registration(factories.person(NAME))
        client.force_login(row.person)
        return row, *upload(client, row, workbook(self.ROW))

    def test_that_is_being_saved_is_saved_and_then_gone(self, client):
        row, imported, seen = self.looked_at(client)

        saved, erasure = while_held(
            row, lambda: importing.save(row, imported, by=row.person, seen=seen)
        )

        assert not isinstance(saved, Exception)
        assert isinstance(erasure, Erasure)
        assert Activity.objects.count() == 1
        assert not Import.objects.exists()
        assert not traces_left()

    def test_that_comes_after_it_saves_nothing(self, client):
        row, imported, seen = self.looked_at(client)
        erase(row)

        with pytest.raises((Refused, Import.DoesNotExist)):
            importing.save(row, imported, by=row.person, seen=seen)

        assert not Activity.objects.exists()


class TestABatch:
    @pytest.mark.parametrize("_round", range(3))
    def test_issues_the_certificate_or_leaves_it(self, _round):
        row = records.accepted(factories.person(NAME))
        batch = confirmed(row, by=factories.administrator())

        issued, erasure = at_once([lambda: batches.issue_some(batch.pk), lambda: erase(row)])

        assert issued == 1
        assert isinstance(erasure, Erasure)
        row.refresh_from_db()
        item = BatchItem.objects.get()
        certified = Certificate.objects.filter(registration=row).exists()
        assert (row.status, item.state) == (
            ("certified", "issued") if certified else ("withdrawn", "failed")
        )
        assert NAME not in item.name + item.why

    def test_that_holds_the_certificate_issues_it_first(self, monkeypatch):
        row = records.accepted(factories.person(NAME))
        batch = confirmed(row, by=factories.administrator())
        is_held, issue = threading.Event(), batches.issuing.issue

        def slowly(registration, *, by):
            is_held.set()
            wait_for_a_lock()
            return issue(registration, by=by)

        monkeypatch.setattr(batches.issuing, "issue", slowly)
        issued, erasure = at_once(
            [lambda: batches.issue_some(batch.pk), lambda: is_held.wait(20) and erase(row)]
        )

        assert issued == 1
        assert isinstance(erasure, Erasure)
        assert Certificate.objects.get().holder == NAME  # as the paper has it
        assert BatchItem.objects.get().state == "issued"
        assert BatchItem.objects.get().name == "—"

    def test_prints_no_name_that_went_while_the_paper_was_made(self, monkeypatch):
        certificate = records.issued(factories.person(NAME))
        render = pdf.render

        def and_meanwhile(paper):
            printed = render(paper)
            erase(certificate.registration, certificates_too=True)
            return printed

        monkeypatch.setattr(pdf, "render", and_meanwhile)
        making.make_document(certificate.pk)
        look_again(certificate.registration)

        assert not Document.objects.exclude(pdf=b"").exists()
        assert not OutgoingMail.objects.filter(person=certificate.registration.person).exists()
        assert not traces_left()


class TestAMail:
    @pytest.fixture
    def letter(self):
        row = factories.registration(factories.person(NAME))
        return factories.failed_mail(
            person=row.person, to=row.person.email, state="queued", attempts=0, about=row
        )

    def sent_while_erasing(self, letter, monkeypatch, outcome):
        def hand_over(mail):
            erase(letter.person.registrations.get())
            return outcome()

        monkeypatch.setattr(delivery, "has_carrier", lambda: True)
        monkeypatch.setattr(delivery, "_hand_over", hand_over)
        return delivery.deliver(letter.pk)

    def test_that_is_being_sent_does_not_come_back(self, letter, monkeypatch):
        assert self.sent_while_erasing(letter, monkeypatch, lambda: "")

        assert not OutgoingMail.objects.exists()

    def test_that_is_being_refused_stops_nobodys_and_notes_no_address(self, letter, monkeypatch):
        def refuse():
            raise Never("550 no such mailbox", answer=OutgoingMail.Answer.RETURNED)

        assert not self.sent_while_erasing(letter, monkeypatch, refuse)

        assert not OutgoingMail.objects.exists()
        assert not FailingAddress.objects.exists()
