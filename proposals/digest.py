"""年度摘要: a year's suggestions in numbers everybody may read, by field, series and unit.

Counted from the rows when somebody asks. Nothing but counts: confidential ones are counted and
told by nothing else.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from congress.memory import Shelf
from congress.selectors import region_names
from core.yearly import new_year
from handling.states import OUTCOMES
from proposals import states
from proposals.models import Proposal

FIRST_YEAR = 2020
HEADER = ("立案", "已交办", "已答复", "其中已解决", "已办结", "已公开")
Row = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Digest:
    """Figures of one year's accepted suggestions, as they stand now."""

    year: int
    total: tuple[int, ...]
    by_series: list[Row]
    by_category: list[Row]
    by_place: list[Row]
    outcomes: list[tuple[str, int]]
    signers: int

    @property
    def tables(self) -> list[tuple[str, list[Row]]]:
        return [("提出时间", self.by_series), ("分类", self.by_category), ("地方", self.by_place)]


def digest_of(year: int) -> Digest:
    """Kept for a minute per process."""
    found = _kept.get(year)
    return found if found is not None else _kept.put(year, count_digest(year))


def count_digest(year: int) -> Digest:
    """Count anew: S of the rates (立案, without 撤回 and 转来信), by the day of 立案."""
    rows = Proposal.objects.counted().filter(
        accepted_at__gte=new_year(year), accepted_at__lt=new_year(year + 1)
    )
    places = _by(rows, "region_code")
    names = region_names({key for key, _ in places})
    answered = rows.exclude(outcome="").order_by().values_list("outcome")
    counted: dict[str, int] = dict(answered.annotate(n=Count("id")))
    return Digest(
        year=year, total=_figures(rows),
        by_series=_named(_by(rows, "series"), dict(states.SERIES)),
        by_category=_named(_by(rows, "category"), dict(states.CATEGORIES)),
        by_place=[(names.get(key, key), found) for key, found in sorted(places)],
        outcomes=[(label, counted[key]) for key, label in OUTCOMES if key in counted],
        signers=rows.order_by().values("lead").distinct().count(),
    )  # fmt: skip


_COUNTS: dict[str, Any] = {
    "accepted": Count("id"),
    "assigned": Count("id", filter=Q(assigned_at__isnull=False)),
    "answered": Count("id", filter=Q(replied_at__isnull=False)),
    "solved": Count("id", filter=Q(outcome="solved", replied_at__isnull=False)),
    "closed": Count("id", filter=Q(state=states.CLOSED)),
    "shown": Count("id", filter=Q(published_at__isnull=False)),
}


def _figures(rows: QuerySet[Proposal]) -> tuple[int, ...]:
    return tuple(rows.aggregate(**_COUNTS).values())


def _by(rows: QuerySet[Proposal], name: str) -> list[tuple[str, tuple[int, ...]]]:
    found = rows.order_by().values_list(name).annotate(**_COUNTS)
    return [(key, tuple(counts)) for key, *counts in found]


def _named(found: list[tuple[str, tuple[int, ...]]], labels: dict[str, str]) -> list[Row]:
    known = dict(found)
    return [(label, known[key]) for key, label in labels.items() if key in known]


_kept: Shelf[int, Digest] = Shelf(seconds=60, most=20)
