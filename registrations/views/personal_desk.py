"""Erasing at the desk, for people who asked in writing (reliability K2)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cec.problems import Refused
from registrations import erasing
from registrations.forms.personal import DeskEraseForm
from registrations.models import Erasure
from registrations.permissions import require
from registrations.reauthenticating import recently_signed_in

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@recently_signed_in
def erasures(request: HttpRequest) -> HttpResponse:
    """Who is erased soon and was erased, and a form that enters another one."""
    require(request.user, "erase_people")
    form = DeskEraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            erasing.ask_for(
                data["email"],
                by=request.user,
                certificates_too=data["certificates_too"],
                reason=data["reason"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It’s entered, and the person has been written to."))
            return redirect("erasures")
    rows = Erasure.objects.select_related("person", "asked_by")
    context = {
        "form": form,
        "days": settings.ERASURE_DAYS,
        "waiting": rows.open().order_by("due_at"),
        "over": rows.exclude(pk__in=Erasure.objects.open().values("pk"))[:PER_PAGE],
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/erasures.html", context, status=status)


@require_POST
def keep(request: HttpRequest, erasure: int) -> HttpResponse:
    """Take a request back that was entered by mistake, or that the person took back in writing."""
    require(request.user, "erase_people")
    row = get_object_or_404(Erasure, pk=erasure)
    if erasing.take_back(row, by=request.user):
        messages.success(request, _("Nothing is erased, and the person has been written to."))
    else:
        messages.warning(request, _("This was decided already."))
    return redirect("erasures")
