"""The worker's part of activities: files go some time after their entry was deleted."""

from datetime import timedelta

from activities import evidence
from cec import work
from cec.health import Heartbeat


@work.sweeper
def remove_evidence_of_deleted_entries() -> int:
    """Once an hour: an entry can be brought back for days."""
    if not Heartbeat.is_due("deleted evidence", every=timedelta(hours=1)):
        return 0
    removed = evidence.sweep()
    Heartbeat.beat("deleted evidence")
    return removed
