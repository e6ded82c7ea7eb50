"""Keeping what is new of a bank export: the same file, and the same line, come in once (E6)."""

import hashlib
from collections import Counter

from django.db import transaction

from cec import work
from cec.uploads import clean_file_name
from registrations.bank import reading
from registrations.likeness import name_key
from registrations.models import BankExport, BankLine, Person
from registrations.models.history import write_event
from registrations.permissions import require

TAKING_IN = "registrations.bank"  # one export at a time


@transaction.atomic
def take_in(
    content: bytes, *, file_name: str, by: Person, day_order: str = ""
) -> tuple[BankExport, bool]:
    """Keep the deposits of a file that aren't here yet; nothing becomes a payment by it.

    Returns the export, and whether this file is new. Raises `Refused` for a file that can't be
    read.
    """
    require(by, "record_payment")
    sha256 = hashlib.sha256(content).hexdigest()
    statement = reading.read(content, day_order=day_order)
    work.one_at_a_time(TAKING_IN)
    if same := BankExport.objects.filter(sha256=sha256).first():
        return same, False
    marked = _marked(statement.deposits)
    known = set(
        BankLine.objects.filter(fingerprint__in=marked).values_list("fingerprint", flat=True)
    )
    export = BankExport.objects.create(
        file_name=clean_file_name(file_name, "bank.csv"),
        sha256=sha256,
        known=len(known),
        left_out=statement.left_out,
        uploaded_by=by,
    )
    BankLine.objects.bulk_create(
        BankLine(
            export=export,
            number=deposit.number,
            received_on=deposit.received_on,
            description=deposit.description,
            reference=deposit.reference,
            amount=deposit.amount,
            fingerprint=mark,
        )
        for mark, deposit in marked.items()
        if mark not in known
    )
    details: dict[str, object] = {"lines": len(marked) - len(known), "known": len(known)}
    write_event("bank_export", by=by, person=by, details=details | {"export": export.pk})
    return export, True


def _marked(deposits: list[reading.Deposit]) -> dict[str, reading.Deposit]:
    """Give each deposit the mark by which it is recognized in another file.

    Day, amount, words and the balance after it make the mark. Two that are equal in all of them
    are two deposits: the first and the second of their kind in any file that has both.
    """
    seen: Counter[str] = Counter()
    marked = {}
    for deposit in deposits:
        facts = "\n".join(
            [
                deposit.received_on.isoformat(),
                str(deposit.amount),
                name_key(deposit.description),
                name_key(deposit.reference),
                name_key(deposit.balance),
            ]
        )
        seen[facts] += 1
        mark = hashlib.sha256(f"{facts}\n{seen[facts]}".encode()).hexdigest()
        marked[mark] = deposit
    return marked
