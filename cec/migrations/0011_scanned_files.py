from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cec', '0010_lost_senders'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedfile',
            name='scan',
            field=models.CharField(choices=[('waiting', 'waiting'), ('clean', 'clean'), ('infected', 'infected')], db_default='waiting', default='waiting', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(('scan__in', ['waiting', 'clean', 'infected'])), name='stored_scan_is_known'),
        ),
    ]
