"""Whether mail reaches people: addresses that it comes back from, and what is done about it."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from cec import bounces
from cec.bounces import FailingAddress
from registrations.models import Event, Person
from registrations.models.history import write_event


def failing(people: Iterable[Person]) -> dict[int, FailingAddress]:
    """Return those whom mail doesn't reach, by their id, with what is known about it."""
    whose = {person.email.lower(): person.pk for person in people}
    rows = FailingAddress.objects.filter(address__in=whose)
    return {whose[row.address]: row for row in rows}


def fails(email: str) -> Exists:
    """Whether mail to the address in this column fails, for a query of people or what they have."""
    return Exists(FailingAddress.objects.filter(address=Lower(OuterRef(email))))


@transaction.atomic
def confirm(person: Person) -> bool:
    """Take the person's word that their address is right; False if it wasn't in doubt.

    The next mail that comes back puts it in doubt again.
    """
    if not failing([person]):
        return False
    bounces.works(person.email)
    write_event(Event.Kind.ADDRESS_CONFIRMED, by=person, person=person)
    return True
