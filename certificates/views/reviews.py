"""Final reviews: the waiting records, one record with all its entries, the two decisions (C2)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from activities import audit, points, reasons, shelves
from activities.models import Credit
from activities.record import Line, Record
from cec.problems import Problem, Refused
from certificates import completion, waiting
from certificates.forms.reviews import ReviewForm
from registrations import timeline, viewing
from registrations.models import Event, RecordView, Registration
from registrations.permissions import may, require, require_staff

PER_PAGE = 25
# In these states somebody waits for the certificate, so the page says what is missing.
WAITING = (Registration.Status.TURNED_IN, Registration.Status.ACCEPTED)


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """The turned-in records in this person's care, longest waiting first."""
    require_staff(request.user)
    rows = waiting.reviews(request.user).select_related("audit")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    standings = points.standings([row.pk for row in page.object_list])
    for row in page.object_list:
        row.standing = standings.get(row.pk, points.Standing(()))
    return render(request, "certificates/reviews.html", {"page": page})


@require_GET
def review(request: HttpRequest, registration: int) -> HttpResponse:
    """One record: its facts, shelves and every entry with what counts of it and why."""
    row = _find(request, registration)
    return _show(request, row, _record(request, row))


@require_POST
def accept(request: HttpRequest, registration: int) -> HttpResponse:
    """Accept the record, and go on to the next one that waits."""
    row = _find(request, registration)
    require(request.user, "review_record", row)
    record = _record(request, row)
    form = ReviewForm(request.POST, activities=_entries(record))
    if form.is_valid() and (form.questions or form.cleaned_data["reason"]):
        form.add_error(
            None, _("You wrote to the participant. Send the record back, or clear it to accept.")
        )
    if not form.is_valid():
        return _show(request, row, record, form=form, status=422)
    try:
        completion.accept(row, by=request.user, seen=form.cleaned_data["seen"])
    except Refused as refused:
        if not row.was_moved("accept", by=request.user):
            return _refuse(request, row, form, refused)
    return _go_on(request, row, _("The record of %(name)s is accepted."))


@require_POST
def send_back(request: HttpRequest, registration: int) -> HttpResponse:
    """Send the record back with questions, and go on to the next one that waits."""
    row = _find(request, registration)
    require(request.user, "review_record", row)
    record = _record(request, row)
    form = ReviewForm(request.POST, activities=_entries(record))
    if not form.is_valid():
        return _show(request, row, record, form=form, status=422)
    try:
        completion.return_with_questions(
            row,
            by=request.user,
            reason=form.cleaned_data["reason"],
            comments=form.questions,
            seen=form.cleaned_data["seen"],
        )
    except Refused as refused:
        if not row.was_moved("return", by=request.user):
            return _refuse(request, row, form, refused)
    return _go_on(request, row, _("The record of %(name)s is sent back with your questions."))


def _find(request: HttpRequest, registration: int) -> Registration:
    """Return a registration with a record in this person's care; anything else is a 404."""
    row = get_object_or_404(
        Registration.objects.worked_on_by(request.user)
        .filter(starts_on__isnull=False)
        .select_related("program", "association", "person", "rules"),
        pk=registration,
    )
    viewing.saw(request, row, RecordView.Page.REVIEW)
    return row


def _record(request: HttpRequest, row: Registration) -> Record:
    return Record(row, reader=request.user)  # type: ignore[arg-type]


def _entries(record: Record) -> list[int]:
    return list(_kept(record).values_list("activity_id", flat=True))


def _kept(record: Record) -> Any:
    return (
        record.credits()
        .exclude(state=Credit.State.DELETED)
        .order_by("year", "completed_on", "activity_id")
    )


def _show(
    request: HttpRequest,
    row: Registration,
    record: Record,
    *,
    form: ReviewForm | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = record.lines(_kept(record))
    record.add_evidence(lines)
    drawn = shelves.years_of(record)
    sent = completion.last_event(row, Event.Kind.TURN_IN)
    in_review = row.status == Registration.Status.TURNED_IN
    decides = in_review and may(request.user, "review_record", row)
    if form is None:
        form = ReviewForm(
            activities=[line.activity.pk for line in lines],
            initial={"seen": sent.pk if sent else None},
        )
    context = {
        "registration": row,
        "record": record,
        "shelves": drawn,
        "years": _years(record, drawn, lines, form if decides else None),
        "needed": completion.required_total(row),
        "counted": record.counted(),
        "parked": record.parked(),
        "sent": sent,
        "in_review": in_review,
        "decides": decides,
        "own_case": row.person_id == request.user.pk,
        "problems": _problems(row),
        "audit": audit.of(row),
        "form": form,
        "written": _written(form, lines) if form.is_bound and not decides else [],
        "events": timeline.of(row, reader=request.user),
        "membership": row.membership_check(),
        "next": waiting.next_review(request.user, row),
    }
    return render(request, "certificates/review.html", context, status=status)


def _problems(row: Registration) -> list[Problem]:
    """What is in the way of the next step, where somebody waits for it."""
    if row.status == Registration.Status.TURNED_IN:
        return completion.check_accept(row)
    return completion.check_completion(row) if row.status in WAITING else []


def _years(
    record: Record, drawn: list[shelves.Year], lines: list[Line], form: ReviewForm | None
) -> list[dict[str, Any]]:
    """Return each program year with its shelf and its rows."""
    return [
        {
            "shelf": year,
            "rows": [_row(record, line, form) for line in lines if line.year == year.number],
        }
        for year in drawn
    ]


def _written(form: ReviewForm, lines: list[Line]) -> list[tuple[str, str]]:
    """What was typed for a decision that is no longer open, with the entry that it is about."""
    titles = {f"question_{line.activity.pk}": line.activity.title for line in lines}
    names = [name for name in [*titles, "reason"] if name in form.fields]
    typed = ((titles.get(name, ""), form[name].value()) for name in names)
    return [(title, text) for title, text in typed if text]


def _row(record: Record, line: Line, form: ReviewForm | None) -> dict[str, Any]:
    name = f"question_{line.activity.pk}"
    return {
        "line": line,
        "reason": reasons.reason(line, record.rules),
        "field": form[name] if form is not None and name in form.fields else None,
    }


def _refuse(
    request: HttpRequest, row: Registration, form: ReviewForm, refused: Refused
) -> HttpResponse:
    """Show the record as it is now, with what was typed and why the decision wasn't taken."""
    for problem in refused.problems:
        form.add_error(None, str(problem.message))
    row.refresh_from_db()
    return _show(request, row, _record(request, row), form=form, status=409)


def _go_on(request: HttpRequest, row: Registration, done: str) -> HttpResponse:
    """Go to the record that has waited longest, and say how many are left."""
    left = waiting.reviews(request.user).count()
    rest = ngettext("%(count)s left.", "%(count)s left.", left) % {"count": left}
    messages.success(request, f"{done % {'name': row.person.name}} {rest}")
    following = waiting.next_review(request.user, row)
    if following is None:
        return redirect("reviews")
    return redirect("review", registration=following.pk)
