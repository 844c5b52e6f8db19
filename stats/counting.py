"""Counting: one statement per kind gives every measure by place, unit, category, source, ….

The rows are brought together three times: first all that are alike in what measures ask and in
what tells them apart, in parallel where the database likes, so that a measure looks at groups and
not at items; then, with their measures, by place and all dimensions; and once more, now few, by
each dimension for itself. What is asked for a place is added up here from its towns, villages and
grids.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from stats.definitions import used_measures
from stats.kinds import KINDS
from stats.rules import TOWN, Kind, Span

Counts = dict[str, int]
PLACE = "place"
GONE = ("withdrawn", "diverted")


@dataclass
class Tally:
    """Measures of one kind by (town, dimension, key); `places` by the item's own place code."""

    kind: str
    places: dict[str, Counts] = field(default_factory=dict)
    parts: dict[tuple[str, str, str], Counts] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Take in what another part of the same kind counted."""
        for place, counts in other.places.items():
            self.places[place] = _added(iter([self.places.get(place, {}), counts]))
        for part, counts in other.parts.items():
            self.parts[part] = _added(iter([self.parts.get(part, {}), counts]))

    def total(self, scope: str) -> Counts:
        """Everything in a place."""
        return _added(counts for code, counts in self.places.items() if code.startswith(scope))

    def below(self, scope: str, digits: int) -> dict[str, Counts]:
        """By the places of so many digits inside a place; items of the place itself under ''."""
        found: dict[str, list[Counts]] = {}
        for code, counts in self.places.items():
            if code.startswith(scope):
                key = code[:digits] if len(code) >= digits else ""
                found.setdefault(key, []).append(counts)
        return {code: _added(iter(some)) for code, some in sorted(found.items())}

    def by(self, scope: str, dimension: str) -> dict[str, Counts]:
        """By unit, category, source, … inside a place (of a town's size or larger)."""
        found: dict[str, list[Counts]] = {}
        for (town, name, key), counts in self.parts.items():
            if name == dimension and town.startswith(scope[:TOWN]):
                found.setdefault(key, []).append(counts)
        return {key: _added(iter(some)) for key, some in sorted(found.items())}


def _added(some: Iterator[Counts]) -> Counts:
    total: Counts = {}
    for counts in some:
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number
    return total


def count(kind: Kind, span: Span, *, scope: str = "") -> Tally:
    """Count one kind by its rows, inside a place."""
    tally = Tally(kind.name)
    for part in kind.rows:
        tally.add(_count(kind, part, span, scope))
    return tally


def count_by_log(kind: Kind, span: Span, *, scope: str = "") -> Tally:
    """The measures of rates from the audit log alone. LookupError when it does not hold them."""
    if kind.log is None:
        raise LookupError(kind.name)
    used = {name: kind.measures[name] for name in used_measures(kind)}
    logged = replace(
        kind, measures=used, keys=tuple(kind.log_dimensions.values()), named="",
        dimensions=kind.log_dimensions,
    )  # fmt: skip
    return _count(logged, kind.log, span, scope)


def count_all(span: Span, *, scope: str = "") -> dict[str, Tally]:
    """Every kind."""
    return {name: count(kind, span, scope=scope) for name, kind in KINDS.items()}


def values_of(span: Span, scope: str) -> dict[str, Any]:
    """What the statements of the kinds are filled with."""
    return {"until": span.until, "since": span.start, "on": span.on, "place": f"{scope}%"}


def _count(kind: Kind, facts: str, span: Span, scope: str) -> Tally:
    tally = Tally(kind.name)
    names = list(kind.measures)
    for row in _rows(statement(kind, facts), values_of(span, scope)):
        dimension, place, key, numbers = row[0], row[1], row[2], row[3:]
        counts = {name: int(number) for name, number in zip(names, numbers, strict=True) if number}
        if dimension == PLACE:
            tally.places[place] = counts
        elif key and counts:
            tally.parts[place, dimension, key] = counts
    return tally


def statement(kind: Kind, facts: str) -> str:
    """The one statement: facts → alike → cells → every dimension for itself."""
    columns = [f"d{n}" for n in range(len(kind.dimensions))]
    outer = ", ".join(f"coalesce(sum(m{n}), 0)::bigint" for n in range(len(kind.measures)))
    town = f"left(region_code, {TOWN})"
    sets = ", ".join(["(region_code)", *(f"({town}, {column})" for column in columns)])
    name = "CASE " + "".join(
        f"WHEN grouping({column}) = 0 THEN '{label}' "
        for column, label in zip(columns, kind.dimensions, strict=True)
    ) if columns else ""  # fmt: skip
    which = f"{name}ELSE '{PLACE}' END" if columns else f"'{PLACE}'"
    key = f"coalesce({', '.join(columns)}, '')" if columns else "''"
    place = f"coalesce(region_code, {town})" if columns else "region_code"
    return (
        f"SELECT {which}, {place}, {key}, {outer} FROM ({_cells(kind, facts)}) AS cells "  # noqa: S608
        f"GROUP BY GROUPING SETS ({sets})"
    )


def _cells(kind: Kind, facts: str) -> str:
    """Measures by place and all dimensions."""
    names = [f"{sql} AS d{n}" for n, sql in enumerate(kind.dimensions.values())]
    sums = [
        f"sum({measure.value or 'items'}::int) FILTER (WHERE {measure.sql}) AS m{n}"
        for n, measure in enumerate(kind.measures.values())
    ]
    groups = ", ".join(str(n + 1) for n in range(len(names) + 1))
    return (
        f"SELECT alike.region_code, {', '.join([*names, *sums])} "  # noqa: S608  parts of our own
        f"FROM ({_alike(kind, facts)}) AS alike {kind.named} GROUP BY {groups}"
    )


def _alike(kind: Kind, facts: str) -> str:
    """How many items are alike in keys and in what the measures ask, and their values' sums."""
    words = " ".join(re.sub(r"'[^']*'", "", measure.sql) for measure in kind.measures.values())
    asked = set(re.findall(r"\w+", words))
    told = [f"{sql} AS {name}" for name, sql in kind.told.items() if name in asked]
    values = sorted({m.value for m in kind.measures.values() if m.value})
    sums = [f"sum({value}) AS {value}" for value in values]
    columns = ["region_code", *kind.keys, *told]
    groups = ", ".join(str(n + 1) for n in range(len(columns)))
    return (
        f"SELECT {', '.join([*columns, *sums, 'count(*) AS items'])} "  # noqa: S608
        f"FROM ({facts}) AS facts GROUP BY {groups}"
    )


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """One big statement: compiling it would cost more than it saves.

    So does sorting: the planner cannot know how many items are alike, fears a million groups and
    sorts a million rows by eight columns of text, at three times the cost of hashing them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL jit = off; SET LOCAL enable_sort = off; SET LOCAL work_mem = '64MB'"
        )
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def arrivals(kind: Kind, span: Span) -> dict[tuple[str, int], int]:
    """How many arrived by town and month of the span's year; withdrawn and diverted left out."""
    edges = [date(span.on.year, month, 1) for month in range(1, span.on.month + 1)]
    moments = [Span(day - timedelta(days=1)).until for day in edges]
    # The bounds are given as text of one array: the same statement for any number of months.
    sql = (
        f"SELECT left(region_code, {TOWN}), width_bucket({kind.arrived}, %(edges)s::timestamptz[])"  # noqa: S608
        f", count(*) FROM {_table(kind)} WHERE {kind.arrived} >= %(since)s"
        f" AND {kind.arrived} < %(until)s AND state NOT IN %(gone)s GROUP BY 1, 2"
    )
    values = {"edges": moments, "since": span.start, "until": span.until, "gone": GONE}
    return {(town, month): number for town, month, number in _rows(sql, values) if month}


def _table(kind: Kind) -> str:
    return str(apps.get_model(kind.model)._meta.db_table)
