"""Inserting many rows at once, without `bulk_create`'s object and spelled-out values for each."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models

BATCH = 1000


def insert_rows(
    *, model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of plain values: ids, texts, numbers, booleans, times, and JSON as text."""
    quoted = connection.ops.quote_name
    known = {field.name: str(field.column) for field in model._meta.concrete_fields}  # noqa: SLF001
    columns = [known[name] for name in names]
    sql = (
        f"INSERT INTO {quoted(model._meta.db_table)} "  # noqa: S608, SLF001 - names of our own
        f"({', '.join(map(quoted, columns))}) VALUES ({', '.join(['%s'] * len(columns))})"
    )
    remaining: Iterator[Sequence[Any]] = iter(rows)
    with connection.cursor() as cursor:
        while batch := [[_adapted(one) for one in row] for row in islice(remaining, BATCH)]:
            cursor.executemany(sql, batch)


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
