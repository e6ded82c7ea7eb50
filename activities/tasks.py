"""The worker's part of the records: what new rules changed is told, files are read and removed."""

from datetime import timedelta

from celery import shared_task

from activities import evidence, importing, publishing, reading_imports
from cec import work
from cec.health import Heartbeat


@shared_task(name=publishing.TELL)
def tell_of_new_rules(rehearsal_id: int) -> None:
    publishing.tell(rehearsal_id)


@work.sweeper
def tell_of_rules_that_no_hint_came_for() -> int:
    return publishing.tell()


@work.sweeper
def remove_evidence_of_deleted_entries() -> int:
    """Once an hour: an entry can be brought back for days."""
    if not Heartbeat.is_due("deleted evidence", every=timedelta(hours=1)):
        return 0
    removed = evidence.sweep()
    Heartbeat.beat("deleted evidence")
    return removed


@shared_task(name=reading_imports.READ)
def read_import(import_id: int) -> None:
    reading_imports.read(import_id)


@work.sweeper
def read_waiting_imports() -> int:
    return reading_imports.read_waiting()


@work.sweeper
def forget_old_imports() -> int:
    return importing.forget_old()
