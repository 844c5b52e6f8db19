"""Lists from outside (12345, 四平台): read, checked row by row, taken in all or not at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from congress.models import Region
from core.errors import InputInvalid
from core.sheets import Column, ImportReport, RowProblem, parse_rows
from stations.models import Station
from voices import states
from voices.models import Message
from voices.selectors import Route, station_for
from voices.services import Entrance, Words, submit

COLUMNS = [
    Column("outside_number", "外部编号", required=True, aliases=("工单号", "编号")),
    Column("kind", "类别", aliases=("诉求类型",)),
    Column("text", "内容", required=True, aliases=("诉求内容", "反映内容")),
    Column("place", "地点", aliases=("事发地点", "地址")),
    Column("region_code", "区划代码", required=True),
    Column("station", "站点编号"),
]
_KINDS = {label: key for key, label in states.KINDS}


@dataclass
class _Known:
    numbers: set[str]
    regions: set[str]
    stations: set[str]


def import_messages(source: Any, *, actor: Any, now: datetime, dry_run: bool) -> ImportReport:
    """Check every row; without `dry_run` and without problems store them all.

    Each keeps its outside number, which is taken once per place. Raises Forbidden without the
    right to import.
    """
    rows, problems = parse_rows(source, COLUMNS)
    known = _known([row for _, row in rows])
    for number, row in rows:
        problems += _problems(number, row, known, actor)
    report = ImportReport(len(rows), problems)
    if not problems and not dry_run:
        with transaction.atomic():
            for _, row in rows:
                _store(row, actor, now)
    return report


def _known(rows: list[dict[str, Any]]) -> _Known:
    numbers = [r["outside_number"] for r in rows if r.get("outside_number")]
    taken = Message.objects.filter(outside_number__in=numbers)
    return _Known(
        set(taken.values_list("outside_number", flat=True)),
        set(Region.objects.values_list("code", flat=True)
            .filter(code__in={r.get("region_code") for r in rows})),
        set(Station.objects.public().values_list("code", flat=True)),
    )  # fmt: skip


def _problems(number: int, row: dict[str, Any], known: _Known, actor: Any) -> list[RowProblem]:
    found = []
    outside, region, station = row["outside_number"], row["region_code"], row.get("station")
    if outside in known.numbers:
        found.append(
            RowProblem(number, "外部编号", outside, "已经导入过或表内重复", "每个编号只能有一行")
        )
    known.numbers.add(outside)
    if region not in known.regions or not any(
        region.startswith(p) for p in actor.region_prefixes("voices.import_message")
    ):
        found.append(
            RowProblem(
                number, "区划代码", region, "没有这个区划，或不归您管", "填本县的镇街或村居代码"
            )
        )
    if station and station not in known.stations:
        found.append(
            RowProblem(number, "站点编号", station, "没有这个站点", "填在用站点的编号，或留空")
        )
    if row.get("kind") and row["kind"] not in _KINDS:
        words = "、".join(_KINDS)
        found.append(RowProblem(number, "类别", row["kind"], "没有这个类别", f"应为：{words}"))
    return found


def _store(row: dict[str, Any], actor: Any, now: datetime) -> None:
    region = row["region_code"]
    station = row.get("station") or station_for(None, region)
    done = submit(
        Words(kind=_KINDS.get(row.get("kind") or "", "problem"), text=row["text"],
              place=row.get("place") or ""),
        code=None, route=Route(None, station, None, region),
        idempotency_key=f"import:{region}:{row['outside_number']}", now=now, actor=actor,
        entrance=Entrance(channel="import", outside_number=row["outside_number"]),
    )  # fmt: skip
    if not done.new:
        raise InputInvalid("imported", f"外部编号{row['outside_number']}已经导入过。")
