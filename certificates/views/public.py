"""The public check of a certificate: no sign-in, no cookie, only what is on the paper (F6)."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from cec.bilingual import in_language
from cec.navigation import other_language
from certificates import facts, verification
from certificates.forms import VerifyForm
from certificates.limits import too_many_checks
from certificates.models import Certificate

LANGUAGES = ("en", "fr")


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Check by hand, with serial and family name; the two are in the address like a search."""
    if not request.GET.keys() & {"serial", "name"}:
        return _answer(request, "certificates/verify.html", {"form": VerifyForm()})
    if too_many_checks(request):
        return _answer(request, "certificates/too_many.html", {}, status=429)
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return _answer(request, "certificates/verify.html", {"form": form}, status=422)
    found = verification.by_serial(form.cleaned_data["serial"], form.cleaned_data["name"])
    if found is None:
        context = {"form": form, "not_found": True}
        return _answer(request, "certificates/verify.html", context, status=404)
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
            return _answer(request, "certificates/too_many.html", context, status=429)
        found = verification.by_public_id(public_id)
        if found is None:
            context["form"] = VerifyForm()
            return _answer(request, "certificates/unknown.html", context, status=404)
        return _verdict(request, found, **context)


@login_not_required
@require_safe
def verify_home(request: HttpRequest) -> HttpResponse:
    """The short address that is printed on the paper."""
    return redirect("verify")


def _verdict(request: HttpRequest, found: Certificate, **context: Any) -> HttpResponse:
    paper = facts.thawed(found.facts)
    shown = {
        "certificate": found,
        "paper": paper,
        "issuer": in_language(paper, "issuer"),
        "association": in_language(paper, "association"),
        "unit": in_language(paper, "unit"),
        "needed": facts.points_needed(found.facts),
        "checked_at": timezone.now(),
        "form": VerifyForm(),
    }
    return _answer(request, "certificates/verdict.html", shown | context)


def _answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
