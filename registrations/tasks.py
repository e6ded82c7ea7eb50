"""The worker's part of registrations."""

from cec import work
from registrations import seals


@work.sweeper
def seal_history() -> int:
    return seals.seal()
