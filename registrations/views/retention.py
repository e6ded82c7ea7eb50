"""What is kept no longer: each rule, what would go next, and what went."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cec import retention
from registrations.permissions import require
from registrations.views.history import tabs


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The rules with their figures; nothing here names anybody."""
    require(request.user, "see_retention")
    context = {
        "views": tabs("retention"),
        "lines": retention.overview(),
        "elsewhere": retention.done_elsewhere(),
    }
    return render(request, "registrations/retention.html", context)
