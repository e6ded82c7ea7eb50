import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0005_reading_rosters'),
    ]

    operations = [
        migrations.CreateModel(
            name='CycleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('extension', 'Extension'), ('leave', 'Leave')], max_length=10)),
                ('days', models.PositiveSmallIntegerField(null=True)),
                ('first_day', models.DateField(null=True)),
                ('last_day', models.DateField(null=True)),
                ('cause', models.CharField(choices=[('illness', 'Illness'), ('parental', 'Parental leave'), ('other', 'Another reason')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('form_key', models.UUIDField(editable=False, null=True)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('taken_back_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='cyclechange',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cyclechange',
            name='registration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cycle_changes', to='registrations.registration'),
        ),
        migrations.AddField(
            model_name='cyclechange',
            name='taken_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='cyclechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('days__isnull', False), ('first_day__isnull', True), ('kind', 'extension'), ('days__gt', 0), ('last_day__isnull', True)), models.Q(('days__isnull', True), ('first_day__isnull', False), ('kind', 'leave'), ('last_day__gte', models.F('first_day')), ('last_day__isnull', False)), _connector='OR'), name='extension_has_a_length_and_a_leave_two_days'),
        ),
        migrations.AddConstraint(
            model_name='cyclechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'other'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='another_reason_is_written_down'),
        ),
        migrations.AddConstraint(
            model_name='cyclechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at__isnull', True), ('taken_back_by__isnull', True)), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False)), _connector='OR'), name='whoever_took_a_cycle_change_back_is_known'),
        ),
        migrations.AddConstraint(
            model_name='cyclechange',
            constraint=models.UniqueConstraint(fields=('registration', 'form_key'), name='cycle_form_is_entered_once'),
        ),
    ]
