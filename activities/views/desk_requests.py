"""An organisation's requests: its officers read and decide them, administrators read them."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from activities import crediting
from activities.forms.requests import ApproveRequestForm, AskBackForm, DeclineRequestForm
from activities.models import CreditRequest
from activities.models.requests import already_moved
from cec.navigation import Tab
from cec.problems import Refused
from registrations.forms.desk import PlainForm
from registrations.models import Organisation
from registrations.organisations import allocated

PER_PAGE = 25
State = CreditRequest.State


@require_safe
def listing(request: HttpRequest, organisation: int) -> HttpResponse:
    """What waits, longest first, and what is decided, newest first."""
    row = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation)
    rows = row.credit_requests.select_related(
        "registration__person", "registration__program", "course", "decided_by"
    )
    decided = request.GET.get("view") == "decided"
    waiting = rows.waiting()
    found = rows.filter(state__in=[State.APPROVED, State.DECLINED]) if decided else waiting
    address = reverse("desk_requests", args=[row.pk])
    context = {
        "organisation": row,
        "decided": decided,
        "views": [
            Tab("waiting", _("To decide"), waiting.count(), address, not decided),
            Tab("decided", _("Decided"), None, f"{address}?view=decided", decided),
        ],
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "activities/desk_requests.html", context)


@require_safe
def request_page(request: HttpRequest, organisation: int, credit_request: int) -> HttpResponse:
    """One request, with the ways to answer it."""
    return _page(request, _find(request, organisation, credit_request))


def _find(request: HttpRequest, organisation: int, pk: int) -> CreditRequest:
    """Return a request to an organisation whose desk this person may see."""
    get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation)
    rows = CreditRequest.objects.visible_to(request.user).select_related(
        "registration__person",
        "registration__program",
        "organisation",
        "course",
        "activity",
        "decided_by",
    )
    return get_object_or_404(rows, pk=pk, organisation=organisation)


def _page(
    request: HttpRequest, row: CreditRequest, *, form: PlainForm | None = None, status: int = 200
) -> HttpResponse:
    number = allocated(
        row.organisation, row.registration.program, course=row.course.key, part=row.part
    )
    forms: dict[type[PlainForm], PlainForm] = {
        ApproveRequestForm: ApproveRequestForm(allocated=number),
        DeclineRequestForm: DeclineRequestForm(),
        AskBackForm: AskBackForm(),
    }
    if form is not None:
        forms[type(form)] = form
    context = {
        "asked": row,
        "organisation": row.organisation,
        "allocated": number,
        "may_decide": row.is_open and crediting.may_decide(row, request.user),
        "forms": list(forms.values()),
        "approve_form": forms[ApproveRequestForm],
        "decline_form": forms[DeclineRequestForm],
        "ask_form": forms[AskBackForm],
        "may_ask": row.can("question"),
    }
    return render(request, "activities/desk_request.html", context, status=status)


@require_POST
def approve(request: HttpRequest, organisation: int, credit_request: int) -> HttpResponse:
    """Approve a number of credits."""
    row = _to_decide(request, organisation, credit_request)
    number = allocated(
        row.organisation, row.registration.program, course=row.course.key, part=row.part
    )
    form = ApproveRequestForm(request.POST, allocated=number)
    return _decide(request, row, form, "approve", crediting.approve, _("The request is approved."))


@require_POST
def decline(request: HttpRequest, organisation: int, credit_request: int) -> HttpResponse:
    """Decline with a reason."""
    row = _to_decide(request, organisation, credit_request)
    form = DeclineRequestForm(request.POST)
    return _decide(request, row, form, "decline", crediting.decline, _("The request is declined."))


@require_POST
def ask_back(request: HttpRequest, organisation: int, credit_request: int) -> HttpResponse:
    """Ask the person something first."""
    row = _to_decide(request, organisation, credit_request)
    form = AskBackForm(request.POST)
    done = _("Your question is on its way.")
    return _decide(request, row, form, "question", crediting.ask_back, done)


def _to_decide(request: HttpRequest, organisation: int, pk: int) -> CreditRequest:
    row = _find(request, organisation, pk)
    if not crediting.may_decide(row, request.user):
        raise PermissionDenied
    return row


def _decide(
    request: HttpRequest,
    row: CreditRequest,
    form: PlainForm,
    move: str,
    deed: Callable[..., None],
    done: str,
) -> HttpResponse:
    """Do it if the form is right; whoever comes second hears what the first one did."""
    if not row.can(move):
        _say_where_it_is(request, row, move)
        return redirect("desk_request", row.organisation_id, row.pk)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    try:
        deed(row, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        if refusal.problems[0].code in ("already_moved", "stale"):
            messages.warning(request, str(refusal))
            return redirect("desk_request", row.organisation_id, row.pk)
        form.add_error(None, str(refusal))
        return _page(request, row, form=form, status=409)
    messages.success(request, done)
    return redirect("desk_requests", row.organisation_id)


def _say_where_it_is(request: HttpRequest, row: CreditRequest, move: str) -> None:
    """Explain why nothing was done, except to somebody who pressed the same button twice."""
    twice = row.state == CreditRequest.MOVES[move][1] and (
        row.decided_by_id in (None, request.user.pk)
    )
    if not twice:
        messages.warning(request, already_moved(row).message)
