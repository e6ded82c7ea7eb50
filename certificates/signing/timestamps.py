"""A time stamp from somebody else's clock (RFC 3161): the certificate existed at that moment.

The server is asked over the network; it sees a hash and nothing else. While it doesn't answer,
certificates wait for it: the worker asks once a minute and does its other work meanwhile.
"""

import time
from functools import lru_cache
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, build_opener

from asn1crypto import cms, tsp  # type: ignore[import-untyped]
from django.conf import settings
from pyhanko.sign.timestamps import TimeStamper

SECONDS = 10  # for each answer of the server
MOST_BYTES = 64 * 1024
PAUSE = 60  # seconds in which a server that failed isn't asked again
# What an answer raises that is none, or is no stamp.
UNREADABLE = (OSError, HTTPException, ValueError, TypeError, KeyError, AttributeError)


class NoTimestamp(Exception):
    """The time stamp server gave none; it is worth asking again later."""


class Server(TimeStamper):
    """A time stamp server, asked by HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url
        self.failed_at: float | None = None

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """See TimeStamper. Raises NoTimestamp, also if the stamp is for something else."""
        if self.failed_at is not None and time.monotonic() - self.failed_at < PAUSE:
            raise NoTimestamp("The time stamp server didn't answer a moment ago.")
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            info = token["content"]["encap_content_info"]["content"].parsed
            if info["message_imprint"]["hashed_message"].native != message_digest:
                raise ValueError("the stamp is for something else")
        except UNREADABLE as error:
            self.failed_at = time.monotonic()
            raise NoTimestamp(f"The time stamp server gave no stamp: {error}") from error
        self.failed_at = None
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """See TimeStamper. Raises OSError and ValueError."""
        question = Request(  # noqa: S310  the settings let http and https alone pass
            self.url, req.dump(), {"Content-Type": "application/timestamp-query"}
        )
        try:
            with build_opener().open(question, timeout=SECONDS) as answer:
                return tsp.TimeStampResp.load(answer.read(MOST_BYTES))
        except URLError as error:
            raise OSError(str(error.reason)) from None


def server() -> Server | None:
    """Return the server of the settings, if there is one."""
    return _server(settings.TIMESTAMP_URL) if settings.TIMESTAMP_URL else None


@lru_cache(maxsize=1)
def _server(url: str) -> Server:
    return Server(url)
