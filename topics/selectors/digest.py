"""年度汇总: topics, opinions, plans and results of a year, counted apart, by source and by place.

Nothing is kept: the figures are counted from the rows whenever somebody asks, so they can be
counted again at any time. Only topics everybody may read are in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection

from congress.memory import Memory
from congress.selectors import region_names
from core.yearly import new_year
from topics import states

FIRST_YEAR = 2020
HEADER = ("", "议题", "意见", "参与人次", "议事会", "方案", "措施", "公开结果")
TOWN = 9
_KEPT_SECONDS = 60

# One row a topic and kind of figure: each is counted by its own day, in its own year.
_COUNTS = """
WITH asked AS (
  SELECT id, source, region_code, approved_at, planned_at, published_at
  FROM topics_topic WHERE state = ANY(%(public)s) AND region_code LIKE %(place)s
), said AS (
  SELECT o.topic_id, count(*) AS opinions, count(DISTINCT c.person_key) AS people
  FROM topics_opinion o JOIN topics_contribution c ON c.id = o.contribution_id
  WHERE o.created_at >= %(since)s AND o.created_at < %(until)s GROUP BY 1
), met AS (
  SELECT topic_id, count(*) AS meetings FROM topics_meeting
  WHERE held_at IS NOT NULL AND starts_at >= %(since)s AND starts_at < %(until)s GROUP BY 1
), parts AS (SELECT topic_id, count(*) AS parts FROM topics_planpart GROUP BY 1)
SELECT a.source, left(a.region_code, %(digits)s),
  count(*) FILTER (WHERE a.approved_at >= %(since)s AND a.approved_at < %(until)s),
  coalesce(sum(said.opinions), 0), coalesce(sum(said.people), 0), coalesce(sum(met.meetings), 0),
  count(*) FILTER (WHERE a.planned_at >= %(since)s AND a.planned_at < %(until)s),
  coalesce(sum(parts.parts) FILTER (
    WHERE a.planned_at >= %(since)s AND a.planned_at < %(until)s), 0),
  count(*) FILTER (WHERE a.published_at >= %(since)s AND a.published_at < %(until)s)
FROM asked a LEFT JOIN said ON said.topic_id = a.id LEFT JOIN met ON met.topic_id = a.id
  LEFT JOIN parts ON parts.topic_id = a.id
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Figures:
    """What is counted apart. A person who spoke to two topics is two in `people`."""

    topics: int = 0
    opinions: int = 0
    people: int = 0
    meetings: int = 0
    plans: int = 0
    parts: int = 0
    results: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(a + b for a, b in zip(self.row, other.row, strict=True)))

    @property
    def row(self) -> tuple[int, ...]:
        return tuple(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True)
class Digest:
    """A year's figures: together, by source and by place (town, or the wider scope)."""

    year: int
    total: Figures
    by_source: list[tuple[str, Figures]]
    by_place: list[tuple[str, Figures]]

    def table(self) -> list[tuple[Any, ...]]:
        """Rows under HEADER: together, by source, by place."""
        named = [("合计", self.total), *self.by_source, *self.by_place]
        return [(name, *found.row) for name, found in named]


_kept: Memory[dict[tuple[int, str], Digest]] = Memory(dict, seconds=_KEPT_SECONDS)


def digest_of(year: int, *, place: str = "") -> Digest:
    """The year's figures, of one place when named; remembered for a minute per process."""
    known = _kept.get()
    if (year, place) not in known:
        known[year, place] = count_digest(year, place=place)
    return known[year, place]


def count_digest(year: int, *, place: str = "") -> Digest:
    """Count anew. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS,
            {
                "public": list(states.PUBLIC), "place": f"{place}%", "digits": TOWN,
                "since": new_year(year), "until": new_year(year + 1),
            },
        )  # fmt: skip
        rows = [
            (source, where, Figures(*map(int, counts)))
            for source, where, *counts in cursor.fetchall()
        ]
    rows = [row for row in rows if any(row[2].row)]
    names = _place_names({where for _, where, _ in rows})
    sources = dict(states.SOURCES)
    return Digest(
        year=year,
        total=_sum(found for _, _, found in rows),
        by_source=[
            (label, _sum(found for source, _, found in rows if source == key))
            for key, label in sources.items()
        ],
        by_place=[
            (names[where], _sum(f for _, at, f in rows if at == where))
            for where in sorted({where for _, where, _ in rows})
        ],
    )


def _place_names(codes: set[str]) -> dict[str, str]:
    """诸城市, 诸城市密州街道: short enough for a table, and no two towns alike."""
    known = region_names(codes | {code[:6] for code in codes})
    found = {}
    for code in codes:
        county, own = known.get(code[:6], ""), known.get(code, code)
        found[code] = own if own.startswith(county) else f"{county}{own}"
    return found


def _sum(found: Iterable[Figures]) -> Figures:
    return sum(found, Figures())
