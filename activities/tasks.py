"""The worker's part of the records: new rules reach people, files are read and removed."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from activities import evidence, importing, moving, reading_imports, telling
from activities.yearend import closing
from cec import work

HOUR = timedelta(hours=1)


@shared_task(name=telling.TELL)
def tell_of_new_rules(rehearsal_id: int) -> None:
    telling.tell(rehearsal_id)


@work.sweeper(_("Tell of new rules"))
def tell_of_rules_that_no_hint_came_for() -> int:
    return telling.tell()


@shared_task(name=moving.MOVE)
def move_to_new_rules(rehearsal_id: int) -> None:
    moving.go_on(rehearsal_id)


@work.sweeper(_("Move people to new rules"))
def move_those_who_follow() -> int:
    return moving.go_on_with_all()


@work.sweeper(_("Remove evidence of deleted activities"), every=HOUR)
def remove_evidence_of_deleted_entries() -> int:
    """Once an hour: an entry can be brought back for days."""
    return evidence.sweep()


@shared_task(name=reading_imports.READ)
def read_import(import_id: int) -> None:
    reading_imports.read(import_id)


@work.sweeper(_("Read uploaded records"))
def read_waiting_imports() -> int:
    return reading_imports.read_waiting()


@work.sweeper(_("Forget old uploads"))
def forget_old_imports() -> int:
    return importing.forget_old()


@work.sweeper(_("Close program years that are over"), every=HOUR)
def close_years() -> int:
    """Once an hour: a year is over at another moment in every time zone."""
    return closing.close_due()
