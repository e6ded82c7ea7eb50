"""Batches of certificates: how far each one is, and stopping it or letting it go on."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from cec import claims
from certificates import batches
from certificates.batches import Progress
from certificates.models import Batch, BatchItem
from certificates.models.certificate import not_made
from certificates.views.issuing import PER_PAGE, tabs
from registrations.permissions import require
from registrations.reauthenticating import recently_signed_in

State = BatchItem.State
TROUBLE = Q(state__in=[State.LEFT_OUT, State.FAILED]) | not_made("certificate__") & Q(
    state=State.ISSUED
)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The batches with their results, newest first."""
    require(request.user, "issue_certificate")
    found = Batch.objects.visible_to(request.user).with_progress().select_related("confirmed_by")
    page = Paginator(found.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.progress = Progress.of(row)
    context = {"page": page, "views": tabs(request, "batches")}
    return render(request, "certificates/batches.html", context)


@require_GET
def batch(request: HttpRequest, batch: int) -> HttpResponse:
    """How far a batch is, each row with its state and why; it looks again by itself meanwhile."""
    row = get_object_or_404(
        Batch.objects.visible_to(request.user)
        .with_progress()
        .select_related("confirmed_by", "run_by", "stopped_by"),
        pk=batch,
    )
    progress = Progress.of(row)
    view = "trouble" if request.GET.get("view") == "trouble" else ""
    items = row.items.filter(TROUBLE) if view else row.items.all()
    page = Paginator(
        items.with_progress()
        .select_related(
            "registration__person",
            "registration__program",
            "registration__association",
            "certificate",
        )
        .order_by("pk"),
        PER_PAGE,
    ).get_page(request.GET.get("page"))
    context = {
        "batch": row,
        "progress": progress,
        "page": page,
        "views": _views(row, progress, view),
        "nobody_comes": progress.goes_on
        and claims.nobody_comes(
            uploaded_at=row.confirmed_at, claimed_at=None, queue="certificates"
        ),
    }
    return render(request, "certificates/batch.html", context)


def _views(row: Batch, progress: Progress, current: str) -> list[dict[str, object]]:
    here = reverse("batch", args=[row.pk])
    trouble = progress.left_out + progress.failed + progress.unmade
    return [
        {
            "label": pgettext("certificates", "All"),
            "count": progress.chosen,
            "url": here,
            "current": not current,
        },
        {
            "label": _("Left out or not issued"),
            "count": trouble,
            "url": f"{here}?view=trouble",
            "current": bool(current),
        },
    ]


@require_POST
def stop(request: HttpRequest, batch: int) -> HttpResponse:
    """Issue no more of it after the certificate that is being issued now."""
    row = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch)
    batches.stop(row, by=request.user)
    return redirect("batch", batch=row.pk)


@require_POST
@recently_signed_in
def go_on(request: HttpRequest, batch: int) -> HttpResponse:
    """Let a stopped batch go on, or try again what wasn't issued."""
    row = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch)
    batches.go_on(row, by=request.user)
    return redirect("batch", batch=row.pk)
