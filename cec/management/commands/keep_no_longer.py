from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cec import retention


class Command(BaseCommand):
    """Delete what is kept no longer, as the daily job does, or say what that would be."""

    help = "Deletes what is kept no longer; --list only says how much that would be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", dest="only_list")

    def handle(self, *args: Any, only_list: bool, **options: Any) -> None:
        lines = retention.overview()
        for line in lines:
            count = "too many to count" if line.due is None else line.due
            self.stdout.write(f"{line.rule.name} (after {line.rule.kept}): {count}")
        if not only_list:
            self.stdout.write(f"Removed: {retention.clear_all()}")
