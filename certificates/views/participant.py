"""The participant's certificate: what is missing, sending the record, the PDF."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from activities import audit
from cec import mail
from cec.problems import Refused
from certificates import completion, facts, readiness
from certificates.edition_letters import whom_to_write_to
from certificates.forms.public import SharingForm
from certificates.models import Certificate, Document, Sharing
from certificates.printing.lettering import clean
from certificates.public.sharing import linkedin_url
from certificates.views.downloads import as_file
from registrations import viewing
from registrations.models import Event, RecordView, Registration

Status = Registration.Status


@require_GET
def certificate(request: HttpRequest, registration: int) -> HttpResponse:
    """How far the certificate is, and the one next step."""
    row = find_own(request, registration)
    stage = _stage(row)
    context = {
        "registration": row,
        "stage": stage,
        "name": clean(row.person.name),
        "audit": audit.of(row),
        "held": _held_besides(row) if stage != "issued" else (),
    }
    return render(request, "certificates/certificate.html", context | _details(row, stage))


@require_http_methods(["GET", "POST"])
def turn_in(request: HttpRequest, registration: int) -> HttpResponse:
    """Confirm, then send the record to the committee."""
    row = find_own(request, registration)
    if request.method == "GET":
        if row.status != Status.ACTIVE or completion.check_turn_in(row):
            return redirect("certificate", registration=row.pk)
        context = {
            "registration": row,
            "name": clean(row.person.name),
            "counted": readiness.counted_of_needed(row),
            "entries": row.credits.filter(state="counts").count(),
            "unanswered": row.comments.waiting().count(),
        }
        return render(request, "certificates/turn_in.html", context)
    try:
        completion.turn_in(row, by=request.user)
    except Refused as refused:
        row.refresh_from_db()
        if row.status != Status.TURNED_IN:  # else a second click on the same button
            messages.warning(request, str(refused))
    else:
        messages.success(request, _("Your record is with the committee."))
    return redirect("certificate", registration=row.pk)


@require_GET
def download(request: HttpRequest, registration: int, edition: int | None = None) -> HttpResponse:
    """The PDF of an edition, or of the newest, byte for byte as it was made (reliability F4)."""
    row = get_object_or_404(Registration.objects.visible_to(request.user), pk=registration)
    if edition is None:
        found = Certificate.objects.of(row)
    else:
        found = Certificate.objects.filter(registration=row, edition=edition).first()
    document = Document.objects.filter(certificate=found).first()
    if document is None or not document.pdf:
        raise Http404
    if found.registration.person_id != request.user.pk:
        viewing.saw(request, row, RecordView.Page.PAPERS)
        found.registration.note("downloaded", by=request.user, details={"serial": found.serial})
    return as_file(bytes(document.pdf), found.file_name)


def find_own(request: HttpRequest, registration: int) -> Registration:
    """Return one of the signed-in person's own registrations; what they can't see is a 404."""
    row = get_object_or_404(
        Registration.objects.visible_to(request.user).select_related(
            "program", "association", "rules", "person"
        ),
        pk=registration,
    )
    if row.person_id != request.user.pk:
        raise PermissionDenied
    return row


def _stage(registration: Registration) -> str:
    """Name the part of the page that says where the certificate is."""
    if not registration.has_record:
        return "early"
    if completion.required_total(registration) is None:
        return "none"
    return {
        Status.ACTIVE: "open",
        Status.TURNED_IN: "review",
        Status.ACCEPTED: "accepted",
        Status.CERTIFIED: "issued",
    }.get(registration.status, "ended")


def _details(registration: Registration, stage: str) -> dict[str, Any]:
    if stage == "open":
        problems = completion.check_turn_in(registration)
        back = _sent_back(registration)
        return {
            "problems": problems,
            "name_problems": [row for row in problems if row.code == "name"],
            "tasks": readiness.tasks(registration, problems, name=clean(registration.person.name)),
            "changes": registration.cycle_changes.in_force(),
            "returned": back,
            "questions": completion.questions_of(back) if back else [],
        }
    if stage in ("review", "accepted"):
        kind = Event.Kind.TURN_IN if stage == "review" else Event.Kind.ACCEPT
        return {"since": completion.last_event(registration, kind)}
    if stage == "issued":
        return _editions(registration)
    if registration.status == Status.LAPSED:
        return {"until": completion.turn_in_until(registration)}
    return {}


def _held_besides(registration: Registration) -> QuerySet[Registration]:
    """The person’s registrations that led to a certificate, for whoever is in another cycle."""
    rows = Registration.objects.filter(person=registration.person, status=Status.CERTIFIED)
    return rows.exclude(pk=registration.pk).select_related("program").order_by("-ends_on", "-pk")


def _editions(registration: Registration) -> dict[str, Any]:
    """The newest edition, those before it, and what became of the wish to have it put right."""
    rows = Certificate.objects.filter(registration=registration).with_progress()
    newest, *earlier = rows.order_by("-edition") or [None]
    if newest is None:
        return {}
    sharing = Sharing.of(registration)
    return {
        "certificate": newest,
        "earlier": earlier,
        "paper": facts.thawed(newest.facts),
        "link": mail.absolute_url("verify_id", newest.public_id),
        "correction": registration.correction_requests.last(),
        "is_renamed": clean(registration.person.name) != newest.holder,
        "sharing": sharing,
        "sharing_form": SharingForm(
            instance=sharing,
            initial={"seen": newest.edition},
            with_badge=newest.has_badge is not False,
        ),
        "linkedin": linkedin_url(newest),
        **(_revocation(newest) if newest.state == Certificate.State.REVOKED else {}),
    }


def _revocation(certificate: Certificate) -> dict[str, Any]:
    """What the mail about it said, for whoever has lost that mail."""
    row = certificate.registration
    events = row.events.filter(
        kind=Event.Kind.CERTIFICATE_REVOKED, details__serial=certificate.serial
    )
    event = events.last()
    return {"reason": event.reason if event else "", "whom": whom_to_write_to(row)}


def _sent_back(registration: Registration) -> Event | None:
    """Return the return that the participant hasn't answered by turning in again."""
    last = registration.events.filter(kind__in=[Event.Kind.TURN_IN, Event.Kind.RETURN]).last()
    return last if last is not None and last.kind == Event.Kind.RETURN else None
