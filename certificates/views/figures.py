"""The committee's figures: all on one page, each on its own, the people behind one, exports."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cec.export import XLSX
from cec.navigation import Tab
from certificates import figures
from certificates.figures import Asked, Choices, exporting, paces
from certificates.figures.asked import PERIODS
from registrations.permissions import require_staff

PER_PAGE = 50
ALL = "all"


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every figure in one look; the dear ones come after the page, without JavaScript as links."""
    choices, asked = _asked(request, request.GET)
    query = asked.query()
    shown = [
        {
            "key": key,
            "title": title,
            "url": f"{reverse('figure', args=[key])}?{query}",
            "figure": None if key in figures.DEAR else figures.figure(key, asked),
        }
        for key, (title, _make) in figures.FIGURES.items()
    ]
    context = {"shown": shown, **_context(choices, asked, "")}
    return render(request, "certificates/figures.html", context)


@require_GET
def one(request: HttpRequest, figure: str) -> HttpResponse:
    """One figure, its numbers, and what is counted."""
    choices, asked = _asked(request, request.GET)
    if figure not in figures.FIGURES:
        raise Http404
    context = {
        "figure": figures.figure(figure, asked),
        "open": not request.headers.get("HX-Request"),  # the overview shows pictures first
        **_context(choices, asked, figure),
    }
    return render(request, "certificates/figure.html", context)


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who is in a band of the pace, farthest behind first; without one, all who are behind."""
    choices, asked = _asked(request, request.GET)
    band = request.GET.get("band", "")
    bands = [band] if band in paces.BANDS else list(paces.BEHIND)
    at = _page(request.GET.get("page", ""))
    shown, total = paces.listed(asked, bands, at=(at - 1) * PER_PAGE, most=PER_PAGE)
    context = {
        "people": shown,
        "total": total,
        "title": paces.BANDS[band][0] if band in paces.BANDS else _("Behind"),
        "band": band if band in paces.BANDS else "",
        "before": at - 1 if at > 1 else None,
        "after": at + 1 if at * PER_PAGE < total else None,
        **_context(choices, asked, "pace"),
    }
    return render(request, "certificates/figure_people.html", context)


@require_POST
def export(request: HttpRequest) -> FileResponse:
    """Hand tables over; that they were taken is written down, so it is a POST."""
    _choices, asked = _asked(request, request.POST)
    key = request.POST.get("figure", ALL)
    if key != ALL and key not in figures.FIGURES:
        raise Http404
    keys = list(figures.FIGURES) if key == ALL else [key]
    as_csv = request.POST.get("format") == "csv"
    made = [figures.figure(each, asked) for each in keys]
    file = exporting.write(made, asked, as_csv=as_csv)
    name = _("figures-%(day)s") % {"day": timezone.localdate().isoformat()}
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.csv" if as_csv else f"{name}.xlsx",
        content_type="text/csv; charset=utf-8" if as_csv else XLSX,
    )


def _asked(request: HttpRequest, given: Any) -> tuple[Choices, Asked]:
    require_staff(request.user)
    choices = figures.choices(request.user)
    return choices, choices.read(request.user, given)


def _context(choices: Choices, asked: Asked, current: str) -> dict[str, Any]:
    query = asked.query()
    tabs = [Tab("", _("All at a glance"), None, f"{reverse('figures')}?{query}", not current)]
    tabs += [
        Tab(key, title, None, f"{reverse('figure', args=[key])}?{query}", key == current)
        for key, (title, _make) in figures.FIGURES.items()
    ]
    return {
        "asked": asked,
        "choices": choices,
        "periods": PERIODS,
        "views": tabs,
        "query": query,
        "current": current or ALL,
    }


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
