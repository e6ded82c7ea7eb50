"""Administrators issue certificates, and see which are made."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from activities import points
from certificates import completion, issuing, waiting
from certificates import serial as serials
from certificates.models import Batch, Certificate
from certificates.printing.lettering import clean
from registrations.models import Association, Person, Program, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.permissions import may, require, require_staff

PER_PAGE = 25
State = Certificate.State


@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """Accepted records: those that are ready, and those that something is missing for."""
    require(request.user, "issue_certificate")
    accepted = waiting.accepted(request.user)
    filters = filters_of(request.GET, accepted)
    accepted = waiting.narrowed(accepted, **filters["asked"])
    page = Paginator(accepted, PER_PAGE).get_page(request.GET.get("page"))
    _describe(page.object_list, by=request.user)
    shown = Registration.objects.filter(pk__in=[row.pk for row in page.object_list])
    missing = completion.missing(shown)
    for row in page.object_list:
        row.problems = missing.get(row.pk, [])
        row.may_issue = not (row.problems or row.own or row.batch)
    context = {
        "page": page,
        "filters": filters,
        "ready_count": waiting.narrowed(waiting.to_issue(request.user), **filters["asked"]).count(),
        "views": tabs(request, "issuing"),
    }
    return render(request, "certificates/issuing.html", context)


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
        "views": tabs(request, f"issued-{view}" if view in narrowed else "issued"),
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


def filters_of(asked: QueryDict, rows: RegistrationQuerySet) -> dict[str, Any]:
    """Return the programs and associations that there are, and which ones were asked for."""
    programs = Program.objects.filter(registrations__in=rows).distinct()
    associations = Association.objects.filter(registrations__in=rows).distinct()
    filters = {"programs": list(programs), "associations": list(associations)}
    slugs = {row.slug for row in filters["programs"]}
    codes = {row.code for row in filters["associations"]}
    program, association = asked.get("program", ""), asked.get("association", "")
    filters["asked"] = {
        "program": program if program in slugs else "",
        "association": association if association in codes else "",
    }
    return filters


def _describe(rows: Iterable[Registration], *, by: Person) -> None:
    """Put points and the name as it will be printed beside the rows of a list."""
    rows = list(rows)
    standings = points.standings([row.pk for row in rows])
    under_way = waiting.under_way(rows)
    for row in rows:
        row.own, row.batch = row.person_id == by.pk, under_way.get(row.pk)
        row.standing = standings.get(row.pk, points.Standing(()))
        row.printed_name = clean(row.person.name)


def _search(rows: QuerySet[Certificate], text: str) -> QuerySet[Certificate]:
    wanted = " ".join(text.replace("\x00", "").split())[:100]
    if not wanted:
        return rows
    serial = serials.normalise(wanted) or wanted
    return rows.filter(Q(holder__icontains=wanted) | Q(serial__icontains=serial))


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Return the tabs of these pages, with their counts."""
    counts = waiting.progress(Certificate.objects.worked_on_by(request.user))
    listed = reverse("issued")
    states = {  # said of many, unlike the labels of `State`
        State.VALID: pgettext("certificates", "Valid"),
        State.REPLACED: pgettext("certificates", "Replaced"),
        State.REVOKED: pgettext("certificates", "Revoked"),
    }
    rows = [
        ("issued", pgettext("certificates", "Issued"), counts["all"], listed),
        *(
            (f"issued-{state}", label, counts[state], f"{listed}?view={state}")
            for state, label in states.items()
        ),
        ("issued-making", _("Being made"), counts["making"], f"{listed}?view=making"),
        ("issued-failed", _("Couldn’t be made"), counts["failed"], f"{listed}?view=failed"),
    ]
    if may(request.user, "issue_certificate"):
        accepted = waiting.accepted(request.user).count()
        batches = Batch.objects.visible_to(request.user).count()
        rows[:0] = [
            ("issuing", _("To issue"), accepted, reverse("issuing")),
            ("batches", _("Batches"), batches, reverse("batches")),
        ]
    return [
        {"label": label, "count": count, "url": url, "current": key == current}
        for key, label, count, url in rows
    ]
