"""Administrators issue certificates, and see which are made."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from activities import points
from cec.problems import Refused
from certificates import completion, issuing, waiting
from certificates.lettering import clean
from certificates.models import Certificate
from registrations.models import Registration
from registrations.permissions import may, require, require_staff

PER_PAGE = 25
AT_ONCE = 100  # certificates that one confirmation issues


@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """Accepted records: those that are ready, and those that something is missing for."""
    require(request.user, "issue_certificate")
    accepted = waiting.accepted(request.user)
    page = Paginator(accepted, PER_PAGE).get_page(request.GET.get("page"))
    _describe(page.object_list)
    shown = Registration.objects.filter(pk__in=[row.pk for row in page.object_list])
    missing = completion.missing(shown)
    for row in page.object_list:
        row.own = row.person_id == request.user.pk
        row.problems = missing.get(row.pk, [])
        row.may_issue = not row.problems and not row.own
    context = {
        "page": page,
        "ready_count": waiting.count_to_issue(request.user),
        "views": _views(request, "issuing"),
    }
    return render(request, "certificates/issuing.html", context)


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest) -> HttpResponse:
    """Show the names that will be printed, then issue."""
    require(request.user, "issue_certificate")
    posted = request.method == "POST"
    rows = list(_chosen(request, request.POST if posted else request.GET)[:AT_ONCE])
    for row in rows:
        require(request.user, "issue_certificate", row)
    if posted:
        return _issue(request, rows)
    if not rows:
        messages.info(request, _("Choose whose certificates you want to issue."))
        return redirect("issuing")
    _describe(rows)
    context = {
        "rows": [row for row in rows if not row.name_problems],
        "unprintable": [row for row in rows if row.name_problems],
    }
    return render(request, "certificates/issue.html", context)


@require_GET
def issued(request: HttpRequest) -> HttpResponse:
    """The certificates that were issued, with their state and that of each one's PDF."""
    require_staff(request.user)
    found = Certificate.objects.worked_on_by(request.user)
    view = request.GET.get("view", "")
    narrowed = {
        **{state: Q(state=state) for state in Certificate.State.values},
        "making": waiting.MAKING,
        "failed": waiting.FAILED,
    }
    rows = _search(found.filter(narrowed.get(view, Q())), request.GET.get("q", ""))
    page = Paginator(
        rows.with_progress()
        .select_related("registration__association", "issued_by")
        .order_by("-issued_at", "-pk"),
        PER_PAGE,
    ).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "view": view if view in narrowed else "",
        "views": _views(request, f"issued-{view}" if view in narrowed else "issued"),
        "filtered": bool(request.GET.get("q")),
        "may_issue": may(request.user, "issue_certificate"),
    }
    return render(request, "certificates/issued.html", context)


@require_POST
def try_again(request: HttpRequest, certificate: int) -> HttpResponse:
    """Let the worker try anew to make a PDF."""
    row = get_object_or_404(
        Certificate.objects.visible_to(request.user).select_related("registration"),
        pk=certificate,
    )
    issuing.try_again(row, by=request.user)
    messages.success(request, _("%(serial)s is being made again.") % {"serial": row.serial})
    return redirect("issued")


def _chosen(request: HttpRequest, asked: QueryDict) -> QuerySet[Registration]:
    """Return the registrations that were asked for: by ids, or all that are ready."""
    if asked.get("all"):
        return waiting.to_issue(request.user)
    ids = [int(pk) for pk in asked.getlist("registration") if pk.isdecimal() and len(pk) < 18]
    return (
        Registration.objects.visible_to(request.user)
        .filter(pk__in=ids)
        .select_related("person", "program", "association")
    )


def _issue(request: HttpRequest, rows: Iterable[Registration]) -> HttpResponse:
    """Issue one by one: what is refused for one person stops nobody else's."""
    done = 0
    for row in rows:
        try:
            issuing.issue(row, by=request.user)
        except Refused as refused:
            if row.was_moved("certify", by=request.user):
                done += 1  # a second click on the same button
                continue
            messages.warning(
                request, _("%(name)s: %(why)s") % {"name": row.person.name, "why": refused}
            )
        else:
            done += 1
    if done:
        messages.success(
            request,
            ngettext(
                "%(count)d certificate is issued. The PDF is made and sent in the background.",
                "%(count)d certificates are issued. The PDFs are made and sent in the background.",
                done,
            )
            % {"count": done},
        )
    return redirect("issued" if done else "issuing")


def _describe(rows: Iterable[Registration]) -> None:
    """Put points and the name as it will be printed beside the rows of a list."""
    rows = list(rows)
    standings = points.standings([row.pk for row in rows])
    for row in rows:
        row.standing = standings.get(row.pk, points.Standing(()))
        row.printed_name = clean(row.person.name)
        row.name_problems = completion.check_name(row.person.name)


def _search(rows: QuerySet[Certificate], text: str) -> QuerySet[Certificate]:
    wanted = " ".join(text.replace("\x00", "").split())[:100]
    if not wanted:
        return rows
    return rows.filter(Q(holder__icontains=wanted) | Q(serial__icontains=wanted))


def _views(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Return the tabs of both pages, with their counts."""
    counts = waiting.progress(Certificate.objects.worked_on_by(request.user))
    listed = reverse("issued")
    tabs = [
        ("issued", pgettext("certificates", "Issued"), counts["all"], listed),
        *(
            (f"issued-{state}", state.label, counts[state.value], f"{listed}?view={state}")
            for state in Certificate.State
        ),
        ("issued-making", _("Being made"), counts["making"], f"{listed}?view=making"),
        ("issued-failed", _("Couldn’t be made"), counts["failed"], f"{listed}?view=failed"),
    ]
    if may(request.user, "issue_certificate"):
        accepted = waiting.accepted(request.user).count()
        tabs.insert(0, ("issuing", _("To issue"), accepted, reverse("issuing")))
    return [
        {"label": label, "count": count, "url": url, "current": key == current}
        for key, label, count, url in tabs
    ]
