"""Who does what in the committee, and until when."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cec.problems import Refused
from registrations import committee, second_factor
from registrations.forms.desk import AppointmentForm, LastDayForm
from registrations.forms.second_step import LostFactorForm
from registrations.models import Appointment, Person
from registrations.permissions import may, require
from registrations.reauthenticating import recently_signed_in, recently_signed_in_to_send

ENDS_SOON = timedelta(days=30)


@require_http_methods(["GET", "POST"])
@recently_signed_in_to_send
def appointments(request: HttpRequest) -> HttpResponse:
    """The committee as it is today, and a form that gives a role."""
    require(request.user, "appoint")
    today = timezone.localdate()
    form = AppointmentForm(
        request.POST if request.method == "POST" else None, initial={"first_day": today}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            committee.appoint(
                data["email"],
                by=request.user,
                role=data["role"],
                association=data["association"],
                organisation=data["organisation"],
                first_day=data["first_day"],
                last_day=data["last_day"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("%(name)s has the role now.") % {"name": data["email"].name}
            )
            return redirect("appointments")
    rows = Appointment.objects.select_related(
        "person", "association", "organisation", "appointed_by"
    )
    current = rows.not_over(today).order_by("role", "association__code", "person__name")
    return render(
        request,
        "registrations/appointments.html",
        {
            "form": form,
            "current": current,
            "today": today,
            "soon": today + ENDS_SOON,
            "ending": [
                row for row in current if row.last_day and row.last_day <= today + ENDS_SOON
            ],
            "past": rows.exclude(pk__in=rows.not_over(today))[:50],
            "may_reset": may(request.user, "reset_second_factor"),
            "may_name_administrators": may(request.user, "appoint_administrator"),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@recently_signed_in
def change(request: HttpRequest, appointment: int) -> HttpResponse:
    """Let a role run longer or shorter."""
    require(request.user, "appoint")
    row = _not_over(appointment)
    form = LastDayForm(
        request.POST if request.method == "POST" else None, initial={"last_day": row.last_day}
    )
    if request.method == "POST" and form.is_valid():
        try:
            committee.change_last_day(row, by=request.user, last_day=form.cleaned_data["last_day"])
        except Refused as refused:
            form.add_error("last_day", str(refused))
        else:
            messages.success(
                request, _("The role of %(name)s is changed.") % {"name": row.person.name}
            )
            return redirect("appointments")
    return render(
        request,
        "registrations/appointment.html",
        {"form": form, "appointment": row},
        status=422 if form.errors else 200,
    )


def _not_over(appointment: int) -> Appointment:
    """Return a role that runs or is still to come; one that has ended is history, a 404."""
    return get_object_or_404(
        Appointment.objects.not_over(timezone.localdate()).select_related(
            "person", "association", "organisation"
        ),
        pk=appointment,
    )


@require_POST
@recently_signed_in
def end(request: HttpRequest, appointment: int) -> HttpResponse:
    """End a role; access is gone with the person's next click."""
    require(request.user, "appoint")
    row = _not_over(appointment)
    try:
        committee.end(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The role of %(name)s is ended.") % {"name": row.person.name})
    return redirect("appointments")


@require_http_methods(["GET", "POST"])
@recently_signed_in
def second_step_lost(request: HttpRequest) -> HttpResponse:
    """Take the second step away from somebody who lost their phone and their codes."""
    require(request.user, "reset_second_factor")
    form = LostFactorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person: Person = form.cleaned_data["email"]
        if person.pk == request.user.pk:
            form.add_error("email", _("This is you. Another administrator can do it for you."))
        elif second_factor.reset(person, by=request.user, reason=form.cleaned_data["reason"]):
            messages.success(
                request, _("The second step of %(name)s is taken away.") % {"name": person.name}
            )
            return redirect("appointments")
        else:
            form.add_error("email", _("This person has no second step."))
    status = 422 if form.errors else 200
    return render(request, "registrations/second_step_lost.html", {"form": form}, status=status)
