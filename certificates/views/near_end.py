"""The desk's list of who is heading for the end, and what is missing for each."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cec.navigation import Tab
from certificates import near_end
from certificates.near_end import Asked
from registrations.models import Association
from registrations.models.committee import roles_of
from registrations.permissions import require_staff

PER_PAGE = 25


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Registrations in this person's care near the end of their cycle, who ends first is first."""
    require_staff(request.user)
    asked = Asked.of(request.GET)
    found = near_end.found(request.user, asked)
    page = Paginator(found[asked.view], PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "title": near_end.VIEWS[asked.view],
        "views": [
            Tab(key, label, len(found[key]), _address(asked, key), key == asked.view)
            for key, label in near_end.VIEWS.items()
        ],
        "page": page,
        "rows": near_end.described(page.object_list),
        "associations": _associations(request),
    }
    return render(request, "certificates/near_end.html", context)


def _address(asked: Asked, view: str) -> str:
    query = asked.query(view=view)
    return reverse("near_end") + (f"?{query}" if query else "")


def _associations(request: HttpRequest) -> list[Association]:
    """The associations to choose from, for those who work for several."""
    roles = roles_of(request.user)
    if not roles.sees_everything and len(roles.associations) < 2:
        return []
    rows = Association.objects.all()
    return list(rows if roles.sees_everything else rows.filter(pk__in=roles.associations))
