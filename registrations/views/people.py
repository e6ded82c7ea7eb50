"""Who does what in the committee, and until when."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cec.problems import Refused
from registrations import committee
from registrations.forms.desk import AppointmentForm
from registrations.models import Appointment
from registrations.permissions import may, require


@require_http_methods(["GET", "POST"])
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
    rows = Appointment.objects.select_related("person", "association", "appointed_by")
    current = rows.not_over(today).order_by("role", "association__code", "person__name")
    return render(
        request,
        "registrations/appointments.html",
        {
            "form": form,
            "current": current,
            "past": rows.exclude(pk__in=rows.not_over(today))[:50],
            "may_name_administrators": may(request.user, "appoint_administrator"),
        },
        status=422 if form.errors else 200,
    )


@require_POST
def end(request: HttpRequest, appointment: int) -> HttpResponse:
    """End a role; access is gone with the person's next click."""
    require(request.user, "appoint")
    row = get_object_or_404(
        Appointment.objects.not_over(timezone.localdate()).select_related("person"),
        pk=appointment,
    )
    try:
        committee.end(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The role of %(name)s is ended.") % {"name": row.person.name})
    return redirect("appointments")
