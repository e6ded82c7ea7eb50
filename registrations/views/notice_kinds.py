"""The desk's pages of the kinds of mails that go out by themselves, and of all mail that failed."""

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.models import OutgoingMail
from cec.paging import Order, page_of
from cec.problems import Refused
from registrations import notices
from registrations.forms.notices import PauseForm
from registrations.mail_texts import editable
from registrations.models import Program
from registrations.notices import by_hand, listing, preview
from registrations.permissions import may, require
from registrations.views.notices import as_html, tabs

LATEST_FIRST = Order(F("pk"), falling=True)


@require_GET
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind, whether it can be switched off, and how many wait, went out and failed."""
    require(request.user, "see_notices")
    context = {"tabs": tabs(request, "kinds"), "rows": listing.kind_rows(request.user)}
    return render(request, "registrations/notice_kinds.html", context)


def find_kind(name: str) -> notices.Kind:
    kind = notices.kinds().get(name)
    if kind is None:
        raise Http404
    return kind


@require_http_methods(["GET", "POST"])
def kind(request: HttpRequest, notice_kind: str) -> HttpResponse:
    """One kind with previews of its letter; POST pauses it."""
    require(request.user, "see_notices" if request.method == "GET" else "handle_notices")
    found = find_kind(notice_kind)
    form = PauseForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            by_hand.pause(found, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, _("These e-mails are paused. Nothing is lost meanwhile."))
            return redirect("notice_kind", notice_kind=found.name)
    rows = {row.kind.name: row for row in listing.kind_rows(request.user)}
    context = {
        "tabs": tabs(request, "kinds"),
        "row": rows[found.name],
        "kind": found,
        "form": form,
        "previews": [preview.of_example(found, code) for code in preview.languages()],
        "may_handle": may(request.user, "handle_notices"),
        "worded_by": Program.objects.all() if found.name in editable.kinds() else (),
    }
    return render(request, "registrations/notice_kind.html", context, status=status)


@require_POST
def go_on(request: HttpRequest, notice_kind: str) -> HttpResponse:
    """Let a paused kind go out again."""
    require(request.user, "handle_notices")
    found = find_kind(notice_kind)
    try:
        by_hand.resume(found, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("These e-mails go out again."))
    return redirect("notice_kind", notice_kind=found.name)


@require_GET
def example(request: HttpRequest, notice_kind: str, language: str) -> HttpResponse:
    """Show a kind's letter as a mail program does, with an example."""
    require(request.user, "see_notices")
    if language not in preview.languages():
        raise Http404
    return as_html(preview.of_example(find_kind(notice_kind), language))


@require_GET
def failed_mail(request: HttpRequest) -> HttpResponse:
    """Mail of every kind that was refused or given up, the latest first."""
    require(request.user, "see_notices")
    found = OutgoingMail.objects.in_trouble()
    page = page_of(
        found.defer("text", "html").select_related("person"),
        LATEST_FIRST,
        request.GET,
        among=OutgoingMail.objects.all(),
    )
    known = notices.kinds()
    for row in page.rows:
        row.is_short_lived = by_hand.is_short_lived(row)
        row.kind_label = known[row.kind].label if row.kind in known else ""
    context = {
        "tabs": tabs(request, "failed"),
        "page": page,
        "may_handle": may(request.user, "handle_notices"),
    }
    return render(request, "registrations/failed_mail.html", context)


@require_POST
def mail_again(request: HttpRequest, mail: int) -> HttpResponse:
    """Queue a mail that failed again."""
    require(request.user, "handle_notices")
    row = get_object_or_404(OutgoingMail.objects.defer("text", "html"), pk=mail)
    try:
        by_hand.try_mail_again(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request, _("The e-mail to %(address)s is tried again.") % {"address": row.to}
        )
    return redirect("failed_mail")
