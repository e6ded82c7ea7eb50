"""Letting an entry count in another of one's records too, and taking it out of that one again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from activities import log, several
from activities.forms.several import CountInForm
from activities.models import Activity
from activities.record import Record
from activities.sharing import elsewhere
from activities.views.access import entry_of, own_record
from activities.views.deleting import deleted_message
from cec.problems import Refused
from registrations.models import Registration
from registrations.navigation import own_registrations


@require_POST
def count_in(request: HttpRequest, registration: int, activity: int, other: int) -> HttpResponse:
    """Count an entry in another record too, as the type that was chosen."""
    record = own_record(request, registration)
    row = entry_of(record, activity)
    target = Record(_other(request, record, other))
    form = CountInForm(target, request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(str(e) for found in form.errors.values() for e in found))
        return _back(record, row)
    try:
        counts = several.count_in(target.registration, row, rate=form.cleaned_data["rate"])
    except Refused as refused:
        messages.warning(request, str(refused))
        return _back(record, row)
    if counts:
        messages.success(request, several.told(target.registration, row))
    return _back(record, row)


@require_POST
def take_out(request: HttpRequest, registration: int, activity: int, other: int) -> HttpResponse:
    """Take an entry out of another record; this one keeps it."""
    record = own_record(request, registration)
    row = entry_of(record, activity)
    target = _other(request, record, other)
    places = elsewhere(target, [row.pk])
    if not row.credits.kept().filter(registration=target).exists():
        return _back(record, row)  # a second click
    try:
        log.delete(target, row, by=record.reader)
    except Refused as refused:
        messages.warning(request, str(refused))
        return _back(record, row)
    stays_in = [credit.registration.program for credit in places]
    messages.success(request, deleted_message(target, row, stays_in))
    return _back(record, row)


def _other(request: HttpRequest, record: Record, pk: int) -> Registration:
    """Return another record of the same person, or not found."""
    for row in several.with_record(own_registrations(request)):
        if row.pk == pk and row.pk != record.registration.pk:
            return row
    raise Http404


def _back(record: Record, activity: Activity) -> HttpResponse:
    return redirect("activity", record.registration.pk, activity.pk)
