"""A holder's name and paper may be taken out of a certificate at their request (K2)."""

from importlib import import_module

from django.db import migrations

erasable = import_module("registrations.migrations.0023_personal_data").erasable
editions = import_module("certificates.migrations.0004_editions")

FACTS = (*editions.FROZEN, "edition", "replaces_id")
DOCUMENT = "certificates_document"


def _facts(columns: str) -> str:
    kept = editions.kept(FACTS, once_ended=True)
    return kept.replace("cec_keep_history()", f"cec_keep_history({columns})")


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0009_wordings'),
        ('registrations', '0023_personal_data'),
    ]

    operations = [
        migrations.RunSQL(erasable(DOCUMENT, ("pdf", "badge")), erasable(DOCUMENT)),
        migrations.RunSQL(_facts("'holder', 'facts'"), _facts("")),
    ]
