"""Sending a certificate once more, while others work on it."""

from threading import Event
from uuid import uuid4

import pytest

from cec.models import OutgoingMail
from certificates import correcting, making, sending
from certificates.models import Certificate, Sharing
from certificates.public import sharing
from tests import factories
from tests.certificates import records
from tests.races import at_once, wait_for_a_lock

NOTHING_SHARED = {"points": False, "transcript": False, "newest_edition": False, "badge": False}


def mail_of_the_next_edition(certificate, name):
    correcting.correct(certificate, by=factories.administrator(), name=name, reason="It was wrong.")
    making.make_waiting()
    return OutgoingMail.objects.get(kind="certificate_corrected").text


@pytest.mark.django_db
@pytest.mark.parametrize("leads", [True, False])
def test_another_name_is_kept_apart_from_the_former_and_the_holder_is_told(leads):
    certificate = records.issued()
    holder = certificate.registration.person
    sharing.choose(certificate.registration, by=holder, points=True, newest_edition=leads)

    text = mail_of_the_next_edition(certificate, "Nadia Roy")

    assert "Your two names are kept apart" in " ".join(text.split())
    kept = Sharing.objects.get(registration=certificate.registration)
    assert kept.chosen == {**NOTHING_SHARED, "points": True}
    noted = certificate.registration.events.filter(details__newest_edition=False)
    assert noted.count() == 1


@pytest.mark.django_db
def test_the_same_name_still_leads_to_the_newest_edition():
    certificate = records.issued()
    correcting.revoke(certificate, by=factories.administrator(), reason="By mistake.")
    certificate.refresh_from_db()

    text = mail_of_the_next_edition(certificate, certificate.holder)

    assert "kept apart" not in " ".join(text.split())
    assert Sharing.of(certificate.registration).newest_edition


@pytest.mark.django_db(transaction=True)
def test_a_revocation_waits_while_it_is_sent_again(monkeypatch):
    certificate, administrator = records.issued(), factories.administrator()
    making.make_document(certificate.pk)
    send, begun = sending.send, Event()

    def sends_slowly(*args, **how):
        begun.set()
        wait_for_a_lock()
        return send(*args, **how)

    def send_again():
        sending.send_again(certificate, by=administrator, form_key=uuid4())

    def revoke():
        begun.wait(timeout=20)
        correcting.revoke(certificate, by=administrator, reason="Not theirs.")

    monkeypatch.setattr(sending, "send", sends_slowly)

    answers = at_once([send_again, revoke])

    assert answers == [None, None]
    assert Certificate.objects.get().state == "revoked"
    assert OutgoingMail.objects.filter(key__startswith="certificate_issued:").count() == 2
