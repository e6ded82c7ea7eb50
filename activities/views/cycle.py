"""The steering group's page of a cycle: its years, extensions and leaves (C1)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from activities import extending
from activities.forms.cycle import ExtensionForm, LeaveForm, TakeBackForm
from cec.problems import Refused
from cec.wording import day as write_day
from registrations import viewing
from registrations.forms.desk import PlainForm
from registrations.models import CycleChange, RecordView, Registration
from registrations.permissions import require

# Which field of a form a refusal is about.
ABOUT = {
    "not_later": "until",
    "outside": "first_day",
    "overlap": "first_day",
    "order": "last_day",
    "no_reason": "reason",
}


@require_GET
def cycle(request: HttpRequest, registration: int) -> HttpResponse:
    """Show the program years and what moved them."""
    row = _find(request, registration)
    viewing.saw(request, row, RecordView.Page.REGISTRATION)
    return _show(request, row)


@require_POST
def extend(request: HttpRequest, registration: int) -> HttpResponse:
    """Lengthen the last program year."""
    row = _find(request, registration)
    form = ExtensionForm(request.POST)
    return _enter(request, row, form, extending.extend, name="extension_form")


@require_POST
def leave(request: HttpRequest, registration: int) -> HttpResponse:
    """Pause the cycle."""
    row = _find(request, registration)
    return _enter(request, row, LeaveForm(request.POST), extending.give_leave, name="leave_form")


@require_POST
def take_back(request: HttpRequest, registration: int, change: int) -> HttpResponse:
    """Take an extension or a leave back."""
    row = _find(request, registration)
    changed = get_object_or_404(CycleChange, registration=row, pk=change)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _show(request, row, status=422, back_form=form, back=changed.pk)
    try:
        extending.take_back(changed, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("cycle", registration=row.pk)
    return _done(request, row)


def _find(request: HttpRequest, registration: int) -> Registration:
    row = get_object_or_404(
        Registration.objects.worked_on_by(request.user).select_related("program", "person"),
        pk=registration,
        ends_on__isnull=False,
    )
    require(request.user, "extend_cycle", row)
    return row


def _enter(
    request: HttpRequest,
    row: Registration,
    form: PlainForm,
    enter: Callable[..., object],
    *,
    name: str,
) -> HttpResponse:
    if not form.is_valid():
        return _show(request, row, status=422, **{name: form})
    try:
        enter(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        for problem in refused.problems:
            field = ABOUT.get(problem.code)
            form.add_error(field if field in form.fields else None, str(problem.message))
        return _show(request, row, status=409, **{name: form})
    return _done(request, row)


def _done(request: HttpRequest, row: Registration) -> HttpResponse:
    row.refresh_from_db()
    messages.success(
        request, _("The program now runs until %(day)s.") % {"day": write_day(row.ends_on)}
    )
    return redirect("cycle", registration=row.pk)


def _show(
    request: HttpRequest, row: Registration, *, status: int = 200, **filled: Any
) -> HttpResponse:
    forms = {"extension_form": ExtensionForm(), "leave_form": LeaveForm()} | filled
    back, back_form = forms.pop("back", None), forms.pop("back_form", None)
    rows = row.cycle_changes.select_related("recorded_by", "taken_back_by")
    changes = [
        {"change": change, "form": back_form if change.pk == back else _back_form(change)}
        for change in rows
    ]
    context = forms | {
        "forms": [form for form in (*forms.values(), back_form) if form is not None],
        "registration": row,
        "is_open": row.status == Registration.Status.ACTIVE,
        "years": row.years.all(),
        "changes": changes,
    }
    return render(request, "activities/cycle.html", context, status=status)


def _back_form(change: CycleChange) -> TakeBackForm:
    return TakeBackForm(auto_id=f"id_takeback{change.pk}_%s")
