"""Proofs of membership: sent by their person, seen by whoever checks, by nobody else."""

import logging
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cec import limits
from cec.files import store
from cec.models import StoredFile
from cec.problems import Refused
from registrations import membership, proofs, queue, timeline
from registrations.models import Appointment, MembershipProof, Registration
from tests import factories as make
from tests.cec.hostile_files import GOOD, HOSTILE, picture, upload
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def representative():
    return make.representative("MLA")


@pytest.fixture
def asked(representative):
    """Somebody who was asked for proof."""
    row = make.registration(status="submitted", paid=True)
    ask(row, representative)
    return row


def ask(row, by, outcome="proof", **fields):
    return membership.record_check(row, by=by, outcome=outcome, **fields)


def send(client, row, name="card.pdf", content=None):
    client.force_login(row.person)
    file = SimpleUploadedFile(name, GOOD["card.pdf"] if content is None else content)
    return client.post(reverse("proof_upload", args=[row.pk]), {"file": file}, follow=True)


def stored(media):
    return [path for path in media.rglob("*") if path.is_file()]


def link(proof):
    return reverse("proof_file", args=[proof.registration_id, proof.pk])


class TestUpload:
    def test_a_file_is_kept_and_stands_in_the_history(self, client, asked, media):
        answer = send(client, asked, "Ma carte.pdf")

        proof = MembershipProof.objects.get()
        event = asked.events.last()
        assert "Your file has arrived." in answer.text
        assert proof.file.name == "Ma carte.pdf"
        assert proof.answers == asked.membership_check()
        assert stored(media) == [store.path_of(proof.file)]
        assert (event.kind, event.actor) == ("proof_sent", asked.person)
        assert event.details == {"kind": "pdf", "bytes": proof.file.size}
        assert "Your proof has arrived" in " ".join(s.text for s in timeline.steps(asked))

    @pytest.mark.parametrize("outcome", ["proof", "lapsed"])
    @pytest.mark.parametrize("status", ["submitted", "active"])
    def test_who_is_asked_or_not_in_good_standing_finds_the_form(
        self, client, representative, status, outcome
    ):
        row = make.registration(status=status)
        ask(row, representative, outcome, note="A receipt is enough.")
        client.force_login(row.person)

        page = client.get(reverse("registration_status", args=[row.pk])).text

        assert reverse("proof_upload", args=[row.pk]) in page
        assert "A receipt is enough." in page
        assert 'enctype="multipart/form-data"' in page

    @pytest.mark.parametrize("outcome", [None, "confirmed", "taken back"])
    def test_nobody_else_does(self, client, representative, outcome):
        row = make.registration(status="submitted")
        if outcome == "confirmed":
            make.confirm(row, until=timezone.localdate())
        elif outcome == "taken back":
            membership.take_back(ask(row, representative), by=representative)

        answer = send(client, row)

        assert answer.status_code == 409
        assert "Nobody waits for a proof any more." in answer.text
        assert reverse("proof_upload", args=[row.pk]) not in answer.text
        assert not MembershipProof.objects.exists()

    def test_it_stands_first_on_the_page_until_a_file_has_come(self, client, asked):
        client.force_login(asked.person)
        url = reverse("registration_status", args=[asked.pk])

        before = client.get(url).text
        send(client, asked)
        after = client.get(url).text

        assert before.index('id="proof"') < before.index('id="steps"')
        assert after.index('id="steps"') < after.index('id="proof"')

    @pytest.mark.parametrize("status", ["declined", "withdrawn"])
    def test_a_closed_registration_takes_none(self, client, asked, status):
        Registration.objects.filter(pk=asked.pk).update(status=status)

        assert send(client, asked).status_code == 409
        assert not MembershipProof.objects.exists()

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("card.pdf.exe", "Choose a PDF, a JPEG or a PNG file."),
            ("empty.pdf", "This file is empty."),
            ("jpeg as.png", "This isn’t a PNG file"),
            ("password.pdf", "This PDF has a password."),
            ("half.jpg", "it seems damaged"),
        ],
    )
    def test_a_hostile_file_is_refused_by_its_field_and_nothing_is_kept(
        self, client, asked, media, name, why
    ):
        answer = send(client, asked, name, HOSTILE[name])

        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert why in answer.text
        assert stored(media) == []
        assert not MembershipProof.objects.exists()
        assert not StoredFile.objects.exists()

    def test_without_a_file_it_asks_for_one(self, client, asked):
        client.force_login(asked.person)

        answer = client.post(reverse("proof_upload", args=[asked.pk]))

        assert answer.status_code == 422
        assert "Choose the file that shows your membership." in answer.text

    def test_more_than_10_mb_is_refused(self, client, asked, media):
        answer = send(client, asked, content=GOOD["card.pdf"] + b"\n" * (13 * 1024 * 1024))

        assert answer.status_code == 422
        assert "larger than 10 MB" in answer.text
        assert stored(media) == []

    def test_the_same_file_twice_is_one(self, client, asked, media):
        for _click in range(2):
            answer = send(client, asked)

        assert answer.status_code == 200
        assert MembershipProof.objects.count() == len(stored(media)) == 1

    def test_five_files_are_enough_and_a_sixth_is_refused(self, client, asked):
        for width in range(1, 6):
            send(client, asked, "card.png", picture("PNG", size=(width, 9)))
        page = client.get(reverse("registration_status", args=[asked.pk])).text

        answer = send(client, asked, "card.png", picture("PNG", size=(7, 9)))

        assert "multipart" not in page
        assert answer.status_code == 422
        assert "5 files" in answer.text
        assert MembershipProof.objects.count() == 5

    def test_asked_again_five_more_are_taken(self, asked, representative):
        for width in range(1, 6):
            self._upload(asked, width)
        ask(asked, representative)

        self._upload(asked, 9)

        assert MembershipProof.objects.count() == 6

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_do_not_pass_the_fifth(self, asked):
        for width in range(1, 5):
            self._upload(asked, width)

        answers = at_once([lambda w=width: self._upload(asked, w) for width in (20, 30, 40)])

        assert sum(isinstance(answer, Refused) for answer in answers) == 2
        assert MembershipProof.objects.count() == 5

    def test_thirty_an_hour_are_enough(self, client, asked, media):
        for _try in range(limits.UPLOADS):
            send(client, asked, "page.html", b"<html></html>")

        answer = send(client, asked)

        assert answer.status_code == 422
        assert "Try again in an hour" in answer.text
        assert stored(media) == []

    def test_a_folder_that_is_missing_is_said(self, client, asked, settings, tmp_path):
        (tmp_path / "gone").write_text("This is no folder.")
        settings.MEDIA_ROOT = tmp_path / "gone"

        answer = send(client, asked)

        assert answer.status_code == 422
        assert "We can’t keep files just now." in answer.text
        assert not MembershipProof.objects.exists()

    def test_nobody_sends_one_for_somebody_else(self, client, asked, representative):
        for who in (representative, make.registration().person, make.administrator()):
            client.force_login(who)
            file = SimpleUploadedFile("card.pdf", GOOD["card.pdf"])
            url = reverse("proof_upload", args=[asked.pk])
            assert client.post(url, {"file": file}).status_code == 404
        with pytest.raises(PermissionDenied):
            proofs.upload(asked, upload("card.pdf", GOOD["card.pdf"]), by=representative)
        assert not MembershipProof.objects.exists()

    def test_looking_changes_nothing(self, client, asked):
        client.force_login(asked.person)

        assert client.get(reverse("proof_upload", args=[asked.pk])).status_code == 405

    def test_no_log_says_what_the_file_is_called(self, client, asked, caplog):
        with caplog.at_level(logging.DEBUG, logger="cec"):
            send(client, asked, "Secret name.pdf", b"%PDF-1.7 secret")

        assert "upload_refused" in caplog.text
        assert "ecret" not in caplog.text

    @staticmethod
    def _upload(row, width):
        file = upload("card.png", picture("PNG", size=(width, 9)))
        return proofs.upload(row, file, by=row.person)


class TestDownload:
    @pytest.fixture
    def proof(self, asked):
        return proofs.upload(asked, upload("card.pdf", GOOD["card.pdf"]), by=asked.person)

    @pytest.mark.parametrize("who", ["sender", "representative", "steering"])
    def test_its_sender_and_who_checks_get_it(self, client, proof, representative, who):
        person = {
            "sender": proof.registration.person,
            "representative": representative,
            "steering": make.steering(),
        }[who]
        client.force_login(person)

        answer = client.get(link(proof))

        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == GOOD["card.pdf"]
        assert answer["Content-Disposition"] == 'attachment; filename="card.pdf"'
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        assert answer["Cache-Control"] == "no-store, private"

    @pytest.mark.parametrize("who", ["elsewhere", "administrator", "neighbour"])
    def test_for_others_it_is_not_there(self, client, proof, who):
        person = {
            "elsewhere": make.representative("OLA"),
            "administrator": make.administrator(),
            "neighbour": make.registration().person,
        }[who]
        client.force_login(person)

        assert client.get(link(proof)).status_code == 404

    def test_a_role_that_ended_opens_it_no_more(self, client, proof, representative):
        client.force_login(representative)
        yesterday = timezone.localdate() - timedelta(days=1)
        Appointment.objects.filter(person=representative).update(last_day=yesterday)

        assert client.get(link(proof)).status_code == 404

    def test_another_registration_s_address_does_not_lead_to_it(self, client, proof):
        client.force_login(make.steering())
        other = make.registration()

        assert client.get(reverse("proof_file", args=[other.pk, proof.pk])).status_code == 404

    def test_a_visitor_is_asked_to_sign_in(self, proof):
        assert Client().get(link(proof)).status_code == 302


class TestAtTheDesk:
    def test_it_waits_in_a_view_of_its_own_until_somebody_looks(self, asked, representative):
        def waits():
            view = queue.rows(representative).filter(queue.VIEWS["proof_received"][1])
            return list(view) == [asked]

        before = waits()
        proofs.upload(asked, upload("card.pdf", GOOD["card.pdf"]), by=asked.person)
        after = waits()
        ask(asked, representative, "confirmed", good_until=timezone.localdate())

        assert (before, after, waits()) == (False, True, False)
        assert asked.membership_check().source == "proof"

    def test_a_proof_of_an_earlier_time_is_no_news(self, asked, representative):
        proofs.upload(asked, upload("card.pdf", GOOD["card.pdf"]), by=asked.person)
        ask(asked, representative)

        assert not queue.rows(representative).filter(queue.VIEWS["proof_received"][1]).exists()

    def test_who_checks_finds_it_on_the_page_and_an_administrator_does_not(
        self, client, asked, representative
    ):
        proof = proofs.upload(asked, upload("card.pdf", GOOD["card.pdf"]), by=asked.person)
        pages = {}
        for who in (representative, make.administrator()):
            client.force_login(who)
            pages[who] = client.get(reverse("desk_registration", args=[asked.pk])).text

        shown, hidden = pages.values()
        assert link(proof) in shown
        assert link(proof) not in hidden
        assert "card.pdf" not in hidden

    def test_the_queue_says_so(self, client, asked, representative):
        proofs.upload(asked, upload("card.pdf", GOOD["card.pdf"]), by=asked.person)
        client.force_login(representative)

        page = client.get(reverse("queue") + "?view=proof_received").text

        assert asked.reference in page
        assert '<span class="pill warn">Proof received</span>' in page
