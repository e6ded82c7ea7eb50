"""What every app leaves behind and nobody needs for long: texts of mails, what failed (K3)."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cec import retention
from cec.jobs import Job
from cec.outbox import Attachment, OutgoingMail
from cec.retention import Kept
from cec.stumbles import Stumble

FAILED = Kept("KEPT_FAILURE_DAYS")
SESSION_DAYS = settings.SESSION_COOKIE_AGE // (24 * 3600)

retention.elsewhere(
    _("Sessions of browsers that signed in"),
    ngettext_lazy("%(count)s day", "%(count)s days", SESSION_DAYS) % {"count": SESSION_DAYS},
    since=_("the last visit"),
)


@retention.rule(
    "mail_bodies",
    _("Texts and attachments of e-mails"),
    Kept("KEPT_MAIL_DAYS"),
    since=_("the e-mail was written"),
)
def mail_bodies(before: datetime) -> QuerySet[OutgoingMail]:
    """Mail that went out, failed or was called off; what waits for a mail server stays.

    The row itself stays without its text: it is what keeps an occasion from being told twice (H6).
    """
    states = OutgoingMail.State
    waiting = Q(state__in=[states.QUEUED, states.IN_FLIGHT])
    return OutgoingMail.objects.filter(~waiting, ~Q(text=""), created_at__lt=before).only("pk")


@mail_bodies.remove
def forget_bodies(rows: list[OutgoingMail]) -> int:
    """Empty the mails; one that failed can't be tried again then, and so isn't wrong any more."""
    found = OutgoingMail.objects.filter(pk__in=[row.pk for row in rows])
    Attachment.objects.filter(mail__in=found).delete()
    found.in_trouble().update(called_off_at=timezone.now())
    return found.update(text="", html="", unsubscribe="", last_error="", answer_words="")


@retention.rule(
    "stumbles", _("Notes on background work that failed"), FAILED, since=_("the last try")
)
def stumbles(before: datetime) -> QuerySet[Stumble]:
    return Stumble.objects.filter(tried_at__lt=before)


@retention.rule("failed_jobs", _("Notes on tasks that failed"), FAILED, since=_("the last try"))
def failed_jobs(before: datetime) -> QuerySet[Job]:
    """Those of tasks, and of jobs that the program has no longer: a job's own row is used again."""
    return Job.objects.filter(started_at__lt=before, finished_at__lt=before)
