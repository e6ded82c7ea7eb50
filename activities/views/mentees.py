"""The mentor's desk: mentees, one mentee's record with agenda and notes, suggestions on entries."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities import agenda, shelves, suggestions
from activities import mentees as lists
from activities.forms.suggestions import SuggestionAnswerForm, SuggestionForm
from activities.models import Suggestion
from activities.record import Record
from activities.views.access import entry_of, own_record, visible_record
from activities.views.entry import show_entry
from cec.problems import Refused
from registrations import viewing
from registrations.forms.mentoring import AnswerForm, NoteForm
from registrations.mentoring import offers, talking
from registrations.models import MentorOffer, Mentorship, RecordView


@require_safe
def mentees(request: HttpRequest) -> HttpResponse:
    """Who asks for this mentor, whom they mentor, and their offers."""
    standing = (
        MentorOffer.objects.standing()
        .filter(person=request.user)
        .with_load()  # type: ignore[attr-defined]
        .select_related("program", "association")
        .prefetch_related("areas")
    )
    offered = {row.program_id for row in standing}
    context = {
        "asked": lists.asked(request.user),  # type: ignore[arg-type]
        "mentees": lists.rows(request.user),  # type: ignore[arg-type]
        "offers": standing,
        "programs": [row for row in offers.programs() if row.pk not in offered],
        "answer_form": AnswerForm(),
    }
    return render(request, "activities/mentees.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mentee(request: HttpRequest, mentorship: int) -> HttpResponse:
    """One mentee's record, read-only, with an agenda and the notes; a POST is a new note."""
    rows = Mentorship.objects.seen_by(request.user).select_related(  # type: ignore[arg-type]
        "mentor",
        "registration__person",
        "registration__program",
        "registration__association",
        "registration__rules",
    )
    row = get_object_or_404(rows, pk=mentorship)
    viewing.saw(request, row.registration, RecordView.Page.RECORD)
    record = Record(row.registration)
    goals = list(row.registration.goals.all())
    points = agenda.draft(record, goals)
    form = (
        NoteForm(request.POST)
        if request.method == "POST"
        else NoteForm(initial=_taken(request, points))
    )
    if form.is_bound and form.is_valid():
        try:
            talking.write_note(row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect("mentees")
        messages.success(request, _("Your note is there for both of you."))
        return redirect("mentee", row.pk)
    context = _record(record) | {
        "mentorship": row,
        "goals": goals,
        "agenda": points,
        "form": form,
        "notes": row.notes.select_related("author"),
    }
    return render(request, "activities/mentee.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest, points: list[str]) -> dict[str, Any]:
    """The agenda as the beginning of a note, when the address asks for it."""
    if "agenda" not in request.GET:
        return {}
    return {"text": "\n".join(f"- {point}" for point in points)}


def _record(record: Record) -> dict[str, Any]:
    return {
        "registration": record.registration,
        "record": record,
        "years": shelves.years_of(record),
        "this_year": record.this_year,
        "types": shelves.types_in(record, record.this_year.number),
        "limit": record.rules.common_limit,
        "counted": record.counted(),
        "parked": record.parked(),
        "needed": record.rules.needed,
    }


@require_POST
def suggest(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Suggest something on an entry of a mentee."""
    record = visible_record(request, registration)
    row = entry_of(record, activity)
    if suggestions.mentoring_of(record.registration, request.user) is None:  # type: ignore[arg-type]
        raise PermissionDenied
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        return show_entry(request, record, row, suggestion_form=form, status=422)
    suggestions.suggest(record.registration, row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    messages.success(request, _("Your suggestion is there for both of you."))
    return redirect("activity", registration, activity)


@require_POST
def answer(request: HttpRequest, registration: int, suggestion: int) -> HttpResponse:
    """Answer a suggestion on one's own entry."""
    record = own_record(request, registration)
    rows = Suggestion.objects.select_related("registration")
    row = get_object_or_404(rows, pk=suggestion, registration=record.registration)
    form = SuggestionAnswerForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(str(e) for found in form.errors.values() for e in found))
        return redirect("activity", registration, row.activity_id)
    try:
        suggestions.answer(row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Your answer is there for your mentor."))
    return redirect("activity", registration, row.activity_id)
