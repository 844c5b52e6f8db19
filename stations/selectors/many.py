"""What thousands of codes stand for, in a few queries: for printing (`codes.registry`)."""

from collections.abc import Callable, Iterable

from codes.registry import Target
from deputies.models import Deputy
from deputies.selectors import place_words, seats_of
from grids.models import Grid
from grids.selectors import deputies_by_grid
from stations.models import Station, StationRole
from stations.selectors.places import target_of


def _stations(codes: list[str]) -> dict[str, Target]:
    found = Station.objects.filter(code__in=codes).select_related("parent")
    return {station.code: target_of(station) for station in found}


def _deputies(codes: list[str]) -> dict[str, Target]:
    people = list(Deputy.objects.filter(code__in=codes))
    seats, places = seats_of(people), place_words({d.region_code for d in people})
    met_at = _stations_of(people)
    found = {}
    for deputy in people:
        own, station = seats.get(deputy.pk, []), met_at.get(deputy.pk)
        found[deputy.code] = Target(
            kind="deputy", code=deputy.code, title=deputy.name,
            subtitle=own[-1].words if own else "", place=places.get(deputy.region_code, ""),
            region_code=deputy.region_code, serving=deputy.serving,
            url=f"/deputies/{deputy.code}/",
            phone=deputy.office_phone or (station.phone if station else ""),
            facts=_facts(station), obj=deputy,
        )  # fmt: skip
    return found


def _grids(codes: list[str]) -> dict[str, Target]:
    grids = list(Grid.objects.filter(code__in=codes))
    people, places = deputies_by_grid(grids), place_words({grid.code for grid in grids})
    found = {}
    for grid in grids:
        names = "、".join(deputy.name for deputy in people.get(grid.pk, []))
        found[grid.code] = Target(
            kind="grid", code=grid.code, title=grid.name,
            subtitle=f"进网格代表：{names}" if names else "由联络站受理",
            place=places.get(grid.code, ""), region_code=grid.region_code,
            serving=grid.retired_on is None, url="", obj=grid,
        )  # fmt: skip
    return found


def _stations_of(people: Iterable[Deputy]) -> dict[int, Station]:
    """Where each is met: the station of the smallest place whose roster names them."""
    rows = StationRole.objects.filter(
        deputy__in=[d.pk for d in people], ends_on=None, role="deputy", station__closed_on=None
    ).select_related("station")
    found: dict[int, Station] = {}
    for row in rows.order_by("station__region_code", "-station__code"):  # the last one counts
        if row.deputy_id is not None:
            found[row.deputy_id] = row.station
    return found


def _facts(station: Station | None) -> list[str]:
    if station is None:
        return []
    if station.reception_rule:
        return [f"接待：{station.reception_rule.split('，')[0]} {station.name}"]
    return [station.name]


MANY_TARGETS: dict[str, Callable[[list[str]], dict[str, Target]]] = {
    "station": _stations,
    "deputy": _deputies,
    "grid": _grids,
}
