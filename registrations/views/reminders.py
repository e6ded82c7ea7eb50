"""What a person wants to get from us: the page of their account, and the one click in a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cec.navigation import other_language
from registrations import notices
from registrations.forms.notices import RemindersForm
from registrations.notices import choices, unsubscribing

LANGUAGES = ("en", "fr")


@require_http_methods(["GET", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """A switch for each kind of reminder, and what always comes."""
    posted = request.POST if request.method == "POST" else None
    offered = choices.offered_to(request.user)
    form = RemindersForm(posted, kinds=offered, off=choices.switched_off(request.user))
    if form.is_valid():
        choices.choose(request.user, by=request.user, **form.choice)
        messages.success(request, _("Your changes are saved."))
        return redirect("reminders")
    context = {
        "form": form,
        "reminders": offered,
        "services": [kind for kind in notices.kinds().values() if not kind.is_reminder],
    }
    return render(request, "account/reminders.html", context, status=422 if form.errors else 200)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether a kind of reminder is to end, and end it; both without signing in.

    A mail program posts from nowhere: it has no session and no form token (RFC 8058). It is the
    only view without one; what it takes is the signature in its address (decision 0031).
    """
    found = unsubscribing.read(token)
    if found is None:
        raise Http404
    person, kind = found
    if request.method == "POST":
        switch = choices.switch_on if request.POST.get("reminders") == "on" else choices.switch_off
        switch(person, kind, by=None)
    asked = request.GET.get("lang")
    with translation.override(asked if asked in LANGUAGES else person.language):
        context = {
            "kind": kind,
            "is_on": kind.name not in choices.switched_off(person),
            "other_language": other_language("?lang={}".format),  # the address has none in it
        }
        response = render(request, "registrations/unsubscribe.html", context)
    response["Cache-Control"] = "no-store"
    return response
