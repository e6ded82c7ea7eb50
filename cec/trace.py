"""Who asks, and from where: what the history notes beside every deed (reliability J2)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Trace:
    """The request that a deed is done in; both parts are empty for background work."""

    request_id: str = ""
    address: str = ""


NOBODY = Trace()
_current: ContextVar[Trace] = ContextVar("trace", default=NOBODY)


def current() -> Trace:
    """Return the trace of the request that is being answered."""
    return _current.get()


@contextmanager
def traced(trace: Trace) -> Iterator[None]:
    """Let everything inside be done under this trace."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


class Traced:
    """Gives each request an id, and notes the address that it came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with traced(Trace(request_id=uuid4().hex, address=_address(request))):
            return self.get_response(request)


def _address(request: HttpRequest) -> str:
    """Trust as many proxies as the rate limits do (B4)."""
    try:
        return str(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return ""
