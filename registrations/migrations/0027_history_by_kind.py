"""Indexes for looking through the history, built while it is written to (J4)."""

from django.db import migrations, models

from cec.index_anew import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registrations", "0026_kept_for_a_time")]

    operations = [
        AddIndexAnew(
            "event", models.Index(fields=["kind", "at"], name="event_by_kind")
        ),
        AddIndexAnew(
            "event", models.Index(fields=["actor", "at"], name="event_by_actor")
        ),
    ]
