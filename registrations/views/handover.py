"""The page that hands an association over to its next representative."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registrations import committee, handover, queue
from registrations.forms.desk import AssociationNoteForm
from registrations.mentoring import asking
from registrations.models import Association, AssociationNote, Person
from registrations.models.committee import roles_of
from registrations.permissions import STEERING, may, require, require_staff


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What waits, what changed, who is who, and the notes; a POST leaves another note."""
    require_staff(request.user)
    associations = list(handover.associations_of(request.user))
    association = _chosen(request, associations)
    form = AssociationNoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request.user, "note_association")
        if form.is_valid():
            committee.note(association, by=request.user, **form.cleaned_data)
            messages.success(request, _("The note is kept."))
            return redirect(f"{reverse('handover')}?association={association.code}")
    today = timezone.localdate()
    days = _days(request)
    there = queue.Asked(association=association.code)
    waits = handover.waits(request.user, association)
    current, before = handover.offices(association, today)
    context = {
        "form": form,
        "association": association,
        "associations": associations,
        "waiting": [
            (
                queue.VIEWS[key][0],
                count,
                replace(there, view=key).query(),
            )
            for key, count in waits.counts.items()
            if count
        ],
        "others": _others(request.user, association, waits),
        "oldest": queue.days_since(waits.oldest) if waits.oldest else None,
        "days": days,
        "periods": handover.PERIODS,
        "changes": handover.changes(request.user, association, days),
        "current": current,
        "before": before,
        "national": handover.national(today),
        "notes": AssociationNote.objects.visible_to(request.user)
        .filter(association=association)
        .select_related("written_by")[:100],
        "may_note": STEERING in roles_of(request.user).names
        or association.pk in roles_of(request.user).associations,
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/handover.html", context, status=status)


def _others(
    person: Person, association: Association, waits: queue.Waits
) -> list[tuple[str, int, str]]:
    """What waits beside the registrations, for those who may do it: label, count and address."""
    found = []
    if may(person, "assign_mentor"):
        waiting = asking.desk_count(person, association)
        found.append((_("Wishes for a mentor, and offers to mentor"), waiting, "desk_mentors"))
    if may(person, "review_record"):
        found.append((_("Final reviews"), waits.reviews, "reviews"))
    return [(label, count, reverse(page)) for label, count, page in found if count]


def _chosen(request: HttpRequest, associations: list[Association]) -> Association:
    """The association that is asked for, or the person's own one; another one isn't there."""
    asked = request.GET.get("association", "")
    own = roles_of(request.user).associations
    found = [row for row in associations if row.code == asked] if asked else associations
    for row in sorted(found, key=lambda row: row.pk not in own):
        return row
    raise Http404


def _days(request: HttpRequest) -> int:
    wanted = request.GET.get("days", "")
    return next((days for days in handover.PERIODS if str(days) == wanted), handover.PERIODS[0])
