"""`manage.py read_bounce < message.eml`: a mail server gives us what comes back (docs/mail.md)."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cec import returned_mail


class Command(BaseCommand):
    """What isn't about our mail is passed over: nobody gets an answer to a mail that came back."""

    help = (
        "Reads a mail that came back from standard input, and notes it beside the one it's about."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        content = sys.stdin.buffer.read(returned_mail.MOST_BYTES)
        try:
            mail = returned_mail.note(content)
        except DatabaseError as error:
            # The mail server keeps it and tries again.
            raise CommandError("The database is away.", returncode=os.EX_TEMPFAIL) from error
        said = f"mail {mail.pk}: {mail.answer}" if mail else "not about a mail of ours"
        self.stdout.write(said)
