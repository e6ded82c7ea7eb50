"""Registrations whose cycle and grace are over with nothing turned in lapse by themselves (C1).

Nobody lapses who wasn't warned: the mail that the time runs out (the notice `grace_ending`) went
out two weeks before at the latest. While it waits for a mail server, or could not be sent, its
person wasn't told. Mentoring ends with the record's time, as it does whenever a
registration is over (`registrations.mentoring`), and the person is told (`registration_lapsed`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast, Coalesce, Left
from django.utils import timezone

from cec import work
from cec.models import OutgoingMail
from certificates.completion.days import DAYS_FROM_WARNING, warnings, with_days
from certificates.completion.findings import TOTALS
from registrations.models import Registration
from registrations.models.registration import RegistrationQuerySet

BATCH = 500  # that are locked together, for a second at the most
LENGTH_OF_A_DAY = len("2028-05-13")


def over(*, now: datetime | None = None) -> RegistrationQuerySet:
    """Return the registrations that lapse: their time is over, and they were told early enough.

    Only a program with a total to reach waits for a record to be turned in.
    """
    now = now or timezone.now()
    ended = Registration.objects.filter(
        status=Registration.Status.ACTIVE,
        ends_on__lt=now + timedelta(days=1),
        rules__in=TOTALS.values("rules"),
    )
    told = (
        warnings()
        .filter(Q(mail=None) | Q(mail__state=OutgoingMail.State.SENT))  # or cleared away since
        .annotate(
            about=Left("occasion", LENGTH_OF_A_DAY),
            sent_at=Coalesce("mail__sent_at", "written_at"),
        )
        .filter(sent_at__lt=now - timedelta(days=DAYS_FROM_WARNING))
        .filter(about=Cast(OuterRef("grace_until"), TextField()))
    )
    known = with_days(ended, now=now)
    return known.filter(Exists(told), until__lt=F("completed_on"))  # type: ignore[misc]


def lapse_what_is_over(*, now: datetime | None = None) -> int:
    """Lapse them, some at a time; whoever is at one of them meanwhile is asked with the next run.

    Returns how many lapsed.
    """
    ids = list(over(now=now).order_by("pk").values_list("pk", flat=True))
    batches = (ids[first : first + BATCH] for first in range(0, len(ids), BATCH))
    return sum(_lapse(batch, now) for batch in work.while_there_is_time(batches))


@transaction.atomic
def _lapse(ids: Sequence[int], now: datetime | None) -> int:
    rows = Registration.objects.filter(pk__in=ids).order_by("pk")
    locked = list(
        rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    )
    still = over(now=now).filter(pk__in=locked).values_list("pk", flat=True)
    return Registration.objects.filter(pk__in=list(still)).move_all("lapse")
