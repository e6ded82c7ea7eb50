"""What waits for the committee and for the administrators, the longest waiting first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from certificates.completion import ready
from certificates.models import BatchItem, Certificate, CorrectionRequest
from certificates.models.certificate import not_made, unmade
from registrations import queue
from registrations.models import Event, Person, Registration
from registrations.models.registration import RegistrationQuerySet

Status = Registration.Status


def reviews(person: Person) -> RegistrationQuerySet:
    """Return the turned-in records that this person may review, with `turned_in_at`."""
    sent = Event.objects.filter(registration=OuterRef("pk"), kind=Event.Kind.TURN_IN)
    return (
        Registration.objects.worked_on_by(person)
        .filter(queue.to_review(person))
        .annotate(turned_in_at=Subquery(sent.order_by("-id").values("at")[:1]))
        .select_related("person", "program", "association")
        .order_by("turned_in_at", "pk")
    )


def next_review(person: Person, after: Registration) -> Registration | None:
    """Return the record that has waited longest, but this one."""
    return reviews(person).exclude(pk=after.pk).first()


def accepted(person: Person) -> RegistrationQuerySet:
    """Return the accepted records for which this person may issue certificates."""
    return (
        Registration.objects.worked_on_by(person)
        .filter(status=Status.ACCEPTED)
        .select_related("person", "program", "association")
        .order_by("pk")
    )


def to_issue(person: Person) -> RegistrationQuerySet:
    """Return those of `accepted` that meet the rules, but the person's own and those that a
    worker is about to issue."""
    under_way = BatchItem.objects.under_way().values("registration")
    return ready(accepted(person).exclude(person=person).exclude(pk__in=under_way))


@dataclass(frozen=True)
class OfficeWaits:
    """How many certificates are to be issued, and how many requests are to be answered."""

    to_issue: int
    corrections: int


def office_waits(person: Person) -> OfficeWaits:
    """Count what waits for an administrator, in one query on most days: only where something is
    accepted are points added up."""
    asked = corrections(person).order_by().values("state").annotate(number=Count("pk"))
    accepts, number = Person.objects.values_list(
        Exists(accepted(person).exclude(person=person)), Subquery(asked.values("number"))
    ).get(pk=person.pk)
    return OfficeWaits(to_issue(person).count() if accepts else 0, number or 0)


def corrections(person: Person) -> QuerySet[CorrectionRequest]:
    """Return the holders' requests that wait for an answer of this person, but their own."""
    return (
        CorrectionRequest.objects.worked_on_by(person)
        .open()
        .exclude(registration__person=person)
        .select_related("certificate", "registration__association")
    )


def narrowed(rows: RegistrationQuerySet, *, program: str, association: str) -> RegistrationQuerySet:
    """Keep those of a program, by its slug, and of an association, by its code; "" keeps all."""
    if program:
        rows = rows.filter(program__slug=program)
    return rows.filter(association__code=association) if association else rows


def under_way(rows: Iterable[Registration]) -> dict[int, int]:
    """Return the batch in which each of these registrations waits for a worker, by id."""
    items = BatchItem.objects.under_way().filter(registration__in=rows)
    return dict(items.values_list("registration", "batch"))


FAILED = not_made()
MAKING = unmade() & ~FAILED


def progress(certificates: QuerySet[Certificate]) -> dict[str, int]:
    """Return how many there are in all and in each state, are being made, and couldn't be."""
    return certificates.aggregate(
        all=Count("pk"),
        **{state: Count("pk", filter=Q(state=state)) for state in Certificate.State.values},
        making=Count("pk", filter=MAKING),
        failed=Count("pk", filter=FAILED),
    )
