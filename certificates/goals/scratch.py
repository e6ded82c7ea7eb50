"""A database of the bench's own, gone afterwards; the real one is never touched."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

from django.db import connection

PREFIX = "cec_bench_"


@contextmanager
def database() -> Iterator[str]:
    """Create a database beside the configured one, migrate it and use it; drop it in any case.

    It works as the test suite's database does, under a name with the number of this process.
    """
    real = connection.settings_dict["NAME"]
    test: dict[str, object] = connection.settings_dict["TEST"]
    before = test.get("NAME")
    test["NAME"] = name = f"{PREFIX}{os.getpid()}"
    told = signal.signal(signal.SIGTERM, _leave)
    try:
        with redirect_stdout(StringIO()):  # it tells of the cache table, whatever its verbosity
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        yield name
    finally:
        if connection.settings_dict["NAME"] == name:
            connection.creation.destroy_test_db(real, verbosity=0)
        test["NAME"] = before
        signal.signal(signal.SIGTERM, told)


def _leave(*_: object) -> None:
    """Leave by way of every `finally`."""
    sys.exit(143)
