"""What mentor and participant do with a mentoring, and the page behind an invitation's link."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cec.problems import Refused
from registrations.forms.mentoring import AnswerForm
from registrations.mentoring import assigning, inviting
from registrations.models import MentorInvitation, Mentorship


@require_POST
def accept(request: HttpRequest, mentorship: int) -> HttpResponse:
    """Say yes to a participant."""
    row = _asked(request, mentorship)
    said = _("You mentor %(name)s now.") % {"name": row.registration.person.name}
    return _do(request, lambda: assigning.accept(row, by=request.user), said)


@require_POST
def decline(request: HttpRequest, mentorship: int) -> HttpResponse:
    """Say no, perhaps with a word."""
    row = _asked(request, mentorship)
    form = AnswerForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    said = _("You declined. Your association looks for somebody else.")
    return _do(request, lambda: assigning.decline(row, by=request.user, reason=reason), said)


def _asked(request: HttpRequest, pk: int) -> Mentorship:
    rows = Mentorship.objects.select_related("registration__person")
    return get_object_or_404(rows, pk=pk, mentor=request.user)


def _do(request: HttpRequest, verb: Callable[[], object], said: str) -> HttpResponse:
    try:
        verb()
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("mentees")


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, mentorship: int) -> HttpResponse:
    """End a mentoring, on the mentor's side or the participant's, after a page that asks."""
    mine = Q(mentor=request.user) | Q(registration__person=request.user)
    rows = Mentorship.objects.filter(mine).select_related("registration__person", "mentor")
    row = get_object_or_404(rows, pk=mentorship)
    as_mentor = row.mentor_id == request.user.pk
    back = redirect("mentees") if as_mentor else redirect("plan", row.registration_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            assigning.end(row, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("The mentoring has ended."))
        return back
    if not row.is_active:
        return back
    return render(
        request,
        "registrations/mentoring_end.html",
        {"form": form, "mentorship": row, "as_mentor": as_mentor},
        status=422 if form.errors else 200,
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Public: what an invitation asks. Opening the link changes nothing; accepting is a POST."""
    row = inviting.find(secret)
    if row is None:
        raise Http404
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        return _accept(request, row)
    problem = inviting.spent(row)
    return _show(request, row, problem=problem.message if problem else "")


def _accept(request: HttpRequest, row: MentorInvitation) -> HttpResponse:
    try:
        mentorship = inviting.accept(row, by=request.user)
    except PermissionDenied:
        return _show(request, row, status=403)
    except Refused as refused:
        return _show(request, row, problem=str(refused), status=409)
    messages.success(
        request, _("You mentor %(name)s now.") % {"name": row.registration.person.name}
    )
    return redirect("mentee", mentorship=mentorship.pk)


def _show(
    request: HttpRequest, row: MentorInvitation, *, problem: str = "", status: int = 200
) -> HttpResponse:
    signed_in = request.user.is_authenticated
    context = {
        "invitation": row,
        "registration": row.registration,
        "problem": problem,
        "fits": signed_in and inviting.is_for(row, request.user),
    }
    gone = 410 if problem and status == 200 else status
    return render(request, "registrations/mentor_invitation.html", context, status=gone)
