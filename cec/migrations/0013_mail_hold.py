from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cec', '0011_scanned_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailHold',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('held_at', models.DateTimeField(auto_now_add=True)),
                ('backup_made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='mail_is_held_once')],
            },
        ),
    ]
