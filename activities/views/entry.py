"""One activity: the full form to add or change it, and its page when nothing can be changed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities import (
    continuing,
    crediting,
    history,
    log,
    questions,
    reasons,
    several,
    suggestions,
)
from activities.evidence import MOST_FILES
from activities.forms.activity import carried_over
from activities.forms.evidence import EvidenceForm
from activities.forms.review import QuestionForm
from activities.forms.several import CountInForm, SharedForm
from activities.forms.suggestions import SuggestionForm
from activities.models import Activity, Credit, CreditRequest
from activities.record import Line, Record
from activities.rules import rate_words
from activities.views import evidence
from activities.views.access import entry_of, is_own, own_record, refused, visible_record
from activities.views.listing import listing_url
from cec.problems import Refused
from cec.wording import day, number
from registrations.navigation import own_registrations


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, registration: int) -> HttpResponse:
    """Log an activity with all that can be said of it."""
    record = own_record(request, registration)
    if not record.is_open:
        return refused(request, record)
    if request.method != "POST":
        initial = _chosen(request, record)
        form = SharedForm(record, initial=initial, places=places_of(request, record))
        return show_form(request, record, form)
    if "more" in request.POST:  # from the quick card, with what was typed there
        initial = carried_over(request.POST, record)
        form = SharedForm(record, initial=initial, places=places_of(request, record))
        return show_form(request, record, form, prefilled=True)
    form = SharedForm(record, request.POST, places=places_of(request, record))
    if not form.is_valid() or form.wants_answer:
        return show_form(request, record, form, status=422)
    rate = form.cleaned_data["rate"]
    try:
        activity, first = log.add_once(
            record.registration, form.activity(), rate=rate, also=form.also()
        )
    except Refused as refusal:
        return refused(request, record, *refusal.problems)
    if first:
        for other in form.also():
            messages.success(request, several.told(other, activity))
    return _take_files_and_show(request, record, activity, _("Added.") if first else "")


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
    form = SharedForm(record, credit=credit, places=places_of(request, record, row))
    return show_form(request, record, form, credit=credit)


def show_entry(
    request: HttpRequest,
    record: Record,
    row: Activity,
    *,
    suggestion_form: SuggestionForm | None = None,
    question_form: QuestionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show an entry that can't be changed.

    Today's mentor finds a form for suggestions, the committee one for questions.
    """
    line = record.line(row)
    record.add_evidence([line])
    asks = questions.may_ask(record.registration, request.user)  # type: ignore[arg-type]
    mentors = suggestions.mentoring_of(record.registration, request.user) is not None  # type: ignore[arg-type]
    context = {
        "registration": record.registration,
        "line": line,
        "reason": reasons.reason(line, record.rules),
        "facts": _facts(record, line),
        "record": record,
        "history": [] if record.keeps_comments else history.lines_of(record, row),
        "own": is_own(request, record),
        "as_mentor": mentors,
        "form": (suggestion_form or SuggestionForm()) if mentors else None,
        "asked_for": _asked(request, record, row),
        "suggestions": suggestions.read_by(record.registration, row, request.user),  # type: ignore[arg-type]
        "evidence_form": EvidenceForm() if row.pk in record.wants_evidence else None,
        "evidence_most": MOST_FILES,
        "question_form": (question_form or QuestionForm()) if asks else None,
    }
    if context["own"]:
        context |= _several(record, line, places_of(request, record, row))
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
        (_("Subject areas"), record.areas.shown(activity.subject)),
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
    form = SharedForm(record, request.POST, credit=credit, places=places_of(request, record, row))
    if not form.is_valid() or form.wants_answer:
        return show_form(request, record, form, credit=credit, status=422)
    rate = form.cleaned_data["rate"]
    try:
        log.change(record.registration, form.fill(row), rate=rate, by=record.reader)
    except Refused as refusal:
        if refusal.problems[0].code != "stale":
            return refused(request, record, *refusal.problems)
        return _show_clash(request, record, form, pk)
    return _take_files_and_show(request, record, row, _("Saved."))


def _show_clash(request: HttpRequest, record: Record, form: SharedForm, pk: int) -> HttpResponse:
    """Somebody was faster: keep what was typed, show what is saved, and let the person choose.

    A second click on the same button was faster than itself: what it says is saved already.
    """
    credit = _credit(record, entry_of(record, pk))
    current = form.show_current(credit)
    if not current:
        return _take_files_and_show(request, record, credit.activity, "")
    form.add_error(
        None,
        _(
            "This activity was changed meanwhile, so nothing is saved yet. "
            "What you typed is below; save again to keep it."
        ),
    )
    return show_form(request, record, form, credit=credit, current=current, status=409)


def _credit(record: Record, activity: Activity) -> Credit:
    return record.credits().get(activity=activity)


def show_form(
    request: HttpRequest,
    record: Record,
    form: SharedForm,
    *,
    credit: Credit | None = None,
    current: list[tuple[str, str]] | None = None,
    prefilled: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the full form; a `prefilled` new one says at once what it would count."""
    context: dict[str, Any] = {
        "registration": record.registration,
        "record": record,
        "form": form,
        "evidence_form": EvidenceForm(),
        "evidence_most": MOST_FILES,
        "files_lost": bool(request.FILES),
        "prefilled": prefilled,
        "current": current or [],
    }
    if credit:
        line = record.line(credit.activity)
        record.add_evidence([line])
        context |= {
            "line": line,
            "reason": reasons.reason(line, record.rules),
            "history": history.lines_of(record, credit.activity),
            "own": True,
            "may_go_on": continuing.may_go_on(record, line),
            "asked_for": _asked(request, record, credit.activity),
            "suggestions": suggestions.read_by(
                record.registration,
                credit.activity,
                request.user,  # type: ignore[arg-type]
            ),
        }
        context |= _several(record, line, form.places)
    return render(request, "activities/form.html", context, status=status)


def places_of(
    request: HttpRequest, record: Record, activity: Activity | None = None
) -> list[several.Place]:
    """Return the person's other records, where an entry counts or could."""
    return several.places(record, own_registrations(request), activity)


def _several(record: Record, line: Line, places: Sequence[several.Place]) -> dict[str, Any]:
    """What the part "Counts in" shows; people with one record have none."""
    if not places:
        return {}
    return {
        "worth": reasons.worth(line, record.rules),
        "places": [(place, _count_in_form(place)) for place in places],
        "difference": several.difference(record, line, places),
    }


def _count_in_form(place: several.Place) -> CountInForm | None:
    """The choice of a type where the entry could count and doesn't."""
    return None if place.credit or place.problems else CountInForm(place.record)


def _take_files_and_show(
    request: HttpRequest, record: Record, activity: Activity, what: str
) -> HttpResponse:
    """The entry is saved: keep its files too. When one isn't taken, its page is shown again."""
    pk = record.registration.pk
    shown = show_saved(request, activity, what, registration=pk)
    all_taken = evidence.take_in(request, record, activity)
    return shown if all_taken else redirect("activity", pk, activity.pk)


def show_saved(
    request: HttpRequest, activity: Activity, what: str, *, registration: int
) -> HttpResponse:
    """Back to the list where the entry is, with what it counts."""
    record = own_record(request, registration)
    if what:
        messages.success(request, f"{what} {reasons.told(record, activity)}")
    year = f"year={record.line(activity).year}&" if record.has_years else ""
    return redirect(f"{listing_url(record)}?{year}added={activity.pk}")
