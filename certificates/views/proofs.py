"""The proof sheet: what an administrator looks at and confirms before certificates are issued."""

import re
from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cec.problems import Refused
from certificates import batches, facts, proofs, waiting
from certificates.forms.proofs import ProofForm
from certificates.models import Batch
from certificates.proofs import Proof
from certificates.views.downloads import printed
from certificates.views.issuing import filters_of
from certificates.wordings import fitting, preview
from registrations.calendar import today_in
from registrations.models import Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.permissions import require
from registrations.reauthenticating import recently_signed_in

MOST = 2_000  # certificates on one sheet
SPECIMEN = "SPECIMEN"
_ID = re.compile(r"\d{1,18}", re.ASCII)


@require_http_methods(["GET", "POST"])
@recently_signed_in
def issue(request: HttpRequest) -> HttpResponse:
    """The proof sheet: the names that will be printed; confirming it makes a batch."""
    require(request.user, "issue_certificate")
    if request.method == "POST":
        return _confirm(request)
    rows = proofs.sheet(_chosen(request)[:MOST], by=request.user)
    return _show_sheet(request, rows) if rows else _nobody(request)


def _nobody(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Choose whose certificates you want to issue."))
    return redirect("issuing")


def _confirm(request: HttpRequest) -> HttpResponse:
    """Make the batch of a sheet, unless the sheet shows other things by now."""
    form = ProofForm(request.POST)
    if not form.is_valid():
        return _nobody(request)
    asked = form.cleaned_data
    rows = proofs.sheet(_visible(request, asked["registrations"])[:MOST], by=request.user)
    # Asked for after the rows were read: a second click that sees them taken finds its batch.
    if known := Batch.objects.filter(form_key=asked["form_key"]).first():
        return redirect("batch", batch=known.pk)
    for row in rows:
        require(request.user, "issue_certificate", row.registration)
    if not rows:
        return _nobody(request)
    if proofs.fingerprint(rows) != asked["seen"]:
        messages.warning(request, _("Something changed meanwhile. Look at the sheet as it is now."))
        return _show_sheet(request, rows, status=409)
    leave_out = set(_ids(request.POST.getlist("leave_out")))
    try:
        batch = batches.confirm(
            rows, by=request.user, form_key=asked["form_key"], leave_out=leave_out
        )
    except Refused as refused:
        messages.info(request, str(refused))
        return _show_sheet(request, rows, status=422)
    return redirect("batch", batch=batch.pk)


def _show_sheet(request: HttpRequest, rows: Sequence[Proof], *, status: int = 200) -> HttpResponse:
    to_print = [row for row in rows if not row.problem]
    context = {
        "rows": to_print,
        "left_out": [row for row in rows if row.problem],
        "form": ProofForm.of(to_print),
        "is_cut": len(rows) == MOST,
    }
    return render(request, "certificates/issue.html", context, status=status)


@require_GET
def specimen(request: HttpRequest, registration: int) -> HttpResponse:
    """What the certificate of a record would look like, with no number; kept nowhere."""
    row = get_object_or_404(
        Registration.objects.visible_to(request.user).select_related(
            "person", "program", "association"
        ),
        pk=registration,
    )
    require(request.user, "issue_certificate", row)
    if row.status != Registration.Status.ACCEPTED:
        messages.info(request, _("There is a certificate to look at once the record is accepted."))
        return redirect("issuing")
    today = today_in(row.program)
    paper = facts.facts_of(row, serial=SPECIMEN, public_id=SPECIMEN.lower(), issued_on=today)
    name = f"{row.reference}-{SPECIMEN}.pdf"
    try:
        return printed(request, row, name, lambda: preview.render(paper))
    except ValueError:  # facts that the paper has no room for
        why = fitting.why_not(paper)
        messages.warning(request, _("It can’t be printed: %(why)s") % {"why": why})
        return redirect("issuing")


def _chosen(request: HttpRequest) -> RegistrationQuerySet:
    """Return the registrations that were asked for: by ids, or all that are ready."""
    if request.GET.get("all"):
        rows = waiting.to_issue(request.user)
        return waiting.narrowed(rows, **filters_of(request.GET, rows)["asked"])
    return _visible(request, _ids(request.GET.getlist("registration")))


def _ids(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if _ID.fullmatch(text)]


def _visible(request: HttpRequest, ids: Iterable[int]) -> RegistrationQuerySet:
    return (
        Registration.objects.visible_to(request.user)
        .filter(pk__in=ids)
        .select_related("person", "program", "association")
        .order_by("pk")
    )
