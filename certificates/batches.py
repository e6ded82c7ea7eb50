"""Issuing in batches: confirmed once, issued by the workers, each certificate on its own (F3, H1).

A batch is rows. Workers take its items one by one, any number of workers at a time, so a batch
whose worker was killed goes on where it was as soon as a sweep or a message comes by. The verb is
`issuing.issue`, as for a single certificate, and an item is issued in the transaction that makes
its certificate: there is nothing in between to be lost or done twice.
"""

import logging
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cec import claims, work
from cec.problems import Problem, Refused
from certificates import issuing
from certificates.completion import lock
from certificates.models import Batch, BatchItem, Certificate
from certificates.proofs import Proof
from registrations.models import Person
from registrations.permissions import may, require

log = logging.getLogger(__name__)

ISSUE_BATCH = "certificates.issue_batch"
CHUNK = 10  # certificates that one message asks for: a second or two of work
WORKERS = 8  # that are woken for a batch; each asks for the next chunk when it is done
AT_ONCE = 200  # certificates that one sweep issues itself at most; the next one is a minute away

State = BatchItem.State


@dataclass(frozen=True)
class Progress:
    """How many certificates of a batch are where on their way; `issued` has all but the rest.

    `making` and `unmade` are issued without a PDF: a worker is to make it, or couldn't.
    """

    chosen: int
    waiting: int
    issued: int
    made: int
    making: int
    unmade: int
    mailed: int
    left_out: int
    failed: int
    is_stopped: bool

    @classmethod
    def of(cls, batch: Batch) -> "Progress":
        """Read the counts of a batch that was loaded `with_progress`."""
        names = [name for name in cls.__dataclass_fields__ if name != "is_stopped"]
        counts = {name: getattr(batch, f"count_{name}") for name in names}
        return cls(**counts, is_stopped=batch.stopped_at is not None)

    @property
    def to_issue(self) -> int:
        """How many certificates were confirmed."""
        return self.chosen - self.left_out

    @property
    def goes_on(self) -> bool:
        """Say whether workers still do something for it by themselves, mail aside."""
        return bool(self.making or (self.waiting and not self.is_stopped))

    @property
    def can_go_on(self) -> bool:
        """Say whether there is something that a person can start again."""
        return bool(self.failed and not self.waiting) or bool(self.is_stopped and self.waiting)


@transaction.atomic
def confirm(
    proofs: Iterable[Proof], *, by: Person, form_key: UUID, leave_out: Collection[int] = ()
) -> Batch:
    """Let workers issue the certificates of a proof sheet; return the batch at once.

    `leave_out` are ids of registrations that aren't wanted this time; what has a problem is left
    out anyway. The same form twice is one batch. Raises `PermissionDenied` if one of them is
    somebody else's to issue, and `Refused` if all are left out.
    """
    require(by, "issue_certificate")
    work.one_at_a_time(f"batch:{form_key}")
    if known := Batch.objects.filter(form_key=form_key).first():
        return known
    rows = list(proofs)
    chosen = {
        row.registration.pk: row.registration
        for row in rows
        if not row.problem and row.registration.pk not in leave_out
    }
    for registration in chosen.values():
        require(by, "issue_certificate", registration)
    if not chosen:
        raise Refused(Problem("nobody", _("Choose whose certificates you want to issue.")))
    batch = Batch.objects.create(form_key=form_key, confirmed_by=by, run_by=by)
    BatchItem.objects.bulk_create(
        BatchItem(
            batch=batch,
            registration=row.registration,
            name=row.name,
            state=State.WAITING if row.registration.pk in chosen else State.LEFT_OUT,
            why=row.problem[:500],
        )
        for row in rows
    )
    _hint(batch, len(chosen))
    return batch


@transaction.atomic
def stop(batch: Batch, *, by: Person) -> None:
    """Issue no more of it after the certificate that a worker is at."""
    require(by, "issue_certificate")
    Batch.objects.filter(pk=batch.pk, stopped_at__isnull=True).update(
        stopped_at=timezone.now(), stopped_by=by
    )


@transaction.atomic
def go_on(batch: Batch, *, by: Person) -> None:
    """Let a stopped batch go on, in the name of this person, and try anew what wasn't issued."""
    require(by, "issue_certificate")
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    states = [State.WAITING, State.FAILED] if locked.stopped_at else [State.FAILED]
    again = locked.items.filter(state__in=states).update(
        state=State.WAITING, tries=0, claimed_at=None, why=""
    )
    if again:
        locked.run_by, locked.stopped_by, locked.stopped_at = by, None, None
        locked.save(update_fields=["run_by", "stopped_by", "stopped_at"])
        _hint(locked, again)


def issue_some(batch_id: int, *, most: int = CHUNK) -> int:
    """Try up to `most` certificates of a batch, the next ones in its order; return how many.

    Any number of calls at once share the batch.
    """
    for done in range(most):
        item = _claim(batch_id)
        if item is None:
            return done
        _issue(item)
    return most


def issue_chunk(batch_id: int) -> None:
    """What a message asks for: the next few certificates, then another message for the rest."""
    if issue_some(batch_id) == CHUNK:
        work.hint_after_commit(ISSUE_BATCH, batch_id)


def issue_waiting() -> int:
    """Go on with the batches that no message came for; return how many certificates it tried."""
    _give_up()
    done, turns = 0, work.while_there_is_time(range(AT_ONCE))
    for batch in _under_way():
        _hint(batch, batch.items.to_issue(timezone.now()).count())
        for _turn in turns:
            if not issue_some(batch.pk, most=1):
                break
            done += 1
    return done


def _under_way() -> list[Batch]:
    turn = BatchItem.objects.to_issue(timezone.now()).values("batch")
    return list(Batch.objects.filter(pk__in=turn).order_by("pk"))


def _hint(batch: Batch, count: int) -> None:
    for _worker in range(min(math.ceil(count / CHUNK), WORKERS)):
        work.hint_after_commit(ISSUE_BATCH, batch.pk)


@transaction.atomic
def _claim(batch_id: int) -> BatchItem | None:
    """Take the next item whose turn it is and that no other worker is taking right now."""
    turn = BatchItem.objects.to_issue(timezone.now()).filter(batch=batch_id)
    item = turn.select_for_update(skip_locked=True, of=("self",)).order_by("tries", "pk").first()
    if item is not None:
        claims.claim(BatchItem.objects.filter(pk=item.pk))
    return item


def _issue(item: BatchItem) -> None:
    """Issue one certificate, or write down why it wasn't; what fails for one stops nobody else."""
    by = Batch.objects.select_related("run_by").get(pk=item.batch_id).run_by  # anew (A5)
    with translation.override(by.language):
        try:
            _issue_once(item, by=by)
        except Refused as refused:
            _fail(item, str(refused))
        except PermissionDenied:
            _no_right(item, by=by)
        except Exception as error:  # whatever it is, an administrator must see it (F2)
            log.exception("The certificate of %s could not be issued", item.registration_id)
            BatchItem.objects.filter(pk=item.pk, state=State.WAITING).update(
                why=f"{type(error).__name__}: {error}"[:500]
            )
            if isinstance(error, SoftTimeLimitExceeded):
                raise


@transaction.atomic
def _issue_once(item: BatchItem, *, by: Person) -> None:
    lock(item.registration)  # first, as everybody does: somebody may be erasing its person
    locked = BatchItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if locked.state != State.WAITING:
        return
    certificate = issuing.issue(locked.registration, by=by)
    _require_same_name(locked, certificate)
    locked.state, locked.certificate, locked.why = State.ISSUED, certificate, ""
    locked.save(update_fields=["state", "certificate", "why"])


def _require_same_name(item: BatchItem, certificate: Certificate) -> None:
    if certificate.holder != item.name:
        raise Refused(
            Problem(
                "name_changed",
                _("The name was changed meanwhile: it would be printed as “%(name)s”.")
                % {"name": certificate.holder},
            )
        )


def _no_right(item: BatchItem, *, by: Person) -> None:
    """It is somebody else's to issue, or the whole batch is by now."""
    if may(by, "issue_certificate"):
        _fail(item, _("Somebody else has to issue this one."))
        return
    Batch.objects.filter(pk=item.batch_id, run_by=by, stopped_at__isnull=True).update(
        stopped_at=timezone.now()
    )
    BatchItem.objects.filter(pk=item.pk, state=State.WAITING, tries__gt=0).update(
        tries=F("tries") - 1, claimed_at=None
    )


def _fail(item: BatchItem, why: str) -> None:
    BatchItem.objects.filter(pk=item.pk, state=State.WAITING).update(
        state=State.FAILED, why=why[:500]
    )


def _give_up() -> None:
    """Leave what was tried too often, for a person to see (H4)."""
    for item in BatchItem.objects.given_up(timezone.now()).select_related("batch__run_by"):
        with translation.override(item.batch.run_by.language):
            _fail(item, item.why or _("The program stopped each time that it was tried."))
