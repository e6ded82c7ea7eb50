"""What a database holds, in figures: the rows of each table, and the sums of its numbers.

Points, hours and money are the columns of the type numeric. A restored database must have the same
figures before anything of it is kept.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

# Whose rows stay out of a backup, and why. Every other table is in it.
LEFT_OUT = {
    "django_session": "nobody is signed in to a restored copy",
    "cec_cache": "limits of the last minutes",
}

_COLUMNS = """
SELECT t.table_name, coalesce(
    array_agg(c.column_name::text ORDER BY c.column_name) FILTER (WHERE c.data_type = 'numeric'),
    '{}')
FROM information_schema.tables t
JOIN information_schema.columns c USING (table_schema, table_name)
WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
GROUP BY t.table_name ORDER BY t.table_name
"""


@dataclass(frozen=True)
class Figures:
    """One table's: how many rows, and the exact sum of each column, as PostgreSQL writes it."""

    rows: int
    sums: dict[str, str | None]


def survey() -> dict[str, Figures]:
    """Return the figures of every table that a backup holds, in the current transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns = {name: found for name, found in cursor.fetchall() if name not in LEFT_OUT}
        return {name: _of(cursor, name, found) for name, found in columns.items()}


def _of(cursor: Any, table: str, columns: list[str]) -> Figures:
    cursor.execute(question(table, columns))
    rows, *sums = cursor.fetchone()[0]
    return Figures(int(rows), dict(zip(columns, sums, strict=True)))


def question(table: str, columns: list[str]) -> str:
    """Return the query that answers with a table's figures as one array of texts."""
    sums = [sql.SQL("sum({})::text").format(sql.Identifier(name)) for name in columns]
    parts = sql.SQL(", ").join([sql.SQL("count(*)::text"), *sums])
    query = sql.SQL("SELECT ARRAY[{}] FROM {}").format(parts, sql.Identifier("public", table))
    return query.as_string(None)


def expected(table: str, figures: Figures) -> str:
    """Return SQL that stops the transaction unless the table has these figures."""
    answer = [str(figures.rows), *figures.sums.values()]
    wanted = sql.SQL("ARRAY[{}]::text[]").format(sql.SQL(", ").join(map(sql.Literal, answer)))
    body = sql.SQL(
        "BEGIN IF (%s) IS DISTINCT FROM {} THEN"
        " RAISE EXCEPTION 'error: % has other figures than in the backup', {}; END IF; END"
    )
    text = body.format(wanted, sql.Literal(table)).as_string(None)
    text = text.replace("(%s)", f"({question(table, list(figures.sums))})", 1)
    return sql.SQL("DO {};\n").format(sql.Literal(text)).as_string(None)
