"""The fee ledger: what is owed, and recording what came in."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
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
    asked = request.GET.get("q", "")
    owing = queue.search(
        Registration.objects.worked_on_by(request.user)
        .owing()
        .exclude(status__in=Registration.CLOSED)
        .select_related("person", "program", "association"),
        text=asked,
    ).order_by("submitted_at", "pk")
    return render(
        request,
        "registrations/payments.html",
        {
            "owing": Paginator(owing, 25).get_page(request.GET.get("page")),
            "lines": _lines(asked)[:25],
            "filtered": bool(asked),
        },
    )


def _lines(asked: str) -> QuerySet[Payment]:
    """The ledger, latest first; a search finds the person and the cheque's own reference."""
    lines = Payment.objects.select_related(
        "registration__person", "registration__program", "recorded_by"
    ).order_by("-id")
    asked = " ".join(asked.replace("\x00", "").split())[:100]
    if not asked:
        return lines
    people = queue.search(Registration.objects.all(), text=asked)
    return lines.filter(Q(registration__in=people) | Q(reference__icontains=asked))


@require_POST
def pay(request: HttpRequest, registration: int) -> HttpResponse:
    """Record money that came in."""
    done = _("The payment is recorded.")
    return _enter(request, registration, "payment_form", PaymentForm, fees.record_payment, done)


@require_POST
def waive(request: HttpRequest, registration: int) -> HttpResponse:
    """Waive what is owed, with a reason."""
    return _enter(
        request, registration, "waive_form", WaiveForm, fees.waive, _("The fee is waived.")
    )


@require_POST
def refund(request: HttpRequest, registration: int) -> HttpResponse:
    """Record money that was given back."""
    done = _("The refund is recorded.")
    return _enter(request, registration, "refund_form", RefundForm, fees.refund, done)


def _enter(
    request: HttpRequest,
    registration: int,
    name: str,
    form_class: type[PlainForm],
    enter: Callable[..., object],
    done: str,
) -> HttpResponse:
    """Write a line of the ledger, or show the page again with what is wrong."""
    row = desk.find(request, registration)
    require(request.user, "record_payment", row)
    form = form_class(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, **{name: form})
    try:
        enter(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(None, str(problem.message))
        return desk.show(request, row, status=409, **{name: form})
    messages.success(request, done)
    return redirect("desk_registration", registration=row.pk)
