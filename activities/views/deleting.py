"""Taking an activity out of the record, and bringing it back for thirty days."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities import log, reasons
from activities.models import Activity
from activities.record import Record
from activities.views.access import entry_of, own_record, refused
from activities.views.listing import listing_url
from cec.problems import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Ask first, then delete; a second click finds it gone and says the same."""
    record = own_record(request, registration)
    row = entry_of(record, activity, deleted=True)
    if not record.is_open:
        return refused(request, record)
    if row.deleted_at is None:
        if request.method != "POST":
            context = {
                "registration": record.registration,
                "line": record.line(row),
                "days": log.UNDO_DAYS,
            }
            return render(request, "activities/delete.html", context)
        try:
            log.delete(record.registration, row, by=record.reader)
        except Refused as refusal:
            return refused(request, record, *refusal.problems)
        messages.success(request, _deleted(record, row))
    return redirect(listing_url(record))


def _deleted(record: Record, row: Activity) -> str:
    link = format_html(
        '<a href="{}">{}</a>',
        reverse("activity_restore", args=[record.registration.pk, row.pk]),
        _("Undo"),
    )
    text = _("“%(title)s” is deleted. You can bring it back for %(days)s days.") % {
        "title": row.title,
        "days": log.UNDO_DAYS,
    }
    return format_html("{} {}", text, link)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Bring a deleted activity back into the record."""
    record = own_record(request, registration)
    row = entry_of(record, activity, deleted=True)
    if not record.is_open:
        return refused(request, record)
    if row.deleted_at is not None:
        if not record.restorable().filter(activity=row).exists():
            raise Http404
        if request.method != "POST":
            context = {"registration": record.registration, "line": record.line(row)}
            return render(request, "activities/restore.html", context)
        try:
            log.restore(record.registration, row, by=record.reader)
        except Refused as refusal:
            return refused(request, record, *refusal.problems)
        back = _("It’s back in your record.")
        messages.success(request, f"{back} {reasons.told(Record(record.registration), row)}")
    return redirect(f"{listing_url(record)}?year=all&added={row.pk}")
