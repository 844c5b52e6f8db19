"""The register of stations in and out of a sheet; all or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from audit.actors import Actor
from audit.services import record_many
from codes.models import Code
from codes.services import NewCode, issue_codes
from congress.models import Region
from congress.services.pinyin import sort_key
from core.sheets import (
    CellWrong,
    Column,
    RowProblem,
    parse_rows,
    to_choice,
    to_day,
    to_phone,
    to_text,
)
from deputies.services.sheet_columns import RegisterReport
from stations.models import STATION_KINDS, Station
from stations.rules.coordinates import BD09, GCJ02, WGS84, Point, in_china, to_wgs84
from stations.rules.receptions import EXAMPLES, parse_rule

DATUMS = {
    "WGS-84": WGS84, "WGS84": WGS84, "GPS": WGS84, "GCJ-02": GCJ02, "GCJ02": GCJ02, "高德": GCJ02,
    "腾讯": GCJ02, "BD-09": BD09, "BD09": BD09, "百度": BD09,
}  # fmt: skip
KINDS = {label: value for value, label in STATION_KINDS}
SHORT = {"家": "home", "站": "station", "点": "point", "室": "room", "小铺": "shop"}


def _degrees(cell: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise CellWrong("不是坐标", "写成小数的度数，例如 119.40259") from error


def _rule(cell: str) -> str:
    rule = parse_rule(cell)
    if rule is None:
        raise CellWrong("没看懂", f"写成“{EXAMPLES.split('；')[0]}”这样")
    return str(rule)


def _code(cell: str) -> str:
    if not (cell.isascii() and cell.replace("-", "").isalnum() and len(cell) <= 20):
        raise CellWrong("编号不对", "用20个以内的字母、数字和短横")
    return cell


COLUMNS = (
    Column("code", "站点编号", required=True, aliases=("编号",), parse=_code),
    Column("name", "名称", required=True, aliases=("站点名称",), parse=to_text(60)),
    Column("kind", "类型", required=True, parse=to_choice(KINDS | SHORT)),
    Column("region_code", "区划代码", required=True, aliases=("所在区划",)),
    Column("parent", "上级站点编号", aliases=("上级站点",), parse=_code),
    Column("address", "地址", parse=to_text(120)),
    Column("opening_hours", "开放时间", parse=to_text(100)),
    Column("phone", "电话", parse=to_phone),
    Column("reception_rule", "接待日", parse=_rule),
    Column("longitude", "经度", parse=_degrees),
    Column("latitude", "纬度", parse=_degrees),
    Column("datum", "坐标系", parse=to_choice(DATUMS)),
    Column("opened_on", "启用日期", parse=to_day),
    Column("introduction", "介绍", parse=to_text(2000)),
)
_PLAIN = ("name", "kind", "region_code", "address", "opening_hours", "phone", "reception_rule",
          "introduction", "opened_on")  # fmt: skip
_PLACE = ("经度", "纬度", "坐标系")
_STORED = (*_PLAIN, "pinyin", "parent", "latitude", "longitude", "datum")


def import_stations(
    *, file: Any, actor: Actor, now: datetime, scope: list[str] | None = None, dry_run: bool = False
) -> RegisterReport:
    """Add or change stations by 站点编号, parents and children in any order; new ones get codes.

    `scope` are division prefixes the importer may write in (None: everywhere). An empty cell
    leaves what is stored. Nothing is written when a row is wrong, or on a dry run.
    """
    rows, problems = parse_rows(file, COLUMNS)
    sheet = _Sheet(scope, problems)
    for number, cells in rows:
        sheet.take(number, cells)
    sheet.tie_parents()
    report = RegisterReport(
        len(rows), sorted(sheet.problems, key=lambda p: p.row),
        added=sum(1 for code in sheet.found if code not in sheet.stored),
        changed=len(sheet.changed),
    )  # fmt: skip
    if report.ok and not dry_run:
        sheet.store(actor, now)
    return report


@dataclass
class _Sheet:
    """The rows read so far and what is wrong with them."""

    scope: list[str] | None
    problems: list[RowProblem]
    found: dict[str, Station] = field(default_factory=dict)
    parents: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stored = Station.objects.select_related("parent")
        self.stored = {station.code: station for station in stored}
        self.before = {code: _content(station) for code, station in self.stored.items()}
        self.regions = set(Region.objects.in_use().values_list("code", flat=True))
        self.names = {(s.region_code, s.name): s.code for s in self.stored.values()}

    def take(self, number: int, cells: dict[str, Any]) -> None:
        wrong = list(self._wrong(number, cells))
        self.problems += wrong
        if wrong or not all(cells[name] for name in ("code", "name", "kind", "region_code")):
            return
        code = cells["code"]
        station = self.stored.get(code) or Station(code=code)
        for name in _PLAIN:
            if cells[name] is not None:
                setattr(station, name, cells[name])
        self._place(number, station, cells)
        station.pinyin = sort_key(station.name)
        self.found[code] = station
        self.names[station.region_code, station.name] = code
        if cells["parent"]:
            self.parents[code] = (number, cells["parent"])

    def _wrong(self, number: int, cells: dict[str, Any]) -> Iterator[RowProblem]:
        code, region, name = cells["code"], cells["region_code"], cells["name"]
        if code in self.found:
            yield RowProblem(number, "站点编号", code, "与前面的行重复", "每个站点一行")
        if region and region not in self.regions:
            yield RowProblem(number, "区划代码", region, "没有这个区划", "请从区划列表里选代码")
        elif region and not self._may_write(region, code):
            yield RowProblem(
                number, "区划代码", region, "不在您管理的范围里", "请只导入本区划的站点"
            )
        same = self.names.get((region, name))
        if same is not None and same != code:
            remedy = f"站点 {same} 已用这个名称，请核对编号，或在名称里写明所在地"
            yield RowProblem(number, "名称", name, "与本地另一个站点同名", remedy)

    def _may_write(self, region: str, code: str | None) -> bool:
        if self.scope is None:
            return True
        before = self.stored.get(code or "")
        places = [region] + ([before.region_code] if before else [])
        return all(place.startswith(tuple(self.scope) or ("-",)) for place in places)

    def _place(self, number: int, station: Station, cells: dict[str, Any]) -> None:
        latitude, longitude = cells["latitude"], cells["longitude"]
        if latitude is None and longitude is None:
            return
        if latitude is None or longitude is None or not cells["datum"]:
            if any(p.row == number and p.column in _PLACE for p in self.problems):
                return  # a cell that cannot be read was told already
            remedy = "经度、纬度、坐标系三格都要填：同一地点各坐标系相差几百米"
            self.problems.append(RowProblem(number, "经度", "", "坐标不完整", remedy))
            return
        there = to_wgs84(Point(latitude, longitude), cells["datum"])
        if not in_china(there):
            value = f"{longitude},{latitude}"
            remedy = "请核对经度、纬度有没有写反"
            self.problems.append(RowProblem(number, "经度", value, "不在国内", remedy))
            return
        station.datum = cells["datum"]
        station.latitude = Decimal(f"{there.latitude:.5f}")
        station.longitude = Decimal(f"{there.longitude:.5f}")

    def tie_parents(self) -> None:
        for code, (number, above) in self.parents.items():
            parent = self.found.get(above) or self.stored.get(above)
            if parent is None:
                remedy = "请写已登记的、或同一个文件里的站点编号"
                self.problems.append(RowProblem(number, "上级站点编号", above, "找不到", remedy))
            elif self._circles(code):
                remedy = "请核对上级站点编号"
                self.problems.append(RowProblem(number, "上级站点编号", above, "绕成一圈", remedy))
            else:
                self.found[code].parent = parent

    def _circles(self, code: str) -> bool:
        seen, current = {code}, self._above(code)
        while current:
            if current in seen:
                return True
            seen.add(current)
            current = self._above(current)
        return False

    def _above(self, code: str) -> str:
        if code in self.parents:
            return self.parents[code][1]
        station = self.stored.get(code)
        return station.parent.code if station and station.parent else ""

    @property
    def changed(self) -> list[Station]:
        """Stations of before whose row says something new."""
        return [
            station
            for code, station in self.found.items()
            if code in self.before and _content(station) != self.before[code]
        ]

    def store(self, actor: Actor, now: datetime) -> None:
        """Save all, parents before their children, and give codes to those without one."""
        fresh = [s for code, s in self.found.items() if code not in self.stored]
        children = [(s, s.parent) for s in fresh if s.parent is not None]
        with transaction.atomic():
            for station, _ in children:
                station.parent = None
            Station.objects.bulk_create(fresh, batch_size=1000)
            for station, parent in children:  # now every parent has its key
                station.parent = parent
            Station.objects.bulk_update([s for s, _ in children], ["parent"], batch_size=500)
            Station.objects.bulk_update(self.changed, _STORED, batch_size=500)
            touched = [*fresh, *self.changed]
            record_many(actor=actor, action="stations.imported", objects=touched, now=now)
            self._label(touched, actor, now)

    @staticmethod
    def _label(stations: list[Station], actor: Actor, now: datetime) -> None:
        rows = [
            NewCode("station", s.code, s.region_code, s.name)
            for s in stations
            if s.closed_on is None
        ]
        by_code = {row.target_code: row for row in rows}
        renamed = []
        for code in issue_codes(rows, actor=actor, now=now):
            row = by_code[code.target_code]
            if (code.label, code.region_code) != (row.label, row.region_code):
                code.label, code.region_code = row.label, row.region_code
                renamed.append(code)
        Code.objects.bulk_update(renamed, ["label", "region_code"], batch_size=500)


def _content(station: Station) -> tuple[Any, ...]:
    parent = station.parent.code if station.parent else ""
    return (*(getattr(station, name) for name in _STORED if name != "parent"), parent)


HEADER = [column.label for column in COLUMNS]
EXAMPLE = [
    "ZC-001", "密州街道东关社区人大代表联络站", "人大代表联络站", "370782001001", "",
    "府前街28号", "周一至周五 8:30–17:30", "0536-6012345", "每月15日 9:00–11:00，逢节假日顺延",
    "119.40259", "35.99502", "GCJ-02", "2022-03-01", "",
]  # fmt: skip


def export_rows(stations: Iterable[Station]) -> Iterator[list[Any]]:
    """One row per station in the order of the import sheet, so that it can be read in again."""
    for s in stations:
        yield [
            s.code, s.name, s.get_kind_display(), s.region_code,
            s.parent.code if s.parent else "", s.address, s.opening_hours, s.phone,
            s.reception_rule, s.longitude, s.latitude, "WGS-84" if s.latitude else "",
            s.opened_on, s.introduction,
        ]  # fmt: skip
