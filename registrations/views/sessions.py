"""Where a person is signed in, and ending what they don't know."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from registrations import sessions


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All sessions of the person, this one first."""
    found = sessions.lines(request.user, here=request.session.session_key)  # type: ignore[arg-type]
    return render(request, "usersessions/usersession_list.html", {"sessions": found})


@require_POST
def end(request: HttpRequest, session: int) -> HttpResponse:
    """End one other session; the page that it has open is its last."""
    others = sessions.of(request.user).exclude(session_key=request.session.session_key)  # type: ignore[arg-type]
    sessions.end(request.user, [get_object_or_404(others, pk=session)])  # type: ignore[arg-type]
    messages.success(request, _("That session is ended."))
    return redirect("usersessions_list")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    others = sessions.of(request.user).exclude(session_key=request.session.session_key)  # type: ignore[arg-type]
    if sessions.end(request.user, others):  # type: ignore[arg-type]
        messages.success(request, _("You’re signed in here and nowhere else."))
    return redirect("usersessions_list")
