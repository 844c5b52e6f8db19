"""Plain inserts without the ORM's compiler, for the rows of a path thousands take at once.

`Model.save` builds its SQL anew each time: for a message and its log entry that cost more than
the database's own work. Here the text of the statement is made once per model; fields still
prepare their own values, so what arrives is the same. No signals are sent: nobody listens to
them for these models.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models

from core.postgres import Prepared

_Prepare = Callable[[Any], Any]
# Columns whose Python value the driver takes as it is.
_PLAIN = (
    models.CharField, models.TextField, models.IntegerField, models.BooleanField,
    models.DateField, models.ForeignKey,
)  # fmt: skip


def insert(*rows: models.Model) -> None:
    """Insert rows, of one model or of several, in one statement, and set their keys.

    One may refer to another that stands before it and has no key yet.
    """
    kinds = tuple(type(row) for row in rows)
    links = _links(rows)
    values = [
        prepare(row.__dict__[name]) if prepare else row.__dict__[name]
        for n, row in enumerate(rows)
        for name, prepare in _one(kinds[n]).fields
        if not links or (n, name) not in links
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(kinds, tuple(links.items())), values)
        found = cursor.fetchone()
    for row, pk in zip(rows, found, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
    for (n, name), before in links.items():
        setattr(rows[n], name, found[before])


def insert_many(rows: Sequence[models.Model], *, batch: int = 1000) -> None:
    """Insert rows of one model, so many in a statement, and set their keys."""
    if not rows:
        return
    one = _one(type(rows[0]))
    marks = f"({', '.join(['%s'] * len(one.fields))})"
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        values = [
            prepare(row.__dict__[name]) if prepare else row.__dict__[name]
            for row in some for name, prepare in one.fields
        ]  # fmt: skip
        sql = f"INSERT INTO {one.into} VALUES {', '.join([marks] * len(some))} RETURNING {one.key}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found = cursor.fetchall()
        for row, (pk,) in zip(some, found, strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias


def _links(rows: tuple[models.Model, ...]) -> dict[tuple[int, str], int]:
    """Which row's column waits for the key of which row before it."""
    found = {}
    for n, row in enumerate(rows):
        for name, attname in _one(type(row)).relations:
            other = row._state.fields_cache.get(name) if row.__dict__[attname] is None else None
            if other is not None:
                found[n, attname] = next(k for k in range(n) if rows[k] is other)
    return found


@cache
def _statement(
    kinds: tuple[type[models.Model], ...], links: tuple[tuple[tuple[int, str], int], ...] = ()
) -> Prepared:
    parts = [_one(kind) for kind in kinds]
    if len(parts) == 1:
        return Prepared(f"{parts[0].text({})} RETURNING {parts[0].key}")
    steps = []
    for n, part in enumerate(parts):
        waits = {name: f"(SELECT {parts[k].key} FROM r{k})" for (m, name), k in links if m == n}  # noqa: S608
        steps.append(f"r{n} AS ({part.text(waits)} RETURNING {part.key})")
    keys = (f"(SELECT {part.key} FROM r{n})" for n, part in enumerate(parts))  # noqa: S608
    return Prepared(f"WITH {', '.join(steps)} SELECT {', '.join(keys)}")


@dataclass(frozen=True)
class _Insert:
    """The table with its columns, the key's column, and how each value is prepared."""

    into: str
    key: str
    fields: list[tuple[str, _Prepare | None]]
    relations: list[tuple[str, str]]

    def text(self, waits: dict[str, str]) -> str:
        """The insert; `waits` are columns whose value comes from the statement itself."""
        marks = ", ".join(waits.get(name, "%s") for name, _ in self.fields)
        return f"INSERT INTO {self.into} VALUES ({marks})"  # noqa: S608


@cache
def _one(model: type[models.Model]) -> _Insert:
    quote = connection.ops.quote_name
    wanted = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(field.column) for field in wanted)
    return _Insert(
        into=f"{quote(model._meta.db_table)} ({columns})",
        key=quote(str(model._meta.pk.column)),
        fields=[(field.attname, _preparer(field)) for field in wanted],
        relations=[(field.name, field.attname) for field in wanted if field.is_relation],
    )


def _preparer(field: Any) -> _Prepare | None:
    if isinstance(field, _PLAIN) and not getattr(field, "auto_now", False):
        return None
    return lambda value: field.get_db_prep_save(value, connection)
