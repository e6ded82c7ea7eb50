"""A person's copy of their data, and erasing it from what is otherwise never changed (K1, K2).

The database goes on refusing changes of what is kept for good. Erasing is the one exception, and
has to say so: only in a transaction that sets `cec.erasing` to "on", and only the columns that a
table's trigger names, may be written over. A limited role of the database needs UPDATE on these
columns and on no others (docs/privacy.md).
"""

import importlib

import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Which columns erasing may write over, by table.
ERASABLE = {
    "registrations_event": ("reason", "details", "address", "salt", "redacted"),
    "registrations_seal": ("by_parts",),
    "registrations_payment": ("reference", "reason"),
    "registrations_membershipcheck": ("note", "number_key", "email_key"),
    "registrations_mentornote": ("text",),
    "registrations_associationnote": ("text",),
}
BANK_LINE = ("export_id", "number", "received_on", "description", "reference", "amount", "fingerprint")

FUNCTION = """
CREATE OR REPLACE FUNCTION cec_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('cec.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('cec.erasing', true) = 'on' THEN
        IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'history is kept: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
FORMER = importlib.import_module("registrations.migrations.0002_keep_history").FUNCTION.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


def erasable(
    table: str, columns: tuple[str, ...] = (), *, trigger: str = "keep_history", on: str = ""
) -> str:
    """Return the trigger of a table anew, with the columns that erasing may write over."""
    named = ", ".join(f"'{column}'" for column in columns)
    return f"""
        DROP TRIGGER {trigger} ON {table};
        CREATE TRIGGER {trigger} BEFORE {on or 'UPDATE OR DELETE'} ON {table}
            FOR EACH ROW EXECUTE FUNCTION cec_keep_history({named});
    """


BANK_LINE_ON = "DELETE OR UPDATE OF " + ", ".join(BANK_LINE)


class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0021_addresses_that_fail'),
    ]

    operations = [
        migrations.CreateModel(
            name='DataCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('ready', 'Ready'), ('failed', 'Failed'), ('gone', 'Gone')], default='waiting', max_length=7)),
                ('key', models.CharField(editable=False, max_length=40, unique=True)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, default='', max_length=500)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('made_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('downloaded_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_copies', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'data copies',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('person',), name='one_copy_of_a_persons_data_waits'), models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', False), ('state', 'ready'), ('until__isnull', False)), models.Q(('state', 'ready'), _negated=True), _connector='OR'), name='copy_that_is_ready_has_its_end'), models.CheckConstraint(condition=models.Q(('key__regex', '^[0-9a-f]{40}$')), name='key_of_a_copy_is_no_path')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('certificates_too', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('due_at', models.DateTimeField()),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, default='', max_length=500)),
                ('done_at', models.DateTimeField(null=True)),
                ('looked_again_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to=settings.AUTH_USER_MODEL)),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at__isnull', True), ('taken_back_at__isnull', True)), fields=('person',), name='one_erasure_of_a_person_waits'), models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('taken_back_at__isnull', True), _connector='OR'), name='erasure_is_done_or_taken_back'), models.CheckConstraint(condition=models.Q(('taken_back_by__isnull', True), ('taken_back_at__isnull', False), _connector='OR'), name='only_an_erasure_taken_back_was_by_somebody')],
            },
        ),
        # The tables in use come last: a lock is held until the migration is over.
        migrations.AddField(
            model_name='event',
            name='redacted',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        # In two steps: a new column with a random default would write the whole history anew.
        migrations.AddField(
            model_name='event',
            name='salt',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='salt',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, null=True),
        ),
        migrations.AddField(
            model_name='seal',
            name='by_parts',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.RunSQL(FUNCTION, FORMER),
        *[
            migrations.RunSQL(erasable(table, columns), erasable(table))
            for table, columns in ERASABLE.items()
        ],
        migrations.RunSQL(
            erasable("registrations_bankline", ("description", "reference"), on=BANK_LINE_ON),
            erasable("registrations_bankline", on=BANK_LINE_ON),
        ),
    ]
