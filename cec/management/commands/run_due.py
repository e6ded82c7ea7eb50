"""`manage.py run_due`: do by hand, or by cron, what the workers do each minute (reliability I5)."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cec import overview, work


class Command(BaseCommand):
    """Run every periodic job once, in this process; safe beside workers and beside itself."""

    help = (
        "Do now what is due: send mail, make documents. Needs no worker, beat or Valkey. May run "
        "each minute by cron, beside workers or itself: each job runs in one place at a time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seconds",
            type=seconds,
            default=work.SWEEP_SECONDS,
            help="begin no other job of a queue after so long (default: %(default)s)",
        )
        parser.add_argument(
            "--queue", choices=work.QUEUES, action="append", help="of these queues alone"
        )
        parser.add_argument(
            "--list", action="store_true", help="run nothing; say when each job last ran"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list()
            return
        answers = work.sweep(*(options["queue"] or ()), seconds=options["seconds"])
        known = work.sweepers()
        failed = []
        for name, answer in answers.items():
            label = known[name].label
            if isinstance(answer, Exception):
                failed.append(str(label))
                answer = f"failed ({type(answer).__name__}: {answer})"
            self.stdout.write(f"{label}: {'done' if answer is None else answer}")
        if failed:
            raise CommandError(
                f"Failed: {', '.join(failed)}. Each is tried again the next time; "
                "the lines above say what was wrong."
            )

    def _list(self) -> None:
        for queue in overview.queues():
            at = queue.swept_at
            self.stdout.write(f"Queue {queue.name}: {moment(at) if at else 'never swept'}")
        for line in overview.jobs():
            job = line.job
            ran = f"last started {moment(job.started_at)}" if job else "never ran"
            if job and job.succeeded_at:
                ran += f", last succeeded {moment(job.succeeded_at)}"
            if line.state == "failing":
                ran += f"; FAILS: {job.error}"
            self.stdout.write(f"{line.label} ({line.every}): {ran}")


def moment(at: Any) -> str:
    """Write a moment as a log does."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def seconds(text: str) -> float:
    """Read a time budget: at least a second, at most an hour."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 3600:
        raise argparse.ArgumentTypeError("say a number of seconds from 1 to 3600")
    return value
