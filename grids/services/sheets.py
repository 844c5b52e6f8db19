"""Importing the register of grids, with the deputies who serve there."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from audit.actors import Actor
from audit.services import record, record_many
from congress.models import Region
from core.dates import local_date
from core.errors import StateMoved
from core.sheet_reading import Source
from core.sheets import (
    MAX_PROBLEMS,
    CellWrong,
    Column,
    Row,
    RowProblem,
    parse_rows,
    to_choice,
    to_day,
    to_integer,
    to_text,
)
from deputies.models import Deputy
from deputies.services.sheet_columns import RegisterReport, collector_paused, to_names
from grids.models import Grid, GridKind, GridService

COMMUNITY_DIGITS, COUNTY_DIGITS = 12, 6
BATCH = 1_000


def to_grid_code(cell: str) -> str:
    if not re.fullmatch(r"\d{15}", cell, re.ASCII):
        raise CellWrong(
            f"网格编码应有15位数字，这里是“{cell[:20]}”（{len(cell)}位）",
            "前12位写社区（村）的区划代码，后3位写序号；在Excel里把这一列设成文本",
        )
    return cell


COLUMNS: Final = (
    Column("code", "网格编码", required=True, aliases=("编码", "网格代码"), parse=to_grid_code),
    Column("name", "网格名称", required=True, aliases=("名称",), parse=to_text(60)),
    Column("kind", "类型", parse=to_choice({str(kind.label): kind.value for kind in GridKind})),
    Column("households", "户数", parse=to_integer(0, 100_000)),
    Column("deputies", "进网格代表", aliases=("代表", "代表编号"), parse=to_names),
    Column("starts_on", "进网格日期", aliases=("日期",), parse=to_day),
)
HEADER: Final = [column.label for column in COLUMNS]
EXAMPLE: Final[list[Any]] = [
    "370782001001001", "某某小区一网格（示例，导入前删去本行）", "居民小区网格", 320,
    "D000001、王小明", "2026-01-01",
]  # fmt: skip
LABELS = {column.name: column.label for column in COLUMNS}


@dataclass
class _Plan:
    new: list[Grid] = field(default_factory=list)
    changed: list[Grid] = field(default_factory=list)
    services: list[tuple[Grid, int, date]] = field(default_factory=list)
    touched: int = 0


def import_grids(
    *,
    file: Source,
    actor: Actor,
    now: datetime,
    scope: Sequence[str] | None = None,
    dry_run: bool = False,
) -> RegisterReport:
    """Add and update grids and let deputies serve in them; all or nothing.

    `scope` are the region prefixes the caller may work in, None for the operator. Deputies are
    named by code, or by a name that only one serving deputy of the county has. Services are
    added, never ended, by an import.
    """
    with collector_paused():
        rows, problems = parse_rows(file, COLUMNS)
        if not rows:
            return RegisterReport(0, problems)
        sheet = _Sheet(rows, scope, local_date(now))
        bad = {problem.row for problem in problems}
        for number, cells in rows:
            sheet.take(number, cells, sound=number not in bad)
        problems = sorted(problems + sheet.problems, key=lambda p: p.row)[:MAX_PROBLEMS]
        if not problems and not dry_run:
            _store(sheet.plan, actor, now)
    return RegisterReport(len(rows), problems, len(sheet.plan.new), sheet.plan.touched)


class _Sheet:
    """The rows read so far, what is wrong with them, and what they ask for."""

    def __init__(self, rows: Sequence[Row], scope: Sequence[str] | None, today: date) -> None:
        self.scope = None if scope is None else tuple(scope)
        self.today = today
        self.plan = _Plan()
        self.problems: list[RowProblem] = []
        self.lines: dict[str, int] = {}
        codes = {row["code"] for _, row in rows if row["code"]}
        self.stored = {grid.code: grid for grid in Grid.objects.filter(code__in=codes)}
        communities = {code[:COMMUNITY_DIGITS] for code in codes}
        found = Region.objects.in_use().filter(code__in=communities)
        self.communities = set(found.values_list("code", flat=True))
        self._read_deputies({word for _, row in rows for word in row["deputies"] or ()})
        known = [grid.pk for grid in self.stored.values()]
        services = GridService.objects.filter(grid__in=known, ends_on__isnull=True)
        self.serving = set(services.values_list("grid__code", "deputy"))

    def _read_deputies(self, words: set[str]) -> None:
        self.by_code: dict[str, tuple[int, str]] = {}
        self.by_name: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        if not words:
            return
        rows = Deputy.objects.public().filter(Q(code__in=words) | Q(name__in=words))
        for pk, code, name, region in rows.values_list("pk", "code", "name", "region_code"):
            self.by_code[code] = (pk, region)
            self.by_name[name, region[:COUNTY_DIGITS]].append((pk, code))

    def take(self, number: int, cells: Mapping[str, Any], *, sound: bool) -> None:
        """Check one row; a row with a bad cell is checked too but asks for nothing."""
        before = len(self.problems)
        code = cells["code"]
        if code is None or not self._place(number, code):
            return
        deputies = [self._deputy(number, code, word) for word in cells["deputies"] or ()]
        self._day(number, cells["starts_on"])
        if sound and len(self.problems) == before:
            self._plan(cells, [pk for pk in deputies if pk is not None])

    def _wrong(self, number: int, column: str, value: object, problem: str, remedy: str) -> None:
        label = LABELS[column]
        self.problems.append(RowProblem(number, label, str(value or ""), problem, remedy))

    def _place(self, number: int, code: str) -> bool:
        first = self.lines.setdefault(code, number)
        grid = self.stored.get(code)
        community = code[:COMMUNITY_DIGITS]
        if first != number:
            self._wrong(number, "code", code, f"与第{first}行重复", "每个网格一行")
        elif self.scope is not None and not code.startswith(self.scope):
            remedy = f"写以{'或'.join(self.scope)}开头的网格编码"
            self._wrong(number, "code", code, "不在您的管理范围内", remedy)
        elif community not in self.communities:
            remedy = "前12位写社区（村）的区划代码"
            self._wrong(number, "code", code, f"没有代码为{community}的社区（村）", remedy)
        elif grid is not None and grid.retired_on is not None:
            self._wrong(number, "code", code, "这个网格已经撤销", "删去这一行，或者另编网格")
        else:
            return True
        return False

    def _day(self, number: int, day: date | None) -> None:
        if day is not None and day > self.today:
            self._wrong(number, "starts_on", day, "这一天还没有到", "写已经开始的日期")

    def _deputy(self, number: int, code: str, word: str) -> int | None:
        county = code[:COUNTY_DIGITS]
        pk, region = self.by_code.get(word, (None, ""))
        if pk is not None and (region.startswith(county) or county.startswith(region)):
            return pk
        named = self.by_name.get((word, county), [])
        if len(named) == 1:
            return named[0][0]
        if named:
            codes = "、".join(sorted(code for _, code in named))
            self._wrong(number, "deputies", word, f"有{len(named)}位代表叫这个名字",
                        f"写编号：{codes}")  # fmt: skip
        else:
            self._wrong(number, "deputies", word, "本县（市、区）没有这位在任代表",
                        "核对姓名，或者先登记代表")  # fmt: skip
        return None

    def _plan(self, cells: Mapping[str, Any], deputies: list[int]) -> None:
        code = cells["code"]
        grid = self.stored.get(code)
        said = {name: cells[name] for name in ("name", "kind", "households")}
        said = {name: value for name, value in said.items() if value is not None}
        fresh = [pk for pk in dict.fromkeys(deputies) if (code, pk) not in self.serving]
        if grid is None:
            grid = Grid(code=code, region_code=code, **said)
            self.plan.new.append(grid)
        else:
            changed = {name for name, value in said.items() if getattr(grid, name) != value}
            for name in changed:
                setattr(grid, name, said[name])
            if changed:
                self.plan.changed.append(grid)
            self.plan.touched += bool(changed or fresh)
        day = cells["starts_on"] or self.today
        self.plan.services += [(grid, pk, day) for pk in fresh]


def _store(plan: _Plan, actor: Actor, now: datetime) -> None:
    try:
        with transaction.atomic():
            _write(plan, actor, now)
    except IntegrityError as error:
        message = "导入时有人同时修改了网格，一行也没有导入，请再导入一次。"
        raise StateMoved("register_moved", message) from error


def _write(plan: _Plan, actor: Actor, now: datetime) -> None:
    Grid.objects.bulk_create(plan.new, batch_size=BATCH)
    if plan.changed:  # an upsert on the key: bulk_update is twenty times slower
        Grid.objects.bulk_create(
            plan.changed, batch_size=BATCH, update_conflicts=True, unique_fields=["id"],
            update_fields=["name", "kind", "households"],
        )  # fmt: skip
    GridService.objects.bulk_create(
        [GridService(grid=g, deputy_id=pk, starts_on=day) for g, pk, day in plan.services],
        batch_size=BATCH,
    )
    record_many(actor=actor, action="grids.grid_registered", objects=plan.new, now=now)
    record_many(actor=actor, action="grids.grid_updated", objects=plan.changed, now=now)
    served = list({grid.code: grid for grid, _, _ in plan.services}.values())
    record_many(actor=actor, action="grids.service_started", objects=served, now=now)
    first = next(iter(plan.new or plan.changed or served), None)
    if first is not None:
        record(
            actor=actor, action="grids.grids_imported", obj=first, now=now,
            data={"added": len(plan.new), "changed": plan.touched},
        )  # fmt: skip
