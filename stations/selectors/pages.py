"""What a station's public page shows; the checklist asks the same object what is really there."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from codes.models import Code
from codes.selectors import active_code, code_path, scan_count
from deputies.models import Deputy
from deputies.selectors import seats_of
from stations.models import Reception, Station, StationRole
from stations.registry import Figure, figures_of
from stations.rules.checklist import PLAN, PLATFORM, ROSTER, WORK
from stations.rules.coordinates import GCJ02, Point, from_wgs84

UPCOMING, HELD = 4, 6
WORK_SHOWN_FOR = timedelta(days=366)


@dataclass(frozen=True)
class Person:
    """One line of the public roster."""

    name: str
    role: str
    words: str
    url: str
    photo_url: str


@dataclass(frozen=True)
class StationPage:
    """Everything on the page of one station."""

    station: Station
    roster: list[Person]
    upcoming: list[Reception]
    cancelled: list[Reception]
    held: list[Reception]
    code: Code | None
    figures: list[Figure] = field(default_factory=list)

    @property
    def message_url(self) -> str:
        return f"{code_path(self.code)}message/" if self.code else ""

    def shows(self, part: str) -> bool:
        """Whether the page really shows this part (四公开)."""
        return {
            ROSTER: any(person.url for person in self.roster),
            PLAN: bool(self.upcoming),
            WORK: any(held.public_summary for held in self.held),
            PLATFORM: self.code is not None and bool(self.figures),
        }[part]


def station_page(station: Station, *, today: date) -> StationPage:
    """The public page: six queries, however much there is."""
    receptions = list(
        Reception.objects.filter(station=station, on__gte=today - WORK_SHOWN_FOR)
        .exclude(progress="held", on__gt=today)
        .order_by("on", "starts_at")
    )
    code = active_code("station", station.code)
    return StationPage(
        station=station,
        roster=_roster(station),
        upcoming=[r for r in receptions if r.progress == "planned" and r.on >= today][:UPCOMING],
        cancelled=[r for r in receptions if r.progress == "cancelled" and r.on >= today][:UPCOMING],
        held=[r for r in receptions if r.progress == "held"][: -HELD - 1 : -1],
        code=code,
        figures=_figures(station, code, receptions, today),
    )


def _roster(station: Station) -> list[Person]:
    rows = list(StationRole.objects.filter(station=station, ends_on=None).select_related("deputy"))
    order = {"head": 0, "deputy": 1, "liaison": 2}
    rows.sort(key=lambda row: (order[row.role], row.deputy.pinyin if row.deputy else row.name))
    seats = seats_of(row.deputy for row in rows if row.deputy and row.deputy.serving)
    return [
        _person(row, row.deputy, seats.get(row.deputy_id, []))
        for row in rows
        if row.deputy is None or row.deputy.serving
    ]


def _person(row: StationRole, deputy: Deputy | None, seats: list[Any]) -> Person:
    role = row.get_role_display()
    if deputy is None:
        return Person(row.name, role, "", "", "")
    return Person(
        name=deputy.name, role=role, words=seats[-1].words if seats else "",
        url=f"/deputies/{deputy.code}/",
        photo_url=deputy.photo_url,
    )  # fmt: skip


def _figures(
    station: Station, code: Code | None, receptions: list[Reception], today: date
) -> list[Figure]:
    """How the platform runs, this year: receptions, visitors, scans, and what upper apps add."""
    if code is None:
        return []
    held = [r for r in receptions if r.progress == "held" and r.on.year == today.year]
    own = [
        Figure("今年接待群众", len(held), "次"),
        Figure("来访", sum(r.visitors or 0 for r in held), "人"),
        Figure("码被扫开", scan_count([code], since=date(today.year, 1, 1)), "次"),
    ]
    return own + figures_of(station, today)


def navigation_links(station: Station) -> list[tuple[str, str]]:
    """`(label, address)` that open the way in a map app; empty without a coordinate.

    Both apps expect GCJ-02; they open with the plain https address where they are not installed.
    """
    if station.latitude is None or station.longitude is None:
        return []
    there = from_wgs84(Point(float(station.latitude), float(station.longitude)), GCJ02)
    lat, lng, name = f"{there.latitude:.6f}", f"{there.longitude:.6f}", quote(station.name)
    return [
        (
            "高德",
            f"https://uri.amap.com/navigation?to={lng},{lat},{name}&mode=walk&coordinate=gaode",
        ),
        (
            "腾讯",
            f"https://apis.map.qq.com/uri/v1/routeplan?type=walk&tocoord={lat},{lng}&to={name}"
            "&referer=liaison",
        ),
    ]
