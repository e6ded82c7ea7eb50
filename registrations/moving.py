"""Moving to another association, in the middle of a cycle or before it."""

from django.db import transaction
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from registrations import rechecking
from registrations.mentoring import assigning
from registrations.models import (
    Association,
    MembershipCheck,
    MembershipDoubt,
    Person,
    Registration,
)
from registrations.permissions import require

# A record that is with its reviewers stays there; a draft is changed in the form.
MOVABLE = (Registration.Status.SUBMITTED, Registration.Status.ACTIVE)


def can_move(registration: Registration) -> bool:
    """Say whether the registration is one that an association looks after, and in motion."""
    return registration.status in MOVABLE and registration.program.needs_membership


@transaction.atomic
def move(
    registration: Registration,
    *,
    by: Person,
    association: Association,
    member_number: str = "",
    reason: str = "",
) -> None:
    """Put a registration into the care of another association, which checks the membership anew.

    The participant does it by themselves; somebody of the committee does it with a reason. The
    former association's sight of it ends with the commit. Raises `Refused` in a state in which
    nothing moves, and when the registration is with that association already.
    """
    locked = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("program", "person", "association")
        .get(pk=registration.pk)
    )
    if locked.person_id != by.pk:
        require(by, "move_registration", locked)
        if not reason.strip():
            raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    _refuse(locked, association)
    former = locked.association
    locked.association = association
    locked.member_number = member_number
    locked.save(update_fields=["association", "member_number"])
    event = locked.note(
        "moved",
        by=by,
        reason=reason.strip(),
        details={"from": former.code if former else "", "to": association.code},
    )
    _check_anew(locked)
    assigning.recall_from_elsewhere(locked)
    mail.post(
        "association_changed",
        locked,
        to=locked.person,
        key=f"association_changed:{event.pk}",
        about=locked,
    )


def _check_anew(registration: Registration) -> None:
    """What the former association found says nothing here; the new one's list may know."""
    MembershipCheck.objects.create(
        registration=registration,
        outcome=MembershipCheck.Outcome.UNCHECKED,
        source=MembershipCheck.Source.MOVE,
    )
    MembershipDoubt.objects.filter(registration=registration).delete()
    rechecking.look_up(registration)


def _refuse(registration: Registration, association: Association) -> None:
    if not can_move(registration):
        raise Refused(
            Problem(
                "not_movable",
                _("This registration can’t move now. It is now: %(status)s.")
                % {"status": registration.get_status_display()},
                fixable=False,
            )
        )
    if association.pk == registration.association_id:
        raise Refused(
            Problem(
                "same_association",
                _("The registration is with %(association)s already.")
                % {"association": association.name},
            )
        )
