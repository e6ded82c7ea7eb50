"""The committee's desk: the queue, and one registration with all that a decision needs."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from registrations import fees, timeline
from registrations import queue as queues
from registrations.calendar import today_in
from registrations.forms import desk as forms
from registrations.models import Program, Registration
from registrations.models.committee import roles_of
from registrations.models.mentoring import conflicts_of
from registrations.navigation import queue_counts
from registrations.permissions import may, require_staff
from registrations.registering import readiness

PER_PAGE = 25
FILTERS = ("q", "program", "language")
# What the page of one registration offers to those who may.
SHOWN = (
    "check_membership",
    "decide_registration",
    "override_gate",
    "record_payment",
    "assign_mentor",
)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The desk starts with the queue."""
    require_staff(request.user)
    return redirect("queue")


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Registrations in this person's care, longest waiting first."""
    require_staff(request.user)
    asked = request.GET.get("view", "")
    current = asked if asked in queues.VIEWS else "waiting"
    counts = queue_counts(request)
    found = queues.search(
        queues.rows(request.user).filter(queues.VIEWS[current][1]),
        text=request.GET.get("q", ""),
        program=request.GET.get("program", ""),
        language=request.GET.get("language", ""),
    ).order_by("submitted_at", "pk")
    filtered = any(request.GET.get(key) for key in FILTERS)
    pages = Paginator(found.values_list("pk", flat=True), PER_PAGE)
    if not filtered and current in counts:
        pages.count = counts[current]  # the tab has counted it
    page = pages.get_page(request.GET.get("page"))
    page.object_list = queues.of_page(request.user, page.object_list)
    for row in page.object_list:
        queues.describe(row)
    context = {
        "views": [
            queues.View(key, label, counts.get(key), _address(request, key), key == current)
            for key, (label, _condition) in queues.VIEWS.items()
        ],
        "view": current,
        "title": queues.VIEWS[current][0],
        "page": page,
        "programs": Program.objects.all(),
        "several_associations": _works_for_several(request),
        "filtered": filtered,
    }
    return render(request, "registrations/queue.html", context)


def _address(request: HttpRequest, view: str) -> str:
    """A tab's address; it keeps the search: whoever isn't in one tab is found in another."""
    kept = {key: request.GET[key] for key in FILTERS if request.GET.get(key)}
    return f"{reverse('queue')}?{urlencode({'view': view} | kept)}"


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
    allowed = {name: may(request.user, name, registration) for name in SHOWN}
    today = today_in(registration.program)
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
    } | filled
    context = shown | {
        "forms": list(filled.values()),
        "registration": registration,
        "own_case": registration.person_id == request.user.pk,
        "mentee": registration.pk in conflicts_of(request.user),
        "allowed": allowed,
        "waiting": waiting,
        "ready": ready,
        "balance": balance,
        "payments": registration.payments.select_related("recorded_by"),
        "membership": registration.membership_check(),
        "checks": registration.membership_checks.select_related("checked_by"),
        "events": timeline.of(registration),
        "waited": queues.waiting_days(registration),
        "next": queues.next_waiting(request.user, registration),
    }
    return render(request, "registrations/desk_registration.html", context, status=status)


def _works_for_several(request: HttpRequest) -> bool:
    roles = roles_of(request.user)
    return roles.sees_everything or len(roles.associations) > 1
