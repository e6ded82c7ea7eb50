"""Revoking a certificate: once, with a reason, told to its holder; nothing is deleted."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from certificates import correcting, facts, issuing, making, signing, waiting
from certificates.models import Certificate, Document
from certificates.printing import pdf
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.races import at_once

pytestmark = pytest.mark.django_db

REASON = "Ten hours were somebody else’s.\nYour association has the papers."


def revoke(certificate, *, by=None, reason=REASON):
    correcting.revoke(certificate, by=by or factories.administrator(), reason=reason)


class TestRevoking:
    def test_keeps_the_day_and_the_reason_and_everything_else(self):
        certificate, administrator = records.issued(), factories.administrator()
        making.make_document(certificate.pk)

        revoke(certificate, by=administrator)

        revoked = Certificate.objects.get()
        event = certificate.registration.events.get(kind=Event.Kind.CERTIFICATE_REVOKED)
        certificate.registration.refresh_from_db()
        assert (revoked.state, revoked.revoked_on) == ("revoked", timezone.localdate())
        assert revoked.facts == certificate.facts
        assert (event.actor, event.reason) == (administrator, REASON)
        assert event.details == {"serial": certificate.serial}
        assert Document.objects.filter(certificate=certificate).exists()
        assert certificate.registration.status == "certified"

    def test_tells_the_holder_why_and_whom_to_write_to(self):
        certificate = records.issued()
        association = certificate.registration.association
        association.email = "office@mla.example.org"
        association.save()

        revoke(certificate)

        mail = OutgoingMail.objects.get(kind="certificate_revoked")
        assert mail.person == certificate.registration.person
        for line in (*REASON.splitlines(), "office@mla.example.org", certificate.serial):
            assert line in mail.text

    def test_wants_a_reason(self):
        certificate = records.issued()

        with pytest.raises(Refused) as refused:
            revoke(certificate, reason=" \n ")

        certificate.refresh_from_db()
        assert refused.value.problems[0].code == "no_reason"
        assert certificate.state == "valid"
        assert not OutgoingMail.objects.filter(kind="certificate_revoked").exists()

    def test_is_the_administrators_alone_and_never_their_own(self):
        administrator = factories.administrator()
        own, other = records.issued(administrator), records.issued()

        for certificate, who in (
            (own, administrator),
            (other, factories.steering()),
            (other, factories.representative()),
            (other, other.registration.person),
        ):
            with pytest.raises(PermissionDenied):
                revoke(certificate, by=who)

        assert not Certificate.objects.exclude(state="valid").exists()

    def test_a_second_time_says_who_was_first(self):
        certificate, administrator = records.issued(), factories.administrator()
        revoke(certificate, by=administrator)

        with pytest.raises(Refused) as refused:
            revoke(certificate)

        assert "Administrator was here first" in str(refused.value)
        assert OutgoingMail.objects.filter(kind="certificate_revoked").count() == 1

    def test_one_that_was_replaced_is_not_revoked(self):
        first = records.issued()
        second = correcting.correct(
            first, by=factories.administrator(), name="Nadia Nowak", reason="A new name."
        )

        with pytest.raises(Refused):
            revoke(first)

        first.refresh_from_db()
        assert (first.state, second.state) == ("replaced", "valid")

    def test_one_whose_pdf_was_not_made_yet_gets_none(self):
        certificate = records.issued()

        revoke(certificate)
        made = making.make_waiting()

        assert made == 0
        assert not Document.objects.exists()
        assert not OutgoingMail.objects.filter(kind="certificate_issued").exists()
        assert waiting.progress(Certificate.objects.all())["making"] == 0

    def test_one_whose_pdf_is_being_made_gets_none_either(self):
        certificate = records.issued()
        content = pdf.render(facts.thawed(certificate.facts))
        revoke(certificate)

        stored = making._store(certificate, content, signing.key_in_use())

        assert not stored
        assert not Document.objects.exists()

    def test_the_button_does_not_bring_a_revoked_one_back_to_the_press(self):
        certificate = records.issued()
        revoke(certificate)

        issuing.try_again(certificate, by=factories.administrator())

        assert making.make_waiting() == 0


class TestAfterAMistake:
    def test_a_new_edition_may_say_the_same_and_the_revoked_one_stays_revoked(self):
        certificate, administrator = records.issued(), factories.administrator()
        revoke(certificate)
        certificate.refresh_from_db()

        edition = correcting.correct(
            certificate, by=administrator, name=certificate.holder, reason="Revoked by mistake."
        )

        certificate.refresh_from_db()
        assert (certificate.state, edition.state, edition.edition) == ("revoked", "valid", 2)
        assert edition.replaces == certificate

    def test_it_needs_a_reason(self):
        certificate, administrator = records.issued(), factories.administrator()
        revoke(certificate)
        certificate.refresh_from_db()

        with pytest.raises(Refused):
            correcting.correct(certificate, by=administrator, name=certificate.holder, reason="")

        assert Certificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twelve_revocations_at_once_are_one():
    certificate = records.issued()
    administrators = [factories.administrator(), factories.administrator()]

    answers = at_once(
        [lambda by=administrators[number % 2]: revoke(certificate, by=by) for number in range(12)]
    )

    assert answers.count(None) == 1
    assert Event.objects.filter(kind=Event.Kind.CERTIFICATE_REVOKED).count() == 1
    assert OutgoingMail.objects.filter(kind="certificate_revoked").count() == 1
