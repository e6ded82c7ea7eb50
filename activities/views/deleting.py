"""Taking an activity out of the record, and bringing it back for thirty days."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities import log, reasons
from activities.models import Activity
from activities.record import Record
from activities.sharing import elsewhere
from activities.views.access import entry_of, own_record, refused
from activities.views.listing import listing_url
from cec.problems import Refused
from registrations.models import Program, Registration


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Ask first, then delete; a second click finds it gone and says the same."""
    record = own_record(request, registration)
    row = entry_of(record, activity, deleted=True)
    if not record.is_open:
        return refused(request, record)
    line = record.line(row)
    if line.deleted_at is None:
        others = [
            credit.registration.program for credit in elsewhere(record.registration, [row.pk])
        ]
        if request.method != "POST":
            context = {
                "registration": record.registration,
                "line": line,
                "days": log.UNDO_DAYS,
                "others": others,
            }
            return render(request, "activities/delete.html", context)
        try:
            log.delete(record.registration, row, by=record.reader)
        except Refused as refusal:
            return refused(request, record, *refusal.problems)
        messages.success(request, deleted_message(record.registration, row, others))
    return redirect(listing_url(record))


def deleted_message(
    registration: Registration, row: Activity, others: Sequence[Program]
) -> SafeString:
    """Tell that an entry is gone, or where it stays, with the way back."""
    link = format_html(
        '<a href="{}">{}</a>',
        reverse("activity_restore", args=[registration.pk, row.pk]),
        _("Undo"),
    )
    if others:
        text = _(
            "“%(title)s” no longer counts in %(program)s. It stays in %(others)s. "
            "You can bring it back for %(days)s days."
        )
    else:
        text = _("“%(title)s” is deleted. You can bring it back for %(days)s days.")
    text %= {
        "title": row.title,
        "days": log.UNDO_DAYS,
        "program": registration.program.name,
        "others": ", ".join(program.name for program in others),
    }
    return format_html("{} {}", text, link)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Bring a deleted activity back into the record."""
    record = own_record(request, registration)
    row = entry_of(record, activity, deleted=True)
    if not record.is_open:
        return refused(request, record)
    line = record.line(row)
    if line.deleted_at is not None:
        if request.method != "POST":
            context = {"registration": record.registration, "line": line}
            return render(request, "activities/restore.html", context)
        try:
            log.restore(record.registration, row, by=record.reader)
        except Refused as refusal:
            return refused(request, record, *refusal.problems)
        back = _("It’s back in your record.")
        messages.success(request, f"{back} {reasons.told(Record(record.registration), row)}")
    return redirect(f"{listing_url(record)}?year=all&added={row.pk}")
