"""One audited record: its entries with what is decided on each, and which want evidence (C2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from activities import audit, questions, reasons
from activities.models import Audit
from activities.record import Record, with_files
from cec.problems import Refused
from certificates import auditing
from certificates.forms.reviews import AskedEntriesForm, AuditForm
from registrations import viewing
from registrations.calendar import today_in
from registrations.models import Person, RecordView, Registration
from registrations.permissions import require


class Page:
    """What the page of an audited record reads once, and shows in three ways."""

    def __init__(self, row: Audit, reader: Person) -> None:
        self.audit = row
        self.registration = row.registration
        self.record = Record(row.registration, reader=reader)
        self.asked = list(with_files(audit.asked_entries([row.registration_id])))
        waiting = set(audit.unsettled(row.registration).values_list("pk", flat=True))
        self.asked.sort(key=lambda credit: credit.pk not in waiting)  # what waits comes first
        self.waiting = waiting
        self.latest = audit.latest_decisions(row.registration)

    def form(self, data: Any = None) -> AuditForm:
        return AuditForm(
            data,
            entries=[credit.activity for credit in self.asked],
            latest=self.latest,
            disallowed={credit.activity_id for credit in self.asked if credit.disallowed},
        )

    def choosing(self, data: Any = None) -> AskedEntriesForm:
        under = self.record.credits().filter(state__in=audit.UNDER)
        chosen = list(self.audit.entries.values_list("pk", flat=True))
        return AskedEntriesForm(
            data, entries=[credit.activity for credit in under], initial={"entries": chosen}
        )

    def rows(self, form: AuditForm | None) -> list[dict[str, Any]]:
        """Each asked entry: its line, files, latest decision, and fields for another one."""
        fresh = self.form()
        fields = {entry.pk for entry in form.entries} if form else set()
        lines = self.record.lines(self.asked)
        self.record.add_evidence(lines)
        return [
            {
                "line": line,
                "reason": reasons.reason(line, self.record.rules),
                "decision": self.latest.get(line.activity.pk),
                "waits": credit.pk in self.waiting,
                "fields": _fields(form, fresh, line.activity.pk)
                if line.activity.pk in fields
                else None,
            }
            for credit, line in zip(self.asked, lines, strict=True)
        ]


def _fields(form: AuditForm, fresh: AuditForm, pk: int) -> dict[str, Any]:
    """What was typed stays; what is seen is what this page shows."""
    typed = {name: form[f"{name}_{pk}"] for name in ("kind", "reason")}
    return typed | {"seen": fresh[f"seen_{pk}"]}


@require_http_methods(["GET", "HEAD", "POST"])
def audited(request: HttpRequest, registration: int) -> HttpResponse:
    """The entries of an audited record; a reviewer decides on them, one or all at once."""
    row = _find(request, registration)
    if request.method != "POST":
        return _show(request, _page(request, row))
    require(request.user, "review_record", row.registration)
    page = _page(request, row)
    form = page.form(request.POST)
    if not form.is_valid():
        return _show(request, page, form=form, status=422)
    try:
        returned = auditing.settle(row.registration, form.choices, by=request.user)
    except Refused as refused:
        page = _page(request, _find(request, registration))
        form = page.form(request.POST)
        for problem in refused.problems:
            form.add_error(None, str(problem.message))
        return _show(request, page, form=form, status=409)
    messages.success(request, _said(_find(request, registration), returned=returned))
    return redirect("audited", registration=registration)


def _said(row: Audit, *, returned: bool) -> str:
    if returned:
        return _("Saved. The record is with the participant, with what to mend.")
    if row.state == Audit.State.PASSED:
        return _("Saved. The audit is passed: you can review the record as a whole.")
    return _("Saved.")


@require_POST
def choose(request: HttpRequest, registration: int) -> HttpResponse:
    """Ask for evidence on some entries only."""
    row = _find(request, registration)
    require(request.user, "review_record", row.registration)
    form = _page(request, row).choosing(request.POST)
    if not form.is_valid():
        messages.warning(request, _("One of the entries isn’t in this record any more."))
        return redirect("audited", registration=registration)
    try:
        audit.choose_entries(row, form.cleaned_data["entries"], by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Saved. The participant has a mail with what is asked for."))
    return redirect("audited", registration=registration)


def _page(request: HttpRequest, row: Audit) -> Page:
    return Page(row, request.user)  # type: ignore[arg-type]


def _find(request: HttpRequest, registration: int) -> Audit:
    """Return the audit of a drawn record in this person's care; anything else is a 404."""
    mine = Registration.objects.worked_on_by(request.user)
    rows = Audit.objects.select_related(
        "draw__program",
        "registration__program",
        "registration__association",
        "registration__person",
        "registration__rules",
    )
    row = get_object_or_404(
        rows, registration=registration, registration__in=mine, state__in=Audit.DRAWN
    )
    viewing.saw(request, row.registration, RecordView.Page.REVIEW)
    return row


def _show(
    request: HttpRequest, page: Page, *, form: AuditForm | None = None, status: int = 200
) -> HttpResponse:
    row = page.audit
    decides = questions.may_ask(page.registration, request.user)
    runs = row.state == Audit.State.ASKED
    shown = (form or page.form()) if decides else None
    context = {
        "audit": row,
        "registration": page.registration,
        "rows": page.rows(shown),
        "reads_evidence": page.record.reads_evidence,
        "settled": len(page.asked) - len(page.waiting),
        "form": shown,
        "choosing": page.choosing() if decides and runs else None,
        "own_case": page.registration.person_id == request.user.pk,
        "late": runs and today_in(row.draw.program) > row.draw.evidence_until,
    }
    return render(request, "certificates/audited.html", context, status=status)
