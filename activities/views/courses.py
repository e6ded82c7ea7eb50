"""The catalogue: what each course is worth, here and by the numbers of the organisations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.views.access import own_record
from registrations import organisations
from registrations.models import Organisation, Part


@require_safe
def courses(request: HttpRequest, registration: int) -> HttpResponse:
    """List the courses, to enter one, and what a chosen organisation allocates for each."""
    record = own_record(request, registration)
    rates = [rate for rate in record.rules.rates.values() if rate.fixed]
    offered = list(Organisation.objects.asked_in(record.program))
    chosen = _chosen(request, offered)
    figures = organisations.figures(chosen, record.program) if chosen else {}
    context = {
        "registration": record.registration,
        "record": record,
        "rates": rates,
        "organisations": offered,
        "chosen": chosen,
        "parts": list(Part),
        "allocated": [
            (rate, [(part, figures.get((rate.activity_type.key, part.value))) for part in Part])
            for rate in rates
        ],
    }
    return render(request, "activities/courses.html", context)


def _chosen(request: HttpRequest, offered: list[Organisation]) -> Organisation | None:
    asked = request.GET.get("organization", "")
    return next((row for row in offered if str(row.pk) == asked), next(iter(offered), None))
