"""Lists: the public one, a keeper's own stations, and the gaps around them."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from codes.models import Code
from congress.selectors import region_names
from deputies.models import Deputy, Link
from deputies.selectors import contact_gaps
from grids.models import Grid
from grids.selectors import gaps_in
from stations.models import Station

TOWN_DIGITS = 9


def public_stations(
    *, word: str = "", kind: str = "", town: str = "", county: str = ""
) -> QuerySet[Station]:
    """Open stations for the public list, in the order of their names."""
    found = Station.objects.public()
    if kind:
        found = found.filter(kind=kind)
    if town or county:
        found = found.filter(region_code__startswith=town or county)
    return search(found, word).order_by("pinyin", "code")


def search(stations: QuerySet[Station], word: str) -> QuerySet[Station]:
    """Those whose name or address holds the words, or whose name sounds like them (dongguan)."""
    word = word.strip()[:40]
    if not word:
        return stations
    wanted = Q(name__contains=word) | Q(address__contains=word) | Q(code=word.upper())
    if word.isascii():
        spelled = " ".join(word.lower().split())
        wanted |= Q(pinyin__contains=spelled)
    return stations.filter(wanted)


def towns_with_stations() -> list[tuple[str, list[tuple[str, str, int]]]]:
    """Towns and streets with open stations by county: `(county, [(code, name, how many)])`.

    The county's name is left empty where there is only one.
    """
    rows = list(
        Station.objects.public()
        .order_by()
        .annotate(town=Substr("region_code", 1, 9))
        .values_list("town")
        .annotate(Count("pk"))
        .order_by("town")
    )
    names = region_names({town for town, _ in rows} | {town[:6] for town, _ in rows})
    counties: dict[str, list[tuple[str, str, int]]] = {}
    for town, count in rows:
        if town in names and len(town) == TOWN_DIGITS:
            counties.setdefault(town[:6], []).append((town, names[town], count))
    if len(counties) == 1:
        return [("", towns) for towns in counties.values()]
    return [(names.get(county, county), towns) for county, towns in counties.items()]


def kinds_with_stations() -> set[str]:
    """Kinds that exist here: the public list offers no others."""
    return set(Station.objects.public().order_by().values_list("kind", flat=True).distinct())


def stations_of(user: Any, perm: str = "stations.change_station") -> QuerySet[Station]:
    """Open stations this person works for: a keeper's own, a region's for its staff."""
    keys = [s.pk for s in Station.objects.public().visible_to(user) if user.has_perm(perm, s)]
    return Station.objects.filter(pk__in=keys).order_by("pinyin", "code")


def contact_gaps_of(station: Station, on: date) -> QuerySet[Link]:
    """Contact links of the station's deputies that had no contact in this quarter.

    Whoever works for the station (the caller has checked) sees what its roster left undone.
    """
    roster = Deputy.objects.filter(
        station_roles__station=station, station_roles__ends_on__isnull=True
    )
    return contact_gaps(Link.objects.filter(deputy__in=roster), on).order_by("last_contact", "pk")


def uncovered_grids(station: Station) -> QuerySet[Grid]:
    """Grids of the station's place where no deputy serves: the keeper is asked to fill them."""
    return gaps_in(Grid.objects.all(), station.region_code)


def areas_of(codes: list[str]) -> list[str]:
    """The division codes these stations serve (`deputies.registry.register_area_finder`)."""
    return list(Station.objects.filter(code__in=codes).values_list("region_code", flat=True))


def codes_of(station: Station) -> list[Code]:
    """Codes in use of a station and of its deputies, the station's first."""
    deputies = roster_deputies(station).values("code")
    found = Code.objects.filter(state="active").filter(
        Q(kind="station", target_code=station.code) | Q(kind="deputy", target_code__in=deputies)
    )
    return sorted(found, key=lambda code: (code.kind != "station", code.label))


def roster_deputies(station: Station) -> QuerySet[Deputy]:
    """The deputies of a station who are in office, by name."""
    found = Deputy.objects.public().filter(
        station_roles__station=station, station_roles__ends_on__isnull=True
    )
    return found.distinct().order_by("pinyin", "code")
