"""The way to the broker, for a worker that outlives whatever happens to it (reliability I2)."""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as NoConnection


class Channel(redis.Channel):
    """A channel that says in the worker's terms that its connection was given up.

    As a broker goes away, a worker closes its connection and may then hand back or close once more
    what was on it. Kombu 5.7 answers with an AttributeError there, which ends the worker; errors of
    the connection are what it waits out.
    """

    def _get_pool(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise NoConnection("This connection to the broker was given up.")
        return super()._get_pool(asynchronous)  # type: ignore[no-untyped-call]


class Transport(redis.Transport):
    """As Kombu's for `redis://`, with that channel."""

    Channel = Channel
