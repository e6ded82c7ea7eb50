"""One activity: the full form to add or change it, and its page when nothing can be changed."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities import crediting, log, reasons, suggestions
from activities.forms.activity import ActivityForm
from activities.forms.suggestions import SuggestionForm
from activities.models import Activity, Credit, CreditRequest
from activities.record import Line, Record
from activities.rules import rate_words
from activities.views.access import entry_of, is_own, own_record, refused, visible_record
from activities.views.listing import listing_url
from cec.problems import Refused
from cec.wording import day, number
from registrations.models import SubjectArea


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, registration: int) -> HttpResponse:
    """Log an activity with all that can be said of it."""
    record = own_record(request, registration)
    if not record.is_open:
        return refused(request, record)
    if request.method != "POST":
        return _show_form(request, record, ActivityForm(record, initial=_chosen(request, record)))
    form = ActivityForm(record, request.POST)
    if not form.is_valid() or form.wants_answer:
        return _show_form(request, record, form, status=422)
    rate = form.cleaned_data["rate"]
    try:
        activity, first = log.add_once(record.registration, form.activity(), rate=rate)
    except Refused as refusal:
        return refused(request, record, *refusal.problems)
    return _show_saved(request, activity, _("Added.") if first else "", registration=registration)


def _chosen(request: HttpRequest, record: Record) -> dict[str, Any]:
    """What is known of an entry that begins with a course of the catalogue: `?rate=`."""
    asked = request.GET.get("rate", "")
    rate = next((row for row in record.rules.rates.values() if str(row.pk) == asked), None)
    if rate is None or not rate.fixed:
        return {}
    return {"rate": rate.pk, "title": rate.label, "provider": record.program.issuer}


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Show an activity; its owner changes it here while the record is open."""
    if request.method == "POST":
        return _change(request, own_record(request, registration), activity)
    record = visible_record(request, registration)
    row = entry_of(record, activity)
    if not (is_own(request, record) and record.is_open):
        return show_entry(request, record, row)
    credit = _credit(record, row)
    return _show_form(request, record, ActivityForm(record, credit=credit), credit=credit)


def show_entry(
    request: HttpRequest,
    record: Record,
    row: Activity,
    *,
    suggestion_form: SuggestionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show an entry that can't be changed; today's mentor finds a form for suggestions."""
    line = record.line(row)
    mentors = suggestions.mentoring_of(record.registration, request.user) is not None  # type: ignore[arg-type]
    context = {
        "registration": record.registration,
        "line": line,
        "reason": reasons.reason(line, record.rules),
        "facts": _facts(record, line),
        "record": record,
        "own": is_own(request, record),
        "as_mentor": mentors,
        "form": (suggestion_form or SuggestionForm()) if mentors else None,
        "asked_for": _asked(request, record, row),
        "suggestions": suggestions.read_by(record.registration, row, request.user),  # type: ignore[arg-type]
    }
    return render(request, "activities/entry.html", context, status=status)


def _asked(request: HttpRequest, record: Record, activity: Activity) -> Iterable[CreditRequest]:
    """What organisations were asked about one's own entry."""
    own = is_own(request, record)
    return crediting.requests_of(record.registration, activity) if own else ()


def _facts(record: Record, line: Line) -> list[tuple[str, str]]:
    """What is known of an activity, for those who can't change it."""
    activity = line.activity
    facts = [
        (_("Provider or organizer"), activity.provider),
        (_("Activity type"), rate_words(line.rate, record.rules.unit)),
        (_("Date started"), day(activity.started_on)),
        (_("Date finished"), day(activity.completed_on)),
        (_("Hours"), number(activity.hours)),
        (_("Subject area"), activity.subject),
        (_("What I learned"), activity.outcome),
    ]
    if line.type.needs_outcome:
        facts += [
            (_("Topic and materials"), activity.materials),
            (_("Learning goals"), activity.goals),
        ]
    return facts


def _change(request: HttpRequest, record: Record, pk: int) -> HttpResponse:
    row = entry_of(record, pk)
    if not record.is_open:
        return refused(request, record)
    credit = _credit(record, row)
    form = ActivityForm(record, request.POST, credit=credit)
    if not form.is_valid() or form.wants_answer:
        return _show_form(request, record, form, credit=credit, status=422)
    rate = form.cleaned_data["rate"]
    try:
        log.change(record.registration, form.fill(row), rate=rate)
    except Refused as refusal:
        if refusal.problems[0].code != "stale":
            return refused(request, record, *refusal.problems)
        return _show_clash(request, record, form, pk)
    return _show_saved(request, row, _("Saved."), registration=record.registration.pk)


def _show_clash(request: HttpRequest, record: Record, form: ActivityForm, pk: int) -> HttpResponse:
    """Somebody was faster: keep what was typed, show what is saved, and let the person choose.

    A second click on the same button was faster than itself: what it says is saved already.
    """
    credit = _credit(record, entry_of(record, pk))
    current = form.show_current(credit)
    if not current:
        return _show_saved(request, credit.activity, "", registration=record.registration.pk)
    form.add_error(
        None,
        _(
            "This activity was changed meanwhile, so nothing is saved yet. "
            "What you typed is below; save again to keep it."
        ),
    )
    return _show_form(request, record, form, credit=credit, current=current, status=409)


def _credit(record: Record, activity: Activity) -> Credit:
    return record.credits().get(activity=activity)


def _show_form(
    request: HttpRequest,
    record: Record,
    form: ActivityForm,
    *,
    credit: Credit | None = None,
    current: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "registration": record.registration,
        "record": record,
        "form": form,
        "subjects": _subjects(record),
        "current": current or [],
    }
    if credit:
        line = record.line(credit.activity)
        context |= {
            "line": line,
            "reason": reasons.reason(line, record.rules),
            "own": True,
            "asked_for": _asked(request, record, credit.activity),
            "suggestions": suggestions.read_by(
                record.registration,
                credit.activity,
                request.user,  # type: ignore[arg-type]
            ),
        }
    return render(request, "activities/form.html", context, status=status)


def _subjects(record: Record) -> QuerySet[SubjectArea]:
    return record.program.subject_areas.all()


def _show_saved(
    request: HttpRequest, activity: Activity, what: str, *, registration: int
) -> HttpResponse:
    """Back to the list where the entry is, with what it counts."""
    record = own_record(request, registration)
    if what:
        messages.success(request, f"{what} {reasons.told(record, activity)}")
    year = f"year={record.line(activity).year}&" if record.has_years else ""
    return redirect(f"{listing_url(record)}?{year}added={activity.pk}")
