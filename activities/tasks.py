"""The worker's part of the records: whoever's standing new rules changed is told."""

from celery import shared_task

from activities import publishing
from cec import work


@shared_task(name=publishing.TELL)
def tell_of_new_rules(rehearsal_id: int) -> None:
    publishing.tell(rehearsal_id)


@work.sweeper
def tell_of_rules_that_no_hint_came_for() -> int:
    return publishing.tell()
