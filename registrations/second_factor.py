"""The second step at sign-in: offered to everybody, required where one sees others' data (B3).

Whoever has a role today has none of its rights in a session without both steps: the roles are
asleep (`models.committee.Roles`), whatever page asks for them. What is refused for that alone leads
to the page that mends it. What a participant sees needs one step only.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from cec import mail
from registrations import sessions
from registrations.models import Event, Person
from registrations.models.committee import roles_of
from registrations.models.history import write_event
from registrations.permissions import require

REQUIRED = "required"
SHOWN_FOR = 60  # seconds: "once" survives a double click
USED_FOR = 300  # seconds: longer than any code of an app is taken
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes go with one


def had_by(person: str) -> Exists:
    """Whether the person in this column has a second factor, for a query of people."""
    return Exists(Authenticator.objects.filter(user=OuterRef(person), type__in=FACTORS))


def has(person: Person) -> bool:
    """Whether the person has a second factor; whoever is signed in was loaded with the answer."""
    known: bool | None = getattr(person, "has_second_factor", None)
    if known is None:
        known = Authenticator.objects.filter(user=person, type__in=FACTORS).exists()
    return known


def is_required() -> bool:
    """Whether roles need it. "offered" is for trying the product out (DEBUG)."""
    return bool(settings.STAFF_SECOND_FACTOR == REQUIRED)


def passed(request: HttpRequest, person: Person) -> bool:
    """Whether this session took the second step of a person who has one now.

    A session from before somebody set one up has taken one step.
    """
    records = get_authentication_records(request, person)
    return has(person) and any(record.get("method") == "mfa" for record in records)


def judge(request: HttpRequest, person: Person) -> None:
    """Put the roles of whoever is signed in asleep unless this session took both steps."""
    person.one_step_only = is_required() and not passed(request, person)


def is_needed_by(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody has a role, and roles need it."""
    return isinstance(person, Person) and is_required() and roles_of(person).are_held


def is_missed(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody has a role that sleeps for want of the second step."""
    return isinstance(person, Person) and roles_of(person).asleep


def way(request: HttpRequest, person: Person) -> str:
    """Where the missing step is taken: set up, or, with a factor, taken in this session."""
    if not has(person):
        return reverse("mfa_index")
    page = request.get_full_path()
    if htmx := HtmxDetails(request):
        page = htmx.current_url_abs_path or "/"
    elif request.method != "GET":
        page = reverse(settings.LOGIN_REDIRECT_URL)
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': page})}"


class LeadToSecondStep:
    """Leads on from whatever is refused because a role sleeps: one place for all staff pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code not in (403, 404) or not request.resolver_match:
            return response
        person: Any = request.user
        if not request.session.accessed or not is_missed(person):
            return response
        url = way(request, person)
        # htmx would put the page inside the one that asked for a part of itself.
        return (HttpResponseClientRedirect if HtmxDetails(request) else HttpResponseRedirect)(url)


def take(request: HttpRequest) -> None:
    """Count the second step as taken in this session: the person has set a factor up in it."""
    record_authentication(request, request.user, "mfa")


def use(person: Person, code: str) -> bool:
    """Use a code up; False if it was used a moment ago (B3: refused, in whatever session)."""
    digits = "".join(letter for letter in code if letter.isalnum())
    return bool(cache.add(f"second_step_used:{person.pk}:{digits}", 1, timeout=USED_FOR))


def address(request: HttpRequest, secret: str) -> str:
    """Return what an authenticator app reads from the QR code."""
    found: str = get_adapter().build_totp_url(request.user, secret)
    return found


def has_passkey(person: Person) -> bool:
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return bool(rows.exists())


def has_app(person: Person) -> bool:
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
    return bool(rows.exists())


def recovery_codes(person: Person) -> RecoveryCodes | None:
    """Return the person's recovery codes, which come with the first factor."""
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES)
    found = rows.first()
    return found.wrap() if found else None


def show_once(codes: RecoveryCodes) -> list[str]:
    """Return the codes that are left, if they were never shown before; else none."""
    codes.mark_as_viewed()
    fresh = time.time() - codes.instance.data["viewed_at"] < SHOWN_FOR
    return codes.get_unused_codes() if fresh else []


@transaction.atomic
def changed(person: Person, kind: str, factor: str = "") -> None:
    """Note what the person did to their factors, and tell them, in case it was somebody else."""
    write_event(kind, by=person, person=person, details={"factor": str(factor)} if factor else None)
    mail.post(kind, *([str(factor)] if factor else []), to=person)


@transaction.atomic
def reset(person: Person, *, by: Person | None, reason: str) -> bool:
    """Take all factors of somebody who lost them away, and end their sessions (B3).

    False if there was none. `by` is an administrator, not the person; None is the command line,
    the way out for the last administrator. Whoever has a role sets a new one up before going on.
    """
    if by is not None:
        require(by, "reset_second_factor")
        if by.pk == person.pk:
            raise PermissionDenied
    deleted, _rows = Authenticator.objects.filter(user=person).delete()
    if not deleted:
        return False
    sessions.end_all(person)
    write_event(Event.Kind.FACTOR_RESET, by=by, person=person, reason=reason)
    mail.post("factor_reset", to=person)
    return True
