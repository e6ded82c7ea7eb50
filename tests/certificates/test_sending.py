"""Sending a certificate once more, while others work on it."""

from threading import Event
from uuid import uuid4

import pytest

from cec.models import OutgoingMail
from certificates import correcting, making, sending
from certificates.models import Certificate
from certificates.public import sharing
from tests import factories
from tests.certificates import records
from tests.races import at_once, wait_for_a_lock


def mail_of_the_next_edition(certificate, name):
    correcting.correct(certificate, by=factories.administrator(), name=name, reason="It was wrong.")
    making.make_waiting()
    return OutgoingMail.objects.get(kind="certificate_corrected").text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "leads", "told"),
    [("Nadia Roy", True, True), ("Nadia Roy", False, False), (None, True, False)],
)
def test_whoever_has_another_name_is_told_how_to_keep_the_former_apart(name, leads, told):
    certificate = records.issued()
    holder = certificate.registration.person
    sharing.choose(certificate.registration, by=holder, newest_edition=leads)
    if name is None:
        correcting.revoke(certificate, by=factories.administrator(), reason="By mistake.")
        certificate.refresh_from_db()

    text = mail_of_the_next_edition(certificate, name or certificate.holder)

    assert ("keep them apart" in " ".join(text.split())) == told


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
