"""The goals of `manage.py bench`, a module each: what is fast enough, measured on this machine.

Absolute times drift from run to run, so each goal is a ratio of two ways that are measured in turns
in the same run, or a count. docs/performance.md says what each compares.
"""

from collections.abc import Callable, Iterator

from certificates.goals import (
    batch,
    certificate,
    completion,
    dashboards,
    imports,
    ledger,
    lists,
    notices,
    one_record,
    pages,
    quick_add,
    rehearsal,
    rosters,
    saving,
    standing,
    transcript,
    yearend,
)
from certificates.goals.filling import Filled
from certificates.goals.goal import Result

GOALS: dict[str, Callable[[Filled], Iterator[Result]]] = {
    "standing": standing.measure,
    "ledger": ledger.measure,
    "rehearsal": rehearsal.measure,
    "completion": completion.measure,
    "notices": notices.measure,
    "yearend": yearend.measure,
    "record": one_record.measure,
    "saving": saving.measure,
    "pages": pages.measure,
    "quick": quick_add.measure,
    "certificate": certificate.measure,
    "batch": batch.measure,
    "transcript": transcript.measure,
    "lists": lists.measure,
    "rosters": rosters.measure,
    "imports": imports.measure,
    "dashboards": dashboards.measure,
}
