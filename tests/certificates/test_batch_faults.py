"""Batches whose workers are killed again and again (reliability H1, H2, H9)."""

import random
import time

import pytest

from certificates.goals import graduates
from tests import factories
from tests.certificates import faults
from tests.certificates.batching import confirmed
from tests.faults.workers import kill_again, wait_until, workers

pytestmark = pytest.mark.django_db(transaction=True)


def run_through_kills(folder, *, count, kills):
    """Issue so many certificates while the workers are killed at random moments.

    In the middle the broker loses all its messages, and a third of the kills take a single process
    of the pool. Returns the batch and the seconds from the last kill to the last certificate.
    """
    ready = graduates.add(factories.program(), count=count)
    batch = confirmed(*ready, by=factories.administrator())
    with workers(folder) as group:
        for number in range(kills):
            # Each kill hits work that goes on: a few more were made since the last one.
            goal = min(faults.made() + random.randint(1, max(2, count // (2 * kills))), count - 1)
            kill_again(group, faults.made, goal, number=number, times=kills)
        killed_at, done = time.monotonic(), faults.made()
        wait_until(lambda: faults.made() == count, seconds=600, group=group)
        took = time.monotonic() - killed_at
    assert done < count  # the last kill came while there was something left to lose
    return batch, took


@pytest.mark.faults
def test_five_hundred_certificates_survive_twenty_kills(tmp_path):
    batch, took = run_through_kills(tmp_path, count=500, kills=20)

    faults.check_each_exactly_once(batch, 500)
    assert took < 600


@pytest.mark.faults
def test_a_worker_that_is_told_to_end_does_so_within_30_seconds_and_loses_nothing(tmp_path):
    """In 20 seconds it finishes what it can; tests/faults has one that can't finish."""
    count = 60
    ready = graduates.add(factories.program(), count=count)
    batch = confirmed(*ready, by=factories.administrator())

    with workers(tmp_path) as group:
        wait_until(lambda: faults.made() >= 3, seconds=120, group=group)
        took = group.end()
        group.start()
        wait_until(lambda: faults.made() == count, seconds=300, group=group)

    assert took < 30
    faults.check_each_exactly_once(batch, count)
