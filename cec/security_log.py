"""What somebody was refused, and looks by the back door, for whoever watches the site (J3).

Each line says what happened and to whom by id, and nothing that a person typed; in which request it
was, `logs` says of every line.
"""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("cec.security")

FORBIDDEN, OUT_OF_SIGHT, FORM_TOKEN = "forbidden", "out_of_sight", "form_token"
RATE_LIMITED, TOO_LARGE = "rate_limited", "too_large"
UPLOAD_REFUSED, SIGN_IN_FAILED = "upload_refused", "sign_in_failed"
BACK_DOOR = "back_door"

_BY_STATUS = {403: FORBIDDEN, 404: OUT_OF_SIGHT, 413: TOO_LARGE, 429: RATE_LIMITED}
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def note(event: str, **facts: str | int | None) -> None:
    """Write a line. `facts` are ids, names of ours and numbers, never what somebody typed."""
    said = {"event": event, **facts}
    known = {name: value for name, value in said.items() if value not in (None, "")}
    text = " ".join(f"{name}={value}" for name, value in known.items())
    logger.warning("%s", text, extra={"fields": known})


def upload_refused(code: str, *, person_id: int | None = None) -> None:
    """Note that a file wasn't taken, by the code of the reason."""
    note(UPLOAD_REFUSED, code=code, person=person_id)


class Noted:
    """Notes what was answered with a refusal, by the name of the page and never by its address.

    An address that is no page of ours is no attempt on anything; the access log has it. A view says
    by `response.security_event` what its status alone doesn't.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        event = getattr(response, "security_event", _BY_STATUS.get(response.status_code))
        match = request.resolver_match
        if event == OUT_OF_SIGHT and match is None:
            return response
        if event:
            note(
                event,
                status=response.status_code,
                method=request.method if request.method in _METHODS else "other",
                page=(match.url_name or match.route) if match else None,
                person=_person_id(request),
            )
        return response


def _person_id(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None
