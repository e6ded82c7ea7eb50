"""What a holder shows to strangers, and a file's way to its certificate by its hash."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0007_corrections'),
        ('registrations', '0016_organisations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sharing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.BooleanField(default=False, verbose_name='My exact points')),
                ('transcript', models.BooleanField(default=False, verbose_name='The activities that counted')),
                ('newest_edition', models.BooleanField(default=True, verbose_name='From an earlier edition, lead to the newest one')),
                ('badge', models.BooleanField(default=False, verbose_name='A badge for other sites')),
                ('registration', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sharing', to='registrations.registration')),
            ],
            options={
                'verbose_name_plural': 'sharing',
            },
        ),
        migrations.AddField(
            model_name='document',
            name='badge',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['sha256'], name='document_by_hash'),
        ),
    ]
