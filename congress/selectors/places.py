"""Regions, their congresses and units."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Length

from congress.memory import Memory
from congress.models import Congress, Region, Session, Unit
from congress.rules import prefixes_of

# Names of the regions asked for lately. A whole province is 62,000: bounded, and cheap to lose.
_NAMES_KEPT = 20_000
_names: Memory[dict[str, tuple[str, str]]] = Memory(dict, seconds=300)


def region_names(codes: Iterable[str], *, full: bool = False) -> dict[str, str]:
    """Return the names of these regions by code, in one query or none.

    Codes deeper than a village (a grid's) and unknown codes are left out; `full` gives
    山东省潍坊市诸城市密州街道 instead of 密州街道.
    """
    known = _names.get()
    wanted = set(codes) - {""}
    missing = wanted - known.keys()
    if missing:
        rows = Region.objects.filter(code__in=missing).values_list("code", "name", "full_name")
        if len(known) + len(missing) > _NAMES_KEPT:
            known.clear()
        known.update({code: (name, full_name) for code, name, full_name in rows})
        missing = wanted - known.keys()
    return {code: known[code][full] for code in wanted if code in known}


def lineage(code: str) -> list[Region]:
    """Return a region and all above it, from the province down."""
    return list(Region.objects.filter(code__in=prefixes_of(code)).order_by("code"))


def congress_for_region(region_code: str) -> Congress | None:
    """Return the congress a place belongs to: its own, or the nearest one above.

    A street (街道) and a village have none, so theirs is the county's or the town's.
    None when no congress covers the place.
    """
    return (
        Congress.objects.filter(region_code__in=prefixes_of(region_code))
        .order_by(Length("region_code").desc())
        .first()
    )


def open_session(congress: Congress, on: date) -> Session | None:
    """Return the latest session opened by that day."""
    sessions = Session.objects.filter(term__congress=congress, opens_on__lte=on)
    return sessions.select_related("term__congress").order_by("-opens_on").first()


def units_for(region_code: str) -> QuerySet[Unit]:
    """Return the units a station at this place may hand a matter to.

    Those of its own congress and of the congresses above it, nearest first.
    """
    return (
        Unit.objects.in_use()
        .filter(congress__region_code__in=prefixes_of(region_code))
        .order_by(Length("congress__region_code").desc(), "pinyin", "code")
    )


def unit_tree(units: Iterable[Unit]) -> list[tuple[int, Unit]]:
    """Put units under one another: (depth, unit), children after their parent.

    A unit whose parent is not among them stands at the top.
    """
    rows = list(units)
    here = {unit.pk for unit in rows}
    below: dict[int | None, list[Unit]] = {}
    for unit in rows:
        below.setdefault(unit.parent_id if unit.parent_id in here else None, []).append(unit)

    def walk(parent: int | None, depth: int) -> Iterator[tuple[int, Unit]]:
        for unit in below.get(parent, ()):
            yield depth, unit
            yield from walk(unit.pk, depth + 1)

    return list(walk(None, 0))
