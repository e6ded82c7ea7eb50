"""Who is ready, and what is missing for whom, of everybody at once, against their totals alone.

The totals are what both have to read; whatever stands beside them (fee, membership, days, minima)
may cost as much again. The page of a list asks for a few, as one question.
"""

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates import completion
from certificates.completion.findings import findings
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared, in_turns
from certificates.goals.standing import everyone
from registrations.models import Program, Registration

ROWS = 25


def measure(filled: Filled) -> Iterator[Result]:
    early = Program.objects.filter(pk=filled.registration.program_id)
    early.update(early_completion=True)  # in their third year nobody could be ready otherwise
    yield from _measure()
    early.update(early_completion=filled.registration.program.early_completion)


def _measure() -> Iterator[Result]:
    rows = Registration.objects.all()
    whole = {row.id for row in findings(rows) if row.code is None}
    assert whole == set(ready()), "the two ways differ"
    assert whole, "nobody is ready"

    asked, said, totals = in_turns(ready, lambda: list(findings(rows)), everyone, seconds=20)
    yield compared("Ready, of everyone", asked, most=2, than=totals, what="their totals")
    yield compared("Missing, of everyone", said, most=2.5, than=totals, what="their totals")
    page = Registration.objects.filter(pk__in=[row.pk for row in rows[:ROWS]])
    with CaptureQueriesContext(connection) as queries:
        completion.missing(page)
    yield at_most("Missing, queries for 25", len(queries), most=2, unit="queries")


def ready() -> list[int]:
    return list(completion.ready(Registration.objects.all()).values_list("pk", flat=True))
