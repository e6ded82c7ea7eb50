from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cec", "0006_jobs")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="sender",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
