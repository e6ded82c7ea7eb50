from django.db import migrations, models

# Until now an activity was deleted with the one record that held it.
WHEN_IT_WAS_DELETED = """
    UPDATE activities_credit c SET deleted_at = COALESCE(a.deleted_at, now())
    FROM activities_activity a
    WHERE a.id = c.activity_id AND c.state = 'deleted'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0010_rehearsals"),
        ("registrations", "0015_rules_of_every_shape"),
    ]

    operations = [
        migrations.AddField(
            model_name="credit",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(WHEN_IT_WAS_DELETED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(state="deleted", deleted_at__isnull=False)
                | ~models.Q(state="deleted") & models.Q(deleted_at__isnull=True),
                name="deleted_credit_has_its_time",
            ),
        ),
    ]
