"""The history of everything, and who looked at whose record: for administrators (J4)."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cec.export import XLSX
from cec.navigation import Tab
from cec.paging import Order, page_of
from cec.problems import Refused
from registrations import audit_log, particulars, seals, viewing
from registrations.forms.privacy import HistoryForm, ViewsForm
from registrations.models import Event, HistoryRemoved, RecordView, Registration, Seal
from registrations.models.history import OF_THE_OFFICE
from registrations.permissions import require
from registrations.reauthenticating import recently_signed_in

LATEST_FIRST = Order(F("at"), falling=True)
STATES = dict(Registration.Status.choices)


def tabs(current: str) -> list[Tab]:
    pages = [
        ("history", _("What was done"), reverse("history")),
        ("record_views", _("Who looked at whose record"), reverse("record_views")),
        ("incidents", _("Incidents"), reverse("incidents")),
        ("retention", _("What is kept no longer"), reverse("retention")),
    ]
    return [Tab(key, label, None, url, key == current) for key, label, url in pages]


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Every line of the history, latest first, by person, object, kind and time."""
    require(request.user, "see_history")
    form = HistoryForm(request.GET)
    asked = form.asked
    found = audit_log.events(request.user, asked) if asked else Event.objects.none()
    page = page_of(
        audit_log.with_names(found), LATEST_FIRST, request.GET, among=Event.objects.all()
    )
    _name_roles(page.rows)
    context = {
        "views": tabs("history"),
        "form": form,
        "headings": [_("What"), _("By"), _("About"), _("When")],
        "page": page,
        "newest_seal": Seal.objects.last(),
        "removed": HistoryRemoved.objects.last(),
    }
    return render(request, "registrations/history.html", context, status=200 if asked else 422)


def _name_roles(rows: list[Any]) -> None:
    """Say whom or what a line is about, as what it was done, and what stands in its details."""
    pattern = reverse("desk_registration", args=[0])
    for row in rows:
        registration = row.registration
        nobody = row.kind in OF_THE_OFFICE and row.person_id == row.actor_id
        row.about = registration.person if registration else None if nobody else row.person
        row.url = pattern.replace("/0/", f"/{registration.pk}/") if registration else ""
        row.as_what = viewing.as_what(row.role)
        row.states = [STATES.get(code, code) for code in (row.from_status, row.to_status) if code]
        row.said = ", ".join(particulars.in_words(row))


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """Hand the lines over that are asked for; that they were taken is a line itself."""
    require(request.user, "see_history")
    return _export(request)


@recently_signed_in
def _export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    form = HistoryForm(request.POST)
    asked = form.asked
    if asked is None:
        messages.warning(request, _("Look at the filters first: one of them can’t be read."))
        return redirect("history")
    day = timezone.localdate().isoformat()
    if request.POST.get("format") == "csv":
        lines = audit_log.as_csv(request.user, asked)
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="history-{day}.csv"'
        return answer
    try:
        file = audit_log.as_workbook(request.user, asked)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("history")
    name = _("history-%(day)s.xlsx") % {"day": day}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Compare the history with its seals; it takes a while, so it is asked for."""
    require(request.user, "see_history")
    broken = list(seals.verify())
    if broken:
        text = _("The history is not what was sealed, up to line %(last)s first.")
        messages.error(request, text % {"last": broken[0].last})
    else:
        messages.success(request, _("The history is as it was sealed."))
    return redirect("history")


@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """Who looked at whose record, with names."""
    require(request.user, "see_history")
    form = ViewsForm(request.GET)
    asked = form.asked
    looks = audit_log.views(request.user, asked) if asked else RecordView.objects.none()
    found = looks.select_related("viewer", "person", "association", "registration__program")
    page = page_of(found, LATEST_FIRST, request.GET, among=RecordView.objects.all())
    for row in page.rows:
        row.as_what = viewing.as_what(row.role)
    context = {
        "views": tabs("record_views"),
        "form": form,
        "headings": [_("Whose"), _("Page"), _("Who looked"), _("When")],
        "page": page,
    }
    return render(request, "registrations/record_views.html", context, status=200 if asked else 422)
