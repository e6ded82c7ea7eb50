"""What was issued stays as it was: the document whole, and a certificate's facts (reliability F4).

A certificate's state and the tries at its PDF may change, and nothing else. The function and the
switch for emptying test databases are those of registrations' 0002.
"""

from django.db import migrations

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
CHANGED = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in FROZEN)

KEEP = f"""
    CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON certificates_document
        FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_history_whole BEFORE TRUNCATE ON certificates_document
        FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_facts BEFORE UPDATE ON certificates_certificate
        FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_certificate BEFORE DELETE ON certificates_certificate
        FOR EACH ROW EXECUTE FUNCTION cec_keep_history();
    CREATE TRIGGER keep_certificate_whole BEFORE TRUNCATE ON certificates_certificate
        FOR EACH STATEMENT EXECUTE FUNCTION cec_keep_history();
"""

LET_GO = """
    DROP TRIGGER keep_history ON certificates_document;
    DROP TRIGGER keep_history_whole ON certificates_document;
    DROP TRIGGER keep_facts ON certificates_certificate;
    DROP TRIGGER keep_certificate ON certificates_certificate;
    DROP TRIGGER keep_certificate_whole ON certificates_certificate;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0001_initial"),
        ("registrations", "0002_keep_history"),
    ]

    operations = [migrations.RunSQL(KEEP, LET_GO)]
