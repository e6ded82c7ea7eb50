"""What is added to and never changed, until its time is over (K3, J1); what people agreed to (K4).

A row may be deleted once it is older than its table is kept at the least; the settings may keep it
longer. History goes by `cec_forget_history` alone where the application's role may not delete.
"""

from django.db import migrations

KEEP_FOR = """
CREATE FUNCTION cec_keep_for() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        AND (to_jsonb(OLD) ->> TG_ARGV[1])::timestamptz < now() - TG_ARGV[0]::interval
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'history is kept: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

FORGET = """
CREATE FUNCTION cec_forget_history(upto bigint) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM registrations_event WHERE id <= upto RETURNING 1)
    SELECT count(*) FROM gone
$$
"""

# Since texts have versions, agreeing is a row; before, sending the form was. The digests are those
# of registrations/consent_texts/program-0.*.txt.
AGREED = """
INSERT INTO registrations_consent
    (person_id, kind, version, language, sha256, given_at, given_how, withdrawn_how)
SELECT DISTINCT ON (person_id)
    person_id, 'program', 0, language,
    CASE language
        WHEN 'fr' THEN 'f80eee0905292742707ad691fd98ee4d19c44e8d992e83e738d9fa6f9ebd2f55'
        ELSE '5873c6012727f1191c37b5a9b1f4fa169cd84a732cad57811dcd9b24ef52b072'
    END,
    submitted_at, 'earlier', ''
FROM registrations_registration
WHERE submitted_at IS NOT NULL
ORDER BY person_id, submitted_at;
-- Whether each person is there is asked now, not at the end, when locks wait for the answer.
SET CONSTRAINTS ALL IMMEDIATE
"""


def _kept(table: str, time: str, column: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER keep_for_a_time BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION cec_keep_for('{time}', '{column}');
        CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
        """,
        f"""
        DROP TRIGGER keep_for_a_time ON {table};
        DROP TRIGGER keep_history_whole ON {table};
        """,
    )


def _event_trigger(before: str, after: str) -> str:
    """Let the trigger of the history watch other deeds, whatever else it was told."""
    return f"""
        DO $$
        DECLARE trigger text;
        BEGIN
            SELECT pg_get_triggerdef(oid) INTO STRICT trigger FROM pg_trigger
                WHERE tgrelid = 'registrations_event'::regclass AND tgname = 'keep_history';
            DROP TRIGGER keep_history ON registrations_event;
            EXECUTE replace(trigger, '{before}', '{after}');
        END $$;
    """


class Migration(migrations.Migration):
    dependencies = [("registrations", "0025_privacy")]

    operations = [
        # First, as it reads the most and locks the least; the locks of the others are held to the end.
        migrations.RunSQL(AGREED, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_FOR, "DROP FUNCTION cec_keep_for()"),
        _kept("registrations_recordview", "180 days", "at"),
        _kept("registrations_incidentaccount", "5 years", "written_at"),
        migrations.RunSQL(
            _event_trigger("BEFORE DELETE OR UPDATE", "BEFORE UPDATE")
            + """
            CREATE TRIGGER keep_for_a_time BEFORE DELETE ON registrations_event
                FOR EACH ROW EXECUTE FUNCTION cec_keep_for('7 years', 'at');
            CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON registrations_historyremoved
                FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
            CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON registrations_historyremoved
                FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
            """,
            _event_trigger("BEFORE UPDATE", "BEFORE DELETE OR UPDATE")
            + """
            DROP TRIGGER keep_for_a_time ON registrations_event;
            DROP TRIGGER keep_history ON registrations_historyremoved;
            DROP TRIGGER keep_history_whole ON registrations_historyremoved;
            """,
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION cec_forget_history(bigint)"),
    ]
