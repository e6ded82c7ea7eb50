"""What the application's role may do in the database, so that it can't alter the history (J1).

Two roles: the owner has made the tables and migrates them; the application's reads and writes rows.
Which rows are kept for good is said in one place, by the triggers that the migrations make with the
function `cec_keep_history`: what a trigger refuses for every row, the role has no right to either.
So a trigger that somebody switches off, or a hole in the code, doesn't open the history.
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

# A trigger with a condition, or for some columns, refuses some changes and is no matter of rights.
# What `cec_keep_history` is told are columns that erasing a person may write over (K2); what
# `cec_keep_for` watches may be deleted after its time. Bits of tgtype: row 1, delete 8, update 16.
_KEPT = """
SELECT c.relname,
    coalesce(bool_or(t.tgtype & 16 > 0), false),
    coalesce(bool_or(t.tgtype & 8 > 0 AND p.proname = 'cec_keep_history'), false)
        OR c.relname = 'registrations_event',  -- deleted by cec_forget_history alone
    coalesce(string_agg(encode(t.tgargs, 'escape'), '') FILTER (
        WHERE p.proname = 'cec_keep_history' AND t.tgtype & 16 > 0), '')
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname IN ('cec_keep_history', 'cec_keep_for')
    AND c.relnamespace = 'public'::regnamespace
    AND t.tgtype & 1 > 0 AND t.tgqual IS NULL AND t.tgattr::text = ''
GROUP BY c.relname ORDER BY c.relname
"""
_GRANTS = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA public TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
"""
# Whoever is all this, or may become it, could switch the triggers off.
_MIGHTY = """
SELECT r.rolsuper OR r.rolcreaterole OR pg_has_role(r.oid, current_user, 'MEMBER')
FROM pg_roles r WHERE r.rolname = %s
"""
_MAKES_ROLES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"


class TooMighty(ValueError):
    """The role could alter the history whatever rights it is given."""


@dataclass(frozen=True)
class Kept:
    """A table whose rows can't be changed, or not deleted, or neither."""

    table: str
    no_update: bool
    no_delete: bool
    erasable: tuple[str, ...] = ()

    @property
    def refused(self) -> str:
        """The rights that nobody but the owner has."""
        return ", ".join(["UPDATE"] * self.no_update + ["DELETE"] * self.no_delete)


def kept() -> list[Kept]:
    """Return the tables whose rows are kept, as the database's triggers say."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT)
        return [
            Kept(table, no_update, no_delete, tuple(filter(None, columns.split("\\000"))))
            for table, no_update, no_delete, columns in cursor.fetchall()
        ]


@transaction.atomic
def grant(role: str, password: str = "") -> list[Kept]:
    """Give the application's role its rights, anew and in full; returns what it may not alter.

    To be called as the owner, after each migration; until it is done the rights of before hold. An
    owner that may make roles makes the role, with its password. Raises TooMighty.
    """
    tables = kept()
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        _make(cursor, role, password)
        cursor.execute(_MIGHTY, [role])
        found = cursor.fetchone()
        if found is None or found[0]:
            raise TooMighty(role)
        cursor.execute(sql.SQL(_GRANTS).format(role=name))
        for row in tables:
            table = sql.Identifier(row.table)
            revoke = sql.SQL(f"REVOKE {row.refused} ON {{table}} FROM {{role}}")
            cursor.execute(revoke.format(table=table, role=name))
            if row.no_update and row.erasable:
                columns = sql.SQL(", ").join(map(sql.Identifier, row.erasable))
                allow = sql.SQL("GRANT UPDATE ({columns}) ON {table} TO {role}")
                cursor.execute(allow.format(columns=columns, table=table, role=name))
    return tables


def _make(cursor: CursorWrapper, role: str, password: str) -> None:
    """Make the role or give it its password; leave it as it is if that isn't ours to do."""
    cursor.execute(_MAKES_ROLES)
    if not password or not cursor.fetchone()[0]:
        return
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.rowcount else "CREATE"
    server = cursor.connection.pgconn
    # Only its hash is sent: a statement may end up in the server's log.
    hashed = server.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL(f"{verb} ROLE {{role}} LOGIN PASSWORD {{hashed}}")
    cursor.execute(statement.format(role=sql.Identifier(role), hashed=sql.Literal(hashed)))
