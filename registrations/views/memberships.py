"""The desk's list of memberships to look at."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cec.navigation import Tab
from registrations import queue, watch
from registrations.models import Association
from registrations.models.committee import roles_of
from registrations.permissions import require

PER_PAGE = 25
FILTERS = ("q", "association")


@require_GET
def memberships(request: HttpRequest) -> HttpResponse:
    """Memberships that have run out, that a list doubts, or that end soon."""
    require(request.user, "check_membership")
    asked = request.GET.get("view", "")
    current = asked if asked in watch.VIEWS else "lapsed"
    counts = watch.counts(request.user)
    found = queue.search(watch.view(request.user, current), text=request.GET.get("q", ""))
    association = request.GET.get("association", "").replace("\x00", "")
    if association:
        found = found.filter(association__code=association)
    filtered = any(request.GET.get(key) for key in FILTERS)
    pages = Paginator(found, PER_PAGE)
    if not filtered:
        pages.count = counts[current]  # the tab has counted it
    roles = roles_of(request.user)
    several = roles.sees_everything or len(roles.associations) > 1
    context = {
        "views": [
            Tab(key, label, counts[key], _address(request, key), key == current)
            for key, label in watch.VIEWS.items()
        ],
        "view": current,
        "title": watch.VIEWS[current],
        "page": pages.get_page(request.GET.get("page")),
        "associations": Association.objects.filter(is_active=True) if several else [],
        "several_associations": several,
        "filtered": filtered,
        "today": timezone.localdate(),
    }
    return render(request, "registrations/memberships.html", context)


def _address(request: HttpRequest, view: str) -> str:
    """A tab's address, which keeps the search."""
    kept = {key: request.GET[key] for key in FILTERS if request.GET.get(key)}
    return f"{reverse('desk_memberships')}?{urlencode({'view': view} | kept)}"
