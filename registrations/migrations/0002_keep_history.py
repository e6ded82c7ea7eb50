"""History is append-only in the database too (reliability J1).

Tests empty their tables by TRUNCATE: their database alone sets `cec.allow_truncate` to "on".
"""

from django.db import migrations

TABLES = ("registrations_event", "registrations_payment", "registrations_membershipcheck")

FUNCTION = """
CREATE FUNCTION cec_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('cec.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'history is kept: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def _triggers(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
        CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
        """,
        f"""
        DROP TRIGGER keep_history ON {table};
        DROP TRIGGER keep_history_whole ON {table};
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("registrations", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION cec_keep_history()"),
        *[_triggers(table) for table in TABLES],
    ]
