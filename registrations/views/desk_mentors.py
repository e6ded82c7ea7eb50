"""The representative's desk of mentors: who wants one, who offers, and who fits whom."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cec.problems import Refused
from registrations.forms.mentoring import AssignForm, TurnDownForm
from registrations.mentoring import asking, assigning, fit, offers
from registrations.models import MentorOffer, MentorWish, Registration
from registrations.permissions import require
from registrations.queue import days_since
from registrations.views.desk import find

PER_PAGE = 25


@require_safe
def mentors(request: HttpRequest) -> HttpResponse:
    """Who waits for a mentor, the offers to confirm, and the mentors there are."""
    require(request.user, "assign_mentor")
    return _show(request)


def _show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    waiting = asking.waiting(request.user).select_related("person", "association", "mentor_wish")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.waited = days_since(row.since)  # type: ignore[attr-defined]
    standing = (
        offers.in_care_of(request.user)
        .with_load()  # type: ignore[attr-defined]
        .select_related("person", "association", "program")
        .prefetch_related("areas")
        .order_by("state", "person__name", "pk")
    )
    by_state = {state: [row for row in standing if row.state == state] for state in _STATES}
    context = {
        "page": page,
        "to_confirm": by_state[MentorOffer.State.OFFERED],
        "mentors": by_state[MentorOffer.State.CONFIRMED] + by_state[MentorOffer.State.PAUSED],
        "programs": offers.programs(),
        "form": None,
    }
    return render(request, "registrations/desk_mentors.html", context | more, status=status)


_STATES = (MentorOffer.State.OFFERED, MentorOffer.State.CONFIRMED, MentorOffer.State.PAUSED)


@require_POST
def confirm(request: HttpRequest, offer: int) -> HttpResponse:
    """Confirm an offer to mentor."""
    row = _offer(request, offer)
    try:
        offers.confirm(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("%(name)s is a mentor now.") % {"name": row.person.name})
    return redirect("desk_mentors")


@require_http_methods(["GET", "HEAD", "POST"])
def turn_down(request: HttpRequest, offer: int) -> HttpResponse:
    """End an offer with a reason; a page of its own asks for it."""
    row = _offer(request, offer)
    form = TurnDownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            offers.turn_down(row, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(
                request, _("The offer of %(name)s is ended.") % {"name": row.person.name}
            )
        return redirect("desk_mentors")
    return render(
        request,
        "registrations/mentor_turn_down.html",
        {"form": form, "offer": row},
        status=422 if form.errors else 200,
    )


def _offer(request: HttpRequest, pk: int) -> MentorOffer:
    """Return an offer in this person's care; one's own is for somebody else to decide."""
    rows = offers.in_care_of(request.user).select_related("person", "association", "program")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, registration: int) -> HttpResponse:
    """Choose a mentor from a list that shows load, language and fit, or replace the one there."""
    row = find(request, registration)
    require(request.user, "assign_mentor", row)
    standing = assigning.mentorship_of(row)
    found = fit.candidates(row)
    free = [candidate for candidate in found if not candidate.is_full]
    data = request.POST if request.method == "POST" else None
    form = AssignForm(data, offers=[one.offer for one in found], replaces=standing is not None)
    status = 422 if form.errors else 200
    if data is not None and form.is_valid():
        try:
            return _assigned(request, row, form)
        except Refused as refused:
            form.add_error(None, str(refused))
            status = 409
            standing, found = assigning.mentorship_of(row), fit.candidates(row)
    wish = MentorWish.objects.filter(registration=row).prefetch_related("areas").first()
    context = {
        "registration": row,
        "candidates": found,
        "free": len(free),
        "form": form,
        "mentorship": standing,
        "wish": wish,
        "open": row.status == Registration.Status.ACTIVE,
    }
    return render(request, "registrations/mentor_assign.html", context, status=status)


def _assigned(request: HttpRequest, row: Registration, form: AssignForm) -> HttpResponse:
    chosen = get_object_or_404(MentorOffer, pk=form.cleaned_data["offer"])
    if "reason" in form.fields:
        reason = form.cleaned_data["reason"]
        seen = request.POST.get("seen")
        mentorship = assigning.replace(row, chosen, by=request.user, reason=reason, seen=seen)
    else:
        mentorship = assigning.propose(row, chosen, by=request.user)
    messages.success(
        request,
        _("%(mentor)s is asked to mentor %(name)s.")
        % {"mentor": mentorship.mentor.name, "name": row.person.name},
    )
    return redirect("desk_mentors")


@require_POST
def end(request: HttpRequest, registration: int) -> HttpResponse:
    """End the mentoring of a registration, or take back the asking."""
    row = find(request, registration)
    require(request.user, "assign_mentor", row)
    standing = assigning.mentorship_of(row)
    if standing is None:
        messages.warning(request, _("There is no mentor now."))
        return redirect("mentor_assign", row.pk)
    try:
        assigning.end(standing, by=request.user, seen=request.POST.get("seen"))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The mentoring has ended."))
    return redirect("mentor_assign", row.pk)
