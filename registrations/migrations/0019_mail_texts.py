"""Texts of mails, in versions that never change: by the function of 0002_keep_history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEP = """
    CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON registrations_mailtext
        FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON registrations_mailtext
        FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
"""

LET_GO = """
    DROP TRIGGER keep_history ON registrations_mailtext;
    DROP TRIGGER keep_history_whole ON registrations_mailtext;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0017_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français')], max_length=2)),
                ('version', models.PositiveIntegerField()),
                ('is_standard', models.BooleanField(default=False)),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='Subject')),
                ('heading', models.CharField(blank=True, max_length=200, verbose_name='Heading')),
                ('body', models.TextField(blank=True, max_length=8000, verbose_name='Text')),
                ('closing', models.TextField(blank=True, max_length=2000, verbose_name='Below the button')),
                ('reason', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mail_texts', to='registrations.program')),
            ],
            options={
                'ordering': ['-version'],
                'constraints': [
                    models.UniqueConstraint(fields=('program', 'kind', 'language', 'version'), name='mail_text_version_is_made_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('body', ''), ('closing', ''), ('heading', ''), ('is_standard', True), ('subject', '')), models.Q(('body__regex', '\\S'), ('is_standard', False), ('subject__regex', '\\S')), _connector='OR'), name='mail_text_is_standard_or_written_out'),
                    models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='mail_text_language_is_known'),
                    models.CheckConstraint(condition=models.Q(('version__gt', 0)), name='mail_text_counts_from_one'),
                    models.CheckConstraint(condition=models.Q(('reason__regex', '\\S')), name='mail_text_is_made_with_a_reason'),
                ],
            },
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
