"""Notes between mentor and participant stay as they were written (see 0002_keep_history)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registrations", "0012_mentors")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON registrations_mentornote
                FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
            CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON registrations_mentornote
                FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
            """,
            """
            DROP TRIGGER keep_history ON registrations_mentornote;
            DROP TRIGGER keep_history_whole ON registrations_mentornote;
            """,
        )
    ]
