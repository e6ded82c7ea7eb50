"""What restoring says to PostgreSQL around the dump, in the one transaction."""

from psycopg import sql

from cec.backups.manifest import Manifest
from cec.backups.standing import JOB
from cec.backups.survey import expected

WAITED = (
    "It waited when the backup was made that this copy comes from, and may have been sent since."
)

# The schema itself stays, with who may use it, and so do extensions: their makers are others. The
# sequence of an identity goes with its table, and can't before.
_DROP = """
DO $drop$
DECLARE said text;
BEGIN
  FOR said IN
    SELECT format('DROP %s IF EXISTS public.%I CASCADE',
        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                       WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname)
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS public.%I(%s) CASCADE',
        p.proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                      AND d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE said;
  END LOOP;
END
$drop$;
"""

# A mail that waited is shown as failed: whoever sees it decides, and nothing goes twice by itself.
_HOLD = """
UPDATE public.cec_outgoingmail SET state = 'failed', trouble = '', last_error = {waited}
WHERE state IN ('queued', 'inflight');
UPDATE public.cec_job SET finished_at = {made}, succeeded_at = {made}, error = '', failures = 0,
    failing_since = NULL, answer = 'restored from it' WHERE name = {job};
DO $hold$
BEGIN
  IF to_regclass('public.cec_mailhold') IS NOT NULL THEN  -- an older version has none yet
    INSERT INTO public.cec_mailhold (id, held_at, backup_made_at) VALUES (1, now(), {made})
    ON CONFLICT (id) DO UPDATE SET held_at = now(), backup_made_at = {made};
  END IF;
END
$hold$;
"""


def before() -> str:
    """Return the beginning: everything that is there goes, in the same transaction."""
    return (
        "BEGIN;\nSET LOCAL statement_timeout = 0;\nSET LOCAL lock_timeout = '10s';\n"
        f"SET LOCAL client_min_messages = warning;\n{_DROP}"
    )


def after(manifest: Manifest) -> str:
    """Return the end: the figures are the manifest's, mail is held; then it is all there."""
    figures = "".join(expected(name, table) for name, table in manifest.tables.items())
    values = {
        "waited": sql.Literal(WAITED),
        "made": sql.Literal(manifest.when),
        "job": sql.Literal(JOB),
    }
    return f"{figures}{sql.SQL(_HOLD).format(**values).as_string(None)}COMMIT;\n"
