"""`manage.py load_demo`: lively demo data, for a database without registrations."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from certificates import demo


class Command(BaseCommand):
    help = "Loads demo data into a database without registrations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--even-in-production",
            action="store_true",
            help="load it although DEBUG is off; its passwords are known to everybody",
        )

    def handle(self, *args: Any, even_in_production: bool = False, **options: Any) -> None:
        if not (settings.DEBUG or even_in_production):
            raise CommandError(
                "Demo data has passwords that everybody knows, so it isn't loaded while DEBUG is "
                "off. Nothing was changed."
            )
        if not demo.is_wanted():
            self.stdout.write("There are registrations already; nothing was changed.")
            return
        count = demo.load()
        self.stdout.write(f"Loaded {count} registrations of the demo.")
