"""What administrators write of a program in the browser, and since when it is open."""

import django.core.validators
from django.db import migrations, models

# Programs of the files were public from their first day on; the exact one isn't known.
OPENED = "UPDATE registrations_program SET opened_at = now() WHERE opened_at IS NULL"
TEXTS = ("counts", "how", "evidence")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0028_answers_by_registration")]

    operations = [
        *(
            migrations.AddField("program", f"{name}_{code}", models.TextField(blank=True, db_default=""))
            for name in TEXTS
            for code in ("en", "fr")
        ),
        migrations.AddField(
            "program", "offers_mentors", models.BooleanField(default=True, db_default=True)
        ),
        migrations.AddField(
            "program", "audit_percent", models.PositiveSmallIntegerField(null=True, blank=True)
        ),
        migrations.AddField("program", "opens_on", models.DateField(null=True, blank=True)),
        migrations.AddField("program", "closes_on", models.DateField(null=True, blank=True)),
        migrations.AddField("program", "opened_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("program", "retired_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField(
            "program", "kept_in_browser", models.BooleanField(default=False, db_default=False)
        ),
        migrations.RunSQL(OPENED, migrations.RunSQL.noop),
    ]
