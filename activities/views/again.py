"""Entering from what is there: a copy, this month's hours of a series, a plan that is done."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from activities import continuing, log, reasons
from activities.forms.activity import once_more
from activities.forms.again import AgainForm, DoneForm
from activities.forms.several import SharedForm
from activities.views.access import entry_of, own_record, refused
from activities.views.entry import places_of, show_form, show_saved
from activities.views.listing import listing_url
from cec.problems import Refused


@require_safe
def duplicate(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Show the full form for a new entry like this one; saving it looks for a repeat as usual."""
    record = own_record(request, registration)
    row = entry_of(record, activity)
    if not record.is_open:
        return refused(request, record)
    credit = record.credits().get(activity=row)
    form = SharedForm(record, initial=once_more(record, credit), places=places_of(request, record))
    return show_form(request, record, form, prefilled=True)


@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Add this month's hours to what goes on; an entry that doesn't has no such page."""
    record = own_record(request, registration)
    line = record.line(entry_of(record, activity))
    if not record.is_open:
        return refused(request, record)
    if not continuing.may_go_on(record, line):
        raise Http404
    form = AgainForm(record, line, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            added, first = log.add_once(record.registration, form.activity(), rate=form.chosen)
        except Refused as refusal:
            return refused(request, record, *refusal.problems)
        what = _("Added.") if first else ""
        return show_saved(request, added, what, registration=registration)
    context = {
        "registration": record.registration,
        "line": line,
        "form": form,
        "this_month": continuing.hours_this_month(record, line.activity),
    }
    status = 422 if form.is_bound else 200
    return render(request, "activities/again.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Turn a planned entry into a done one (P11); one that is done already stays as it is."""
    record = own_record(request, registration)
    row = entry_of(record, activity)
    if not record.is_open:
        return refused(request, record)
    if not row.planned:
        return redirect(f"{listing_url(record)}?year=all&added={row.pk}")
    line = record.line(row)
    form = DoneForm(record, line, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            log.change(record.registration, form.fill(row), rate=form.chosen, by=record.reader)
        except Refused as refusal:
            return refused(request, record, *refusal.problems)
        return show_saved(request, row, _("Saved."), registration=registration)
    context = {
        "registration": record.registration,
        "line": line,
        "reason": reasons.reason(line, record.rules),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "activities/done.html", context, status=status)
