"""Correcting what was told on registering: a slip in a member number, another employer."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from cec.problems import Problem, Refused
from registrations import membership, rechecking
from registrations.models import Person, Registration

FIELDS = ("member_number", "employer", "position")
# Before, the form itself is changed; afterwards, what was told belongs to the past.
CORRECTABLE = (Registration.Status.SUBMITTED, Registration.Status.ACTIVE)


def can_correct(registration: Registration) -> bool:
    """Say whether the answers still matter to somebody."""
    return registration.status in CORRECTABLE


@transaction.atomic
def correct(registration: Registration, *, by: Person, **answers: str) -> bool:
    """Write down other answers of one's own; with another number the association's list is asked.

    The history names the fields, not what stands in them. Returns whether anything changed; raises
    `Refused` once the registration is over or in review.
    """
    locked = membership.lock(registration)
    if locked.person_id != by.pk:
        raise PermissionDenied
    if not can_correct(locked):
        raise Refused(
            Problem(
                "not_correctable",
                _("This can’t be corrected now. It is now: %(status)s.")
                % {"status": locked.get_status_display()},
                fixable=False,
            )
        )
    changed = [name for name in FIELDS if answers.get(name, "") != getattr(locked, name)]
    if not changed:
        return False
    for name in changed:
        setattr(locked, name, answers.get(name, ""))
    locked.save(update_fields=changed)
    locked.note("corrected", by=by, details={"fields": changed})
    if "member_number" in changed:
        rechecking.look_up(locked)
    return True
