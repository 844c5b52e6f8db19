"""How much of everything: the three sizes of the demo."""

from dataclasses import dataclass

PASSWORD = "Mashang-2468"  # noqa: S105  printed for everybody: accounts of the demo only


@dataclass(frozen=True)
class CountySize:
    """The registers of one county."""

    deputies: int
    grids: int
    stations: int
    studios: int
    units: int
    gaps: int
    towns: tuple[str, ...] = ()  # the towns loaded; empty: all of them


@dataclass(frozen=True)
class Scale:
    """One size: which counties, how large, how many closed matters of long ago."""

    name: str
    counties: dict[str, CountySize | None]
    history: int
    history_days: int
    live: int
    city: str = ""
    city_units: int = 0


SMALL = Scale(
    "small",
    {
        "370782": CountySize(
            24, 40, 11, 29, 13, 5, ("370782001", "370782108", "370782110", "370782117")
        ),
        "370785": CountySize(24, 32, 9, 27, 12, 4, ("370785003", "370785103", "370785114")),
    },
    history=0, history_days=0, live=1,
)  # fmt: skip

# 诸城's own figures (DOMAIN §1.1). The neighbour has its congress and staff, and no register.
COUNTY = Scale(
    "county",
    {"370782": CountySize(1309, 1690, 126, 1332, 60, 38), "370785": None},
    history=2750, history_days=365, live=3,
)  # fmt: skip

# 青岛's figures (DOMAIN §1.2) over its ten counties and two of 潍坊, as many as a city has.
QINGDAO = {
    "370202": 11, "370203": 22, "370211": 23, "370212": 5, "370213": 11, "370214": 9,
    "370215": 17, "370281": 14, "370283": 18, "370285": 11, "370782": 14, "370785": 10,
}  # fmt: skip
DEPUTIES, STATIONS = 6500, 628


def shares(total: int, weights: list[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total."""
    found, given, done = [], 0, 0
    for weight in weights:
        done += weight
        upto = total * done // sum(weights)
        found.append(upto - given)
        given = upto
    return found


def _city() -> Scale:
    weights = list(QINGDAO.values())
    sizes = zip(
        QINGDAO, shares(DEPUTIES, weights), shares(8392, weights), shares(STATIONS, weights),
        strict=True,
    )  # fmt: skip
    counties: dict[str, CountySize | None] = {
        code: CountySize(
            deputies, grids, stations, deputies + max(3, deputies // 57), 34, grids // 45
        )
        for code, deputies, grids, stations in sizes
    }
    return Scale(
        "city", counties, history=15_000, history_days=365, live=1, city="3702", city_units=60
    )


SCALES = {scale.name: scale for scale in (SMALL, COUNTY, _city())}
