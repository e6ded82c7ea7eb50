"""A person's own matters of privacy: what they agreed to, and who looked at their record."""

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cec.paging import Order, page_of
from registrations import consents, viewing
from registrations.notices import choices

LATEST_FIRST = Order(F("at"), falling=True)


@require_http_methods(["GET", "POST"])
def agreed(request: HttpRequest) -> HttpResponse:
    """What one agreed to, and when; a POST agrees to a newer text or withdraws."""
    if request.method == "POST":
        _answer(request, request.POST.get("kind", ""), request.POST.get("deed", ""))
        return redirect("consents")
    rows = consents.all_of(request.user)
    context = {
        "given": [row for row in rows if row.withdrawn_at is None],
        "former": [row for row in rows if row.withdrawn_at is not None],
        "asked": consents.asked_again(request.user),
        "open": list(request.user.registrations.open().select_related("program")),
        "reminders_off": choices.switched_off(request.user),
    }
    return render(request, "account/consents.html", context)


def _answer(request: HttpRequest, kind: str, deed: str) -> None:
    """Agree to the text as it is now, or withdraw what can be withdrawn here."""
    person = request.user
    if kind not in consents.VERSIONS or deed not in ("agree", "withdraw"):
        raise Http404
    if deed == "agree":
        if consents.give(person, kind, how=consents.How.PAGE):
            messages.success(request, _("Thank you. What you agreed to is kept here."))
    elif kind == consents.Kind.REMINDERS:
        choices.want_none(person, by=person)
        messages.success(request, _("You get no more reminders."))
    elif kind == consents.Kind.PROGRAM and not person.registrations.open().exists():
        if consents.withdraw(person, kind, how=consents.How.PAGE):
            messages.success(request, _("That is withdrawn."))
    else:
        messages.warning(request, _("This ends where it was begun; the page says where."))


@require_GET
def looked(request: HttpRequest) -> HttpResponse:
    """Who looked at one's record: as what, for which association and when."""
    found = viewing.of(request.user)
    page = page_of(found, LATEST_FIRST, request.GET, among=found)
    for row in page.rows:
        row.as_what = viewing.as_what(row.role)
    return render(request, "account/who_looked.html", {"page": page})
