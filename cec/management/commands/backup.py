"""`manage.py backup`: the whole installation in one folder, while it is in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cec.backups import keeping, making, standing
from cec.backups.trouble import Trouble


class Command(BaseCommand):
    help = (
        "Backs up database and files, with sums and versions, into a new folder. Ends with 1 if "
        "that failed, with 2 if files of the site itself are gone or damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="of all backups (default: BACKUP_FOLDER)"
        )
        parser.add_argument(
            "--keep",
            type=int,
            default=keeping.DAYS,
            metavar="DAYS",
            help="keep all of so many days (default: %(default)s), then one a week for "
            f"{keeping.WEEKS} weeks and one a month for {keeping.MONTHS} months",
        )
        parser.add_argument(
            "--nightly",
            action="store_true",
            help=f"only if there was none since {standing.NIGHT:%H:%M} of TIME_ZONE",
        )

    def handle(
        self, *args: Any, folder: Path | None, keep: int, nightly: bool, **options: Any
    ) -> None:
        if nightly and not standing.is_due_tonight(timezone.now()):
            return
        if keep < 1:
            raise CommandError("--keep is a number of days, 1 or more.")
        try:
            made = making.make(folder or standing.folder(), keep_days=keep)
        except Trouble as error:
            raise CommandError(str(error)) from error
        said = made.manifest
        self.stdout.write(
            f"{made.folder} holds {len(said.tables)} tables with {said.rows} rows and "
            f"{said.files} files ({said.bytes / 1e6:.1f} MB); {made.removed} older backups removed."
        )
        if said.missing:
            raise CommandError(
                f"The backup is whole, but {len(said.missing)} files of the site are gone or "
                f"damaged: {', '.join(said.missing[:5])}. Look for them in older backups.",
                returncode=2,
            )
