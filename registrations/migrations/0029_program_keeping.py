"""What administrators write of a program in the browser, and since when it is open."""

import django.core.validators
from django.db import migrations, models

# Programs of the files were public from their first day on; the exact one isn't known.
OPENED = "UPDATE registrations_program SET opened_at = now() WHERE opened_at IS NULL"
TEXTS = ("counts", "how", "evidence")


# As Django would write them, in one statement: each of its own would keep the programs from all
# pages until the last one is done.
COLUMNS = {
    **{f"{name}_{code}": "text DEFAULT '' NOT NULL" for name in TEXTS for code in ("en", "fr")},
    "offers_mentors": "boolean DEFAULT true NOT NULL",
    "audit_percent": "smallint NULL CHECK (audit_percent >= 0)",
    "opens_on": "date NULL",
    "closes_on": "date NULL",
    "opened_at": "timestamp with time zone NULL",
    "retired_at": "timestamp with time zone NULL",
    "kept_in_browser": "boolean DEFAULT false NOT NULL",
}
ADD = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items())
DROP = ", ".join(f"DROP COLUMN {name}" for name in COLUMNS)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0028_answers_by_registration")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE registrations_program {ADD}",
            f"ALTER TABLE registrations_program {DROP}",
            state_operations=[
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
            ],
        ),
        migrations.RunSQL(OPENED, migrations.RunSQL.noop),
    ]
