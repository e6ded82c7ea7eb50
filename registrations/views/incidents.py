"""The register of confidentiality incidents, for administrators."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import F
from django.forms import model_to_dict
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.export import XLSX
from cec.paging import Order, page_of
from cec.problems import Refused
from registrations import incidents
from registrations.forms.privacy import IncidentForm
from registrations.models import Incident, IncidentAccount
from registrations.permissions import require
from registrations.reauthenticating import recently_signed_in
from registrations.views.history import tabs

LATEST_FIRST = Order(F("incident_id"), falling=True)


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every incident with what is known of it now."""
    require(request.user, "keep_incidents")
    page = page_of(
        incidents.latest(request.user),
        LATEST_FIRST,
        request.GET,
        among=IncidentAccount.objects.all(),
    )
    context = {"views": tabs("incidents"), "page": page}
    return render(request, "registrations/incidents.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Enter an incident."""
    require(request.user, "keep_incidents")
    form = IncidentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = _told(form)
        row = incidents.open_incident(
            by=request.user, form_key=form.cleaned_data["form_key"] or uuid4(), **told
        )
        messages.success(request, _("The incident is in the register."))
        return redirect("incident", incident=row.pk)
    context = {"form": form, "views": tabs("incidents")}
    return render(
        request, "registrations/incident.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, incident: int) -> HttpResponse:
    """One incident: what is known now, to be told anew, and what was known before."""
    require(request.user, "keep_incidents")
    row = get_object_or_404(Incident, pk=incident)
    told = incidents.history(row)
    newest = told[0][0]
    form = IncidentForm(
        request.POST if request.method == "POST" else None,
        initial=model_to_dict(newest) | {"seen": newest.version},
    )
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            incidents.change(
                row, by=request.user, seen=form.cleaned_data["seen"] or 0, **_told(form)
            )
        except Refused as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, _("The register has what you wrote."))
            return redirect("incident", incident=row.pk)
    context = {"form": form, "incident": row, "told": told, "views": tabs("incidents")}
    return render(request, "registrations/incident.html", context, status=status)


def _told(form: IncidentForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in incidents.TOLD}


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse:
    """Hand the register over, as the commissioners may ask for it."""
    require(request.user, "keep_incidents")
    return _export(request)


@recently_signed_in
def _export(request: HttpRequest) -> FileResponse:
    name = _("incidents-%(day)s.xlsx") % {"day": timezone.localdate().isoformat()}
    file = incidents.as_workbook(by=request.user)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
