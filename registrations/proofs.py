"""Proofs of membership: files by which people show that they are members (reliability D1 to D8)."""

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from cec import limits
from cec.files import checking, store
from cec.problems import Problem, Refused
from registrations.membership import lock
from registrations.models import MembershipCheck, MembershipProof, Person, Registration

MOST_FILES = 5  # for each time that somebody is asked


def asked(registration: Registration) -> MembershipCheck | None:
    """Return the check that a proof would answer, or None when nobody waits for one."""
    if not registration.is_open or registration.status == Registration.Status.DRAFT:
        return None
    check = registration.membership_check()
    return check if check is not None and check.wants_proof else None


def upload(registration: Registration, file: "File[bytes]", *, by: Person) -> MembershipProof:
    """Keep a file as an answer to the latest check; the same file twice is one.

    Raises `Refused` when nobody asked, for what isn't taken, and for too many.
    """
    if registration.person_id != by.pk:
        raise PermissionDenied
    limits.count_upload(by.pk)
    checked = checking.check(file)
    with transaction.atomic():
        locked = lock(registration)
        check = asked(locked)
        if check is None:
            raise Refused(
                Problem("not_asked", _("Nobody waits for a proof any more."), fixable=False)
            )
        if same := check.proofs.filter(file__sha256=checked.sha256).first():
            return same
        if check.proofs.count() >= MOST_FILES:
            raise Refused(
                Problem(
                    "enough",
                    _("You’ve sent %(count)s files; your association looks at them first.")
                    % {"count": MOST_FILES},
                )
            )
        row = store.keep(checked)
        proof = MembershipProof.objects.create(
            registration=locked, answers=check, file=row, uploaded_by=by
        )
        locked.note("proof_sent", by=by, details={"kind": row.kind, "bytes": row.size})
        return proof


def drop(proof: MembershipProof) -> None:
    """Delete a proof that nobody needs any more, and its file once that is committed."""
    file = proof.file
    proof.delete()
    store.remove(file)
