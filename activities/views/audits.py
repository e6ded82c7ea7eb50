"""The audit draws: making one, what came of each, and how it was made for anybody to repeat."""

import csv
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from activities import audit, drawing
from activities.forms.review import DrawForm
from activities.models import Audit, AuditDraw
from activities.models.audit import rank
from cec.problems import Refused
from registrations.calendar import today_in
from registrations.models import Registration
from registrations.permissions import may, require, require_staff

PER_PAGE = 25


@require_GET
def audits(request: HttpRequest) -> HttpResponse:
    """The draws so far, and the form for another one."""
    require_staff(request.user)
    return _show(request, DrawForm() if may(request.user, "run_audit") else None)


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw now."""
    require(request.user, "run_audit")
    form = DrawForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        made = drawing.draw(
            form.cleaned_data["program"],
            form.plan,
            by=request.user,
            form_key=form.cleaned_data["form_key"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show(request, form, status=409)
    messages.success(request, _("Drawn. Those who were drawn have a mail with the date."))
    return redirect("audit", draw=made.pk)


def _show(request: HttpRequest, form: DrawForm | None, *, status: int = 200) -> HttpResponse:
    drawn = Q(audits__state__in=Audit.DRAWN)
    draws = (
        AuditDraw.objects.select_related("program", "drawn_by")
        .annotate(
            eligible=Count("audits", filter=~Q(audits__state=Audit.State.EXEMPT)),
            drawn=Count("audits", filter=drawn),
            passed=Count("audits", filter=Q(audits__state=Audit.State.PASSED)),
        )
        .order_by("-pk")
    )
    context = {
        "form": form,
        "page": Paginator(draws, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": drawing.waiting().count() if form else 0,
    }
    return render(request, "activities/audits.html", context, status=status)


@require_GET
def one(request: HttpRequest, draw: int) -> HttpResponse:
    """One draw: the records of it in this person's care, and how far each audit is."""
    require_staff(request.user)
    row = get_object_or_404(drawing.read_by(request.user), pk=draw)
    mine = Registration.objects.worked_on_by(request.user)
    drawn = (
        row.audits.filter(state__in=Audit.DRAWN, registration__in=mine)
        .select_related("registration__person", "registration__program")
        .select_related("registration__association")
    )
    page = Paginator(drawn, PER_PAGE).get_page(request.GET.get("page"))
    counts = audit.counts([found.registration_id for found in page])
    for found in page:
        found.decided, found.asked = counts.get(found.registration_id, (0, 0))
    context = {
        "draw": row,
        "page": page,
        "late": today_in(row.program) > row.evidence_until,
    }
    return render(request, "activities/audit.html", context)


@require_GET
def how(request: HttpRequest, draw: int) -> HttpResponse:
    """How a draw was made: for the committee and for everybody who took part in it."""
    row = get_object_or_404(drawing.read_by(request.user), pk=draw)
    taken = row.audits.exclude(place=None).select_related("registration__program")
    page = Paginator(taken, 100).get_page(request.GET.get("page"))
    for found in page:
        found.rank = rank(row.seed, found.registration.reference)
    context = {
        "draw": row,
        "page": page,
        "drawn": drawing.number_drawn(page.paginator.count, row.percent),
        "exempt": row.audits.filter(state=Audit.State.EXEMPT).count(),
        "own": row.audits.filter(registration__person=request.user).first(),
    }
    return render(request, "activities/audit_how.html", context)


@require_GET
def listed(request: HttpRequest, draw: int) -> HttpResponse:
    """The list of those who took part, as .csv: public references and no names."""
    row = get_object_or_404(drawing.read_by(request.user), pk=draw)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="draw-{row.pk}.csv"'
    response["Cache-Control"] = "no-store, private"
    writer = csv.writer(response)
    writer.writerow(["place", "reference", "sha256", "drawn"])
    taken: Any = row.audits.exclude(place=None).select_related("registration__program")
    for found in taken.iterator(chunk_size=2_000):
        reference = found.registration.reference
        said = "yes" if found.is_drawn else "no"
        writer.writerow([found.place, reference, rank(row.seed, reference), said])
    return response
