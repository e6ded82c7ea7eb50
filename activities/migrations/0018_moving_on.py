"""Everybody moves to new rules in turns: a move may go on, in the name of whoever began it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0017_erasable_texts'),
    ]

    operations = [
        migrations.AddField(
            model_name='rehearsal',
            name='role',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='rehearsal',
            name='to_move',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='rehearsal',
            constraint=models.CheckConstraint(condition=models.Q(('to_move', False), ('moved_at__isnull', False), _connector='OR'), name='only_a_move_goes_on'),
        ),
        migrations.AddConstraint(
            model_name='rehearsal',
            constraint=models.UniqueConstraint(condition=models.Q(('to_move', True)), fields=('rules',), name='one_move_to_rules_goes_on'),
        ),
    ]
