"""`manage.py restore`: bring a backup back, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cec import environment as env
from cec.backups import checking, keeping, restoring
from cec.backups.trouble import Trouble


class Command(BaseCommand):
    help = "Restores a backup, or the newest one in a folder, into an empty installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="replace what an installation holds; asks for the name of the database",
        )

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        try:
            whole = checking.check(keeping.one_of(folder))
            self.stdout.write(f"{whole.folder} is whole.")
            restoring.require_fitting(whole.manifest)
            restoring.require_nobody_else()
            if not restoring.is_empty():
                self._require_consent(replace)
            restoring.restore(whole, say=self.stdout.write)
        except Trouble as error:
            raise CommandError(str(error)) from error
        if env.text("DATABASE_OWNER_URL"):
            call_command("grant_rights", stdout=self.stdout)  # the tables are new
        call_command("verify_data", stdout=self.stdout, stderr=self.stderr)
        said = whole.manifest
        self.stdout.write(
            f"Restored: {said.rows} rows and {said.files} files, as they were on "
            f"{said.when:%Y-%m-%d %H:%M} UTC. Everybody signs in anew.\n"
            "NO MAIL GOES OUT until you let it: in a drill leave it so; on the real site, once the "
            "former one is off, run manage.py release_mail, or press the button under Desk, What "
            "runs by itself. Mail that waited in the backup stands there as failed, to be tried "
            "again if it wasn’t sent."
        )

    def _require_consent(self, replace: bool) -> None:
        name = connection.settings_dict["NAME"]
        if not replace:
            raise CommandError(
                f"The database {name} isn’t empty, and nothing was changed. To replace everything "
                "in it, make a backup of it first and say --replace."
            )
        self.stdout.write(f"Everything in the database {name} of {settings.SITE_URL} will be gone.")
        try:
            typed = input(f"Type its name ({name}) to go on: ")
        except EOFError:
            typed = ""
        if typed.strip() != name:
            raise CommandError("That isn’t its name. Nothing was changed.")
