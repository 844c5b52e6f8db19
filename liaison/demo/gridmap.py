"""Grids below the villages, and which of them stay gaps."""

from congress.models import Region
from grids.models import Grid, GridKind
from liaison.demo.bulk import store
from liaison.demo.scale import shares
from liaison.demo.world import County, Town, World

SUFFIXES = ("居民委员会", "村民委员会", "居委会", "村委会", "委员会")
DEDICATED = ("学校", "农贸市场", "工业园", "商圈", "医院", "车站")


def short_name(region: Region) -> str:
    """兴华社区 for 兴华社区居民委员会."""
    name = region.name
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def make_grids(world: World, county: County) -> None:
    """So many grids spread over the county's villages, a few of them 专属网格."""
    assert county.size is not None
    weights = [len(town.villages) for town in county.towns]
    small = county.size.grids < 10 * len(county.towns) + 1
    if small:  # a handful of towns: the same for each
        weights = [1] * len(weights)
    rng = world.rng("grids", county.region.code)
    rows = []
    for town, count in zip(county.towns, shares(county.size.grids, weights), strict=True):
        villages = town.villages[: max(1, count // 2)] if small else town.villages
        per_village = shares(count, [1] * len(villages))
        for village, number in zip(villages, per_village, strict=True):
            rows += [_grid(village, n, rng.random()) for n in range(1, number + 1)]
    county.grids = store(rows, "grids.grid_registered", world.days.began)


def _grid(village: Region, number: int, chance: float) -> Grid:
    code = f"{village.code}{number:03d}"
    dedicated = chance < 0.08 and number > 1
    words = DEDICATED[int(chance * 1000) % len(DEDICATED)]
    name = f"{words}专属网格{number}" if dedicated else f"第{number}网格"
    return Grid(
        code=code, region_code=code, name=f"{short_name(village)}{name}",
        kind=GridKind.DEDICATED if dedicated else GridKind.RESIDENTIAL,
        households=None if dedicated else 120 + int(chance * 300),
    )  # fmt: skip


def covered_by_town(world: World, county: County) -> dict[str, list[Grid]]:
    """The grids that get a deputy, by town; the rest are the gaps on the map."""
    assert county.size is not None
    rng = world.rng("gaps", county.region.code)
    gaps = {grid.code for grid in rng.sample(county.grids, county.size.gaps)}
    # the first grid of a town always has somebody, so that no town is empty
    first = {town.villages[0].code + "001" for town in county.towns if town.villages}
    found: dict[str, list[Grid]] = {town.region.code: [] for town in county.towns}
    for grid in county.grids:
        if grid.code not in gaps - first:
            found[grid.code[:9]].append(grid)
    return found


def town_of(county: County, code: str) -> Town:
    """The town a division code lies in."""
    return next(town for town in county.towns if code.startswith(town.region.code))
