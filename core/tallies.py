"""Many numbers in one statement: a page of counts asks the database once, not twenty times."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def count_together(asked: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each query has, all in one statement.

    Each is a subquery of its own, so it keeps the index it would use alone; a slice counts up to
    its end. What can have no rows (nobody's scope) is 0 without being asked.
    """
    found = dict.fromkeys(asked, 0)
    names: list[str] = []
    parts: list[str] = []
    values: list[Any] = []
    for name, rows in asked.items():
        bare = rows if rows.query.is_sliced else rows.order_by()
        try:
            sql, params = bare.values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        names.append(name)
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608  Django's own SQL
        values += params
    if not names:
        return found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return found | dict(zip(names, cursor.fetchone(), strict=True))
