"""One certificate, against the plainest way to make it and against its text alone."""

from collections.abc import Iterator

from certificates.bench import bench_certificate
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared

KILOBYTE = 1000


def measure(filled: Filled) -> Iterator[Result]:
    naive, ours, text, size = bench_certificate()
    yield compared("Certificate", ours, most=0.6, than=naive, what="the naive way")
    yield compared("Certificate, its art and code", ours, most=1.5, than=text, what="text alone")
    yield at_most("Certificate, size", size / KILOBYTE, most=60, unit="kB")
