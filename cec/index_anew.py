"""An index of a large table, made while everybody works, that can be begun again."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexAnew(AddIndexConcurrently):
    """Makes an index concurrently, without the half of it that a try before may have left.

    The server waits for whoever has begun before it, such as a backup, and locks nobody out
    meanwhile: here neither `lock_timeout` nor `statement_timeout` may end it.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """See Operation. What is half made counts for nothing, but keeps its name taken."""
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute("SET lock_timeout = 0")
        schema_editor.execute("SET statement_timeout = 0")
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute("RESET lock_timeout")
        schema_editor.execute("RESET statement_timeout")
