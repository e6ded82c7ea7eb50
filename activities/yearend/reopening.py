"""Opening a closed year again: a recorded decision, or what a move of its days brings with it.

The result stays readable for good. The next run closes the year anew, with the figures of then, and
the person is told again.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.models import YearResult
from activities.models.yearend import LONGEST_REASON
from cec.problems import Problem, Refused
from registrations.models import CycleChange, Person, Registration
from registrations.permissions import require


@transaction.atomic
def reopen(result: YearResult, *, by: Person, reason: str) -> None:
    """Open a closed year again. Whoever did so already changes nothing by a second click.

    Raises `Refused` without a reason, when somebody else was first, and for a registration that is
    over: nothing would close its years again.
    """
    registration = _lock(result)
    require(by, "reopen_year", registration)
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    if registration.status not in Registration.IN_PROGRESS:
        raise Refused(
            Problem("over", _("This registration is over: its years stay closed."), fixable=False)
        )
    opened = YearResult.objects.in_force().filter(pk=result.pk)
    if opened.update(
        reopened_at=timezone.now(), reopened_by=by, reason=reason.strip()[:LONGEST_REASON]
    ):
        registration.note(
            "year_reopened",
            by=by,
            reason=reason.strip(),
            details={"year": result.number, "result": result.pk},
        )
        return
    result.refresh_from_db()
    if result.reopened_by_id != by.pk:
        raise Refused(
            Problem("reopened", _("Somebody else has opened this year again."), fixable=False)
        )


def follow(change: CycleChange, *, by: Person) -> list[int]:
    """Open again the closed years whose days a change of the cycle has moved; return their numbers.

    Call it in the change's transaction, with the registration locked and closing held back.
    """
    days = {year.number: (year.starts_on, year.ends_on) for year in change.registration.years.all()}
    closed = YearResult.objects.in_force().filter(registration=change.registration)
    moved = [row for row in closed if days[row.number] != (row.first_day, row.last_day)]
    YearResult.objects.filter(pk__in=[row.pk for row in moved]).update(
        reopened_at=timezone.now(), reopened_by=by, moved_by=change
    )
    return [row.number for row in moved]


def _lock(result: YearResult) -> Registration:
    rows = Registration.objects.select_for_update(of=("self",)).select_related("program", "person")
    return rows.get(pk=result.registration_id)
