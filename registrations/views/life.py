"""What happens in a life: another association, a withdrawal on request, another cycle."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.problems import Refused
from registrations import correcting, moving, registering
from registrations.cycles import may_begin_again
from registrations.forms.life import CorrectForm, DeskMoveForm, DeskWithdrawForm, MoveForm
from registrations.models import Registration
from registrations.permissions import require
from registrations.views import desk
from registrations.views.registering import own_registration


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Every registration of the signed-in person, the latest first: the way from one to another."""
    rows = list(
        Registration.objects.visible_to(request.user)
        .filter(person=request.user)
        .select_related("program", "association")
        .order_by("-pk")
    )
    return render(request, "registrations/mine.html", {"registrations": rows})


@require_GET
def changes(request: HttpRequest, registration: int) -> HttpResponse:
    """Something changed? What one can do about it."""
    row = own_registration(request, registration)
    context = {
        "registration": row,
        "can_correct": correcting.can_correct(row),
        "can_move": moving.can_move(row),
        "can_withdraw": row.can("withdraw"),
        "can_begin_again": may_begin_again(row),
    }
    return render(request, "registrations/changes.html", context)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, registration: int) -> HttpResponse:
    """The participant puts right what they told on registering."""
    row = own_registration(request, registration)
    form = CorrectForm(request.POST if request.method == "POST" else None, registration=row)
    if request.method == "POST" and form.is_valid():
        try:
            if correcting.correct(row, by=request.user, **form.cleaned_data):
                messages.success(request, _("Your changes are saved."))
        except Refused as refused:
            messages.warning(request, str(refused))
        return redirect("registration_status", registration=row.pk)
    if not correcting.can_correct(row):
        messages.warning(request, _("This can’t be corrected now."))
        return redirect("registration_status", registration=row.pk)
    context = {"registration": row, "form": form}
    status = 422 if form.errors else 200
    return render(request, "registrations/correct.html", context, status=status)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, registration: int) -> HttpResponse:
    """The participant tells their new association."""
    row = own_registration(request, registration)
    if not moving.can_move(row):
        messages.warning(request, _("This registration can’t move now."))
        return redirect("registration_status", registration=row.pk)
    form = MoveForm(request.POST if request.method == "POST" else None, registration=row)
    if request.method == "POST" and form.is_valid():
        try:
            moving.move(row, by=request.user, **form.cleaned_data)
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(
                request,
                _("You’re with %(association)s now. It checks your membership next.")
                % {"association": form.cleaned_data["association"].name},
            )
        return redirect("registration_status", registration=row.pk)
    context = {"registration": row, "form": form}
    status = 422 if form.errors else 200
    return render(request, "registrations/move.html", context, status=status)


@require_POST
def desk_move(request: HttpRequest, registration: int) -> HttpResponse:
    """Move somebody who asked for it; whoever moves it may lose sight of it by that."""
    row = desk.find(request, registration)
    require(request.user, "move_registration", row)
    form = DeskMoveForm(request.POST, registration=row)
    if not form.is_valid():
        return desk.show(request, row, status=422, move_form=form)
    return _do(
        request,
        row,
        lambda: moving.move(row, by=request.user, **form.cleaned_data),
        done=_("%(name)s is with %(association)s now.")
        % {"name": row.person.name, "association": form.cleaned_data["association"].name},
    )


@require_POST
def desk_withdraw(request: HttpRequest, registration: int) -> HttpResponse:
    """Withdraw a registration for somebody who asked for it."""
    row = desk.find(request, registration)
    require(request.user, "decide_registration", row)
    form = DeskWithdrawForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, withdraw_form=form)
    return _do(
        request,
        row,
        lambda: registering.withdraw(row, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("The registration of %(name)s is withdrawn.") % {"name": row.person.name},
    )


def _do(request: HttpRequest, row: Registration, deed: Any, *, done: str) -> HttpResponse:
    """Call a verb, say how it went, and go where the person still sees something."""
    try:
        deed()
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done)
    still_sees = Registration.objects.worked_on_by(request.user).filter(pk=row.pk).exists()
    return redirect("desk_registration", row.pk) if still_sees else redirect("queue")
