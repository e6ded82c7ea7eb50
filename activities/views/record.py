"""My record: how far one is, the shelves, this year's types, what there is to do."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from activities import pace, shelves, todo
from activities.record import Record
from activities.views.access import is_own, visible_registration
from cec.rosette import PETALS
from registrations import membership
from registrations.permissions import may


@require_safe
def record(request: HttpRequest, registration: int) -> HttpResponse:
    """Show a record; whoever may see it can read it, and only its owner finds what to click."""
    row = visible_registration(request, registration)
    if not row.has_record:
        return redirect("registration_status", row.pk)
    found = Record(row)
    speed = pace.of(found)
    own = is_own(request, found)
    return render(
        request,
        "activities/record.html",
        {
            "registration": row,
            "record": found,
            "pace": speed,
            "parked": found.parked(),
            "petal": speed.needed / PETALS if speed.needed else None,
            "steady": speed.steady.quantize(Decimal(1)) if speed.steady else None,
            "plan": "" if speed.is_over or speed.reached else pace.plan(found),
            "years": shelves.years_of(found),
            "this_year": found.this_year,
            "types": shelves.types_in(found, found.this_year.number),
            "limit": found.rules.common_limit,
            "tasks": todo.tasks(found, speed) if own else [],
            "own": own,
            "can_edit": own and found.is_open,
            # A mentor reads the record, and nothing about the membership (A7).
            "not_current": (own or may(request.user, "check_membership", row))
            and membership.not_current(row),
        },
    )
