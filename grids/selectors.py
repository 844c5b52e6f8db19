"""Reads of the grids app: coverage by town, who serves where, what a grid's code stands for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse

from codes.registry import Target
from congress.selectors import region_names
from deputies.models import Deputy
from deputies.selectors import place_words
from grids.models import Grid, GridService, Patrol

TOWN_DIGITS, COMMUNITY_DIGITS = 9, 12
EXPORT_BATCH = 1_000


@dataclass(frozen=True)
class Coverage:
    """How well one place is covered; `deputies` serve there now, each counted once."""

    code: str
    name: str
    grids: int
    gaps: int
    deputies: int = 0

    @property
    def covered(self) -> int:
        return self.grids - self.gaps

    @property
    def percent(self) -> float | None:
        """None without a grid: an empty place is not covered by 100 % (DOMAIN trap 32)."""
        return round(100 * self.covered / self.grids, 1) if self.grids else None


def coverage(grids: QuerySet[Grid], *, digits: int = TOWN_DIGITS) -> list[Coverage]:
    """Grids in use, gaps and deputies by town (or by community with 12 digits), in code order.

    `grids` is what the caller may see: `Grid.objects.visible_to(user)`.
    """
    in_use = grids.in_use().order_by()  # type: ignore[attr-defined]
    rows = list(
        in_use.annotate(place=Substr("code", 1, digits))
        .values_list("place")
        .annotate(all=Count("pk"), gaps=Count("pk", filter=Q(gap=True)))
        .order_by("place")
    )
    services = GridService.objects.filter(ends_on__isnull=True, grid__in=in_use.values("pk"))
    people = dict(
        services.annotate(place=Substr("grid__code", 1, digits))
        .values_list("place")
        .annotate(Count("deputy", distinct=True))
    )
    names = region_names(place for place, _, _ in rows)
    return [
        Coverage(place, names.get(place, place), count, gaps, people.get(place, 0))
        for place, count, gaps in rows
    ]


def coverage_sum(rows: Iterable[Coverage]) -> Coverage:
    """The same for all the places together; a deputy of two towns counts in both."""
    rows = list(rows)
    return Coverage(
        "", "合计", sum(r.grids for r in rows), sum(r.gaps for r in rows),
        sum(r.deputies for r in rows),
    )  # fmt: skip


def gaps_in(grids: QuerySet[Grid], place: str = "") -> QuerySet[Grid]:
    """Grids in use where nobody serves, by code; an index of its own keeps it quick."""
    found = grids.filter(gap=True, retired_on__isnull=True)
    return found.filter(region_code__startswith=place) if place else found


def deputies_of(grid: Grid) -> list[Deputy]:
    """Who serves in a grid now, in name order."""
    serving = Deputy.objects.public().filter(
        grid_services__grid=grid, grid_services__ends_on__isnull=True
    )
    return list(serving.order_by("pinyin", "pk"))


def deputies_by_grid(grids: Iterable[Grid]) -> dict[int, list[Deputy]]:
    """Who serves in each of many grids, in one query."""
    found: dict[int, list[Deputy]] = defaultdict(list)
    rows = GridService.objects.filter(grid__in=[g.pk for g in grids], ends_on__isnull=True)
    for service in rows.select_related("deputy").order_by("deputy__pinyin", "pk"):
        found[service.grid_id].append(service.deputy)
    return found


def grids_of(deputy: Deputy) -> list[Grid]:
    """The grids a deputy serves in now, by code, each with `last_patrol` (by anybody) or None."""
    serving = Grid.objects.filter(services__deputy=deputy, services__ends_on__isnull=True)
    grids = list(serving.order_by("code"))
    last = dict(
        Patrol.objects.filter(grid__in=grids).order_by().values_list("grid").annotate(Max("on"))
    )
    for grid in grids:
        grid.last_patrol = last.get(grid.pk)  # type: ignore[attr-defined]
    return grids


def not_patrolled_since(deputy: Deputy, since: date) -> list[Grid]:
    """A deputy's grids nobody went through since a day."""
    return [
        grid for grid in grids_of(deputy)
        if grid.last_patrol is None or grid.last_patrol < since  # type: ignore[attr-defined]
    ]  # fmt: skip


def grid_places(grids: Iterable[Grid]) -> dict[str, str]:
    """Grid code → 「密州街道大华社区」."""
    return place_words(grid.code for grid in grids)


def code_target(code: str) -> Target | None:
    """What a grid's printed code stands for: the deputies who serve there."""
    grid = Grid.objects.filter(code=code).first()
    if grid is None:
        return None
    people = deputies_of(grid)
    names = "、".join(deputy.name for deputy in people)
    return Target(
        kind="grid",
        code=grid.code,
        title=grid.name,
        subtitle=f"进网格代表：{names}" if names else "这个网格还没有代表，由联络站受理",
        place=place_words([grid.code])[grid.code],
        region_code=grid.region_code,
        serving=grid.retired_on is None,
        url=_page_of(people, grid),
        facts=[f"{d.name} {d.occupation}".strip() for d in people],
        obj=grid,
    )


def _page_of(people: list[Deputy], grid: Grid) -> str:
    if len(people) == 1:
        return reverse("deputies:detail", args=[people[0].code])
    return f"{reverse('deputies:list')}?region={grid.code[:COMMUNITY_DIGITS]}"


def history_of(grid: Grid) -> QuerySet[Any]:
    """Everybody who ever served in a grid, newest first."""
    return grid.services.select_related("deputy").order_by("-starts_on", "-pk")


def grid_rows(grids: QuerySet[Grid]) -> Iterator[list[Any]]:
    """An export in the columns of the import; who serves there by code."""
    open_services = GridService.objects.open().select_related("deputy").order_by("pk")
    found = grids.prefetch_related(Prefetch("services", open_services, to_attr="open_services"))
    for grid in found.iterator(chunk_size=EXPORT_BATCH):
        services = grid.open_services
        yield [
            grid.code, grid.name, grid.get_kind_display(), grid.households,
            "、".join(service.deputy.code for service in services),
            min((service.starts_on for service in services), default=None),
        ]  # fmt: skip
