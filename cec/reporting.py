"""Reports of errors to a Sentry: off unless SENTRY_DSN is set.

Whoever runs the Sentry is somebody else. They are told what failed and where in our code, and the
number by which we find the rest in our own log: no text of an error, no address, body, cookie,
header or value of a variable, nobody's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from cec.logs import belongs_to

if TYPE_CHECKING:
    from sentry_sdk._types import DataCollectionUserOptions, KeyValueCollectionBehaviour

# Of a report, of an exception and of a place in the code, what is passed on.
_REPORT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
_EXCEPTION = ("type", "module", "mechanism")
_MECHANISM = ("type", "handled")
_CODE = ("pre_context", "context_line", "post_context")
_PLACE = ("module", "function", "filename", "lineno", "in_app", *_CODE)


_OFF: KeyValueCollectionBehaviour = {"mode": "off"}
_NOTHING_OF_A_REQUEST: DataCollectionUserOptions = {
    "user_info": False,
    "cookies": _OFF,
    "http_headers": {"request": _OFF},
    "http_bodies": [],
    "url_query_params": _OFF,
    "database_query_data": False,
    "queues": False,
    "stack_frame_variables": False,
}


def start(**options: Any) -> None:
    """Report what fails in this process from now on. `options` are for tests."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"cec@{settings.VERSION}",
        environment=settings.SENTRY_ENVIRONMENT,
        data_collection=_NOTHING_OF_A_REQUEST,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        server_name="",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            AtexitIntegration(callback=lambda *_: None),
            CeleryIntegration(propagate_traces=False),
            DedupeIntegration(),
            DjangoIntegration(transaction_style="function_name", middleware_spans=False),
            ExcepthookIntegration(),
            LoggingIntegration(level=None),
        ],
        before_send=only_what_failed_where,
        **options,
    )


def only_what_failed_where(event: Event, hint: Hint) -> Event:
    """Return a report made anew of what may be passed on; what a later version adds is not."""
    report: dict[str, Any] = {name: event[name] for name in _REPORT if name in event}  # type: ignore[literal-required]
    report["tags"] = {name: str(value) for name, value in belongs_to().items() if name != "person"}
    if words := event.get("logentry", {}).get("message"):
        report["logentry"] = {"message": words}  # the words of our code, nothing put in
    report["exception"] = {
        "values": [_exception(raised) for raised in event.get("exception", {}).get("values", ())]
    }
    return report  # type: ignore[return-value]


def _exception(raised: dict[str, Any]) -> dict[str, Any]:
    kept = {name: raised[name] for name in _EXCEPTION if raised.get(name)}
    if mechanism := kept.get("mechanism"):
        kept["mechanism"] = {name: mechanism[name] for name in _MECHANISM if name in mechanism}
    places = (raised.get("stacktrace") or {}).get("frames", ())
    kept["stacktrace"] = {
        "frames": [{name: place[name] for name in _PLACE if name in place} for place in places]
    }
    return kept
