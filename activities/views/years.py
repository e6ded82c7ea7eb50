"""The committee's list of closed years, a page for each result, and opening a year again."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from activities.forms.years import ReopenForm
from activities.models import YearResult
from activities.yearend import exporting, reopening, results
from activities.yearend.results import Asked
from cec.export import XLSX
from cec.navigation import Tab
from cec.paging import page_of
from cec.problems import Refused
from registrations import viewing
from registrations.models import Association, Program, RecordView, Registration, Requirement
from registrations.models.committee import roles_of
from registrations.permissions import may, require, require_staff


@require_GET
def years(request: HttpRequest) -> HttpResponse:
    """Closed years in this person's care, the latest first, with what has changed since."""
    require_staff(request.user)
    asked = Asked.of(request.GET)
    counts = results.counts(request.user, asked)
    page = page_of(
        results.with_people(results.listed(request.user, asked)),
        results.LATEST_FIRST,
        request.GET,
        among=YearResult.objects.worked_on_by(request.user),
    )
    results.describe(page.rows)
    context = {
        "asked": asked,
        "title": results.VIEWS[asked.view][0],
        "views": [
            Tab(key, label, counts.get(key), _address(asked, key), key == asked.view)
            for key, (label, _condition) in results.VIEWS.items()
        ],
        "page": page,
        "programs": Program.objects.all(),
        "associations": _associations(request),
        "strictnesses": Requirement.Strictness,
    }
    return render(request, "activities/years.html", context)


def _address(asked: Asked, view: str) -> str:
    query = asked.query(view=view)
    return reverse("years") + (f"?{query}" if query else "")


def _associations(request: HttpRequest) -> list[Association]:
    """The associations to choose from, for those who work for several."""
    roles = roles_of(request.user)
    if not roles.sees_everything and len(roles.associations) < 2:
        return []
    rows = Association.objects.all()
    return list(rows if roles.sees_everything else rows.filter(pk__in=roles.associations))


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse:
    """Hand the list over as a workbook; that it was taken is written down, so it is a POST."""
    require_staff(request.user)
    asked = Asked.of(request.POST)
    try:
        file = exporting.write(asked, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect(_address(asked, asked.view))
    name = _("closed-years-%(day)s.xlsx") % {"day": timezone.localdate().isoformat()}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def one(request: HttpRequest, result: int) -> HttpResponse:
    """One result: its figures, what has changed since, and how it came about."""
    row = _find(request, result)
    viewing.saw(request, row.registration, RecordView.Page.RECORD)
    return _show(request, row)


@require_POST
def reopen(request: HttpRequest, result: int) -> HttpResponse:
    """Open a closed year again, with a reason."""
    row = _find(request, result)
    require(request.user, "reopen_year", row.registration)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=422)
    try:
        reopening.reopen(row, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show(request, _find(request, result), form, status=409)
    messages.success(
        request, _("Opened again. It’s closed anew within the hour, and the person is told.")
    )
    return redirect("year_result", result=row.pk)


def _find(request: HttpRequest, result: int) -> YearResult:
    rows = results.with_people(YearResult.objects.worked_on_by(request.user))
    return get_object_or_404(rows.select_related("reopened_by", "moved_by"), pk=result)


def _show(
    request: HttpRequest, row: YearResult, form: ReopenForm | None = None, *, status: int = 200
) -> HttpResponse:
    results.describe([row])
    registration = row.registration
    can_open = (
        row.in_force
        and registration.status in Registration.IN_PROGRESS
        and may(request.user, "reopen_year", registration)
    )
    context = {
        "result": row,
        "unit": registration.program.unit,
        "types": results.by_type(row),
        "editions": results.editions(row),
        "form": form or (ReopenForm() if can_open else None),
        "can_open": can_open,
    }
    return render(request, "activities/year_result.html", context, status=status)
