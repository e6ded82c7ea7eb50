from typing import Any

import dj_database_url
from django.core.management.base import BaseCommand, CommandError

from cec import environment as env
from cec import rights


class Command(BaseCommand):
    """Let the application's role read and write, but not alter the history (reliability J1)."""

    help = (
        "Gives the role of DATABASE_URL its rights in the database, as the owner that "
        "DATABASE_OWNER_URL names. To be run after each `migrate`; again and again, safely."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not env.text("DATABASE_OWNER_URL") or not env.text("DATABASE_URL"):
            raise CommandError("Set DATABASE_URL and DATABASE_OWNER_URL; see docs/operations.md.")
        application = dj_database_url.parse(env.text("DATABASE_URL"))
        role = application["USER"]
        try:
            tables = rights.grant(role, application["PASSWORD"])
        except rights.TooMighty as error:
            raise CommandError(
                f"{role} must be a role of its own, no superuser and no member of the owner's."
            ) from error
        self.stdout.write(f"{role} reads and writes; in {len(tables)} tables it can't alter rows.")
