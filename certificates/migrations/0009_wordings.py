"""Texts of certificates in versions, and drawn signatures.

A published version never changes, nor does a picture: the function and the switch for emptying test
databases are those of registrations' 0002.
"""

import django.db.models.deletion
from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models


KEEP = """
    CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON certificates_signaturepicture
        FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON certificates_signaturepicture
        FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON certificates_certificatewording
        FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON certificates_certificatewording
        FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
"""

LET_GO = """
    DROP TRIGGER keep_history ON certificates_signaturepicture;
    DROP TRIGGER keep_history_whole ON certificates_signaturepicture;
    DROP TRIGGER keep_published ON certificates_certificatewording;
    DROP TRIGGER keep_history_whole ON certificates_certificatewording;
"""

NO_WAY_BACK = (
    "Certificates were signed, corrected or drawn with signatures since. Going back would delete what "
    "they are checked with, so nothing was changed. Restore the backup from before the upgrade instead."
)


def refuse_to_lose(apps, schema_editor):
    """Stop the way back to 0003 at its first step, while all is there, if it would lose anything."""
    names = ("SigningCertificate", "SignaturePicture")
    kept = [apps.get_model("certificates", name).objects for name in names]
    kept.append(apps.get_model("certificates", "Certificate").objects.filter(edition__gt=1))
    if any(rows.exists() for rows in kept):
        raise CommandError(NO_WAY_BACK)


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0008_public_check'),
        ('registrations', '0016_organisations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SignaturePicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('png', models.BinaryField()),
                ('kept_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='signatory',
            name='edits',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='CertificateWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('title_en', models.CharField(max_length=150, verbose_name='Title in English')),
                ('title_fr', models.CharField(max_length=150, verbose_name='Title in French')),
                ('issuer_en', models.CharField(max_length=150, verbose_name='Issuer in English')),
                ('issuer_fr', models.CharField(max_length=150, verbose_name='Issuer in French')),
                ('issuer_sentence_en', models.CharField(blank=True, max_length=300, verbose_name='Sentence below the issuer in English')),
                ('issuer_sentence_fr', models.CharField(blank=True, max_length=300, verbose_name='Sentence below the issuer in French')),
                ('subject_en', models.CharField(max_length=200, verbose_name='What the points are for, in English')),
                ('subject_fr', models.CharField(max_length=200, verbose_name='What the points are for, in French')),
                ('not_a_diploma_en', models.CharField(max_length=400, verbose_name='What it doesn’t replace, in English')),
                ('not_a_diploma_fr', models.CharField(max_length=400, verbose_name='What it doesn’t replace, in French')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('edits', models.PositiveIntegerField(default=0)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='registrations.program')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-version'],
            },
        ),
        migrations.AddField(
            model_name='signatory',
            name='picture',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.signaturepicture'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.UniqueConstraint(fields=('program', 'association', 'name', 'first_day'), name='signatory_begins_once_on_a_day', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='certificatewording',
            constraint=models.UniqueConstraint(fields=('program', 'version'), name='wording_version_is_made_once'),
        ),
        migrations.AddConstraint(
            model_name='certificatewording',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at__isnull', True)), fields=('program',), name='program_has_one_wording_draft'),
        ),
        migrations.AddConstraint(
            model_name='certificatewording',
            constraint=models.CheckConstraint(condition=models.Q(('not_a_diploma_en__regex', '\\S'), ('not_a_diploma_fr__regex', '\\S')), name='wording_says_what_it_does_not_replace'),
        ),
        migrations.AddConstraint(
            model_name='certificatewording',
            constraint=models.CheckConstraint(condition=models.Q(('published_by__isnull', True), models.Q(('published_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='wording_is_published_with_a_reason'),
        ),
        migrations.RunSQL(KEEP, LET_GO),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose),
    ]
