"""Asking the database for a figure: one statement, its rows by name."""

from typing import Any

from django.db import connection


def read(sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a statement; it comes rendered with `%%` for a percent sign."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or {})
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
