"""Asking for a correction as the holder, and answering it as an administrator."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cec.problems import Refused
from certificates import correction_requests
from certificates import waiting as queues
from certificates.forms.editions import AskForm, DeclineForm
from certificates.models import Certificate, CorrectionRequest
from certificates.views.participant import find_own
from registrations.permissions import require
from registrations.reauthenticating import recently_signed_in

PER_PAGE = 25


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, registration: int) -> HttpResponse:
    """The holder says what should be printed, and why."""
    row = find_own(request, registration)
    certificate = Certificate.objects.of(row)
    if certificate is None:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None)
    form.initial["name"] = row.person.name
    if request.method == "POST" and form.is_valid():
        try:
            correction_requests.ask(row, by=request.user, **form.cleaned_data)
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(
                request, _("Your request is with the administrators. They answer by e-mail.")
            )
        return redirect("certificate", registration=row.pk)
    context = {"registration": row, "certificate": certificate, "form": form}
    status = 422 if form.errors else 200
    return render(request, "certificates/correction_ask.html", context, status=status)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The requests that wait for an answer, the longest waiting first."""
    require(request.user, "correct_certificate")
    rows = queues.corrections(request.user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "certificates/corrections.html", {"page": page})


@require_http_methods(["GET", "POST"])
@recently_signed_in
def answer(request: HttpRequest, correction: int) -> HttpResponse:
    """One request: the way to the correction, or the answer why there is none."""
    row = get_object_or_404(
        CorrectionRequest.objects.worked_on_by(request.user).select_related(
            "certificate",
            "decided_by",
            "registration__program",
            "registration__person",
            "registration__association",
        ),
        pk=correction,
    )
    require(request.user, "correct_certificate", row.registration)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _decline(request, row, form.cleaned_data["answer"])
    context = {
        "asked": row,
        "newest": Certificate.objects.of(row.registration),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "certificates/correction.html", context, status=status)


def _decline(request: HttpRequest, row: CorrectionRequest, text: str) -> HttpResponse:
    try:
        correction_requests.decline(row, by=request.user, answer=text)
    except Refused as refused:
        row.refresh_from_db()
        if (row.state, row.decided_by_id) != (row.State.DECLINED, request.user.pk):
            messages.warning(request, str(refused))
            return redirect("correction", correction=row.pk)
    messages.success(request, _("Your answer is on its way."))
    return redirect("corrections")
