from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cec', '0009_work'),
    ]

    operations = [
        migrations.AddField(
            model_name='outgoingmail',
            name='lost',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
