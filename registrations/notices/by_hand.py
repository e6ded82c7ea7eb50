"""What administrators do about mails that go out by themselves, and about mail that failed.

Each deed is a compare-and-set: of two people, or of a person and a worker, the slower one is told.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cec import mail as mails
from cec import work
from cec.outbox import OutgoingMail
from cec.problems import Problem, Refused
from registrations import notices
from registrations.models import Event, Notice, PausedNotices, Person, Registration, RemindersOff
from registrations.models.history import write_event
from registrations.notices import writing
from registrations.permissions import require

State = Notice.State


@transaction.atomic
def pause(kind: notices.Kind, *, by: Person, reason: str) -> None:
    """Hold a whole kind back: who is owed one is still noted, nothing is written."""
    require(by, "handle_notices")
    try:
        with transaction.atomic():
            PausedNotices.objects.create(kind=kind.name, paused_by=by, reason=reason)
    except IntegrityError as error:
        raise _refused("paused", _("These e-mails are paused already.")) from error
    _note_kind(Event.Kind.NOTICES_PAUSED, kind, by=by, reason=reason)


@transaction.atomic
def resume(kind: notices.Kind, *, by: Person) -> None:
    """Let a kind go out again; what is too late by now is dropped when its turn comes."""
    require(by, "handle_notices")
    found, _rows = PausedNotices.objects.filter(kind=kind.name).delete()
    if not found:
        raise _refused("not_paused", _("These e-mails aren’t paused any more."))
    _note_kind(Event.Kind.NOTICES_RESUMED, kind, by=by)


@transaction.atomic
def hold(notice: Notice, *, by: Person) -> None:
    """Keep one that waits from being written, until it is let go."""
    _move(notice, [State.WAITING], by=by, state=State.PAUSED)
    _note(Event.Kind.NOTICE_HELD, notice, by=by)


@transaction.atomic
def let_go(notice: Notice, *, by: Person) -> None:
    """Let one that was held back take its turn."""
    _move(notice, [State.PAUSED], by=by, state=State.WAITING, claimed_at=None)
    _note(Event.Kind.NOTICE_RELEASED, notice, by=by)


@transaction.atomic
def take_back(notice: Notice, *, by: Person) -> None:
    """Drop one that wasn't written; it isn't decided again."""
    _move(
        notice,
        [State.WAITING, State.PAUSED, State.FAILED],
        by=by,
        state=State.DROPPED,
        dropped=Notice.Dropped.CANCELLED,
    )
    _note(Event.Kind.NOTICE_CANCELLED, notice, by=by)


@transaction.atomic
def try_again(notice: Notice, *, by: Person) -> None:
    """Begin anew with one that couldn't be written, or whose mail failed: the same mail, then."""
    require(by, "handle_notices", notice.registration)
    locked = _lock(notice)
    if locked.state == State.WRITTEN and locked.mail:
        _queue_again(locked.mail)
    else:
        _move(
            locked,
            [State.FAILED],
            by=by,
            state=State.WAITING,
            tries=0,
            claimed_at=None,
            due_at=timezone.now(),
        )
    _note(Event.Kind.NOTICE_RETRIED, notice, by=by)


@transaction.atomic
def send_again(notice: Notice, *, by: Person, form_key: UUID) -> None:
    """Write one that was written once more, to the address that the person has now.

    The mail before it stays as it is. A form that arrives twice writes one mail.
    """
    require(by, "handle_notices", notice.registration)
    locked = _lock(notice)
    kind = notices.kinds().get(locked.kind)
    if kind is None or locked.state != State.WRITTEN:
        raise _moved_on()
    key = f"{writing.key_of(locked)}:{form_key}"
    if OutgoingMail.objects.filter(key=key).exists():
        return
    if locked.mail and locked.mail.is_waiting:
        raise _refused("on_the_way", _("The e-mail is still on its way."))
    _check_wanted(kind.name, locked.person)
    locked.mail = writing.post(kind, locked, key=key)
    locked.save(update_fields=["mail"])
    _note(Event.Kind.NOTICE_SENT_AGAIN, notice, by=by)


def _check_wanted(kind: str, person: Person) -> None:
    """Raise `Refused` for somebody whose account is closed, or who wants no such reminders."""
    if not person.is_active:
        raise _refused("closed", _("This person’s account is closed."))
    if RemindersOff.objects.filter(person=person, kind=kind).exists():
        raise _refused("off", _("The person has switched these reminders off."))


@transaction.atomic
def try_mail_again(mail: OutgoingMail, *, by: Person) -> None:
    """Queue a mail of any kind again that failed, unless its code or link has run out anyway."""
    require(by, "handle_notices")
    if is_short_lived(mail):
        raise _refused("short_lived", _("What this e-mail says is worth nothing by now."))
    _queue_again(mail)
    for known in about_mails([mail], by=by):
        write_event(Event.Kind.MAIL_RETRIED, by=by, **known)


def is_short_lived(mail: OutgoingMail) -> bool:
    """Say whether a mail is worth nothing by now (B8)."""
    return mail.kind in mails.short_lived()


def wanted(posted: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    """Leave out what is worth nothing by now, and what its reader gets no more."""
    off = RemindersOff.objects.filter(person=OuterRef("person"), kind=OuterRef("kind"))
    return posted.exclude(
        Q(kind__in=mails.short_lived()) | Q(person__is_active=False) | Exists(off)
    )


def about_mails(posted: Sequence[OutgoingMail], *, by: Person) -> list[dict[str, Any]]:
    """Say what a line of the history about each mail is about and holds.

    Of a mail that concerns nobody whom we know it names who did it.
    """
    label = f"{Registration._meta.label_lower}:"
    numbers = [mail.about.removeprefix(label) for mail in posted if mail.about.startswith(label)]
    registrations = Registration.objects.in_bulk(map(int, numbers))
    known: list[dict[str, Any]] = []
    for mail in posted:
        number = mail.about.removeprefix(label)
        registration = registrations.get(int(number)) if number.isdecimal() else None
        about = {"registration": registration} if registration else {"person": mail.person or by}
        known.append({**about, "details": {"mail": mail.pk}})
    return known


def about_notice(notice: Notice) -> dict[str, Any]:
    """Say what a line of the history about a notice is about and holds."""
    about: dict[str, Any] = {"registration": notice.registration}
    if notice.registration is None:
        about = {"person": notice.person}
    return {**about, "details": {"notice": notice.kind, "number": notice.pk}}


def _queue_again(mail: OutgoingMail) -> None:
    if mail.person:
        _check_wanted(mail.kind, mail.person)
    if not mails.try_again(OutgoingMail.objects.filter(pk=mail.pk)):
        raise _moved_on()
    work.hint_after_commit(mails.DELIVER, mail.pk)


def _lock(notice: Notice) -> Notice:
    about = ("registration__person", "registration__program", "registration__association")
    rows = Notice.objects.select_related("person", "mail__person", *about)
    return rows.select_for_update(of=("self",)).get(pk=notice.pk)


def _move(notice: Notice, allowed: list[str], *, by: Person, **fields: object) -> None:
    require(by, "handle_notices", notice.registration)
    if not Notice.objects.filter(pk=notice.pk, state__in=allowed).update(**fields):
        raise _moved_on()


def _moved_on() -> Refused:
    return _refused("moved_on", _("Something else happened to this e-mail meanwhile."))


def _refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message, fixable=False))


def _note(event: str, notice: Notice, *, by: Person) -> None:
    write_event(event, by=by, **about_notice(notice))


def _note_kind(event: str, kind: notices.Kind, *, by: Person, reason: str = "") -> None:
    write_event(event, by=by, person=by, reason=reason, details={"notice": kind.name})
