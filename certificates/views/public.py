"""The public check of a certificate: no sign-in, no cookie, only what its holder shows (F6).

The one page that sets a cookie is the form for a file: its token is the price of a POST that
strangers may send (C6).
"""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from cec.bilingual import in_language
from cec.navigation import other_language
from certificates import facts
from certificates.forms.public import CertificateFileForm, VerifyForm
from certificates.models import Certificate, Sharing
from certificates.public import verification
from certificates.public.limits import too_many_checks, too_many_files
from certificates.transcript import public_rows

log = logging.getLogger(__name__)

LANGUAGES = ("en", "fr")


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Check by hand, with serial and family name; the two are in the address like a search."""
    if not request.GET.keys() & {"serial", "name"}:
        return answer(request, "certificates/verify.html", {"form": VerifyForm()})
    if too_many_checks(request):
        return answer(request, "certificates/too_many.html", status=429)
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return answer(request, "certificates/verify.html", {"form": form}, status=422)
    found = verification.by_serial(form.cleaned_data["serial"], form.cleaned_data["name"])
    if found is None:
        context = {"form": form, "not_found": True}
        return answer(request, "certificates/verify.html", context, status=404)
    return _verdict(request, found)


@login_not_required
@require_safe
def verify_id(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check by the link or QR code, in the language that the browser prefers."""
    asked = request.GET.get("lang")
    with translation.override(asked if asked in LANGUAGES else translation.get_language()):
        # The address has no language in it.
        context: dict[str, Any] = {"other_language": other_language("?lang={}".format)}
        if too_many_checks(request):
            return answer(request, "certificates/too_many.html", context, status=429)
        found = verification.by_public_id(public_id)
        if found is None:
            context["form"] = VerifyForm()
            return answer(request, "certificates/unknown.html", context, status=404)
        return _verdict(request, found, **context)


@login_not_required
@require_safe
def verify_home(request: HttpRequest) -> HttpResponse:
    """The short address that is printed on the paper."""
    return redirect("verify")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """Say whether a PDF is the very file that was issued. Nothing of it is kept."""
    template = "certificates/verify_file.html"
    if request.method != "POST":
        return answer(request, template, {"form": CertificateFileForm()})
    if too_many_files(request):
        return answer(request, "certificates/too_many.html", status=429)
    form = CertificateFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return answer(request, template, {"form": form}, status=422)
    judged = verification.judge_file(form.cleaned_data["file"])
    log.info("A file was checked: %s", "known" if judged.certificate else "not known")
    if judged.certificate is None:
        context = {"form": CertificateFileForm(), "judged": judged}
        return answer(request, template, context, status=404)
    return _verdict(request, judged.certificate, is_very_file=True)


def _verdict(request: HttpRequest, found: Certificate, **context: Any) -> HttpResponse:
    paper = facts.thawed(found.facts)
    sharing = Sharing.of(found.registration)
    is_valid = found.state == Certificate.State.VALID
    shown = {
        "certificate": found,
        "successor": verification.successor_of(found),
        "paper": paper,
        **{name: in_language(paper, name) for name in ("issuer", "issuer_sentence", "association")},
        "unit": in_language(paper, "unit"),
        "signatories": [(row.name, in_language(row, "title")) for row in paper.signatories],
        "needed": facts.points_needed(found.facts),
        "sharing": sharing,
        "transcript": public_rows(found.registration) if sharing.transcript and is_valid else (),
        "checked_at": timezone.now(),
        "form": VerifyForm(),
    }
    return answer(request, "certificates/verdict.html", shown | context)


def answer(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page that no search engine lists and nobody keeps."""
    return unlisted(render(request, template, context, status=status))


def unlisted(response: HttpResponse) -> HttpResponse:
    """Mark what speaks of a person's certificate: not to be indexed, not to be stored."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
