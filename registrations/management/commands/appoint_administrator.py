from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from registrations.models import Appointment, Person
from registrations.models.history import write_event


class Command(BaseCommand):
    help = "Makes the person with this e-mail an administrator: the first one, on a new site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody has an account with {email}: open one on the site first.")
        today = timezone.localdate()
        role = Appointment.Role.ADMINISTRATOR
        if person.appointments.current(today).filter(role=role).exists():
            self.stdout.write(f"{person.name} is an administrator already.")
            return
        with transaction.atomic():
            Appointment.objects.create(person=person, role=role, first_day=today)
            write_event("role_given", by=None, person=person, details={"role": str(role)})
        self.stdout.write(f"{person.name} is an administrator from now on.")
