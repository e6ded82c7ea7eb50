"""The committee's queue of registrations: views of it, filters, order, and what is next in line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    DurationField,
    F,
    Func,
    Min,
    Q,
    Subquery,
)
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cec import words
from cec.paging import Order, Page, page_of
from registrations.built_once import BuiltOnce
from registrations.models import Association, MembershipCheck, Person, Registration
from registrations.models.membership import member_on
from registrations.models.mentoring import conflicts_of
from registrations.models.registration import (
    OWING,
    REFERENCES_FROM,
    SINCE,
    RegistrationQuerySet,
)

Outcome = MembershipCheck.Outcome


class Target(Func):
    """A program's target for an answer; whoever waits for a whole day more is late."""

    template = "make_interval(days => %(expressions)s + 1)"
    output_field = DurationField()


class Half(Aggregate):
    """The moment before and after which half of them are."""

    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DateTimeField()


WAITING = Q(status=Registration.Status.SUBMITTED)
LATE = Q(submitted_at__lte=Now() - Target(F("program__answer_days")))
NEEDS_MEMBERSHIP = Q(program__needs_membership=True)
UNCHECKED = Q(membership__isnull=True)
MEMBER = member_on(F("done_on"))
PROOF_RECEIVED = Q(has_proof=True, membership__in=(Outcome.PROOF, Outcome.LAPSED))

# The saved views, in the order of the tabs.
VIEWS: dict[str, tuple[object, Q]] = {
    "waiting": (_("All waiting"), WAITING),
    "late": (_("Over the target"), WAITING & LATE),
    "ready": (_("Ready to approve"), WAITING & ~OWING & (MEMBER | ~NEEDS_MEMBERSHIP)),
    "membership": (
        _("Membership to check"),
        WAITING & Q(membership__isnull=True) & NEEDS_MEMBERSHIP,
    ),
    "fee": (_("Fee not paid"), WAITING & OWING),
    "proof": (_("Asked for proof"), WAITING & Q(membership=Outcome.PROOF)),
    "proof_received": (_("Proof received"), WAITING & PROOF_RECEIVED),
    "lapsed": (_("Not in good standing"), WAITING & Q(membership=Outcome.LAPSED)),
    "active": (_("Active"), Q(status=Registration.Status.ACTIVE)),
    "closed": (_("Closed"), Q(status__in=Registration.CLOSED)),
}

WAITING_VIEWS = [key for key in VIEWS if key not in ("active", "closed")]

# What a list can be sorted by; an index carries each, whatever the number of rows.
SORTS: dict[str, Any] = {"waiting": SINCE, "name": words.Folded("person__name")}

# What a row of a list shows; more columns are read for nothing.
SHOWN = (
    "program",
    "association",
    "status",
    "member_number",
    "employer",
    "language",
    "wants_mentor",
    "fee",
    "submitted_at",
    "submitted_on",
    "person__name",
    "person__email",
)
MOST_WAITING = 1_000_000  # more than there will ever be


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the queue. It is the query of the list's address."""

    view: str = "waiting"
    q: str = ""
    program: str = ""
    association: str = ""
    language: str = ""
    mentor: str = ""
    sort: str = "waiting"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read an address; what it names and there isn't is left out."""
        asked = cls(**{field.name: words.tidy(query.get(field.name, "")) for field in fields(cls)})
        known = {
            "view": asked.view if asked.view in VIEWS else cls.view,
            "sort": asked.sort if asked.sort.removeprefix("-") in SORTS else cls.sort,
        }
        return replace(asked, **known)

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the view, by name."""
        return {
            key: value
            for key, value in asdict(self).items()
            if value and key not in ("view", "sort")
        }

    @property
    def order(self) -> Order:
        return Order(SORTS[self.sort.removeprefix("-")], falling=self.sort.startswith("-"))

    def query(self, **changes: str) -> str:
        """Write the query of the address, with something else in it if need be."""
        wanted = asdict(replace(self, **changes))
        plain = asdict(Asked())
        return urlencode({key: value for key, value in wanted.items() if value != plain[key]})


@dataclass(frozen=True)
class Waits:
    """How many wait in each view; since when the first of them does, and half of them at least.

    `reviews` are the turned-in records that the person may review.
    """

    counts: dict[str, int]
    reviews: int
    oldest: datetime | None
    half: datetime | None


def rows(person: Person) -> RegistrationQuerySet:
    """Return the registrations in this person's care, with fee and membership beside them."""
    return Registration.objects.worked_on_by(person).with_gates()


def waits(person: Person, *, association: Association | None = None) -> Waits:
    """Count all who wait, by view, in one query; those of one association if need be.

    The other views hold everybody there ever was; counting them on every page would cost more
    than the rest of it.
    """
    row = _COUNTS.fetch(person, *([association.pk] if association else []))
    if row is None:
        return Waits(dict.fromkeys(WAITING_VIEWS, 0), 0, None, None)
    oldest, half, reviews, *counts = row
    return Waits(dict(zip(WAITING_VIEWS, counts, strict=True)), reviews, oldest, half)


def _count(person: Person, association: int | None = None) -> object:
    reviews = to_review(person)
    waiting = rows(person).filter(WAITING | reviews).order_by().annotate(since=SINCE)
    if association:
        waiting = waiting.filter(association_id=association)
    # As a slice, the gates of each row are worked out once and not once for each count.
    return waiting[:MOST_WAITING].aggregate(
        oldest=Min("since", filter=WAITING),
        half=Half("since", filter=WAITING),
        reviews=Count("pk", filter=reviews),
        **{f"in_{key}": Count("pk", filter=VIEWS[key][1]) for key in WAITING_VIEWS},
    )


_COUNTS = BuiltOnce(_count)


def to_review(person: Person) -> Q:
    """Select the turned-in records that a person may review: not their own, nor their mentees'."""
    in_review = Q(status=Registration.Status.TURNED_IN)
    return in_review & ~Q(person=person) & ~Q(pk__in=conflicts_of(person))


def counts(person: Person) -> dict[str, int]:
    """Return how many wait in each view of those who wait."""
    return waits(person).counts


def listed(person: Person, asked: Asked) -> RegistrationQuerySet:
    """Return everybody in a view who passes its filters."""
    found = search(
        rows(person).filter(VIEWS[asked.view][1]),
        text=asked.q,
        program=asked.program,
        language=asked.language,
    )
    if asked.association:
        found = found.filter(association__code=asked.association)
    if asked.mentor:
        found = found.filter(wants_mentor=asked.mentor == "yes")
    return found


def page(person: Person, asked: Asked, where: Mapping[str, str]) -> Page[Registration]:
    """Return the page of a list that an address asks for."""
    found = listed(person, asked).with_fee_state().select_related("person").only(*SHOWN)
    return page_of(found, asked.order, where, among=Registration.objects.worked_on_by(person))


def search(
    found: RegistrationQuerySet, *, text: str = "", program: str = "", language: str = ""
) -> RegistrationQuerySet:
    """Narrow a list by words of name, e-mail or member number, by reference, program, language."""
    text, program, language = words.tidy(text), words.tidy(program), words.tidy(language)
    if text:
        people = Person.objects.filter(words.found_in("name", "email", text=text))
        everybody = Registration.objects.order_by()
        matches = everybody.filter(person__in=people).values("pk")
        others = everybody.filter(words.numbered("member_number", text)).values("pk")
        number = text.rpartition("-")[2]
        if number.isdecimal() and len(number) < 12:
            asked_for = everybody.filter(pk=int(number) - REFERENCES_FROM).values("pk")
            others = others.union(asked_for)
        found = found.filter(pk__in=matches.union(others))
    if program:
        found = found.filter(program__slug=program)
    if language:
        found = found.filter(language=language)
    return found


def next_waiting(
    person: Person, after: Registration, asked: Asked | None = None
) -> Registration | None:
    """Return whom the person may decide on after this one; behind the last one, the first.

    The line is the list that the person came from, if people wait in it. Somebody who can't be
    decided on yet doesn't keep the person from the rest of the line.
    """
    asked = asked if asked and asked.view in WAITING_VIEWS else Asked()
    line = others_waiting(person, after, asked)
    there = Registration.objects.order_by().filter(pk=after.pk).values(place=asked.order.by)
    behind = asked.order.behind(line, Subquery(there), after.pk)
    return behind.first() or asked.order.sort(line).first()


def others_waiting(person: Person, after: Registration, asked: Asked) -> RegistrationQuerySet:
    """Return the list without this registration and those that the person may not decide on."""
    line = listed(person, asked).exclude(pk=after.pk).exclude(person=person)
    line = line.exclude(pk__in=conflicts_of(person))
    return line.select_related("person")


def conflict(person: Person, registration: Registration) -> str:
    """Say why a person may not decide on a registration that they work on, or nothing."""
    if registration.person_id == person.pk:
        return gettext("This is your own registration. Somebody else decides on it.")
    if registration.pk in conflicts_of(person):
        return gettext("You mentor this person: somebody else decides.")
    return ""


def waiting_days(registration: Registration) -> int:
    """Return for how many whole days the person has waited."""
    return days_since(registration.submitted_at)


def days_since(moment: datetime | None) -> int:
    """Return how many whole days have gone since then."""
    return max(0, (timezone.now() - moment) // timedelta(days=1)) if moment else 0
