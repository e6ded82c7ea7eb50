"""Inviting a supervisor, or somebody else whom the participant knows, by a mailed link (B8, B9)."""

import secrets
from datetime import timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail
from cec.problems import Problem, Refused
from registrations import consents
from registrations.mentoring import assigning, locks
from registrations.models import MentorInvitation, Mentorship, Person, Registration

VALID_FOR = timedelta(days=7)
MOST_A_DAY = 5
SECRET_BYTES = 32


@transaction.atomic
def invite(registration: Registration, *, by: Person, email: str) -> MentorInvitation | None:
    """Mail a link that makes whoever confirms this address the mentor; it replaces a former one.

    The same address once more while its link is fresh, as by a second click, sends nothing and
    returns None. Raises `Refused` when there is a mentor, or after `MOST_A_DAY` of a person.
    """
    locked = _own(registration, by)
    now = timezone.now()
    email = email.strip().lower()
    assigning.require_open(locked)
    if locked.mentorships.live().exists():
        raise Refused(assigning.has_mentor(locked))
    if email == by.email.lower():
        raise Refused(Problem("self", _("Nobody mentors themselves.")))
    standing = open_invitation(locked)
    if standing and standing.email == email and now - standing.invited_at < timedelta(minutes=1):
        return None
    sent = MentorInvitation.objects.filter(
        registration__person=by, invited_at__gt=now - timedelta(days=1)
    )
    if sent.count() >= MOST_A_DAY:
        text = _("You’ve sent %(count)s invitations today. Send the next one tomorrow.")
        raise Refused(Problem("too_many", text % {"count": MOST_A_DAY}))
    _revoke_open(locked)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation = MentorInvitation.objects.create(
        registration=locked, email=email, digest=digest_of(secret), expires_at=now + VALID_FOR
    )
    locked.note("mentor_invited", by=by)
    consents.give(by, consents.Kind.MENTOR, how=consents.How.PAGE)
    mail.post("mentor_invitation", invitation, secret, to=email)
    return invitation


@transaction.atomic
def revoke(invitation: MentorInvitation, *, by: Person) -> None:
    """Take an invitation back: its link is of no use from now on."""
    locked = _own(invitation.registration, by)
    if _revoke_open(locked, pk=invitation.pk):
        locked.note("invitation_revoked", by=by)


@transaction.atomic
def accept(invitation: MentorInvitation, *, by: Person) -> Mentorship:
    """Become the mentor: the participant meets them, and the representative is told.

    Raises `PermissionDenied` for another account than the one with the invited address, confirmed;
    raises `Refused` when the link is used, too old or taken back.
    """
    registration = locks.registration(invitation.registration_id)
    locked = MentorInvitation.objects.select_for_update().get(pk=invitation.pk)
    if not is_for(locked, by):
        raise PermissionDenied
    if by.pk == registration.person_id:
        raise Refused(Problem("self", _("Nobody mentors themselves."), fixable=False))
    if problem := spent(locked):
        raise Refused(problem)
    assigning.require_open(registration)
    if registration.mentorships.live().exists():
        text = _("%(name)s has a mentor by now.") % {"name": registration.person.name}
        raise Refused(Problem("has_mentor", text, fixable=False))
    locked.used_at, locked.used_by = timezone.now(), by
    locked.save(update_fields=["used_at", "used_by"])
    mentorship = Mentorship(
        registration=registration,
        mentor=by,
        kind=Mentorship.Kind.SUPERVISOR,
        assigned_by=registration.person,
    )
    assigning.begin(mentorship, by=by)
    assigning.tell_caretakers("supervisor_mentors", mentorship)
    return mentorship


def find(secret: str) -> MentorInvitation | None:
    """Return the invitation of a link, spent or not."""
    return (
        MentorInvitation.objects.filter(digest=digest_of(secret))
        .select_related("registration__person", "registration__program")
        .first()
    )


def open_invitation(registration: Registration) -> MentorInvitation | None:
    """Return the invitation whose link works now, if there is one."""
    return registration.mentor_invitations.filter(
        used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    ).first()


def spent(invitation: MentorInvitation) -> Problem | None:
    """Say why a link is of no use any more."""
    if invitation.used_at:
        return Problem("used", _("This invitation has been used."), fixable=False)
    if invitation.revoked_at:
        return Problem("revoked", _("This invitation was taken back."), fixable=False)
    if invitation.expires_at <= timezone.now():
        text = _("This invitation is too old: it worked for seven days. Ask for a new one.")
        return Problem("expired", text, fixable=False)
    return None


def is_for(invitation: MentorInvitation, person: Person) -> bool:
    """Whether the account has confirmed the address that the link was mailed to."""
    mine = EmailAddress.objects.filter(user=person, email__iexact=invitation.email, verified=True)
    return bool(mine.exists())


def digest_of(secret: str) -> str:
    """Return what is kept of a link; the secret is random, so that a plain digest is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _revoke_open(registration: Registration, **only: int) -> int:
    """Close what is open, also what is too old, so that there is one open link at the most."""
    return registration.mentor_invitations.filter(used_at=None, revoked_at=None, **only).update(
        revoked_at=timezone.now()
    )


def _own(registration: Registration, by: Person) -> Registration:
    if registration.person_id != by.pk:
        raise PermissionDenied
    return locks.registration(registration.pk)
