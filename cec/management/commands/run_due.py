"""`manage.py run_due`: do by hand what the worker does each minute (reliability I5)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cec import work


class Command(BaseCommand):
    """Run every sweeper once, in this process."""

    help = "Do now what is due: send mail, make documents. Needs no worker, beat or Valkey."

    def handle(self, *args: Any, **options: Any) -> None:
        answers = work.sweep()
        for name, answer in answers.items():
            self.stdout.write(f"{name}: {answer}")
        failed = [name for name, answer in answers.items() if isinstance(answer, Exception)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}")
