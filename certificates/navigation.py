"""The certificate in the participant's navigation; reviews and issuing on the desk."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cec import navigation
from certificates import waiting
from registrations.models.committee import roles_of
from registrations.navigation import current_registration, queue_waits
from registrations.permissions import may

ISSUED = frozenset({"issued", "desk_certificate", "certificate_correct", "certificate_revoke"})


@navigation.main
def main(request: HttpRequest) -> Iterable[navigation.Item]:
    """The check for visitors; a certificate for participants, or a statement instead."""
    if not request.user.is_authenticated:
        names = frozenset({"verify", "verify_id", "verify_file"})
        yield navigation.Item(_("Verify a certificate"), reverse("verify"), names, position=30)
        return
    registration = current_registration(request)
    if registration is None or not registration.has_record:
        return
    if registration.ends_on is not None and registration.has_total:
        yield navigation.Item(
            _("Certificate"),
            reverse("certificate", args=[registration.pk]),
            frozenset({"certificate", "turn_in", "correction_ask"}),
            position=40,
        )
    else:
        yield navigation.Item(
            _("Statement"),
            reverse("statement", args=[registration.pk]),
            frozenset({"statement"}),
            position=40,
        )


@navigation.desk
def desk(request: HttpRequest) -> Iterable[tuple[str, navigation.Item]]:
    """What waits for this person, with counts, and what the committee has to look at."""
    if not roles_of(request.user).is_staff:
        return
    for item in _waiting(request):
        yield _("Waiting for you"), item
    for item in _committee(request):
        yield _("Committee"), item


def _waiting(request: HttpRequest) -> Iterable[navigation.Item]:
    yield navigation.Item(
        _("Final reviews"),
        reverse("reviews"),
        frozenset({"reviews", "review", "review_accept", "review_return"}),
        count=queue_waits(request).reviews,
        position=30,
    )
    yield navigation.Item(
        _("Near the end"), reverse("near_end"), frozenset({"near_end"}), position=35
    )
    if may(request.user, "issue_certificate"):
        waits = waiting.office_waits(request.user)
        yield navigation.Item(
            _("Certificates"),
            reverse("issuing"),
            frozenset({"issuing", "issue", "batches", "batch", *ISSUED}),
            count=waits.to_issue,
            position=40,
        )
        yield navigation.Item(
            _("Correction requests"),
            reverse("corrections"),
            frozenset({"corrections", "correction"}),
            count=waits.corrections,
            position=45,
        )


def _committee(request: HttpRequest) -> Iterable[navigation.Item]:
    address = reverse("figures")
    yield navigation.Item(_("Figures"), address, within=address, position=5)
    if may(request.user, "see_certificate_texts"):
        texts = reverse("wordings")
        yield navigation.Item(_("Texts and signatories"), texts, within=texts, position=42)
    yield navigation.Item(
        _("Audits"),
        reverse("audits"),
        frozenset({"audits", "audit", "audit_draw", "audited", "audit_choose"}),
        position=50,
    )
    if not may(request.user, "issue_certificate"):
        yield navigation.Item(_("Certificates"), reverse("issued"), ISSUED, position=60)
