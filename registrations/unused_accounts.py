"""Accounts that nobody has used for years: told first, ended later (K3)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cec import mail
from cec.retention import Kept
from registrations import erasing
from registrations.models import (
    Appointment,
    Event,
    MentorOffer,
    Mentorship,
    Person,
    Registration,
    UnusedAccountNotice,
)
from registrations.models.history import write_event

TOLD_BEFORE = timedelta(days=30)
TOLD_AT_ONCE = 100
KEPT = Kept("KEPT_ACCOUNT_MONTHS")


def unused(before: datetime) -> QuerySet[Person]:
    """Return whose account nobody has used since a moment, and nothing needs.

    A registration that goes on or ended since, a role, a mentoring or an offer to mentor is use.
    """
    mine = OuterRef("pk")
    today = timezone.localdate()
    needed = (
        Exists(Registration.objects.open().filter(person=mine))
        | Exists(Registration.objects.filter(person=mine, ends_on__gte=before.date()))
        | Exists(Appointment.objects.not_over(today).filter(person=mine))
        | Exists(Mentorship.objects.live().filter(mentor=mine))
        | Exists(MentorOffer.objects.standing().filter(person=mine))
    )
    used = Coalesce("last_login", "date_joined")
    return Person.objects.filter(~needed, is_active=True).alias(used=used).filter(used__lt=before)


def to_tell(now: datetime) -> QuerySet[Person]:
    """Return who is to be told that their account ends: 30 days before its time is over."""
    told = UnusedAccountNotice.objects.filter(person=OuterRef("pk"))
    return unused(KEPT.before(now) + TOLD_BEFORE).filter(~Exists(told))


def to_end(before: datetime) -> QuerySet[Person]:
    """Return whose time is over and who was told 30 days ago; signing in since ends that."""
    long_ago = timezone.now() - TOLD_BEFORE
    return unused(before).filter(unused_notice__sent_at__lt=long_ago)


def tell() -> int:
    """Write to those whose account ends; returns how many. Whoever came back is forgotten here."""
    _forget_who_came_back()
    rows = list(to_tell(timezone.now()).order_by("pk")[:TOLD_AT_ONCE])
    return sum(_tell(row) for row in rows)


def _forget_who_came_back() -> None:
    still = unused(KEPT.before(timezone.now()) + TOLD_BEFORE)
    UnusedAccountNotice.objects.exclude(person__in=still).delete()


@transaction.atomic
def _tell(person: Person) -> bool:
    now = timezone.now()
    notice, is_new = UnusedAccountNotice.objects.get_or_create(
        person=person, defaults={"sent_at": now}
    )
    if is_new:
        ends_on = timezone.localdate(now + TOLD_BEFORE)
        mail.post("account_ends", ends_on, to=person, key=f"account_ends:{notice.pk}")
        write_event(Event.Kind.UNUSED_NOTICE, by=None, person=person)
    return is_new


def end(person: Person) -> None:
    """Erase what belongs to an unused account. Raises what `erasing.erase` does."""
    erasing.erase(person, by=None, reason="unused")
    UnusedAccountNotice.objects.filter(person=person).delete()
