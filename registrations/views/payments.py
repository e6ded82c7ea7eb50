"""Lines of the fee ledger, entered by hand on the page of a registration."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cec.problems import Refused
from registrations import fees
from registrations.forms.desk import PaymentForm, PlainForm, RefundForm, WaiveForm
from registrations.permissions import require
from registrations.views import desk


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
