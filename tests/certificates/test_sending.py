"""Sending a certificate once more, while others work on it."""

from threading import Event
from uuid import uuid4

import pytest

from cec.models import OutgoingMail
from certificates import correcting, making, sending
from certificates.models import Certificate
from tests import factories
from tests.certificates import records
from tests.races import at_once, wait_for_a_lock


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
