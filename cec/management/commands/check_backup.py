from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cec.backups import checking, keeping
from cec.backups.trouble import Trouble


class Command(BaseCommand):
    """Find out whether a backup is whole, byte for byte. Nothing is changed."""

    help = "Compares a backup, or the newest one in a folder, with its sums."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            whole = checking.check(keeping.one_of(folder))
        except Trouble as error:
            raise CommandError(str(error)) from error
        said = whole.manifest
        self.stdout.write(
            f"{whole.folder} is whole: {said.rows} rows and {said.files} files of {said.site}, "
            f"version {said.product}, made {said.when:%Y-%m-%d %H:%M} UTC."
        )
        if said.missing:
            self.stdout.write(f"The site itself had lost {len(said.missing)} files by then.")
