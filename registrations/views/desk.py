"""The committee's desk: the queue, and one registration with all that a decision needs."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from registrations import (
    fees,
    membership,
    moving,
    reaching,
    roster_matching,
    timeline,
    viewing,
    watch,
)
from registrations import queue as queues
from registrations.calendar import today_in
from registrations.forms import desk as forms
from registrations.forms.life import DeskMoveForm, DeskWithdrawForm
from registrations.mentoring import assigning
from registrations.models import (
    MembershipCheck,
    MembershipDoubt,
    MembershipProof,
    RecordView,
    Registration,
)
from registrations.permissions import may, require_staff
from registrations.registering import readiness


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The desk starts with the queue."""
    require_staff(request.user)
    return redirect("queue")


@require_GET
def registration_page(request: HttpRequest, registration: int) -> HttpResponse:
    """One registration: the application, both gates, the decision and the timeline."""
    row = find(request, registration)
    viewing.saw(request, row, RecordView.Page.REGISTRATION)
    return show(request, row)


def find(request: HttpRequest, registration: int) -> Registration:
    """Return a registration in this person's care; anything else is a 404."""
    return get_object_or_404(
        Registration.objects.worked_on_by(request.user).select_related(
            "program", "association", "person", "rules"
        ),
        pk=registration,
    )


def memberships_view(request: HttpRequest) -> str:
    """The view of the memberships to look at that the person came from, or nothing."""
    asked = request.GET.get("memberships", "")
    return asked if asked in watch.VIEWS else ""


def list_query(request: HttpRequest) -> str:
    """What the address of a registration's page carries of the list that the person came from."""
    if looked_at := memberships_view(request):
        return urlencode({"memberships": looked_at})
    return queues.Asked.of(request.GET).query()


def address_of_list(request: HttpRequest) -> str:
    """The list that the person came from: memberships to look at, or the queue."""
    if looked_at := memberships_view(request):
        return f"{reverse('desk_memberships')}?{urlencode({'view': looked_at})}"
    query = list_query(request)
    return reverse("queue") + (f"?{query}" if query else "")


def show(
    request: HttpRequest, registration: Registration, *, status: int = 200, **filled: Any
) -> HttpResponse:
    """Show the page; `filled` are forms that came back with errors, by their name."""
    waiting = registration.status == Registration.Status.SUBMITTED
    ready = readiness(registration) if waiting else None
    standing = fees.standing(registration)
    balance = standing.balance
    allowed = {
        name: may(request.user, name, registration)
        for name in (
            *("check_membership", "decide_registration", "override_gate", "record_payment"),
            *("move_registration", "extend_cycle", "write_remark", "assign_mentor"),
            "move_to_rules",
        )
    }
    allowed["move_to_rules"] &= registration.rules_id != registration.program.current_rules.pk
    today = today_in(registration.program)
    asked, looked_at = queues.Asked.of(request.GET), memberships_view(request)
    latest = registration.membership_checks.first()
    seen = latest.pk if latest else 0
    shown: dict[str, Any] = {
        "membership_form": forms.MembershipForm(initial={"seen": seen}),
        "approve_form": forms.ApproveForm(
            initial={"starts_on": (ready and ready.starts_on) or today},
            may_override=allowed["override_gate"] and bool(ready and ready.problems),
        ),
        "decline_form": forms.DeclineForm(),
        "payment_form": forms.PaymentForm(initial={"amount": balance, "received_on": today}),
        "waive_form": forms.WaiveForm(),
        "refund_form": forms.RefundForm(),
        "move_form": DeskMoveForm(registration=registration),
        "withdraw_form": DeskWithdrawForm(),
        "remark_form": forms.RemarkForm(),
    } | filled
    context = shown | {
        "forms": list(filled.values()),
        "registration": registration,
        "address_fails": reaching.failing([registration.person]).get(registration.person_id),
        "own_case": registration.person_id == request.user.pk,
        "conflict": queues.conflict(request.user, registration),
        "list_query": list_query(request),
        "back": address_of_list(request),
        "memberships": looked_at,
        "allowed": allowed,
        "waiting": waiting,
        "ready": ready,
        "balance": balance,
        "fee_state": standing.fee_state,
        "payments": registration.payments.select_related("recorded_by"),
        "membership": registration.membership_check(),
        "checks": registration.membership_checks.select_related("checked_by", "roster"),
        "not_current": membership.not_current(registration),
        "doubt": MembershipDoubt.objects.filter(registration=registration).first(),
        "proofs": MembershipProof.objects.visible_to(request.user)
        .filter(registration=registration)
        .select_related("file"),
        **(_on_the_list(registration, latest) if allowed["check_membership"] else {}),
        "events": timeline.of(registration, reader=request.user),
        "can_move": moving.can_move(registration),
        "can_withdraw": registration.can("withdraw"),
        "mentorship": assigning.mentorship_of(registration),
        "changes": registration.cycle_changes.in_force(),
        "waited": queues.waiting_days(registration),
        "next": None if looked_at else queues.next_waiting(request.user, registration, asked),
    }
    return render(request, "registrations/desk_registration.html", context, status=status)


def _on_the_list(registration: Registration, latest: MembershipCheck | None) -> dict[str, Any]:
    """The association's list, and rows of it that may be the person, each with its button.

    The row that the latest check rests on has none: it has been recorded.
    """
    if not registration.program.needs_membership or not registration.is_open:
        return {}
    day = membership.judged_on(registration)
    roster = roster_matching.list_of(registration)
    proposals = [
        {
            "match": match,
            "good": membership.holds(match.member, day),
            "recorded": latest is not None and latest.rests_on(match.member),
            "form": forms.MatchForm(
                initial={"member": match.member.pk, "seen": latest.pk if latest else 0},
                auto_id=False,
            ),
        }
        for match in roster_matching.matches(registration, roster)
    ]
    to_record = latest is None or not latest.is_confirmed
    found = [one for one in proposals if one["match"].certain and not one["recorded"]]
    return {
        "roster": roster,
        "proposals": proposals,
        # One click settles it then: that button comes before the form for a check by hand.
        "found_on_list": to_record and any(one["match"].member.says_standing for one in found),
    }
