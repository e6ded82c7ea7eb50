"""What fails in a worker outside of any row leaves a trace in the database, for the page of it.

Sweepers keep their own account (`cec.work.run`); a row's own tries say the rest. What is left are
tasks that a hint began: an error that nobody caught, or a time limit.
"""

import logging
from typing import Any

from celery.signals import task_failure
from django.db import connection

from cec import work
from cec.jobs import Job

logger = logging.getLogger(__name__)


@task_failure.connect(dispatch_uid="cec.failures")  # type: ignore[untyped-decorator]
def note(sender: Any = None, exception: BaseException | None = None, **_: Any) -> None:
    """Write down that a task failed. Nothing is raised, also without a database."""
    if sender is None or exception is None or sender.name == work.SWEEP:
        return
    try:
        Job.fail_task(sender.name, exception)
    except Exception as error:
        logger.warning("That %s failed could not be written down: %s", sender.name, error)
    finally:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
