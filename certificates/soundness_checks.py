"""Certificates are the bytes that were issued, and those who signed are on record (F4)."""

from collections.abc import Iterator

from django.db import connection, transaction

from cec import soundness
from cec.personal import BLANK

# A holder who was erased may have had name and paper taken away: then there is none (K2).
_CHANGED = """
SELECT d.certificate_id FROM certificates_document d
JOIN certificates_certificate c ON c.id = d.certificate_id
WHERE encode(sha256(d.pdf), 'hex') <> d.sha256 AND NOT (d.pdf = '' AND c.holder = %s)
ORDER BY d.certificate_id
"""
_UNKNOWN = """
SELECT id FROM certificates_signingcertificate
WHERE encode(sha256(der), 'hex') <> fingerprint ORDER BY id
"""


@soundness.check("Each certificate’s PDF is the one that was issued")
def documents() -> Iterator[str]:
    for number in _numbers(_CHANGED, BLANK):
        yield f"The PDF of the certificate {number} is not the one that was issued."


@soundness.check("The certificates of those who signed are whole")
def signers() -> Iterator[str]:
    for number in _numbers(_UNKNOWN):
        yield f"The signing certificate {number} is not what its fingerprint says."


def _numbers(query: str, *values: str) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(query, values)
        return [number for (number,) in cursor.fetchall()]
