from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cec.problems import Refused
from registrations import erasing
from registrations.models import Person


class Command(BaseCommand):
    """Erase people once more whose data came back with a backup that was restored."""

    help = "Erases accounts by their numbers, as the log named them when they were erased."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", type=int, nargs="+")
        parser.add_argument("--certificates-too", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in options["account"]:
            person = Person.objects.filter(pk=number).first()
            if person is None:
                raise CommandError(f"There is no account {number}.")
            too = options["certificates_too"]
            try:
                erasing.erase(person, by=None, reason="After a restore", certificates_too=too)
            except Refused as refused:
                raise CommandError(f"Account {number}: {refused}") from refused
            self.stdout.write(f"Account {number} is erased.")
