from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registrations import programs


class Command(BaseCommand):
    help = "Loads the associations and the programs from their files; again and again, safely."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = programs.load_all()
        except programs.RulesInUse as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Loaded: " + ", ".join(loaded))
