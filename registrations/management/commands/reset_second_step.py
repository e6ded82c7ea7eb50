from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registrations import second_factor
from registrations.models import Person


class Command(BaseCommand):
    help = (
        "Takes away the second step of somebody who lost phone and codes: for the last"
        " administrator. For everybody else an administrator does it under People and roles."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody has an account with {email}.")
        if not second_factor.reset(person, by=None, reason="On the command line"):
            raise CommandError(f"{person.name} has no second step.")
        self.stdout.write(f"{person.name} signs in without a second step, and sets up a new one.")
