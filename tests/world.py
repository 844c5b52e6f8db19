"""A small county with one of everything, and a neighbour; for tests that need the whole house."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Grant, User
from audit.actors import SYSTEM
from codes.models import Code
from codes.services import issue_code
from congress.models import Congress, Region, Term, Unit
from deputies.models import Deputy
from deputies.services import open_seat
from grids.models import Grid, GridService
from stations.models import Station, StationRole

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
PASSWORD = "Vole-meadow-42"


@dataclass
class County:
    """One county: its people and places, users by role code."""

    code: str
    deputy: Deputy
    station: Station
    grid: Grid
    units: list[Unit]
    codes: dict[str, Code]
    users: dict[str, User] = field(default_factory=dict)


def make_county(code: str = "370782", name: str = "诸城市") -> County:
    """A county with a street, a community, a deputy, a station, a grid, two units, every role."""
    street, village = f"{code}001", f"{code}001001"
    for region_code, level, label in (
        (code, "county", name), (street, "town", f"{name}东街街道"),
        (village, "village", f"{name}东街社区"),
    ):  # fmt: skip
        Region.objects.create(
            code=region_code, level=level, name=label, full_name=label,
            parent_code={"county": code[:4], "town": code, "village": street}[level],
        )  # fmt: skip
    congress = Congress.objects.create(
        code=f"C{code}", region=Region.objects.get(code=code), name=f"{name}人大", level=4
    )
    deputy = Deputy.objects.create(code=f"D{code}", name="宋玉禾", region_code=village)
    term = Term.objects.create(congress=congress, number=18, starts_on=date(2022, 1, 1))
    open_seat(actor=SYSTEM, deputy=deputy, term=term, now=NOW)
    station = Station.objects.create(
        code=f"S{code}", name=f"{name}东街联络站", kind="station", region_code=village
    )
    StationRole.objects.create(
        station=station, deputy=deputy, role="deputy", starts_on=date(2022, 1, 1)
    )
    grid = Grid.objects.create(code=f"{village}001", region_code=f"{village}001", name="东街一网格")
    GridService.objects.create(grid=grid, deputy=deputy, starts_on=date(2022, 1, 1))
    units = [
        Unit.objects.create(
            code=f"U{code}{n}", congress=congress, region_code=code, name=unit, kind="department"
        )
        for n, unit in enumerate(["住建局", "供电公司", "水务公司"])
    ]
    codes = {
        kind: issue_code(
            actor=SYSTEM, kind=kind, target_code=target, region_code=region, label=label, now=NOW
        )
        for kind, target, region, label in (
            ("deputy", deputy.code, village, "宋玉禾代表"),
            ("station", station.code, village, station.name),
            ("grid", grid.code, grid.code, grid.name),
        )
    }
    county = County(code, deputy, station, grid, units, codes)
    scopes = {
        "deputy": ("deputy", deputy.code), "station_keeper": ("station", station.code),
        "town_staff": ("region", street), "congress_staff": ("region", code),
        "moderator": ("region", code), "unit_handler": ("unit", units[0].code),
        "unit_head": ("unit", units[0].code), "auditor": ("region", code),
        "security_admin": ("region", code), "system_admin": ("region", code),
    }  # fmt: skip
    for role, (kind, scope) in scopes.items():
        county.users[role] = make_user(f"{role}_{code}", role, kind, scope, code)
    deputy.user = county.users["deputy"]
    deputy.save()
    for n, unit in enumerate(units[1:], 1):
        key = f"unit_handler_{n}"
        county.users[key] = make_user(f"{key}_{code}", "unit_handler", "unit", unit.code, code)
    return county


def make_user(username: str, role: str, kind: str, scope: str, region: str) -> User:
    """An account with one grant."""
    user = User.objects.create_user(username, PASSWORD, name=f"{role}某", home_region_code=region)
    Grant.objects.create(
        user=user, role=role, scope_kind=kind, scope_code=scope, region_code=region,
        starts_on=date(2022, 1, 1),
    )  # fmt: skip
    return user


def receipt_of(answer: Any) -> str:
    """The receipt on the page that says it has arrived."""
    found = re.search(r'data-receipt="([0-9A-Z-]+)"', answer.content.decode())
    assert found, answer.status_code
    return found[1]
