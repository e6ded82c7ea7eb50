"""Letting mail go out again of a copy that was restored from a backup."""

from django.db import transaction

from cec.holding import MailHold
from registrations.models import Event, Person
from registrations.models.history import write_event
from registrations.permissions import require


@transaction.atomic
def release_mail(*, by: Person) -> bool:
    """Let mail go out; returns whether it was held."""
    require(by, "run_work")
    was_held = MailHold.end()
    if was_held:
        write_event(Event.Kind.MAIL_RELEASED, by=by, person=by)
    return was_held
