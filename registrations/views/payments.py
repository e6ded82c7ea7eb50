"""The fee ledger: what is owed, and recording what came in."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cec.problems import Refused
from registrations import fees, queue
from registrations.forms.desk import PaymentForm, PlainForm, RefundForm, WaiveForm
from registrations.models import Payment, Registration
from registrations.permissions import require
from registrations.views import desk


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Administrators: who owes a fee, longest first, and the latest lines of the ledger."""
    require(request.user, "record_payment")
    owing = queue.search(
        Registration.objects.worked_on_by(request.user)
        .owing()
        .filter(~Q(status__in=["declined", "withdrawn", "lapsed"]))
        .select_related("person", "program", "association"),
        text=request.GET.get("q", ""),
    ).order_by("submitted_at", "pk")
    lines = Payment.objects.select_related(
        "registration__person", "registration__program", "recorded_by"
    ).order_by("-id")
    return render(
        request,
        "registrations/payments.html",
        {
            "owing": Paginator(owing, 25).get_page(request.GET.get("page")),
            "lines": lines[:25],
            "filtered": bool(request.GET.get("q")),
        },
    )


@require_POST
def pay(request: HttpRequest, registration: int) -> HttpResponse:
    """Record money that came in."""
    row = desk.find(request, registration)
    require(request.user, "record_payment", row)
    form = PaymentForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, payment_form=form)
    try:
        fees.record_payment(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _refuse(request, row, form, "payment_form", refused)
    messages.success(request, _("The payment is recorded."))
    return redirect("desk_registration", registration=row.pk)


@require_POST
def waive(request: HttpRequest, registration: int) -> HttpResponse:
    """Waive what is owed, with a reason."""
    row = desk.find(request, registration)
    require(request.user, "record_payment", row)
    form = WaiveForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, waive_form=form)
    try:
        fees.waive(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _refuse(request, row, form, "waive_form", refused)
    messages.success(request, _("The fee is waived."))
    return redirect("desk_registration", registration=row.pk)


@require_POST
def refund(request: HttpRequest, registration: int) -> HttpResponse:
    """Record money that was given back."""
    row = desk.find(request, registration)
    require(request.user, "record_payment", row)
    form = RefundForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, refund_form=form)
    try:
        fees.refund(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _refuse(request, row, form, "refund_form", refused)
    messages.success(request, _("The refund is recorded."))
    return redirect("desk_registration", registration=row.pk)


def _refuse(
    request: HttpRequest, row: Registration, form: PlainForm, name: str, refused: Refused
) -> HttpResponse:
    for problem in refused.problems:
        form.add_error(None, str(problem.message))
    return desk.show(request, row, status=409, **{name: form})
