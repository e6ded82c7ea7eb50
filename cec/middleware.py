import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from cec import trace
from cec.uploads import MOST_BYTES

STRANGERS_MOST = 2 * 1024 * 1024  # bytes of a request; no form for strangers has more
_CHUNK = 64 * 1024

_ID = re.compile("[0-9a-f]{32}")


class Traced:
    """Gives each request an id, which the answer tells, and notes the address it came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _given_by_proxy(request) or uuid4().hex
        with trace.traced(trace.Trace(request_id, _address(request), request)):
            response = self.get_response(request)
        response[trace.HEADER] = request_id
        return response


def _given_by_proxy(request: HttpRequest) -> str:
    """Return the id that our own proxy gave the request; without a proxy nobody gives one.

    It is one of 128 bits in hexadecimals, with or without the hyphens of a UUID.
    """
    if not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return ""
    given = request.headers.get(trace.HEADER, "").replace("-", "").lower()
    return given if _ID.fullmatch(given) else ""


def _address(request: HttpRequest) -> str:
    """Trust as many proxies as the rate limits do (B4)."""
    try:
        return str(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return ""


class SignInRequired(LoginRequiredMiddleware):
    """Every page wants a signed-in person unless its view says that it doesn't.

    Django's own looks at the person first, and so reads the session even for `/healthz` (I4).
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], *arguments: Any
    ) -> HttpResponseBase | None:
        """See Django's LoginRequiredMiddleware."""
        if not getattr(view_func, "login_required", True):
            return None
        asked_to_sign_in = super().process_view(request, view_func, *arguments)
        htmx = HtmxDetails(request)
        if asked_to_sign_in is None or not htmx:
            return asked_to_sign_in
        # The sign-in page would be put inside the page that asked for a part of itself.
        page = htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(page).url)


class StrangersSendLittle:
    """Takes no large body from somebody who isn't signed in, whatever page it is sent to (D1).

    Reading the form's token reads the files before it, so this must come first. A body that any
    form might have is read and dropped, so that the browser gets to see the answer; what is larger
    is never read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _declared_size(request)
        if size <= STRANGERS_MOST or request.user.is_authenticated:
            return self.get_response(request)
        if size <= MOST_BYTES:
            while request.read(_CHUNK):
                pass
        return render(request, "413.html", status=413)


def _declared_size(request: HttpRequest) -> int:
    """Return the length of the body that Django would read; without one it reads nothing."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class PrivatePages:
    """Keeps what a signed-in person sees out of every cache (reliability C4)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_personal(request):
            response["Cache-Control"] = "no-store, private"
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Whether the answer may depend on who asked: nobody looked, nothing can."""
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return False
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
