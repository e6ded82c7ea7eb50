"""A participant's requests to organisations."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities import crediting
from activities.forms.requests import AnswerForm, AskForEntryForm, AskForm, AskForPartForm
from activities.models import Activity, CreditRequest
from activities.record import Record
from activities.views.access import own_record, refused
from cec.problems import Refused

PER_PAGE = 25


@require_safe
def listing(request: HttpRequest, registration: int) -> HttpResponse:
    """What was asked, and what became of it, the newest first."""
    record = own_record(request, registration)
    rows = record.registration.credit_requests.select_related("organisation", "course")
    context = {
        "registration": record.registration,
        "record": record,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "can_ask": record.is_open and crediting.takes_requests(record.program),
    }
    return render(request, "activities/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def for_entry(request: HttpRequest, registration: int) -> HttpResponse:
    """Ask an organisation about an entry; `?activity=` chooses it beforehand."""
    record = _open_record(request, registration)
    if isinstance(record, HttpResponse):
        return record
    asked = request.GET.get("activity", "")
    chosen = record.credits().filter(activity=asked) if _is_id(asked) else record.credits().none()
    data = request.POST if request.method == "POST" else None
    form = AskForEntryForm(record, data, initial={"credit": chosen.first()})
    if form.is_bound and form.is_valid():
        credit, rest = form.cleaned_data.pop("credit"), form.cleaned_data
        return _send(
            request,
            record,
            form,
            lambda: crediting.ask_for_entry(
                record.registration, credit.activity, by=request.user, **rest
            ),
        )
    return _show(request, record, form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def for_part(request: HttpRequest, registration: int) -> HttpResponse:
    """Ask an organisation about a part that one had in a course."""
    record = _open_record(request, registration)
    if isinstance(record, HttpResponse):
        return record
    form = AskForPartForm(record, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _send(
            request,
            record,
            form,
            lambda: crediting.ask_for_part(
                record.registration, by=request.user, **form.cleaned_data
            ),
        )
    return _show(request, record, form, status=422 if form.errors else 200)


def _open_record(request: HttpRequest, registration: int) -> Record | HttpResponse:
    """Return the own record, or what answers while it is closed or nobody can be asked."""
    record = own_record(request, registration)
    if not record.is_open:
        return refused(request, record)
    if not crediting.takes_requests(record.program):
        raise Http404
    return record


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _send(request: HttpRequest, record: Record, form: AskForm, deed) -> HttpResponse:
    try:
        row = deed()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, record, form, status=409)
    messages.success(request, _("Your request is with %(name)s.") % {"name": row.organisation.name})
    return redirect("request", record.registration.pk, row.pk)


def _show(request: HttpRequest, record: Record, form: AskForm, *, status: int) -> HttpResponse:
    context = {
        "registration": record.registration,
        "record": record,
        "form": form,
        "for_entry": isinstance(form, AskForEntryForm),
    }
    return render(request, "activities/request_form.html", context, status=status)


@require_safe
def request_page(request: HttpRequest, registration: int, credit_request: int) -> HttpResponse:
    """One request: what was asked, the question that waits, the decision."""
    record = own_record(request, registration)
    return _page(request, record, _request_of(record, credit_request))


def _page(
    request: HttpRequest,
    record: Record,
    row: CreditRequest,
    *,
    form: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "registration": record.registration,
        "record": record,
        "asked": row,
        "form": (form or AnswerForm()) if row.can("answer") else None,
        "has_entry": Activity.objects.in_record(record.registration)
        .filter(pk=row.activity_id)
        .exists(),
    }
    return render(request, "activities/request.html", context, status=status)


@require_POST
def answer(request: HttpRequest, registration: int, credit_request: int) -> HttpResponse:
    """Answer the organisation's question."""
    record = own_record(request, registration)
    row = _request_of(record, credit_request)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, record, row, form=form, status=422)
    try:
        crediting.answer(row, by=request.user, text=form.cleaned_data["answer"])
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Your answer is on its way."))
    return redirect("request", registration, row.pk)


@require_POST
def withdraw(request: HttpRequest, registration: int, credit_request: int) -> HttpResponse:
    """Take a request back while nobody has decided."""
    record = own_record(request, registration)
    row = _request_of(record, credit_request)
    try:
        crediting.withdraw(row, by=request.user)
    except Refused as refusal:
        row.refresh_from_db()
        if row.state != CreditRequest.State.WITHDRAWN:  # else a second click on the same button
            messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Your request is taken back."))
    return redirect("requests", registration)


def _request_of(record: Record, pk: int) -> CreditRequest:
    rows = record.registration.credit_requests.select_related(
        "organisation", "course", "activity", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)
