"""One's own offer to mentor: make it, change it, pause, come back, leave."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from registrations.forms.mentoring import OfferForm
from registrations.mentoring import offers
from registrations.models import MentorOffer

VERBS = {"pause": offers.pause, "resume": offers.resume, "leave": offers.leave}


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, program: str) -> HttpResponse:
    """Offer to mentor in a program, or change what one offers."""
    scheme = get_object_or_404(offers.programs(), slug=program)
    standing = offers.offer_of(request.user, scheme)
    data = request.POST if request.method == "POST" else None
    form = OfferForm(data, program=scheme, offer=standing)
    if data is not None and form.is_valid():
        row = offers.offer(request.user, scheme, **form.answers)
        messages.success(request, _said(row))
        return redirect("mentees")
    return render(
        request,
        "registrations/mentor_offer.html",
        {"form": form, "program": scheme, "offer": standing},
        status=422 if form.errors else 200,
    )


def _said(row: MentorOffer) -> str:
    if row.state == MentorOffer.State.OFFERED:
        text = _("Thank you. %(association)s confirms your offer, then we write to you.")
        return text % {"association": row.association.name}
    return _("Your changes are saved.")


@require_POST
def offer_state(request: HttpRequest, program: str) -> HttpResponse:
    """Pause, come back or leave, as the pressed button says."""
    scheme = get_object_or_404(offers.programs(), slug=program)
    standing = offers.offer_of(request.user, scheme)
    if standing is None:
        raise Http404
    if verb := VERBS.get(request.POST.get("do", "")):
        verb(standing, by=request.user)
        messages.success(request, _("Your changes are saved."))
    return redirect("mentees")
