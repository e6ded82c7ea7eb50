"""What was done to an entry stays as it was written (see registrations 0002_keep_history)."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0004_evidence'),
        ('registrations', '0015_rules_of_every_shape'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EntryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('edited', 'Edited'), ('imported', 'Edited by an Excel import'), ('deleted', 'Deleted'), ('restored', 'Brought back'), ('file_added', 'File added'), ('file_removed', 'File removed')], max_length=12)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('fields', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('file_name', models.CharField(blank=True, max_length=150)),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='activities.activity')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registrations.registration')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['edited', 'imported']), ('fields', {}), _connector='OR'), name='only_an_edit_changes_fields'), models.CheckConstraint(condition=models.Q(('kind__in', ['file_added', 'file_removed']), ('file_name', ''), _connector='OR'), name='only_a_change_of_files_names_one')],
            },
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON activities_entrychange
                FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
            CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON activities_entrychange
                FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
            """,
            """
            DROP TRIGGER keep_history ON activities_entrychange;
            DROP TRIGGER keep_history_whole ON activities_entrychange;
            """,
        ),
    ]
