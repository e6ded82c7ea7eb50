"""Letting work that failed be tried again, with the lines of the history that say who did."""

from django.db import transaction

from cec import backlog
from registrations.models import Event, Person
from registrations.models.history import new_event
from registrations.permissions import require


@transaction.atomic
def try_again(kind: backlog.Kind, row: int | None = None, *, by: Person) -> int:
    """Let one row that failed, or all of the kind, be tried again; returns how many were.

    Of two people who press at once the slower one finds none left, and writes no line.
    """
    require(by, "run_work")
    asked = kind.failed() if row is None else kind.failed().filter(pk=row)
    locked = list(asked.order_by("pk").select_for_update(of=("self",)))
    failed = kind.failed().filter(pk__in=[found.pk for found in locked])
    rows = list(failed.order_by("pk"))
    count = kind.again(failed)
    Event.objects.bulk_create(
        new_event(kind.line, by=by, **known) for known in kind.about(rows, by=by)
    )
    return count
