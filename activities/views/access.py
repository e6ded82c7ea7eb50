"""The first line of every view of a record: whose it is, and who asks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django_htmx.http import HttpResponseClientRedirect

from activities.checks import closed
from activities.models import Activity
from activities.record import Record
from cec.problems import Problem
from registrations import viewing
from registrations.models import RecordView, Registration
from registrations.models.committee import roles_of
from registrations.navigation import current_registration


def visible_registration(request: HttpRequest, pk: int) -> Registration:
    """Return a registration that this person may see; anything else is not found.

    One's own is what the navigation has read already, so it isn't read twice.
    """
    own = current_registration(request)
    if own is not None and own.pk == pk:
        own.person = request.user
        return own
    rows = Registration.objects.visible_to(request.user)  # type: ignore[arg-type]
    row = get_object_or_404(rows.select_related("program", "association", "person", "rules"), pk=pk)
    viewing.saw(request, row, RecordView.Page.RECORD)
    return row


def visible_record(request: HttpRequest, pk: int) -> Record:
    """Return a record that this person may read; the committee’s questions aren’t a mentor’s."""
    registration = visible_registration(request, pk)
    if not registration.has_record:
        raise Http404
    roles = roles_of(request.user)  # type: ignore[arg-type]
    committee = roles.sees_everything or registration.association_id in roles.associations
    own = registration.person_id == request.user.pk
    return Record(
        registration,
        reader=request.user,  # type: ignore[arg-type]
        keeps_comments=not (own or committee),
    )


def own_record(request: HttpRequest, pk: int) -> Record:
    """Return the person's own record: only its owner writes in it."""
    record = visible_record(request, pk)
    if not is_own(request, record):
        raise PermissionDenied
    return record


def is_own(request: HttpRequest, record: Record) -> bool:
    return record.registration.person_id == request.user.pk


def entry_of(record: Record, pk: int, *, deleted: bool = False) -> Activity:
    """Return an activity of this record, or not found.

    With `deleted` also one that can still be brought back; what is gone for longer may be of a type
    that the record's rules don't have any more.
    """
    found = Activity.objects.in_record(record.registration)
    if deleted:
        found |= Activity.objects.filter(pk__in=record.restorable().values("activity"))
    return get_object_or_404(found, pk=pk)


def refused(request: HttpRequest, record: Record, *problems: Problem) -> HttpResponse:
    """Answer somebody who may not write now, usually in a closed record: say so, on the list."""
    for problem in problems or (closed(record.registration),):
        messages.error(request, problem.message)
    listing = redirect("activities", record.registration.pk)
    return HttpResponseClientRedirect(listing.url) if request.htmx else listing  # type: ignore[attr-defined]
