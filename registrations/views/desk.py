"""The committee's desk: the queue, and one registration with all that a decision needs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from registrations import fees, timeline
from registrations import queue as queues
from registrations.calendar import today_in
from registrations.forms import desk as forms
from registrations.models import Registration
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
    return show(request, find(request, registration))


def find(request: HttpRequest, registration: int) -> Registration:
    """Return a registration in this person's care; anything else is a 404."""
    return get_object_or_404(
        Registration.objects.worked_on_by(request.user).select_related(
            "program", "association", "person", "rules"
        ),
        pk=registration,
    )


def show(
    request: HttpRequest, registration: Registration, *, status: int = 200, **filled: Any
) -> HttpResponse:
    """Show the page; `filled` are forms that came back with errors, by their name."""
    waiting = registration.status == Registration.Status.SUBMITTED
    ready = readiness(registration) if waiting else None
    balance = fees.balance(registration)
    allowed = {
        name: may(request.user, name, registration)
        for name in (
            "check_membership",
            "decide_registration",
            "override_gate",
            "record_payment",
            "write_remark",
        )
    }
    today = today_in(registration.program)
    asked = queues.Asked.of(request.GET)
    shown: dict[str, Any] = {
        "membership_form": forms.MembershipForm(),
        "approve_form": forms.ApproveForm(
            initial={"starts_on": (ready and ready.starts_on) or today},
            may_override=allowed["override_gate"] and bool(ready and ready.problems),
        ),
        "decline_form": forms.DeclineForm(),
        "payment_form": forms.PaymentForm(initial={"amount": balance, "received_on": today}),
        "waive_form": forms.WaiveForm(),
        "refund_form": forms.RefundForm(),
        "remark_form": forms.RemarkForm(),
    } | filled
    context = shown | {
        "forms": list(filled.values()),
        "registration": registration,
        "own_case": registration.person_id == request.user.pk,
        "conflict": queues.conflict(request.user, registration),
        "list_query": asked.query(),
        "allowed": allowed,
        "waiting": waiting,
        "ready": ready,
        "balance": balance,
        "payments": registration.payments.select_related("recorded_by"),
        "membership": registration.membership_check(),
        "checks": registration.membership_checks.select_related("checked_by"),
        "events": timeline.of(registration, reader=request.user),
        "waited": queues.waiting_days(registration),
        "next": queues.next_waiting(request.user, registration, asked),
    }
    return render(request, "registrations/desk_registration.html", context, status=status)
