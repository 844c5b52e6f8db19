"""Stations of every kind, where they stand, and who is at them."""

import random
from decimal import Decimal

from congress.services.pinyin import sort_key
from deputies.models import Deputy
from liaison.demo.bulk import store
from liaison.demo.gridmap import short_name
from liaison.demo.names import distinct_person, office_phone
from liaison.demo.people import area_code
from liaison.demo.scale import shares
from liaison.demo.world import County, Town, World
from stations.models import Station, StationRole

# Rough centres (WGS-84); a station stands somewhere near its town's or county's.
CENTRES = {
    "370202": (36.066, 120.398), "370203": (36.093, 120.362), "370211": (35.961, 120.046),
    "370212": (36.107, 120.469), "370213": (36.161, 120.421), "370214": (36.307, 120.396),
    "370215": (36.389, 120.447), "370281": (36.264, 120.033), "370283": (36.787, 119.960),
    "370285": (36.889, 120.517), "370782": (35.996, 119.410), "370785": (36.383, 119.756),
    "370782001": (35.992, 119.405), "370782002": (36.004, 119.378),
    "370782003": (36.062, 119.392), "370782101": (35.915, 119.198),
    "370782102": (36.021, 119.152), "370782105": (36.152, 119.281),
    "370782108": (36.196, 119.446), "370782110": (36.132, 119.482),
    "370782111": (36.046, 119.634), "370782112": (36.086, 119.531),
    "370782114": (35.921, 119.683), "370782117": (35.853, 119.428),
    "370782118": (35.722, 119.556), "370785001": (36.388, 119.741),
    "370785002": (36.379, 119.771), "370785003": (36.371, 119.735),
    "370785100": (36.271, 119.684), "370785103": (36.452, 119.831),
    "370785104": (36.474, 119.723), "370785106": (36.548, 119.571),
    "370785109": (36.452, 119.553), "370785111": (36.331, 119.548),
    "370785114": (36.203, 119.551),
}  # fmt: skip
HOURS = {
    "home": "工作日 8:30–12:00，13:30–17:30", "station": "工作日 8:30–11:30，14:00–17:00",
    "point": "每周二、周四 9:00–11:00", "room": "每周三 14:00–17:00", "online": "全天可以留言",
    "shop": "每天 8:00–20:00", "parlour": "预约开放",
}  # fmt: skip
RULES = {
    "home": "每月15日 9:00–11:00，逢节假日顺延", "station": "每月第2个周三 9:00–11:00",
    "point": "每周四 9:00–11:00", "room": "每月第1个周三 14:00–16:00",
    "shop": "每月15日 14:00–16:00，逢节假日顺延", "parlour": "双月20日 9:00–11:00，逢节假日顺延",
}  # fmt: skip
WORDS = {
    "home": "{town}的代表都编在这里。可以来坐坐说事，也可以扫码留言，站里会审核、转办、答复。",
    "station": "在{village}家门口，代表轮流接待，事情大小都能说。",
    "point": "设在{village}便民服务点旁，方便就近反映情况。",
    "room": "{name}代表联系群众的地方，每月固定时间在。",
    "online": "没有时间到现场的，可以在这里给{county}的代表留言。",
    "shop": "开在街边的小铺，买东西、交水电费的时候顺便就能反映情况。",
    "parlour": "请部门负责人和群众坐到一起，把一件事谈透。",
}  # fmt: skip
ROADS = (
    "和平街",
    "兴华路",
    "人民路",
    "府前街",
    "东关大街",
    "站前路",
    "繁荣路",
    "龙源街",
    "密州路",
    "北环路",
)
# How kinds are shared out after each town's home; an online station and a parlour per county.
KINDS = ("station", "room", "point", "shop", "station", "point", "station", "point")


def make_stations(world: World, county: County) -> None:
    """So many stations in towns and villages, each with its people."""
    assert county.size is not None
    rng = world.rng("stations", county.region.code)
    rows: list[Station] = []
    total = county.size.stations - 2
    counts = shares(total, [max(1, len(t.deputies)) for t in county.towns])
    counts = _at_least_one(counts)
    for town, count in zip(county.towns, counts, strict=True):
        further = len(rows) - county.towns.index(town)  # homes before this town's are not counted
        town.stations = [
            _station(rng, county, town, n, (len(rows) + n, further + n - 1)) for n in range(count)
        ]
        rows += town.stations
    rows.append(_common(rng, county, "online", f"{county.name}网上代表联络站", len(rows)))
    rows.append(_common(rng, county, "parlour", f"{county.name}代表会客厅", len(rows)))
    county.stations = store(rows, "stations.opened", world.days.began)
    _under_homes(county)
    _roster(world, county)


def _at_least_one(counts: list[int]) -> list[int]:
    """Every town has its home: taken from the towns that have most."""
    found = list(counts)
    for n, count in enumerate(found):
        if count == 0:
            found[found.index(max(found))] -= 1
            found[n] = 1
    return found


def _station(
    rng: random.Random, county: County, town: Town, number: int, serials: tuple[int, int]
) -> Station:
    """`number` counts in the town; `serials` in the county, with homes and without."""
    serial, turn = serials
    kind = "home" if number == 0 else KINDS[turn % len(KINDS)]
    villages = town.villages or [town.region]
    deputy = town.deputies[number % len(town.deputies)] if town.deputies else None
    village = villages[number % len(villages)]
    if kind == "room" and deputy:
        village = next((v for v in villages if v.code == deputy.region_code), village)
    region = town.region if kind == "home" else village
    words = {
        "town": town.region.name.removeprefix(county.name), "village": short_name(village),
        "county": county.name, "name": deputy.name if deputy else "",
    }  # fmt: skip
    names = {
        "home": "{town}人大代表之家", "station": "{village}代表联络站", "point": "{village}代表联络点",
        "room": "{name}代表工作室", "shop": "{village}民生小铺",
    }  # fmt: skip
    return _made(rng, county, kind, names[kind].format(**words), region.code, serial, words)


def _common(rng: random.Random, county: County, kind: str, name: str, serial: int) -> Station:
    """A station for the whole county, standing in its first street."""
    words = {"county": county.name, "town": "", "village": "", "name": ""}
    return _made(rng, county, kind, name, county.towns[0].region.code, serial, words)


def _made(
    rng: random.Random, county: County, kind: str, name: str, region_code: str, serial: int,
    words: dict[str, str],
) -> Station:  # fmt: skip
    north, east = _near(rng, region_code)
    is_online = kind == "online"
    return Station(
        code=f"Z{county.region.code}{serial + 1:03d}", name=name, kind=kind,
        region_code=region_code, pinyin=sort_key(name),
        address="" if is_online else f"{county.name}{rng.choice(ROADS)}{rng.randint(1, 398)}号",
        latitude=None if is_online else north, longitude=None if is_online else east,
        opening_hours=HOURS[kind], phone=office_phone(rng, area_code(county)),
        introduction=WORDS[kind].format(**words), reception_rule=RULES.get(kind, ""),
    )  # fmt: skip


def _near(rng: random.Random, region_code: str) -> tuple[Decimal, Decimal]:
    """Some hundred metres from the town's centre, some kilometres from the county's."""
    centre, spread = CENTRES.get(region_code[:9]), 0.012
    if centre is None:
        centre, spread = CENTRES[region_code[:6]], 0.05
    return tuple(  # type: ignore[return-value]
        Decimal(str(round(one + rng.uniform(-spread, spread), 5))) for one in centre
    )


def _under_homes(county: County) -> None:
    """The town's other stations hang under its home."""
    children = []
    for town in county.towns:
        for station in town.stations[1:]:
            station.parent = town.stations[0]
            children.append(station)
    Station.objects.bulk_update(children, ["parent"], batch_size=1000)


def _roster(world: World, county: County) -> None:
    """Each deputy belongs to one station; every station has a head and a liaison."""
    rng = world.rng("roster", county.region.code)
    taken = {deputy.name for deputy in county.deputies}
    starts_on = world.days.began_on
    rows = []
    for town in county.towns:
        for number, deputy in enumerate(town.deputies):
            station = _station_of(town, deputy, number)
            county.station_of[deputy.code] = station
            rows.append(
                StationRole(station=station, role="deputy", deputy=deputy, starts_on=starts_on)
            )
    for station in county.stations:
        for role in ("head", "liaison"):
            name, _ = distinct_person(rng, taken)
            rows.append(StationRole(station=station, role=role, name=name, starts_on=starts_on))
    about = [row.station for row in rows]
    store(rows, "stations.role_began", world.days.began, about=about)


def _station_of(town: Town, deputy: Deputy, number: int) -> Station:
    """The home for the town's first; one's own room, the village's station, else in turn."""
    if number == 0:
        return town.stations[0]
    for station in town.stations:
        if station.kind == "room" and station.name.startswith(deputy.name):
            return station
    for station in town.stations:
        if station.kind != "room" and station.region_code == deputy.region_code:
            return station
    shared = [s for s in town.stations if s.kind != "room"]
    return shared[number % len(shared)]
