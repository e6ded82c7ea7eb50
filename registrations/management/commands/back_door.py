from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from registrations.models import Event, Person
from registrations.models.history import write_event


class Command(BaseCommand):
    help = "Lets somebody look at rows under ADMIN_PATH, or no longer, with --shut."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--shut", action="store_true", help="take the way in away")

    def handle(self, *args: Any, email: str, shut: bool = False, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody has an account with {email}.")
        with transaction.atomic():
            changed = Person.objects.filter(pk=person.pk, is_superuser=shut)
            if changed.update(is_superuser=not shut, is_staff=not shut):
                kind = Event.Kind.SUPERUSER_ENDED if shut else Event.Kind.SUPERUSER_NAMED
                write_event(kind, by=None, person=person)
        says = "has no way in" if shut else "may look, with a second step set up"
        self.stdout.write(f"{person.name} {says}.")
