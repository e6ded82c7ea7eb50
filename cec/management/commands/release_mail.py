from typing import Any

from django.core.management.base import BaseCommand

from cec.holding import MailHold


class Command(BaseCommand):
    """Let mail go out again, which a restored copy holds back."""

    help = "Lets mail go out of a restored copy. Never do that in a drill."

    def handle(self, *args: Any, **options: Any) -> None:
        if MailHold.end():
            self.stdout.write("Mail goes out again.")
        else:
            self.stdout.write("Mail wasn’t held back.")
