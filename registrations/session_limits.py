"""How long a session lasts (reliability C1): without a click, and at all.

It is shorter with a role, and for superusers, who have the back door.

The server decides; what the cookie says of its age doesn't count.
"""

import time
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user, user_logged_in
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from registrations import second_factor
from registrations.models.committee import roles_of
from registrations.models.people import Person

SINCE, SEEN = "signed_in_at", "seen_at"  # of a session, in seconds since 1970
NOTED_EVERY = 300  # seconds: a click is not worth a write each time


@receiver(user_logged_in)
def begin(request: HttpRequest, **about: Any) -> None:
    """Count from here; Django has given the session a new id just now."""
    request.session[SINCE] = request.session[SEEN] = int(time.time())


def is_over(session: SessionBase, person: Person) -> bool:
    """Whether the session has gone without a click, or gone on, for too long.

    The limits with a role are the narrower ones: only beyond them is it asked who has one.
    """
    now = time.time()
    alone, at_all = now - session.get(SEEN, 0), now - session.get(SINCE, 0)
    if alone <= settings.STAFF_SESSION_IDLE and at_all <= settings.STAFF_SESSION_AT_MOST:
        return False
    if alone > settings.SESSION_COOKIE_AGE or at_all > settings.SESSION_AT_MOST:
        return True
    return person.is_superuser or roles_of(person).are_held


def note(session: SessionBase) -> None:
    """Note that the session is in use, every few minutes at most."""
    if time.time() - session[SEEN] <= NOTED_EVERY:
        return
    session[SEEN] = int(time.time())
    rows = UserSession.objects.filter(session_key=session.session_key)
    rows.update(last_seen_at=timezone.now())


class SignedInPerson(AuthenticationMiddleware):
    """Says who is signed in, once a page asks: nobody when the session is over."""

    def process_request(self, request: HttpRequest) -> None:
        """See Django's; it has no limits."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]


def _person(request: HttpRequest) -> Any:
    person = get_user(request)
    if not isinstance(person, Person):
        return person
    if is_over(request.session, person):
        request.session.flush()
        return AnonymousUser()
    note(request.session)
    second_factor.judge(request, person)
    return person
