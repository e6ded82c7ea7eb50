"""Bank exports, and the deposits that payments come from.

What the bank wrote is kept as it was (J1), and what became of a deposit is never more than it.
"""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON registrations_bankexport
    FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON registrations_bankexport
    FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
CREATE TRIGGER keep_history BEFORE DELETE OR UPDATE OF
    export_id, number, received_on, description, reference, amount, fingerprint
    ON registrations_bankline FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON registrations_bankline
    FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
"""
FORGET = """
DROP TRIGGER keep_history ON registrations_bankexport;
DROP TRIGGER keep_history_whole ON registrations_bankexport;
DROP TRIGGER keep_history ON registrations_bankline;
DROP TRIGGER keep_history_whole ON registrations_bankline;
"""

HOLD = """
CREATE FUNCTION cec_hold_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    deposit numeric;
BEGIN
    SELECT amount INTO deposit FROM registrations_bankline WHERE id = NEW.bank_line_id FOR UPDATE;
    IF (SELECT sum(amount) FROM registrations_payment WHERE bank_line_id = NEW.bank_line_id)
        > deposit
    THEN
        RAISE EXCEPTION 'the payments of deposit % are more than it', NEW.bank_line_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deposit_holds_its_payments AFTER INSERT ON registrations_payment
    FOR EACH ROW WHEN (NEW.bank_line_id IS NOT NULL) EXECUTE FUNCTION cec_hold_deposit();
"""
LET_GO = """
DROP TRIGGER deposit_holds_its_payments ON registrations_payment;
DROP FUNCTION cec_hold_deposit();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('registrations', '0007_membership_by_rosters'),
    ]

    operations = [
        migrations.CreateModel(
            name='BankExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=150)),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('known', models.PositiveIntegerField(default=0)),
                ('left_out', models.PositiveIntegerField(default=0)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('received_on', models.DateField()),
                ('description', models.CharField(blank=True, max_length=300)),
                ('reference', models.CharField(blank=True, max_length=100)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=10)),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('set_aside_at', models.DateTimeField(null=True)),
                ('set_aside_because', models.CharField(blank=True, max_length=500, verbose_name='reason')),
            ],
            options={
                'ordering': ['received_on', 'number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='same_payment_is_recorded_once',
        ),
        migrations.AddField(
            model_name='bankexport',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankline',
            name='export',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='registrations.bankexport'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='set_aside_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payment',
            name='bank_line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='registrations.bankline'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['-received_on', '-id'], name='payment_by_day'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('bank_line__isnull', True), ('kind', 'payment'), models.Q(('reference', ''), _negated=True)), fields=('registration', 'method', 'reference', 'received_on'), name='same_payment_is_recorded_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('bank_line', 'registration'), name='deposit_pays_a_registration_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('bank_line__isnull', True), ('kind', 'payment'), _connector='OR'), name='only_a_payment_comes_from_a_bank'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['payment', 'waiver', 'refund']), ('method__in', ['cheque', 'transfer', 'card', 'cash', 'none'])), name='payment_kind_and_method_are_known'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', Decimal('0'))), name='deposit_is_more_than_nothing'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.UniqueConstraint(fields=('export', 'number'), name='bank_line_stands_once_in_its_file'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('set_aside_at__isnull', True), ('set_aside_because', ''), ('set_aside_by__isnull', True)), models.Q(('set_aside_at__isnull', False), ('set_aside_by__isnull', False), models.Q(('set_aside_because', ''), _negated=True)), _connector='OR'), name='whoever_set_a_deposit_aside_said_why'),
        ),
        migrations.RunSQL(KEEP, FORGET),
        migrations.RunSQL(HOLD, LET_GO),
    ]
