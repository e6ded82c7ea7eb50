"""What erasing a person does with rows, by their declarations (`cec.personal`, reliability K2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast

from cec.personal import BLANK, TEXTS, Traces, declared

PATIENCE = "60s"  # for a statement; the task that erases has 90


@contextmanager
def erasing() -> Iterator[None]:
    """Let erasing write over what else is never changed; only within, and in a transaction.

    The triggers of these tables say which columns (registrations 0023). What fails inside takes the
    transaction back, and this with it. A statement that looks for a name in all that everybody
    wrote has longer than those of pages.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
    _allow("on")
    yield
    _allow("off")


def _allow(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cec.erasing', %s, true)", [value])


def erase_rows(traces: Traces) -> None:
    """Do with every row what its declaration says. Call it inside of `erasing()`."""
    for row in declared().values():
        if row.erase is not None:
            row.erase(traces)
        if row.whose and row.deleted:
            row.rows(traces.person).delete()
        elif row.whose and (row.blanked or row.replaced):
            blank(row.rows(traces.person), *row.blanked, **row.replaced)
    if pattern := traces.pattern():
        for row in declared().values():
            for name in row.masked:
                mask(row.model, name, pattern)


def blank(rows: QuerySet[Any], *names: str, **replaced: Any) -> int:
    """Put a dash in the place of texts, and nothing in that of other things."""
    meta = rows.model._meta
    values = {name: _nothing(meta.get_field(name)) for name in names}
    return rows.order_by().update(**values | replaced)


def _nothing(column: Any) -> Any:
    if isinstance(column, models.JSONField):
        return [] if column.default is list else {}
    if isinstance(column, models.BinaryField):
        return None if column.null else b""
    if isinstance(column, TEXTS):
        dash = models.When(~Q(**{column.name: ""}), then=Value(BLANK))
        return models.Case(dash, default=F(column.name), output_field=models.TextField())
    return None


def mask(model: type[Model], name: str, pattern: str) -> int:
    """Cover what the pattern finds in a text column of every row of a model."""
    rows = model._base_manager.filter(**{f"{name}__iregex": pattern})
    return rows.update(**{name: masked(name, pattern)})


def masked(name: str, pattern: str) -> models.Func:
    """Return a text column with a dash for what the pattern finds."""
    return models.Func(
        Cast(name, models.TextField()),
        Value(pattern),
        Value(BLANK),
        Value("gi"),
        function="regexp_replace",
        output_field=models.TextField(),
    )
