"""Memberships to look at: those that have run out, that a list doubts, or that end soon (C4)."""

from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registrations.models import MembershipCheck, Person, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.queue import PROOF_RECEIVED

SOON = timedelta(days=30)

Status = Registration.Status
Outcome = MembershipCheck.Outcome

# The views, in the order of the tabs; `order` puts first what is most urgent.
VIEWS = {
    "lapsed": _("Not in good standing"),
    "doubt": _("Doubtful since the last list"),
    "soon": _("Ends within 30 days"),
    "proof": _("Proof received"),
    "anew": _("To check anew"),
}
ORDER = {
    "lapsed": ("latest_check", "pk"),
    "doubt": ("membership_doubt__since", "pk"),
    "soon": ("good_until", "pk"),
    "proof": ("latest_check", "pk"),
    "anew": ("latest_check", "pk"),
}


def condition(view: str, today: date) -> Q:
    """Return what a row of this view is like, on that day."""
    ran_out = Q(membership=Outcome.CONFIRMED, good_until__lt=today, status=Status.ACTIVE)
    return {
        "lapsed": Q(membership=Outcome.LAPSED) | ran_out,
        "doubt": Q(membership_doubt__isnull=False),
        "soon": Q(membership=Outcome.CONFIRMED, good_until__range=(today, today + SOON)),
        "proof": PROOF_RECEIVED,
        # Came from another association, or a check was taken back.
        "anew": Q(membership__isnull=True, status=Status.ACTIVE),
    }[view]


def rows(person: Person) -> RegistrationQuerySet:
    """Return the open registrations in this person's care that need a membership."""
    return (
        Registration.objects.worked_on_by(person)
        .open()
        .filter(program__needs_membership=True)
        .with_gates()
        .select_related("person", "program", "association", "membership_doubt")
    )


def view(person: Person, name: str) -> RegistrationQuerySet:
    """Return the rows of one view, the most urgent first."""
    return rows(person).filter(condition(name, timezone.localdate())).order_by(*ORDER[name])


def counts(person: Person) -> dict[str, int]:
    """Return how many each view holds, in one query."""
    today = timezone.localdate()
    found = rows(person).aggregate(
        **{f"in_{name}": Count("pk", filter=condition(name, today)) for name in VIEWS}
    )
    return {name: found[f"in_{name}"] for name in VIEWS}
