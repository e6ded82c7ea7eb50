from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


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
