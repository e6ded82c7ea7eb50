"""A change of name: what is printed from now on has the new one, what is printed stays."""

from django.db import transaction

from registrations.models import Person, Registration
from registrations.models.history import write_event

Status = Registration.Status


@transaction.atomic
def rename(person: Person, *, name: str, by: Person) -> bool:
    """Give a person another name and write that it changed, never the name itself.

    Returns whether it is another one.
    """
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    person.name = name
    if locked.name == name:
        return False
    locked.name = name
    locked.save(update_fields=["name"])
    write_event("renamed", by=by, person=locked, details={"field": "name"})
    return True


def is_about_to_be_printed(person: Person) -> bool:
    """Say whether a certificate is next: it takes the name that stands here when it is issued."""
    return person.registrations.filter(status__in=[Status.TURNED_IN, Status.ACCEPTED]).exists()


def was_printed(person: Person) -> bool:
    """Say whether there is a certificate: it keeps the name that it was issued with."""
    return person.registrations.filter(status=Status.CERTIFIED).exists()
