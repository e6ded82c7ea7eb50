"""Indexes for looking through the history, built while it is written to (J4)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registrations", "0026_kept_for_a_time")]

    operations = [
        AddIndexConcurrently(
            "event", models.Index(fields=["kind", "at"], name="event_by_kind")
        ),
        AddIndexConcurrently(
            "event", models.Index(fields=["actor", "at"], name="event_by_actor")
        ),
    ]
