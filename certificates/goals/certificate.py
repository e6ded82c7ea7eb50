"""One certificate, against the plainest way to make it and against its text alone."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates.bench import bench_certificate, bench_signature
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, compared

KILOBYTE = 1000


def measure(filled: Filled) -> Iterator[Result]:
    naive, ours, text, size = bench_certificate()
    yield compared("Certificate", ours, most=0.6, than=naive, what="the naive way")
    yield compared("Certificate, its art and code", ours, most=1.5, than=text, what="text alone")
    yield at_most("Certificate, size", size / KILOBYTE, most=60, unit="kB")
    for name, key in (
        ("RSA-3072", rsa.generate_private_key(65537, 3072)),
        ("P-256", ec.generate_private_key(ec.SECP256R1())),
    ):
        signature, rendering, size = bench_signature(key)
        yield compared(f"Signature, {name}", signature, most=0.8, than=rendering, what="rendering")
        yield at_most(f"Signed certificate, {name}, size", size / KILOBYTE, most=60, unit="kB")
