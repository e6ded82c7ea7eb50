"""Erasing a person may empty what entries said before, and why something was decided (K2)."""

from importlib import import_module

from django.db import migrations

erasable = import_module("registrations.migrations.0023_personal_data").erasable
figures = import_module("activities.migrations.0012_year_results").CHANGED

TEXTS = {
    "activities_entrychange": ("fields", "file_name"),
    "activities_auditdecision": ("reason",),
}
YEAR = "activities_yearresult"


def _year(columns: str) -> str:
    return f"""
        DROP TRIGGER keep_figures ON {YEAR};
        CREATE TRIGGER keep_figures BEFORE UPDATE ON {YEAR}
            FOR EACH ROW WHEN (OLD.reopened_at IS NOT NULL OR {figures})
            EXECUTE FUNCTION cec_keep_history({columns});
    """


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0013_due_days'),
        ('registrations', '0023_personal_data'),
    ]

    operations = [
        *[
            migrations.RunSQL(erasable(table, columns), erasable(table))
            for table, columns in TEXTS.items()
        ],
        # The generated `reached` isn't there yet when a trigger looks; nobody can write it.
        migrations.RunSQL(_year("'reason', 'reached'"), _year("")),
    ]
