"""Decisions on a registration: membership, approval, a reasoned no."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cec.problems import Refused
from registrations import committee, queue, registering
from registrations import membership as memberships
from registrations.forms.desk import (
    ApproveForm,
    DeclineForm,
    MatchForm,
    MembershipForm,
    RemarkForm,
)
from registrations.models import Registration, RosterMember
from registrations.permissions import may, require
from registrations.views import desk

# Which field of a decision a refusal is about; the others are about the registration.
ABOUT = {
    "day_over": "good_until",
    "no_reason": "reason",
    "no_start": "starts_on",
    "future_start": "starts_on",
    "early_start": "starts_on",
    "overlap": "starts_on",
}


@require_POST
def membership(request: HttpRequest, registration: int) -> HttpResponse:
    """Record what was found out about a membership."""
    row = desk.find(request, registration)
    require(request.user, "check_membership", row)
    form = MembershipForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, membership_form=form)

    try:
        memberships.record_check(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        if all(problem.fixable for problem in refused.problems):
            _say(form, refused)
            return desk.show(request, row, status=409, membership_form=form)
        messages.warning(request, str(refused))
        return redirect(page_in_list(request, row))
    return _checked(request, row)


@require_POST
def remark(request: HttpRequest, registration: int) -> HttpResponse:
    """Write a note that the committee alone reads."""
    row = desk.find(request, registration)
    require(request.user, "write_remark", row)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, remark_form=form)
    committee.remark(row, by=request.user, **form.cleaned_data)
    messages.success(request, _("The note is kept."))
    return redirect(page_in_list(request, row))


@require_POST
def match(request: HttpRequest, registration: int) -> HttpResponse:
    """Record that somebody is this member on their association's list."""
    row = desk.find(request, registration)
    require(request.user, "check_membership", row)
    form = MatchForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, match_form=form)
    data = form.cleaned_data
    member = get_object_or_404(
        RosterMember.objects.select_related("roster"),
        pk=data.pop("member"),
        roster__association=row.association_id,
    )
    try:
        memberships.record_member(row, member, by=request.user, **data)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect(page_in_list(request, row))
    return _checked(request, row)


@require_POST
def approve(request: HttpRequest, registration: int) -> HttpResponse:
    """Approve, and go on to the next one in line."""
    row = desk.find(request, registration)
    require(request.user, "decide_registration", row)
    form = ApproveForm(request.POST, may_override=may(request.user, "override_gate", row))
    if not form.is_valid():
        return desk.show(request, row, status=422, approve_form=form)
    data = form.cleaned_data
    try:
        registering.approve(
            row,
            by=request.user,
            starts_on=data["starts_on"],
            reason=data["reason"],
            override=data.get("override", False),
        )
    except Refused as refused:
        if not row.was_moved("approve", by=request.user):
            _say(form, refused)
            row.refresh_from_db()
            return desk.show(request, row, status=409, approve_form=form)
    return _go_on(request, row, _("%(name)s is registered.") % {"name": row.person.name})


@require_POST
def decline(request: HttpRequest, registration: int) -> HttpResponse:
    """Decline with a reason, and go on to the next one in line."""
    row = desk.find(request, registration)
    require(request.user, "decide_registration", row)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return desk.show(request, row, status=422, decline_form=form)
    try:
        registering.decline(row, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refused:
        if not row.was_moved("decline", by=request.user):
            messages.warning(request, str(refused))
            return redirect(page_in_list(request, row))
    return _go_on(
        request,
        row,
        _("The registration of %(name)s is declined.") % {"name": row.person.name},
    )


def _say(form: Form, refused: Refused) -> None:
    """Put each problem beside the field that it is about, what was typed stays."""
    for problem in refused.problems:
        form.add_error(ABOUT.get(problem.code), str(problem.message))


def _checked(request: HttpRequest, row: Registration) -> HttpResponse:
    """Stay for the approval if nothing is in its way; else there is no more to decide here now."""
    done = _("The membership check is recorded.")
    waiting = row.status == Registration.Status.SUBMITTED
    if waiting and registering.readiness(row).problems:
        return _go_on(request, row, done)
    messages.success(request, done)
    if desk.memberships_view(request) and not waiting:
        return redirect(desk.address_of_list(request))
    return redirect(page_in_list(request, row))


def _go_on(request: HttpRequest, row: Registration, done: str) -> HttpResponse:
    """Go to the next one of the list that the person came from, and say how many are left."""
    if desk.memberships_view(request):
        messages.success(request, done)
        return redirect(desk.address_of_list(request))
    asked = queue.Asked.of(request.GET)
    following = queue.next_waiting(request.user, row, asked)
    left = queue.others_waiting(request.user, row, asked).count() if following else 0
    if left:
        rest = ngettext("%(count)s left.", "%(count)s left.", left) % {"count": left}
    elif queue.others_waiting(request.user, row, queue.Asked()).exists():
        rest = _("That was the last one of this list.")
    else:
        rest = _("Nothing else is waiting.")
    messages.success(request, f"{done} {rest}")
    if following is None:
        return redirect(desk.address_of_list(request))
    return redirect(page_in_list(request, following))


def page_in_list(request: HttpRequest, row: Registration) -> str:
    """The address of a registration's page, which leads back to the list one came from."""
    query = desk.list_query(request)
    return reverse("desk_registration", args=[row.pk]) + (f"?{query}" if query else "")
