"""Notes on associations, kept as they are written; taking a membership check back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0009_search_and_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssociationNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=4000, verbose_name='note')),
                ('form_key', models.UUIDField(editable=False, null=True, unique=True)),
                ('written_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at'], name='event_by_time'),
        ),
        migrations.AddField(
            model_name='associationnote',
            name='association',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='registrations.association'),
        ),
        migrations.AddField(
            model_name='associationnote',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='associationnote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='association_note_says_something'),
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON registrations_associationnote
                FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
            CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON registrations_associationnote
                FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
            """,
            """
            DROP TRIGGER keep_history ON registrations_associationnote;
            DROP TRIGGER keep_history_whole ON registrations_associationnote;
            """,
        ),
    ]
