"""Activities: the list with its filters, the quick card above it, and the card's live preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from activities import continuing, log, points, reasons
from activities.forms.activity import ActivityForm
from activities.forms.quick import QuickForm
from activities.listing import PAGE_SIZES, Listing, Question, asked, options, year_views
from activities.models import Activity
from activities.record import Line, Record
from activities.several import with_record
from activities.suggestions import mentoring_of
from activities.views.access import is_own, own_record, refused, visible_record
from cec.problems import Refused
from registrations.navigation import own_registrations

LONGEST_ID = 19


@require_http_methods(["GET", "HEAD", "POST"])
def activities(request: HttpRequest, registration: int) -> HttpResponse:
    """List a record's activities; a POST is the quick card above the list."""
    if request.method == "POST":
        return _quick_add(request, own_record(request, registration))
    record = visible_record(request, registration)
    listing = Listing(record, asked(record, request.GET))
    added = request.GET.get("added", "")
    context = _page(request, record, listing, added=added)
    if _wants_part(request):
        return render(request, "activities/log_update.html", context)
    form = QuickForm(record) if context["can_edit"] else None
    return render(request, "activities/activities.html", context | {"form": form})


def _id(text: str) -> int | None:
    """Read an id from the address, if it is one; what is longer than any id is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_ID else None


def _wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the list alone; going back in the browser wants the page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def _quick_add(request: HttpRequest, record: Record) -> HttpResponse:
    if not record.is_open:
        return refused(request, record)
    form = QuickForm(record, request.POST)
    if not form.is_valid() or form.wants_answer:
        return _ask_again(request, record, form)
    rate = form.cleaned_data["rate"]
    try:
        activity, first = log.add_once(record.registration, form.activity(), rate=rate)
    except Refused as refusal:
        return refused(request, record, *refusal.problems)
    return _show_added(request, record, activity, first=first)


def _ask_again(request: HttpRequest, record: Record, form: QuickForm) -> HttpResponse:
    """Show the card again: nothing is saved, and what was typed stays."""
    question = asked(record, request.GET)
    form.offer_lately()
    if request.htmx:  # type: ignore[attr-defined]
        context = {
            "registration": record.registration,
            "question": question,
            "form": form,
            "several": has_several(request),
        }
        return render(request, "activities/asked_again.html", context, status=422)
    context = _page(request, record, Listing(record, question)) | {"form": form}
    return render(request, "activities/activities.html", context, status=422)


def _show_added(
    request: HttpRequest, record: Record, activity: Activity, *, first: bool
) -> HttpResponse:
    """Show the list where the new entry is: as a whole page, or the same parts for htmx.

    The record has read nothing of its entries before, so it needn't be read anew.
    """
    added = _("Added.")
    text = f"{added} {reasons.told(record, activity)}"
    listing = _that_shows(record, asked(record, request.GET), activity)
    url = f"{listing_url(record)}?{listing.question.query()}"
    if not request.htmx:  # type: ignore[attr-defined]
        if first:
            messages.success(request, text)
        return redirect(f"{url}&added={activity.pk}")
    context = _page(request, record, listing, added=str(activity.pk))
    form = QuickForm(record)
    form.fields["title"].widget.attrs["autofocus"] = True  # htmx gives it the focus
    context |= {"form": form, "said": text}
    response = render(request, "activities/added.html", context)
    response["HX-Replace-Url"] = url
    return response


def _that_shows(record: Record, question: Question, activity: Activity) -> Listing:
    """Return the list that was asked for if it shows the entry, else one that does."""
    day = activity.completed_on
    year = next(year.number for year in record.program_years if year.holds(day))
    if not question.is_plain or question.year not in (None, year):
        question = Question(year=year if record.has_years else None, size=question.size)
    return Listing(record, question).turned_to(activity.pk)


def listing_url(record: Record) -> str:
    return reverse("activities", args=[record.registration.pk])


def _page(
    request: HttpRequest, record: Record, listing: Listing, *, added: str = ""
) -> dict[str, Any]:
    """What the list shows; the components' links start from the question, not from the address.

    So the list that comes after a quick add is the same as the one that a reload shows.
    """
    question = listing.question
    request.GET = QueryDict(question.query())
    own = is_own(request, record)
    can_edit = own and record.is_open
    year = record.this_year.number
    return {
        "registration": record.registration,
        "record": record,
        "question": question,
        "rows": [_row(record, line) for line in listing.lines],
        "going_on": continuing.going_on(record, listing.lines) if can_edit else set(),
        "page": listing.page,
        "totals": listing.totals,
        "views": year_views(record, question, listing_url(record)),
        "options": options(record, question) | {"subjects": listing.subjects},
        "added": _id(added),
        "needed": record.rules.needed,
        "counted": record.counted(),
        "year_counted": record.counted(year),
        "more": question.query(per=PAGE_SIZES[1], page=""),
        "fewer": question.query(per="", page=""),
        "unfiltered": question.query(q="", type="", status="", subject="", page=""),
        "own": own,
        "mentoring": None if own else mentoring_of(record.registration, request.user),  # type: ignore[arg-type]
        "can_edit": can_edit,
        "several": has_several(request),
    }


def _row(record: Record, line: Line) -> tuple[Line, reasons.Reason, str]:
    """A line with why it counts, and how its points come about."""
    return line, reasons.reason(line, record.rules), reasons.sum_of(line, record.rules)


def has_several(request: HttpRequest) -> bool:
    """Whether an entry could count in more than one of the signed-in person's records."""
    return len(with_record(own_registrations(request))) > 1


@require_safe
def preview(request: HttpRequest, registration: int) -> HttpResponse:
    """Say what an entry would count while it is being typed; an unfinished form says nothing."""
    record = own_record(request, registration)
    form = ActivityForm(record, request.GET)
    form.is_valid()
    wrong = [
        message
        for name in ("completed_on", "hours")
        if request.GET.get(name)
        for message in form.errors.get(name, [])
    ]
    sentences = [] if wrong else _foretold(record, form, request.GET.get("instead_of", ""))
    return render(request, "activities/preview.html", {"sentences": sentences, "wrong": wrong})


def _foretold(record: Record, form: ActivityForm, instead_of: str) -> list[str]:
    values = form.cleaned_data
    rate, completed_on = values.get("rate"), values.get("completed_on")
    if not (rate and completed_on) or "hours" in form.errors:
        return []
    edited = _id(instead_of)
    found = points.preview(
        record.registration,
        rate=rate,
        completed_on=completed_on,
        hours=values.get("hours"),
        instead_of=edited,
    )
    if found is None:
        return []
    return reasons.foretold(
        found,
        rate.activity_type,
        record.rules,
        done=not values.get("planned"),
        edited=edited is not None,
    )
