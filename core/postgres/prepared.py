"""Statements that PostgreSQL reads and plans once per connection, not once per request.

An insert of thirty columns with its log entry takes PostgreSQL longer to read and plan than to
do. Whoever writes `Prepared("INSERT …")` and passes it to a cursor as ever sends `EXECUTE` with
the values instead, after one `PREPARE` per connection. Everything else goes out as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from psycopg2.extensions import connection, cursor


class Prepared(str):
    """SQL with `%s` or `%(name)s` marks, always used with the same kind of values."""

    _shape: tuple[str, str, list[str]]

    def shape(self, values: Any) -> tuple[str, str, list[str]]:
        """The statement's name, its text with `$1 …`, and the names of the values in order."""
        try:
            return self._shape
        except AttributeError:
            self._shape = self._made(values)
            return self._shape

    def _made(self, values: Any) -> tuple[str, str, list[str]]:
        name = f"house_{hashlib.sha256(self.encode()).hexdigest()[:16]}"
        if isinstance(values, Mapping):
            names = list(values)
            return name, self % {key: f"${n}" for n, key in enumerate(names, 1)}, names
        return name, self % tuple(f"${n}" for n in range(1, len(values) + 1)), []


class PreparingConnection(connection):
    """Knows which statements it has prepared; they end with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: set[str] = set()


class PreparingCursor(cursor):
    """Sends a `Prepared` statement by its name."""

    meant: bytes | None = None

    def execute(self, query: Any, vars: Any = None) -> None:
        """As ever; `query` tells afterwards what was meant, not how it was sent."""
        self.meant = None
        if not isinstance(query, Prepared) or vars is None:
            super().execute(query, vars)
            return
        name, text, names = query.shape(vars)
        known: set[str] = self.connection.prepared
        if name not in known:
            super().execute(f"PREPARE {name} AS {text}")
            known.add(name)
        values = [vars[key] for key in names] if names else list(vars)
        marks = ", ".join(["%s"] * len(values))
        super().execute(f"EXECUTE {name} ({marks})" if values else f"EXECUTE {name}", values)
        self.meant = query.encode()

    @property
    def query(self) -> bytes | None:
        """For query logs and tests: the statement's own words before the values as sent."""
        sent: bytes | None = super().query
        return sent if self.meant is None or sent is None else self.meant + b" -- " + sent
