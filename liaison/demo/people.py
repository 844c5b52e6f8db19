"""Deputies with their seats at mixed levels, delegations, and the grids they serve in."""

from dataclasses import dataclass

from congress.models import Term
from congress.services.pinyin import sort_key
from deputies.models import Delegation, Deputy, Seat
from deputies.rules import initials_of
from deputies.services.numbers import new_codes
from deputies.states import ACTIVE
from grids.models import Grid, GridService
from liaison.demo.bulk import store
from liaison.demo.canaries import STAFF, Readers
from liaison.demo.gridmap import covered_by_town, short_name, town_of
from liaison.demo.names import distinct_person, occupation, office_phone
from liaison.demo.scale import shares
from liaison.demo.world import County, Town, World

ABOUT = (
    "生在{village}，在这里工作了{years}年，谁家的路灯不亮、哪条沟不通水，心里都有数。",
    "每月到联络站接待两次，平时也欢迎扫码留言，看到会尽快回。",
    "关心{topic}，愿意听真话，也愿意把办不了的原因说清楚。",
)
TOPICS = ("老人吃饭和看病", "孩子上学的路", "农田水利", "小区物业", "公交和道路", "环境卫生")


@dataclass(frozen=True)
class _Place:
    """Where one deputy belongs and whether the seat is the town's."""

    town: Town
    in_town_congress: bool


def make_deputies(world: World, county: County) -> None:
    """Persons, their seats and the grids they serve in. Streets have no seats of their own."""
    covered = covered_by_town(world, county)
    places = _places(world, county, covered)
    rng = world.rng("deputies", county.region.code)
    taken: set[str] = set()
    codes = new_codes(Deputy, len(places))
    queue = {code: list(grids) for code, grids in covered.items()}
    rows = []
    for place, code in zip(places, codes, strict=True):
        grids = queue[place.town.region.code]
        first = grids.pop(0)  # in turn; with more deputies than grids they share
        grids.append(first)
        village = next(v for v in place.town.villages if v.code == first.code[:12])
        name, gender = distinct_person(rng, taken)
        words = {"village": short_name(village), "town": place.town.region.name}
        rows.append(
            Deputy(
                code=code, name=name, gender=gender, region_code=village.code, serving=False,
                pinyin=sort_key(name), initials=initials_of(name),
                occupation=occupation(rng, county=county.name, **words),
                introduction=rng.choice(ABOUT).format(
                    village=words["village"], years=rng.randint(8, 30), topic=rng.choice(TOPICS)
                ),
                office_phone=office_phone(rng, area_code(county)),
            )
        )  # fmt: skip
    county.deputies = store(rows, "deputies.deputy_registered", world.days.began)
    for place, deputy in zip(places, county.deputies, strict=True):
        place.town.deputies.append(deputy)
    _seats(world, county, places)
    _services(world, county, covered)


def area_code(county: County) -> str:
    """The telephone area of its city."""
    return {"3702": "0532", "3707": "0536"}.get(county.region.code[:4], "0531")


def _places(world: World, county: County, covered: dict[str, list[Grid]]) -> list[_Place]:
    """A town for each deputy, the main street first; most of a town's sit in its own congress."""
    assert county.size is not None
    weights = [len(covered[t.region.code]) * (10 if t.congress else 6) for t in county.towns]
    counts = shares(county.size.deputies, weights)
    own = 60 if county.size.deputies < 100 else 88
    found = []
    for town, count in zip(county.towns, counts, strict=True):
        locals_ = count * own // 100 if town.congress else 0
        found += [_Place(town, in_town_congress=n >= count - locals_) for n in range(count)]
    return found


def _terms(world: World, county: County, places: list[_Place]) -> list[list[Term]]:
    """The terms each deputy sits in: higher seats are few, some people hold two."""
    city = world.higher_terms[county.region.code[:4]]
    # a city's own figure counts three levels: 市、区（市）、镇
    province = city if world.scale.city else world.higher_terms["37"]
    nation = city if world.scale.city else world.higher_terms[""]
    found: list[list[Term]] = []
    county_level = town_level = 0
    for place in places:
        if place.in_town_congress and place.town.term:
            town_level += 1
            both = town_level % 23 == 5
            found.append([place.town.term, county.term] if both else [place.town.term])
            continue
        special = {0: [county.term, city], 1: [city], 2: [province], 3: [nation]}
        found.append(special.get(county_level % 60, [county.term]) if county_level < 240
                     else [city] if county_level % 9 == 0 else [county.term])  # fmt: skip
        county_level += 1
    return found


def _seats(world: World, county: County, places: list[_Place]) -> None:
    terms = _terms(world, county, places)
    delegations = _delegations(world, county)
    codes = iter(new_codes(Seat, sum(len(held) for held in terms)))
    rng = world.rng("seats", county.region.code)
    rows = []
    for deputy, place, held in zip(county.deputies, places, terms, strict=True):
        for term in held:
            of_county = term == county.term
            certificate = f"{county.region.code[2:]}{rng.randrange(10**4):04d}{deputy.code[1:]}"
            district = _district(county, place, term, rng.randint(1, 90))
            rows.append(
                Seat(
                    code=next(codes), state=ACTIVE, deputy=deputy, term=term,
                    region_code=deputy.region_code, starts_on=term.starts_on,
                    certificate=certificate, district=district,
                    delegation=delegations.get(place.town.region.code) if of_county else None,
                    created_at=world.days.began, state_at=world.days.began,
                )
            )  # fmt: skip
    store(rows, "deputies.seat_opened", world.days.began, to_state=ACTIVE)
    for seat in rows[:5]:
        seen = Readers(seat.region_code, STAFF, deputy=seat.deputy.code)
        world.canaries.note(seat.certificate, f"deputies.seat {seat.code} certificate", seen)


def _district(county: County, place: _Place, term: Term, number: int) -> str:
    """Directly elected below, by a unit above (选举法 3)."""
    if term in (county.term, place.town.term):
        return f"{place.town.region.name}第{number}选区"
    return f"{county.name}选举单位"


def _delegations(world: World, county: County) -> dict[str, Delegation]:
    codes = iter(new_codes(Delegation, len(county.towns)))
    rows = [
        Delegation(
            code=next(codes),
            term=county.term,
            name=f"{town.region.name}代表团",
            region_code=county.region.code,
        )
        for town in county.towns
    ]
    store(rows, "deputies.delegation_created", world.days.began)
    return {town.region.code: row for town, row in zip(county.towns, rows, strict=True)}


def _services(world: World, county: County, covered: dict[str, list[Grid]]) -> None:
    """Each deputy the grid they live in; what is left over goes round, so some serve in several."""
    pairs: list[tuple[Grid, Deputy]] = []
    for town in county.towns:
        grids = covered[town.region.code]
        if not town.deputies:
            continue
        for n in range(max(len(grids), len(town.deputies))):
            pairs.append((grids[n % len(grids)], town.deputies[n % len(town.deputies)]))
    rows = [
        GridService(grid=grid, deputy=deputy, starts_on=world.days.began_on)
        for grid, deputy in pairs
    ]
    store(rows, "grids.service_started", world.days.began, about=[grid for grid, _ in pairs])
    for grid, deputy in pairs:
        county.grids_of.setdefault(deputy.code, []).append(grid)


def home_town(county: County, deputy: Deputy) -> Town:
    """The town a deputy keeps contact in."""
    return town_of(county, deputy.region_code)
