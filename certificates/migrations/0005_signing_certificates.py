"""Which certificates signed, kept for ever like the documents that they signed.

The function of the triggers is that of registrations' 0002.
"""

import django.db.models.deletion
from django.db import migrations, models


KEEP = """
    CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON certificates_signingcertificate
        FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON certificates_signingcertificate
        FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
"""

LET_GO = """
    DROP TRIGGER keep_history ON certificates_signingcertificate;
    DROP TRIGGER keep_history_whole ON certificates_signingcertificate;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0004_editions'),
        ('registrations', '0002_keep_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='SigningCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('der', models.BinaryField()),
                ('subject', models.CharField(max_length=300)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('first_used_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='signed_with',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='certificates.signingcertificate'),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
