"""The committee's queue of registrations: views of it, filters, and what is next in line."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registrations.models import MembershipCheck, Person, Registration
from registrations.models.registration import RegistrationQuerySet

Outcome = MembershipCheck.Outcome

WAITING = Q(status=Registration.Status.SUBMITTED)
MEMBER = Q(membership=Outcome.CONFIRMED, good_until__gte=F("submitted_on"))
NO_MEMBERSHIP_NEEDED = Q(program__needs_membership=False)

# The saved views, in the order of the tabs.
VIEWS: dict[str, tuple[object, Q]] = {
    "waiting": (_("All waiting"), WAITING),
    "ready": (_("Ready to approve"), WAITING & Q(balance__lte=0) & (MEMBER | NO_MEMBERSHIP_NEEDED)),
    "membership": (
        _("Membership to check"),
        WAITING & Q(membership__isnull=True, program__needs_membership=True),
    ),
    "fee": (_("Fee not paid"), WAITING & Q(balance__gt=0)),
    "proof": (_("Asked for proof"), WAITING & Q(membership=Outcome.PROOF)),
    "lapsed": (_("Not in good standing"), WAITING & Q(membership=Outcome.LAPSED)),
    "active": (_("Active"), Q(status=Registration.Status.ACTIVE)),
    "closed": (
        _("Closed"),
        Q(
            status__in=[
                Registration.Status.DECLINED,
                Registration.Status.WITHDRAWN,
                Registration.Status.LAPSED,
            ]
        ),
    ),
}


@dataclass(frozen=True)
class View:
    """A tab of the queue: how many it holds and whether it is the one on the page."""

    key: str
    label: object
    count: int
    url: str
    current: bool


def rows(person: Person) -> RegistrationQuerySet:
    """Return the registrations in this person's care, with fee and membership beside them."""
    return (
        Registration.objects.worked_on_by(person)
        .with_balance()
        .with_membership()
        .select_related("person", "program", "association")
    )


def counts(person: Person) -> dict[str, int]:
    """Return how many each view holds, in one query."""
    found = rows(person).aggregate(
        **{f"in_{key}": Count("pk", filter=condition) for key, (_label, condition) in VIEWS.items()}
    )
    return {key: found[f"in_{key}"] for key in VIEWS}


def search(
    found: RegistrationQuerySet, *, text: str = "", program: str = "", language: str = ""
) -> RegistrationQuerySet:
    """Narrow a list by name, e-mail, member number or reference, program and language."""
    text = " ".join(text.replace("\x00", "").split())[:100]
    if text:
        match = (
            Q(person__name__icontains=text)
            | Q(person__email__icontains=text)
            | Q(member_number__icontains=text)
        )
        number = text.rpartition("-")[2]
        if number.isdecimal() and len(number) < 12:
            match |= Q(pk=int(number) - 1000)
        found = found.filter(match)
    if program:
        found = found.filter(program__slug=program)
    if language:
        found = found.filter(language=language)
    return found


def next_waiting(person: Person, after: Registration) -> Registration | None:
    """Return the longest waiting registration that the person may decide on, but this one."""
    return (
        rows(person)
        .filter(WAITING)
        .exclude(pk=after.pk)
        .exclude(person=person)
        .order_by("submitted_at", "pk")
        .first()
    )


def waiting_days(registration: Registration) -> int:
    """Return for how many whole days the person has waited."""
    if registration.submitted_at is None:
        return 0
    return max(0, (timezone.now() - registration.submitted_at) // timedelta(days=1))
