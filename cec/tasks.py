"""The worker's part of what every app uses: mail goes out, what expired is forgotten."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cec import backlog, delivery, mail, retention, work
from cec.files import rescanning, store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@shared_task(name=work.SWEEP)
def sweep(queue: str) -> None:
    work.sweep(queue)


@shared_task(name=mail.DELIVER)
def deliver_mail(mail_id: int) -> None:
    delivery.deliver(mail_id)


@work.sweeper(_("Forget sessions and limits that expired"))
def forget_what_expired() -> int:
    """Delete old sessions and cache entries, which hold e-mail addresses in their keys."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < now()")
        return int(cursor.rowcount)


@work.sweeper(_("Remove files that belong to nothing"), every=HOUR)
def remove_orphan_files() -> int:
    """Remove files that a crash left without a row; the folder is walked once an hour."""
    return store.remove_orphans()


@work.sweeper(_("Delete what is kept no longer"), every=DAY)
def delete_what_is_kept_no_longer() -> int:
    """Once a day: what there wasn't time for goes on the next."""
    return retention.clear_all()


@work.sweeper(_("Look for viruses in files"))
def scan_waiting_files() -> int:
    return rescanning.scan_waiting()


@work.sweeper(_("Send mail"), queue="mail")
def deliver_due_mail() -> int:
    return delivery.deliver_due()


@work.sweeper(_("Count what failed"))
def count_what_failed() -> int:
    """For the desk, which can't count all kinds of work on each page."""
    return backlog.failed_count()
