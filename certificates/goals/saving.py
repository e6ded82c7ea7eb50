"""Saving one activity as the form does, with all that follows, against a bare insert.

Both are in a transaction of their own, with its beginning and its commit.
"""

import itertools
import uuid
from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from activities import log
from activities.models import Activity
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, compared, in_turns
from registrations.models import Rate


def measure(filled: Filled) -> Iterator[Result]:
    registration = filled.another
    assert registration.starts_on is not None
    first_day = registration.starts_on
    rate = Rate.objects.filter(activity_type__rules=registration.rules_id).earliest("pk")
    numbers = itertools.count(1)

    def activity() -> Activity:
        return Activity(
            person_id=registration.person_id,
            title=f"Webinar {next(numbers)}",
            completed_on=first_day,
            hours=Decimal(1),
            outcome="What I learned",
            form_key=uuid.uuid4(),
        )

    @transaction.atomic
    def insert() -> None:
        activity().save(force_insert=True)

    ours, bare = in_turns(lambda: log.add_once(registration, activity(), rate=rate), insert)
    yield compared("Saving one activity", ours, most=3, than=bare, what="a bare insert")
