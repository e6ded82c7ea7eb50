"""Who signs each program's certificates, and with which picture."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.files.serving import POLICY
from cec.problems import Refused
from certificates import signatories as signing
from certificates.forms.wordings import SignatoryForm
from certificates.models import Signatory
from certificates.views.wordings import find_program
from registrations.calendar import today_in
from registrations.models import Program
from registrations.permissions import may


@require_GET
def signatories(request: HttpRequest, program: str) -> HttpResponse:
    """Who signs, will sign and has signed; and who is printed for whom on a chosen day."""
    row = find_program(request, program, "see_certificate_texts")
    today = today_in(row)
    day = _day(request.GET.get("on", ""), today)
    everybody = row.signatories.select_related("association").order_by(
        "association__name_en", "position", "pk"
    )
    people: dict[str, list[Signatory]] = {"now": [], "later": [], "former": []}
    for one in everybody:
        people[_when(one, today)].append(one)
    context = {
        "program": row,
        "day": day,
        "printed": signing.printed_on(row, day),
        "lists": [
            (_("Who signs now"), people["now"]),
            (_("Who will sign"), people["later"]),
            (_("Who signed before"), people["former"]),
        ],
        "may_edit": may(request.user, "edit_certificate_texts"),
    }
    return render(request, "certificates/signatories.html", context)


def _day(asked: str, today: date) -> date:
    """The day that was asked for; today for anything that is none."""
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return today


def _when(one: Signatory, today: date) -> str:
    if one.first_day > today:
        return "later"
    return "now" if one.signs_on(today) else "former"


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, program: str) -> HttpResponse:
    """Add somebody who signs."""
    row = find_program(request, program, "edit_certificate_texts")
    form = SignatoryForm(row, *_posted(request))
    if form.is_bound and form.is_valid():
        try:
            signing.add(row, by=request.user, **form.known)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            text = _("%(name)s is in the list.") % {"name": form.cleaned_data["name"]}
            messages.success(request, text)
            return redirect("signatories", program=row.slug)
    return _show(request, row, form)


@require_http_methods(["GET", "POST"])
def signatory(request: HttpRequest, program: str, signatory: int) -> HttpResponse:
    """Change what is known of somebody who signs, for certificates to come."""
    row = find_program(request, program, "edit_certificate_texts")
    one = get_object_or_404(row.signatories, pk=signatory)
    form = SignatoryForm(row, *_posted(request), row=one)
    if form.is_bound and form.is_valid():
        try:
            changed = signing.change(
                one, by=request.user, seen=form.cleaned_data["seen"], **form.known
            )
        except Refused as refused:
            code = refused.problems[0].code
            form.add_error("name" if code == "listed" else None, str(refused))
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing has changed."))
            return redirect("signatories", program=row.slug)
    return _show(request, row, form, one)


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _show(
    request: HttpRequest, row: Program, form: SignatoryForm, one: Signatory | None = None
) -> HttpResponse:
    context = {
        "program": row,
        "signatory": one,
        "form": form,
        "may_end": one is not None and _when(one, today_in(row)) != "former",
    }
    status = 422 if form.errors else 200
    return render(request, "certificates/signatory.html", context, status=status)


@require_POST
def end(request: HttpRequest, program: str, signatory: int) -> HttpResponse:
    """Let somebody sign for the last time today, or not begin at all."""
    row = find_program(request, program, "edit_certificate_texts")
    one = get_object_or_404(row.signatories, pk=signatory)
    when = _when(one, today_in(row))
    signing.end(one, by=request.user)
    if when == "later":
        text = _("%(name)s won’t sign.")
    else:
        text = _("%(name)s signs for the last time today.")
    messages.success(request, text % {"name": one.name})
    return redirect("signatories", program=row.slug)


@require_GET
def picture(request: HttpRequest, program: str, signatory: int) -> HttpResponse:
    """The picture of a signature, for those who edit it and nobody else."""
    row = find_program(request, program, "edit_certificate_texts")
    one = get_object_or_404(row.signatories.select_related("picture"), pk=signatory)
    if one.picture is None:
        raise Http404
    response = HttpResponse(bytes(one.picture.png), content_type="image/png")
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
