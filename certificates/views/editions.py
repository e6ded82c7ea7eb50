"""One certificate on the desk: its editions, its PDF and mails; correcting and revoking it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.problems import Refused
from certificates import correcting, correction_requests, facts, factsheet, sending
from certificates.forms.editions import CorrectForm, MailAgainForm, RevokeForm
from certificates.models import Certificate
from registrations import timeline, viewing
from registrations.models import Event, RecordView
from registrations.permissions import may, require
from registrations.reauthenticating import recently_signed_in

Kind = Event.Kind


@require_GET
def page(request: HttpRequest, certificate: int) -> HttpResponse:
    """Everything about a certificate, and what may be done with it."""
    row = find(request, certificate)
    registration, user = row.registration, request.user
    viewing.saw(request, registration, RecordView.Page.PAPERS)
    editions = list(
        Certificate.objects.filter(registration=registration).with_progress().order_by("-edition")
    )
    newest = editions[0].pk == row.pk
    may_send = row.is_valid and may(user, "issue_certificate", registration)
    context = {
        "certificate": row,
        "registration": registration,
        "rows": factsheet.rows(facts.thawed(row.facts)),
        "editions": editions,
        "newest": editions[0],
        "mails": sending.mails_of(row),
        "events": timeline.of(registration, reader=user),
        "asked": correction_requests.waiting_for(registration),
        "may_answer": may(user, "correct_certificate", registration),
        "may_correct": newest and may(user, "correct_certificate", registration),
        "may_revoke": row.is_valid and may(user, "revoke_certificate", registration),
        "may_send": may_send,
        "may_try_again": may_send and bool(row.error or not row.is_waiting),
        "form_key": uuid4(),
    }
    return render(request, "certificates/desk_certificate.html", context)


@require_http_methods(["GET", "POST"])
@recently_signed_in
def correct(request: HttpRequest, certificate: int) -> HttpResponse:
    """Say what is put right, look at both editions side by side, then make the next one."""
    row = find(request, certificate)
    require(request.user, "correct_certificate", row.registration)
    newest = Certificate.objects.of(row.registration)
    if newest is not None and newest.pk != row.pk:
        return _passed(request, row, newest)
    if request.method == "GET":
        return _ask(request, row, CorrectForm(row, initial={"name": _proposed_name(row)}))
    form = CorrectForm(row, request.POST)
    if "change" in request.POST:
        return _ask(request, row, form, status=200)
    if not form.is_valid():
        return _ask(request, row, form)
    try:
        if "confirm" in request.POST:
            return _make(request, row, form)
        proposed = correcting.propose(row, **form.said)
    except Refused as refused:
        return _explain(request, row, form, refused)
    answers = request.POST.copy()
    answers["seen"] = correcting.digest_of(row, proposed)
    form = CorrectForm(row, answers)
    context = {
        "certificate": row,
        "form": form,
        "pairs": factsheet.side_by_side(facts.thawed(row.facts), facts.thawed(proposed)),
        "edition": row.edition + 1,
    }
    return render(request, "certificates/correct_proof.html", context)


@require_http_methods(["GET", "POST"])
@recently_signed_in
def revoke(request: HttpRequest, certificate: int) -> HttpResponse:
    """Say why, type the serial number, and revoke it."""
    row = find(request, certificate)
    require(request.user, "revoke_certificate", row.registration)
    if not row.is_valid:
        return _ended(request, row, Kind.CERTIFICATE_REVOKED, _("%(serial)s is revoked."))
    form = RevokeForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            correcting.revoke(row, by=request.user, reason=form.cleaned_data["reason"])
        except Refused:
            row.refresh_from_db()
        return _ended(request, row, Kind.CERTIFICATE_REVOKED, _("%(serial)s is revoked."))
    context = {"certificate": row, "form": form}
    status = 422 if form.errors else 200
    return render(request, "certificates/revoke.html", context, status=status)


@require_POST
def mail_again(request: HttpRequest, certificate: int) -> HttpResponse:
    """Send the PDF to the holder's address once more."""
    row = find(request, certificate)
    require(request.user, "issue_certificate", row.registration)
    form = MailAgainForm(request.POST)
    key = form.cleaned_data.get("form_key") if form.is_valid() else None
    try:
        sending.send_again(row, by=request.user, form_key=key or uuid4())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request,
            _("It’s on its way to %(email)s.") % {"email": row.registration.person.email},
        )
    return redirect("desk_certificate", certificate=row.pk)


def find(request: HttpRequest, certificate: int) -> Certificate:
    """Return a certificate in this person's care; anything else is a 404."""
    return get_object_or_404(
        Certificate.objects.worked_on_by(request.user)
        .with_progress()
        .select_related(
            "program",
            "replaces",
            "issued_by",
            "registration__program",
            "registration__person",
            "registration__association",
        ),
        pk=certificate,
    )


def _proposed_name(row: Certificate) -> str:
    """The name that the holder asked for, or that was put right before, or of their account."""
    if asked := correction_requests.waiting_for(row.registration):
        return asked.name
    return row.holder if row.edition > 1 else row.registration.person.name


def _ask(
    request: HttpRequest, row: Certificate, form: CorrectForm, *, status: int | None = None
) -> HttpResponse:
    context = {
        "certificate": row,
        "form": form,
        "asked": correction_requests.waiting_for(row.registration),
    }
    found = status or (422 if form.errors else 200)
    return render(request, "certificates/correct.html", context, status=found)


def _make(request: HttpRequest, row: Certificate, form: CorrectForm) -> HttpResponse:
    said: dict[str, Any] = form.said | {"reason": form.cleaned_data["reason"]}
    edition = correcting.correct(row, by=request.user, seen=form.cleaned_data["seen"], **said)
    return _made(request, edition)


def _made(request: HttpRequest, edition: Certificate) -> HttpResponse:
    messages.success(
        request,
        _("Edition %(number)d is %(serial)s. Its PDF is made and sent in the background.")
        % {"number": edition.edition, "serial": edition.serial},
    )
    return redirect("desk_certificate", certificate=edition.pk)


def _explain(
    request: HttpRequest, row: Certificate, form: CorrectForm, refused: Refused
) -> HttpResponse:
    """Show the form with why there is no edition, or lead on when somebody was first."""
    newest = Certificate.objects.of(row.registration)
    if newest is not None and newest.pk != row.pk:
        return _passed(request, row, newest)
    for problem in refused.problems:
        form.add_error("name" if problem.code == "name" else None, str(problem.message))
    return _ask(request, row, form, status=409)


def _passed(request: HttpRequest, row: Certificate, newest: Certificate) -> HttpResponse:
    """There is a later edition: a second click on the same button, or somebody was first."""
    if request.method == "POST" and correcting.was_ended(
        row, Kind.CERTIFICATE_CORRECTED, by=request.user
    ):
        return _made(request, newest)
    messages.warning(request, _("There is a later edition: this is the newest one."))
    return redirect("desk_certificate", certificate=newest.pk)


def _ended(request: HttpRequest, row: Certificate, kind: str, done: str) -> HttpResponse:
    if request.method == "POST" and correcting.was_ended(row, kind, by=request.user):
        messages.success(request, done % {"serial": row.serial})
    else:
        messages.warning(
            request,
            _("%(serial)s isn’t valid any more: %(state)s.")
            % {"serial": row.serial, "state": row.get_state_display()},
        )
    return redirect("desk_certificate", certificate=row.pk)
