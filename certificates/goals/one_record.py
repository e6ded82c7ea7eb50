"""One participant's standing and ledger, against fetching one row by the ORM."""

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import points
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared, in_turns
from registrations.models import Registration


def measure(filled: Filled) -> Iterator[Result]:
    registration = filled.registration
    with CaptureQueriesContext(connection) as queries:
        points.standing(registration)
    yield at_most("One standing, queries", len(queries), most=1, unit="query")

    standing, ledger, get = in_turns(
        lambda: points.standing(registration),
        lambda: points.ledger(registration),
        lambda: Registration.objects.get(pk=registration.pk),
    )
    yield compared("One standing", standing, most=2.5, than=get, what="an ORM get")
    yield compared("One ledger", ledger, most=4, than=get, what="an ORM get")
