"""Regions, congresses, terms, sessions, organs and rulebooks of the demo's counties."""

from datetime import date
from itertools import chain

from audit.actors import SYSTEM
from congress.models import Congress, Organ, Region, Term
from congress.services import (
    create_congress,
    create_organ,
    create_rulebook,
    import_regions,
    start_session,
    start_term,
)
from congress.services.region_files import SHIPPED, Row, read_regions
from congress.states import CongressLevel, OrganKind, RegionKind
from core.errors import DomainError
from liaison.demo.scale import Scale
from liaison.demo.world import County, Town, World

# Readable account names; other counties are called by their pinyin.
KEYS = {"370782": "zc", "370785": "gm"}
# First year of a known term and its number, by level.
TERMS = {
    CongressLevel.NATIONAL: (2023, 14), CongressLevel.PROVINCE: (2023, 14),
    CongressLevel.CITY: (2022, 18), CongressLevel.COUNTY: (2022, 19),
    CongressLevel.TOWN: (2022, 20),
}  # fmt: skip
COMMITTEES = (
    ("财政经济委员会", "财经"), ("社会建设委员会", "社会"), ("监察和司法委员会", "监司"),
    ("城乡建设和环境资源委员会", "城环"), ("农业与农村委员会", "农业"),
    ("教科文卫工作室", "教科"),
)  # fmt: skip


def make_places(world: World) -> None:
    """Everything above the registers of people."""
    _load_regions(world.scale, world)
    for code in ("", "37", *_cities(world.scale)):
        _higher_congress(world, code)
    for code in world.scale.counties:
        world.counties.append(_county(world, code))


def _cities(scale: Scale) -> list[str]:
    return sorted({code[:4] for code in scale.counties})


def _load_regions(scale: Scale, world: World) -> None:
    files = [SHIPPED["county"]] + ([SHIPPED["city"]] if scale.city else [])
    rows = chain.from_iterable(read_regions(path) for path in files)
    wanted = {row[2]: row for row in rows if _is_wanted(row, scale)}
    report = import_regions(rows=wanted.values(), actor=SYSTEM, now=world.days.began)
    if report.problems:
        raise DomainError("regions", report.problems[0].problem)


def _is_wanted(row: Row, scale: Scale) -> bool:
    """Towns left out are left out with their villages."""
    code = row[2]
    size = scale.counties.get(code[:6])
    return len(code) <= 6 or not (size and size.towns) or code[:9] in size.towns


def _higher_congress(world: World, code: str) -> None:
    """The nation's, the province's and the cities': they only lend their terms to seats."""
    if code:
        region = Region.objects.get(code=code)
        congress = create_congress(actor=SYSTEM, region=region, now=world.days.began)
    else:
        congress = Congress.objects.create(
            code="00", name="全国人民代表大会", level=CongressLevel.NATIONAL
        )
    world.higher_terms[code] = _term(world, congress)


def term_start(level: int, as_of: date) -> tuple[date, int]:
    """First day and number of the term the demo plays in: one that holds all of its story."""
    year, number = TERMS[CongressLevel(level)]
    terms = max(0, (as_of.year - 2 - year) // 5)
    return date(year + 5 * terms, 2, 18), number + terms


def _term(world: World, congress: Congress) -> Term:
    starts_on, number = term_start(congress.level, world.days.as_of)
    term = start_term(
        actor=SYSTEM, congress=congress, number=number, starts_on=starts_on, now=world.days.began
    )
    for one in range(1, max(1, world.days.as_of.year - starts_on.year) + 1):
        opens_on = date(starts_on.year + one - 1, 2, 18)
        start_session(
            actor=SYSTEM, term=term, number=one, opens_on=opens_on,
            closes_on=opens_on.replace(day=21), now=world.days.began,
        )  # fmt: skip
    return term


def _county(world: World, code: str) -> County:
    region = Region.objects.get(code=code)
    congress = create_congress(actor=SYSTEM, region=region, now=world.days.began)
    towns = [_town(world, town) for town in Region.objects.filter(parent_code=code)]
    county = County(
        region=region, key=KEYS.get(code) or "".join(region.pinyin.split()[:-1]),
        size=world.scale.counties[code], towns=towns, congress=congress,
        term=_term(world, congress),
    )  # fmt: skip
    _organs(world, county)
    _rules(world, congress, "county")
    return county


def _town(world: World, region: Region) -> Town:
    town = Town(region, list(Region.objects.filter(parent_code=region.code)))
    if region.has_congress:
        town.congress = create_congress(actor=SYSTEM, region=region, now=world.days.began)
        town.term = _term(world, town.congress)
        name = f"{region.name}人大主席团"
        create_organ(
            actor=SYSTEM, congress=town.congress, kind=OrganKind.PRESIDIUM, name=name,
            now=world.days.began,
        )  # fmt: skip
        _rules(world, town.congress, "shandong-township-2015")
    return town


def _organs(world: World, county: County) -> None:
    def organ(kind: str, name: str, **fields: str) -> Organ:
        return create_organ(
            actor=SYSTEM, congress=county.congress, kind=kind, name=name, now=world.days.began,
            **fields,
        )  # fmt: skip

    organ(OrganKind.STANDING_COMMITTEE, f"{county.name}人大常委会")
    organ(OrganKind.DEPUTIES_COMMISSION, "人事代表工作室")
    for name, _ in COMMITTEES:
        organ(OrganKind.SPECIAL_COMMITTEE, name)
    for town in county.towns:
        if town.region.kind == RegionKind.STREET:
            name = f"{town.region.name.removeprefix(county.name)}人大工委"
            organ(OrganKind.STREET_COMMITTEE, name, region_code=town.region.code)


def _rules(world: World, congress: Congress, base: str) -> None:
    starts_on, _ = term_start(congress.level, world.days.as_of)
    create_rulebook(
        actor=SYSTEM, congress=congress, effective_from=starts_on, now=world.days.began, base=base
    )
