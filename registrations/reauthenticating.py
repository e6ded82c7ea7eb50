"""Asking again who it is, before what matters (reliability B7).

`recently_signed_in` goes round a view. Whoever signed in, or said again who they are, in the last
five minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT) notices nothing. Everybody else is asked for the
password, a code of their app or their passkey, and comes back: to the page that they opened, or,
after sending a form, to a page that has kept what they wrote and sends it with one more click.
Put it round the page with the form too: then people are asked before they write. Neither files nor
forms with a password are kept: a session lies in the database as it is.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

View = Callable[..., HttpResponse]
KEPT = "sent_before_asking"  # of a session: where a form was sent to, and what stood in it


def recently_signed_in(view: View) -> View:
    """Let the view be reached only by somebody who said who they are a moment ago."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_recent(request):
            return ask(request)
        if request.method == "POST" and (kept(request) or {}).get("path") == request.path:
            del request.session[KEPT]
        return view(request, *args, **kwargs)

    return asked


def recently_signed_in_to_send(view: View) -> View:
    """Ask for that when a form is sent only, on a page that is mostly looked at."""
    to_send = recently_signed_in(view)

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (to_send if request.method == "POST" else view)(request, *args, **kwargs)

    return asked


def is_recent(request: HttpRequest) -> bool:
    """Whether the signed-in person proved within five minutes who they are, in this session."""
    records = get_authentication_records(request, request.user)
    latest = max((record.get("at", 0) for record in records), default=0)
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks, and from there back; keep what was sent unless it is secret."""
    htmx = HtmxDetails(request)
    back = request.get_full_path()
    if request.method == "POST" and not any("password" in name for name in request.POST):
        fields = [(name, request.POST.getlist(name)) for name in request.POST]
        fields = [(name, values) for name, values in fields if name != "csrfmiddlewaretoken"]
        request.session[KEPT] = {"path": request.path, "to": back, "fields": fields}
        back = reverse("account_go_on")
    elif htmx:
        back = htmx.current_url_abs_path or "/"
    url = f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
    # htmx would put the page inside the one that asked for a part of itself.
    return (HttpResponseClientRedirect if htmx else HttpResponseRedirect)(url)


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was sent before it was asked who it is: `to` an address, with `fields`."""
    found: dict[str, Any] | None = request.session.get(KEPT)
    return found
