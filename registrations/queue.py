"""The committee's queue of registrations: views of it, filters, and what is next in line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cec.wording import short_day
from registrations.models import MembershipCheck, Person, Registration
from registrations.models.registration import REFERENCES_FROM, RegistrationQuerySet

Outcome = MembershipCheck.Outcome

WAITING = Q(status=Registration.Status.SUBMITTED)
MEMBER = Q(membership=Outcome.CONFIRMED, good_until__gte=F("done_on"))
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
    "closed": (_("Closed"), Q(status__in=Registration.CLOSED)),
}

WAITING_VIEWS = [key for key in VIEWS if key not in ("active", "closed")]


@dataclass(frozen=True)
class View:
    """A tab of the queue: how many wait in it, if they wait, and whether it is the page's."""

    key: str
    label: object
    count: int | None
    url: str
    current: bool


def rows(person: Person) -> RegistrationQuerySet:
    """Return the registrations in this person's care, with fee and membership beside them.

    `done_on` is the later of form and last money: the day on which a membership is looked at
    once nothing is owed (E4, `registering.readiness`).
    """
    last_money = (
        Registration.objects.filter(pk=OuterRef("pk"))
        .order_by()
        .values("pk")
        .annotate(day=Max("payments__received_on"))
        .values("day")
    )
    return (
        Registration.objects.worked_on_by(person)
        .with_balance()
        .with_membership()
        .annotate(done_on=Greatest("submitted_on", Subquery(last_money)))
        .select_related("person", "program", "association")
    )


def of_page(person: Person, ids: Iterable[int]) -> list[Registration]:
    """Return the rows of one page; joins and sums are for these alone, not for the whole list."""
    return list(rows(person).filter(pk__in=list(ids)).order_by("submitted_at", "pk"))


def counts(person: Person) -> dict[str, int]:
    """Return how many wait in each view of those who wait, in one query.

    The other views hold everybody there ever was; counting them on every page would cost more
    than the rest of it.
    """
    found = (
        rows(person)
        .filter(WAITING)
        .aggregate(**{f"in_{key}": Count("pk", filter=VIEWS[key][1]) for key in WAITING_VIEWS})
    )
    return {key: found[f"in_{key}"] for key in WAITING_VIEWS}


def search(
    found: RegistrationQuerySet, *, text: str = "", program: str = "", language: str = ""
) -> RegistrationQuerySet:
    """Narrow a list by name, e-mail, member number or reference, program and language."""
    # PostgreSQL takes no NUL, and no name, program or language has one.
    text, program, language = (asked.replace("\x00", "") for asked in (text, program, language))
    text = " ".join(text.split())[:100]
    if text:
        match = (
            Q(person__name__icontains=text)
            | Q(person__email__icontains=text)
            | Q(member_number__icontains=text)
        )
        number = text.rpartition("-")[2]
        if number.isdecimal() and len(number) < 12:
            match |= Q(pk=int(number) - REFERENCES_FROM)
        found = found.filter(match)
    if program:
        found = found.filter(program__slug=program)
    if language:
        found = found.filter(language=language)
    return found


def next_waiting(person: Person, after: Registration) -> Registration | None:
    """Return whom the person may decide on after this one; behind the last one, the first.

    Somebody who can't be decided on yet doesn't keep the person from the rest of the line.
    """
    line = (
        rows(person)
        .filter(WAITING)
        .exclude(pk=after.pk)
        .exclude(person=person)
        .order_by("submitted_at", "pk")
    )
    sent = after.submitted_at
    behind = Q(submitted_at__gt=sent) | Q(submitted_at=sent, pk__gt=after.pk)
    return (line.filter(behind).first() if sent else None) or line.first()


def waiting_days(registration: Registration) -> int:
    """Return for how many whole days the person has waited."""
    return days_since(registration.submitted_at)


def days_since(moment: datetime | None) -> int:
    """Return how many whole days have gone since then."""
    return max(0, (timezone.now() - moment) // timedelta(days=1)) if moment else 0


def describe(row: Registration) -> None:
    """Put how long somebody waits, and until when they are a member, in words beside a row."""
    days = waiting_days(row)
    row.late = days * 2 > row.program.answer_days  # type: ignore[attr-defined]
    row.waited_words = (  # type: ignore[attr-defined]
        ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        if days
        else gettext("Today")
    )
    until = row.good_until  # type: ignore[attr-defined]
    row.until_words = gettext("until %(day)s") % {"day": short_day(until)}  # type: ignore[attr-defined]
