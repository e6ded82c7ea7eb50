"""Where a record stands in detail, and what some more hours would do."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities import pace, points, reasons
from activities.forms.whatif import WhatIfForm
from activities.record import Record
from activities.standing import StandingTable
from activities.suggestions import mentoring_of
from activities.views.access import is_own, visible_record
from activities.yearend import results


@require_safe
def standing(request: HttpRequest, registration: int) -> HttpResponse:
    """Show every total beside its limits; whoever may read the record may ask "what if"."""
    record = visible_record(request, registration)
    asked = any(name in request.GET for name in ("rate", "hours", "completed_on"))
    form = WhatIfForm(record, request.GET if asked else None)
    speed = pace.of(record)
    own = is_own(request, record)
    return render(
        request,
        "activities/standing.html",
        {
            "registration": record.registration,
            "record": record,
            "pace": speed,
            "table": StandingTable(record),
            "closed_years": results.of_record(record.registration),
            "form": form if record.is_open else None,
            "foretold": _foretold(record, form) if asked and form.is_valid() else None,
            "own": own,
            "mentoring": None if own else mentoring_of(record.registration, request.user),  # type: ignore[arg-type]
        },
        status=422 if asked and form.errors else 200,
    )


def _foretold(record: Record, form: WhatIfForm) -> list[str]:
    values = form.cleaned_data
    found = points.preview(
        record.registration,
        rate=values["rate"],
        completed_on=values["completed_on"],
        hours=values.get("hours"),
    )
    if found is None:  # the form keeps the day within the program
        raise Http404
    kind = values["rate"].activity_type
    return [
        *reasons.foretold(found, kind, record.rules, done=True),
        reasons.afterwards(found, record),
    ]
