"""Where somebody is signed in: their sessions, and ending them (reliability C1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from registrations.models import Event, Person
from registrations.models.history import write_event

# What browsers say of themselves, the narrower word first: Chrome says Safari too, Edge both.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Line:
    """A session as its owner knows it again."""

    pk: int
    browser: str
    address: str
    since: datetime
    seen: datetime
    is_this: bool


def of(person: Person) -> QuerySet[UserSession]:
    """Return the person's sessions that Django still has, the latest one first."""
    lasting = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    rows: QuerySet[UserSession] = UserSession.objects.filter(Exists(lasting), user=person)
    return rows.order_by("-last_seen_at")


def lines(person: Person, *, here: str | None) -> list[Line]:
    """Return the person's sessions, this one (its key is `here`) first."""
    rows = [
        Line(
            row.pk,
            browser(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == here,
        )
        for row in of(person)
    ]
    return sorted(rows, key=lambda line: not line.is_this)


def browser(user_agent: str) -> str:
    """Say in plain words which browser it is, and on what."""
    name = next((name for word, name in BROWSERS if word in user_agent), "")
    device = next((name for word, name in DEVICES if word in user_agent), "")
    if name and device:
        return _("%(browser)s on %(device)s") % {"browser": name, "device": device}
    return name or device or _("An unknown browser")


@transaction.atomic
def end(person: Person, rows: Iterable[UserSession]) -> int:
    """End sessions of the person's own from another one; return how many."""
    ended = _end(rows)
    if ended:
        write_event(Event.Kind.SESSION_ENDED, by=person, person=person, details={"count": ended})
    return ended


@transaction.atomic
def end_all(person: Person, *, but: str | None = None) -> int:
    """End all of somebody's sessions, or all but one (its key)."""
    return _end(UserSession.objects.filter(user=person).exclude(session_key=but or ""))


def _end(rows: Iterable[UserSession]) -> int:
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
