"""An index of what somebody waited for and the answer; the history is written to meanwhile."""

from django.db import migrations, models

from cec.index_anew import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registrations", "0027_history_by_kind")]

    operations = [
        AddIndexAnew(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("send", "approve", "decline", "turn_in", "return", "accept"))
                ),
                fields=["registration", "id"],
                include=("kind", "at"),
                name="event_that_answers",
            ),
        ),
    ]
