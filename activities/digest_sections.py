"""What waits in the records, and which years were closed, for the weekly mail."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from activities.models import Audit, CreditRequest
from activities.yearend import results
from registrations import digest
from registrations.digest import Waits
from registrations.models import Person
from registrations.models.committee import roles_of
from registrations.permissions import may

WEEK = timedelta(days=7)


def years(person: Person) -> Iterator[Waits]:
    """The years that were closed in the last week, with how many reached what they ask for."""
    if may(person, "review_record"):
        for name, count in results.closed_since(person, timezone.now() - WEEK).items():
            yield Waits(name, count)


def audits(person: Person) -> Iterator[Waits]:
    if may(person, "run_audit"):
        yield Waits("asked", Audit.objects.filter(state=Audit.State.ASKED).count())


def requests(person: Person) -> Iterator[Waits]:
    if own := roles_of(person).organisations:
        waiting = CreditRequest.objects.filter(organisation__in=own).waiting()
        first = waiting.order_by("asked_at").first()
        yield Waits("waiting", waiting.count(), first.asked_at if first else None)


digest.section(
    "years",
    _("Years closed last week"),
    find=years,
    say={
        results.REACHED: ngettext_lazy("%(n)s reached", "%(n)s reached", "n"),
        results.BELOW: ngettext_lazy("%(n)s below", "%(n)s below", "n"),
        results.NONE: ngettext_lazy(
            "%(n)s without a yearly minimum", "%(n)s without a yearly minimum", "n"
        ),
    },
    position=50,
)
digest.section(
    "audits",
    _("Audits"),
    find=audits,
    say={"asked": ngettext_lazy("%(n)s record in an audit", "%(n)s records in an audit", "n")},
    position=60,
)
digest.section(
    "requests",
    _("Requests for credits"),
    find=requests,
    say={"waiting": ngettext_lazy("%(n)s request", "%(n)s requests", "n")},
    position=90,
)
