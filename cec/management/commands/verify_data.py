from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cec import soundness


class Command(BaseCommand):
    """Find out whether files, documents and history are what was kept."""

    help = "Compares files, certificates and history with their sums and seals."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for says, found in soundness.findings():
            faults += len(found)
            if not found:
                self.stdout.write(f"{says}.")
            for fault in found:
                self.stderr.write(fault)
        if faults:
            raise CommandError(f"{faults} things are not as they were kept; they are named above.")
