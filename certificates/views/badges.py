"""The Open Badge for other sites, its state and the keys that check it; all for machines."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from certificates.models import Certificate, Document, Sharing
from certificates.public import badge, badge_key, verification
from certificates.public.limits import too_many_checks
from certificates.views.public import unlisted

NOT_FOUND = "We have no badge at this address.\n"
GONE = "This certificate isn’t valid any more.\n"


@login_not_required
@require_safe
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the signed badge, once its holder has turned it on; until then there is none."""
    if too_many_checks(request):
        return _plain("", 429)
    found = verification.by_public_id(public_id)
    if found is None or not Sharing.of(found.registration).badge:
        return _plain(NOT_FOUND, 404)
    if found.state != Certificate.State.VALID:
        return _plain(GONE, 410)
    made = Document.objects.filter(certificate=found).values_list("badge", flat=True).first()
    return _plain(made, 200) if made else _plain(NOT_FOUND, 404)


@login_not_required
@require_safe
def status(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say whether a badge still holds. Badges live on in wallets, so this needs no consent: it
    says less than the certificate's page at the same id."""
    if too_many_checks(request):
        return _plain("", 429)
    found = verification.by_public_id(public_id)
    return unlisted(JsonResponse(badge.revocations(found))) if found else _plain(NOT_FOUND, 404)


@login_not_required
@require_safe
def key(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Return a public key of ours as a JSON Web Key."""
    found = badge_key.as_jwk(fingerprint)
    return JsonResponse(found) if found else _plain(NOT_FOUND, 404)


def _plain(text: str, code: int) -> HttpResponse:
    return unlisted(HttpResponse(text, content_type="text/plain; charset=utf-8", status=code))
