"""What a holder asks to have put right on their certificate, one request at a time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0006_batches'),
        ('registrations', '0016_organisations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CorrectionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150)),
                ('reason', models.TextField(max_length=1000)),
                ('state', models.CharField(choices=[('open', 'Waiting'), ('done', 'Corrected'), ('declined', 'Declined')], default='open', max_length=8)),
                ('answer', models.TextField(blank=True, max_length=1000)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='certificates.certificate')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='registrations.registration')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('registration',), name='one_correction_waits_per_registration'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'open')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['done', 'declined'])), _connector='OR'), name='decided_correction_has_its_day'), models.CheckConstraint(condition=models.Q(('answer', ''), ('state', 'declined'), _negated=True), name='declined_correction_has_an_answer')],
            },
        ),
    ]
