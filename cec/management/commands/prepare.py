"""`manage.py prepare`: bring the database of a development machine up to date, with demo data."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Migrate, load the programs, and fill a database in which there is nobody yet."""

    help = "Migrate, load the programs and, into an empty database, the demo data."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Bringing the database up to date.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_programs")
        if settings.DEBUG and not get_user_model().objects.exists():
            self.stdout.write("Loading the demo data; this happens once.")
            call_command("load_demo")
