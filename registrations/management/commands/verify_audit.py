from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registrations import seals
from registrations.models import Event, Seal


class Command(BaseCommand):
    """Find out whether anybody changed the history behind the application's back."""

    help = "Compares the history with its seals; ends in an error if they don't fit."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(seals.verify())
        for part in broken:
            self.stderr.write(
                f"Changed: the part of the history that ends with event {part.last} "
                f"({part.sealed} events were sealed, {part.found} are there)."
            )
        if broken:
            raise CommandError("The history is not what was sealed.")
        redacted = seals.redactions()
        if redacted.events:
            self.stdout.write(
                f"Redacted: {redacted.events} events, as people had their data erased; what else "
                f"they say is as it was sealed. {redacted.renewed} seals were renewed for that."
            )
        newest = Seal.objects.last()
        last = newest.last_event if newest else 0
        later = Event.objects.filter(pk__gt=last).count()
        self.stdout.write(
            f"The history is as it was sealed, up to event {last}; {later} are newer. "
            f"Newest seal: {newest.digest if newest else 'none'}"
        )
