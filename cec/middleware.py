from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase


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
        return super().process_view(request, view_func, *arguments)


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
