"""A certificate has editions: the next one replaces the one before, and only one is valid.

What the database keeps grows by the number of the edition, the one before it, and the end: a
certificate that was replaced or revoked stays so, and never on another day.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FROZEN = (
    "registration_id",
    "program_id",
    "year",
    "sequence",
    "serial",
    "public_id",
    "holder",
    "facts",
    "issued_on",
    "issued_by_id",
    "issued_at",
)


def kept(columns: tuple[str, ...], *, once_ended: bool) -> str:
    """Return the trigger that refuses a change of these columns, and of an end that was written."""
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    if once_ended:
        changed += (
            " OR (OLD.state <> 'valid' AND (OLD.state, OLD.revoked_on, OLD.replaced_on)"
            " IS DISTINCT FROM (NEW.state, NEW.revoked_on, NEW.replaced_on))"
        )
    return f"""
        DROP TRIGGER keep_facts ON certificates_certificate;
        CREATE TRIGGER keep_facts BEFORE UPDATE ON certificates_certificate
            FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION cec_keep_history();
    """


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0003_employer_letter'),
        ('registrations', '0016_organisations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='certificate',
            name='revoked_certificate_has_its_day',
        ),
        migrations.AddField(
            model_name='certificate',
            name='edition',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='certificate',
            name='replaced_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='certificate',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next_edition', to='certificates.certificate'),
        ),
        migrations.AlterField(
            model_name='certificate',
            name='registration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='registrations.registration'),
        ),
        migrations.AlterField(
            model_name='certificate',
            name='state',
            field=models.CharField(choices=[('valid', 'Valid'), ('replaced', 'Replaced'), ('revoked', 'Revoked')], default='valid', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replaced_on__isnull', True), ('revoked_on__isnull', True), ('state', 'valid')), models.Q(('replaced_on__isnull', False), ('revoked_on__isnull', True), ('state', 'replaced')), models.Q(('replaced_on__isnull', True), ('revoked_on__isnull', False), ('state', 'revoked')), _connector='OR'), name='certificate_that_ended_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(fields=('registration', 'edition'), name='certificate_edition_is_made_once'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'valid')), fields=('registration',), name='registration_has_one_valid_certificate'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('edition', 1), ('replaces__isnull', True)), models.Q(('edition__gt', 1), ('replaces__isnull', False)), _connector='OR'), name='later_edition_follows_another'),
        ),
        migrations.RunSQL(
            kept((*FROZEN, "edition", "replaces_id"), once_ended=True),
            kept(FROZEN, once_ended=False),
        ),
    ]
