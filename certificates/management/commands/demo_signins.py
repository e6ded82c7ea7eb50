"""`manage.py demo_signins`: who can sign in to the demo, and what there is to see."""

from typing import Any

from django.core.management.base import BaseCommand

from certificates.demo.signins import PASSWORD, SIGNINS
from registrations.models import Person


class Command(BaseCommand):
    help = "Prints the demo's sign-ins, one for each role."

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(
            Person.objects.filter(email__in=[row.email for row in SIGNINS]).values_list(
                "email", flat=True
            )
        )
        rows = [row for row in SIGNINS if row.email in known]
        if not rows:
            self.stdout.write("No demo data here; open an account to begin.")
            return
        lines = [("Role", "E-mail", "Password", "What to see")]
        lines += [(row.role, row.email, PASSWORD, row.see) for row in rows]
        widths = [max(len(line[column]) for line in lines) for column in range(3)]
        for line in lines:
            cells = [text.ljust(width) for text, width in zip(line, widths, strict=False)]
            self.stdout.write("  ".join([*cells, line[3]]).rstrip())
