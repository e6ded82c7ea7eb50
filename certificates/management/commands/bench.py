"""`manage.py bench`: is it fast enough? One line for each goal, in a database of its own."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.test import override_settings

from certificates.goals import GOALS, scratch
from certificates.goals.filling import ENTRIES, fill
from certificates.goals.goal import HEADINGS, in_columns

SCALE = 10_000


class Command(BaseCommand):
    help = "Measures the product against its goals; the exit status is 1 if one is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scale", type=int, default=SCALE, metavar="N", help="participants (%(default)s)"
        )
        parser.add_argument(
            "--only", nargs="+", choices=list(GOALS), default=list(GOALS), help="some goals only"
        )

    def handle(self, *args: Any, scale: int, only: list[str], **options: Any) -> None:
        start = time.monotonic()
        results = []
        # Nobody is there to take a second step, without which staff have no pages.
        with override_settings(STAFF_SECOND_FACTOR="offered"), scratch.database():
            filled = fill(max(2, scale))
            took = time.monotonic() - start
            self.stdout.write(
                f"{filled.participants} participants x {ENTRIES} entries; filled in {took:.0f} s\n"
            )
            self.stdout.write(in_columns(HEADINGS))
            # Always in one order: some goals write into the record that others read.
            for measure in (GOALS[name] for name in GOALS if name in only):
                for result in measure(filled):
                    results.append(result)
                    self.stdout.write(result.line)
                    self.stdout.flush()
        held = sum(result.holds for result in results)
        took = time.monotonic() - start
        self.stdout.write(f"\n{held} of {len(results)} goals hold ({took:.0f} s).")
        if held < len(results):
            raise SystemExit(1)
