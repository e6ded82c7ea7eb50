"""Bank exports: taken in, looked through, and recorded deposit by deposit or several at once."""

import re
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from cec import security_log
from cec.navigation import Tab
from cec.problems import Refused
from registrations.bank import importing, matching, reading, recording, wording
from registrations.bank.recording import Pick, Share
from registrations.forms.bank import BankExportForm
from registrations.forms.desk import PaymentForm
from registrations.models import BankExport, BankLine, Payment, Registration
from registrations.permissions import require
from registrations.views.ledger import tabs

PER_PAGE = 25
_PICK = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
_CENTS = re.compile(r"\d{1,10}", re.ASCII)
METHODS = PaymentForm.base_fields["method"].choices

STATES = {
    "open": (gettext_lazy("To record"), BankLine.objects.open),
    "recorded": (gettext_lazy("Recorded"), BankLine.objects.recorded),
    "aside": (gettext_lazy("Set aside"), BankLine.objects.set_aside),
}


@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """The exports so far, and a form that takes the next one in."""
    require(request.user, "record_payment")
    form = BankExportForm()
    if request.method == "POST":
        form = BankExportForm(request.POST, request.FILES)
        if form.is_valid() and (taken := _take_in(request, form)):
            return redirect("bank_export", export=taken.pk)
    left = Count("lines", filter=Q(lines__in=BankLine.objects.open().values("pk")))
    found = BankExport.objects.order_by("-pk").values_list("pk", flat=True)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = BankExport.objects.filter(pk__in=list(page.object_list)).select_related("uploaded_by")
    page.object_list = list(rows.annotate(total=Count("lines"), left=left).order_by("-pk"))
    context = {"views": tabs(request, "bank"), "form": form, "page": page}
    status = 422 if form.errors else 200
    return render(request, "registrations/bank_exports.html", context, status=status)


def _take_in(request: HttpRequest, form: BankExportForm) -> BankExport | None:
    """Take the file in, or tie what is wrong with it to its field."""
    file = form.cleaned_data["file"]
    try:
        export, new = importing.take_in(
            file.read(reading.MOST_BYTES + 1),
            file_name=file.name,
            by=request.user,
            day_order=form.cleaned_data["day_order"],
        )
    except Refused as refused:
        for problem in refused.problems:
            security_log.upload_refused(problem.code, person_id=request.user.pk)
            form.add_error("day_order" if problem.code == "day_order" else "file", problem.message)
        return None
    if new:
        messages.success(request, _("The export is here. Nothing is recorded yet."))
    else:
        messages.info(
            request,
            _("This file is here already: %(who)s uploaded it.") % {"who": export.uploaded_by.name},
        )
    return export


@require_GET
def export(request: HttpRequest, export: int) -> HttpResponse:
    """The deposits of an export, each with whose fee it may be and why."""
    require(request.user, "record_payment")
    row = get_object_or_404(BankExport.objects.select_related("uploaded_by"), pk=export)
    asked = request.GET.get("state", "")
    state = asked if asked in STATES else "open"
    counts = row.lines.with_remainder().aggregate(
        open=Count("pk", filter=Q(remainder__gt=0, set_aside_at__isnull=True)),
        recorded=Count("pk", filter=Q(remainder=0)),
        aside=Count("pk", filter=Q(remainder__gt=0, set_aside_at__isnull=False)),
    )
    lines = STATES[state][1]().filter(export=row).select_related("set_aside_by")
    if state != "open":
        payments = Payment.objects.select_related("registration__person")
        lines = lines.prefetch_related(Prefetch("payments", payments))
    pages = Paginator(lines.order_by("received_on", "number"), PER_PAGE)
    pages.count = counts[state]  # the tabs have counted them
    page = pages.get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    address = reverse("bank_export", args=[row.pk])
    proposals = matching.propose(page.object_list, by=request.user) if state == "open" else []
    context = {
        "states": [
            Tab(key, label, counts[key], f"{address}?state={key}", key == state)
            for key, (label, _lines) in STATES.items()
        ],
        "state": state,
        "export": row,
        "page": page,
        "proposals": proposals,
        "any_to_mark": any(proposal.only for proposal in proposals),
    }
    return render(request, "registrations/bank_export.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, export: int) -> HttpResponse:
    """Names and amounts of the deposits that were marked, once more, then recorded."""
    require(request.user, "record_payment")
    row = get_object_or_404(BankExport, pk=export)
    given = request.POST if request.method == "POST" else request.GET
    picks = _picks(request, row, given)
    if request.method != "POST":  # whoever posts is told what became of it
        picks = [pick for pick in picks if pick.share.amount > 0 and not pick.line.set_aside_at]
    if not picks:
        messages.info(request, _("Mark the deposits that you want to record."))
        return redirect("bank_export", export=row.pk)
    if request.method == "POST":
        _record(request, picks)
        return redirect("bank_export", export=row.pk)
    context = {"export": row, "picks": picks, "methods": METHODS}
    return render(request, "registrations/bank_confirm.html", context)


def _record(request: HttpRequest, picks: list[Pick]) -> None:
    payments, problems = recording.record_each(picks, by=request.user)
    if payments:
        text = ngettext("%(n)s payment is recorded.", "%(n)s payments are recorded.", len(payments))
        messages.success(request, text % {"n": len(payments)})
    for problem in problems:
        messages.warning(request, problem)


def _picks(request: HttpRequest, row: BankExport, given: object) -> list[Pick]:
    """Read which deposit is marked for whom; what isn't this export's, or not theirs, is a 404.

    The amount that the confirming page showed comes back in cents: what was seen is recorded.
    """
    asked = [match for text in given.getlist("line") if (match := _PICK.fullmatch(text))]
    asked = asked[:PER_PAGE]
    people = Registration.objects.worked_on_by(request.user).with_balance()
    people = people.select_related("person", "program", "association")
    lines = row.lines.with_remainder().in_bulk([int(match[1]) for match in asked])
    chosen = people.in_bulk([int(match[2]) for match in asked])
    picks = []
    for match in asked:
        line, registration = lines.get(int(match[1])), chosen.get(int(match[2]))
        if line is None or registration is None:
            raise Http404
        cents = given.get(f"cents-{line.pk}", "")
        amount = Decimal(cents).scaleb(-2) if _CENTS.fullmatch(cents) else line.remainder
        method = given.get(f"method-{line.pk}", "")
        if method not in dict(METHODS):
            method = wording.method(line)
        picks.append(Pick(line, Share(registration, amount), method))
    return picks
