"""One deposit of a bank export: shared by up to ten people, or set aside with a reason."""

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cec.problems import Refused
from registrations import queue
from registrations.bank import matching, recording
from registrations.forms.bank import AsideForm, SharesForm
from registrations.models import BankLine, Payment, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.permissions import may, require

FOUND_SHOWN = 10
_ID = re.compile(r"\d{1,18}", re.ASCII)


@require_http_methods(["GET", "HEAD", "POST"])
def deposit(request: HttpRequest, line: int) -> HttpResponse:
    """One deposit: whose fees it pays, up to ten people; what is left of it stays open."""
    require(request.user, "record_payment")
    row = _line(line)
    (proposal,) = matching.propose([row], by=request.user)
    chosen = _chosen(request, proposal)
    form = SharesForm(
        request.POST if request.method == "POST" else None,
        rows=chosen,
        left=row.remainder,
        initial={"method": proposal.method},
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                paid = recording.record(
                    row, form.shares(), by=request.user, method=form.cleaned_data["method"]
                )
            except Refused as refused:
                form.add_error(None, str(refused))
                status = 409
            else:
                return _recorded(request, row, paid)
        else:
            status = 422
    return _show_line(request, proposal, form, status=status)


def _recorded(request: HttpRequest, row: BankLine, paid: list[Payment]) -> HttpResponse:
    names = ", ".join(payment.registration.person.name for payment in paid)
    messages.success(request, _("Recorded for %(names)s.") % {"names": names})
    if BankLine.objects.open().filter(pk=row.pk).exists():
        return redirect("bank_line", line=row.pk)
    return redirect("bank_export", export=row.export_id)


def _line(pk: int) -> BankLine:
    return get_object_or_404(
        BankLine.objects.with_remainder().select_related("export", "set_aside_by"), pk=pk
    )


def _chosen(request: HttpRequest, proposal: matching.Proposal) -> list[Registration]:
    """Whom the deposit is shared by: those chosen so far, or the one who is proposed alone."""
    given = request.POST if request.method == "POST" else request.GET
    if "with" not in given:
        return [proposal.only.registration] if proposal.only and request.method != "POST" else []
    ids = [int(text) for text in given.getlist("with") if _ID.fullmatch(text)]
    ids = list(dict.fromkeys(ids))[: recording.MOST_SHARES]
    found = {row.pk: row for row in _people(request).filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _people(request: HttpRequest) -> RegistrationQuerySet:
    return (
        Registration.objects.worked_on_by(request.user)
        .with_fee_state()
        .select_related("person", "program", "association")
    )


def _show_line(
    request: HttpRequest,
    proposal: matching.Proposal,
    form: SharesForm,
    *,
    status: int,
    aside_form: AsideForm | None = None,
) -> HttpResponse:
    row = proposal.line
    chosen = [found.pk for found in form.rows]
    text = request.GET.get("q", "")
    able = [found for found in proposal.candidates if found.can_record]
    for found in proposal.candidates:
        found.registration.choose = _with(row, [*chosen, found.registration.pk])
    for found in form.rows:
        found.drop = _with(row, [pk for pk in chosen if pk != found.pk])
        found.field = form[f"amount_{found.pk}"]
    others = _found(request, text, chosen) if text.strip() else []
    for found in others:
        found.choose = _with(row, [*chosen, found.pk])
    context = {
        "line": row,
        "payments": row.payments.select_related(
            "registration__person", "registration__program", "recorded_by"
        ),
        "proposal": proposal,
        "able": able,
        "choose_all": _with(row, [found.registration.pk for found in able]),
        "chosen": chosen,
        "form": form,
        "found": others,
        "searched": text,
        "aside_form": aside_form or AsideForm(initial={"reason": _reason(proposal)}),
        "forms": [aside_form],
        "most": recording.MOST_SHARES,
    }
    return render(request, "registrations/bank_line.html", context, status=status)


def _reason(proposal: matching.Proposal) -> str:
    """Why nobody's fee takes the deposit, to start from; a click decides."""
    found = proposal.candidates
    return found[0].why if len(found) == 1 and not found[0].can_record else ""


def _found(request: HttpRequest, text: str, chosen: list[int]) -> list[Registration]:
    """Who is found by name, e-mail or reference, those who owe something first."""
    found = queue.search(_people(request), text=text).exclude(pk__in=chosen)
    going_on = Case(When(status__in=Registration.OPEN, then=0), default=1)
    rows = list(found.order_by(going_on, F("balance").desc(), "-pk")[:FOUND_SHOWN])
    for row in rows:
        row.own = not may(request.user, "record_payment", row)
    return rows


def _with(row: BankLine, chosen: list[int]) -> str:
    """The page of a deposit with these people chosen; nobody is said too, so that it stays so."""
    pairs = [("with", pk) for pk in dict.fromkeys(chosen)] or [("with", "")]
    return f"{reverse('bank_line', args=[row.pk])}?{urlencode(pairs)}#shares"


@require_POST
def set_aside(request: HttpRequest, line: int) -> HttpResponse:
    """Say why a deposit is no fee."""
    require(request.user, "record_payment")
    row = _line(line)
    form = AsideForm(request.POST)
    if not form.is_valid():
        (proposal,) = matching.propose([row], by=request.user)
        shares = SharesForm(rows=[], left=row.remainder)
        return _show_line(request, proposal, shares, status=422, aside_form=form)
    try:
        recording.set_aside(row, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The deposit is set aside."))
    return redirect("bank_export", export=row.export_id)


@require_POST
def take_back(request: HttpRequest, line: int) -> HttpResponse:
    """Open a deposit again that was set aside."""
    require(request.user, "record_payment")
    row = _line(line)
    try:
        recording.take_back(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The deposit is open again."))
    return redirect("bank_line", line=row.pk)
