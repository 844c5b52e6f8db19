"""Importing a congress's handling units from a sheet."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from congress.models import Congress, Unit
from congress.services.bodies import checked
from congress.services.pinyin import sort_key
from congress.states import UnitKind
from core.sheet_reading import Source
from core.sheets import Column, ImportReport, RowProblem, parse_rows, to_choice, to_text

KINDS: dict[str, str] = {str(label): value for value, label in UnitKind.choices}
COLUMNS = (
    Column("code", "编号", required=True, aliases=("单位编号",), parse=to_text(30)),
    Column("name", "全称", required=True, aliases=("单位全称", "单位名称"), parse=to_text(80)),
    Column("short_name", "简称", parse=to_text(30)),
    Column("kind", "类别", required=True, aliases=("单位类别",), parse=to_choice(KINDS)),
    Column("region_code", "区划代码", parse=to_text(15)),
    Column("parent", "上级编号", aliases=("上级单位编号",), parse=to_text(30)),
    Column("phone", "联系电话", aliases=("电话",), parse=to_text(30)),
)


def import_units(
    *, congress: Congress, file: Source, actor: Actor, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Add or change units by 编号, parents and children in any order; all or nothing."""
    rows, problems = parse_rows(file, COLUMNS)
    sheet = _Sheet(congress)
    for number, cells in rows if not problems else ():
        sheet.take(number, {name: value or "" for name, value in cells.items()})
    if not problems:
        sheet.check_parents()
        problems = sheet.problems
    if not problems and not dry_run:
        sheet.store(actor, now)
    return ImportReport(len(rows), problems)


Cells = Mapping[str, str]


class _Sheet:
    """The rows read so far and what is wrong with them."""

    def __init__(self, congress: Congress) -> None:
        self.congress = congress
        self.problems: list[RowProblem] = []
        self.units: dict[str, Unit] = {}
        self.parents: dict[str, tuple[int, str]] = {}
        own = Unit.objects.filter(congress=congress).select_related("parent")
        self.stored = {unit.code: unit for unit in own}
        self.taken = set(Unit.objects.exclude(congress=congress).values_list("code", flat=True))
        self.names = {u.name: u.code for u in self.stored.values() if u.retired_on is None}

    def take(self, number: int, cells: Cells) -> None:
        found = list(self._problems(number, cells))
        self.problems += found
        if found:
            return
        code = cells["code"]
        self.units[code] = self._unit_of(cells)
        self.names[cells["name"]] = code
        if cells["parent"]:
            self.parents[code] = (number, cells["parent"])

    def _problems(self, number: int, cells: Cells) -> Iterable[RowProblem]:
        code, name, place = cells["code"], cells["name"], cells["region_code"]
        if code in self.units:
            yield RowProblem(number, "编号", code, "与前面的行重复", "每个单位一行、一个编号")
        elif code in self.taken:
            yield RowProblem(number, "编号", code, "别的人大名下已用这个编号", "换一个编号")
        if self.names.get(name, code) != code:
            remedy = f"与编号 {self.names[name]} 的单位合成一行"
            yield RowProblem(number, "全称", name, "同名的单位已有", remedy)
        if place and not place.startswith(self.congress.region_code):
            remedy = f"以 {self.congress.region_code} 开头，或留空"
            yield RowProblem(number, "区划代码", place, "不在本级范围内", remedy)

    def _unit_of(self, cells: Cells) -> Unit:
        code = cells["code"]
        unit = self.stored.get(code) or Unit(code=code, congress=self.congress)
        unit.name, unit.short_name, unit.phone = cells["name"], cells["short_name"], cells["phone"]
        unit.kind = cells["kind"]
        unit.region_code = cells["region_code"] or self.congress.region_code
        unit.pinyin = sort_key(unit.short_name or unit.name)
        return unit

    def check_parents(self) -> None:
        above = {u.code: u.parent.code for u in self.stored.values() if u.parent}
        above |= dict.fromkeys(self.units, "")
        above |= {code: parent for code, (_, parent) in self.parents.items()}
        for code, (number, parent) in self.parents.items():
            if parent not in above and parent not in self.stored:
                remedy = "写本表或已登记单位的编号"
                self.problems.append(RowProblem(number, "上级编号", parent, "没有这个单位", remedy))
            elif _returns_to(code, above):
                self.problems.append(
                    RowProblem(number, "上级编号", parent, "上级绕回了自己", "改成真正的上级")
                )

    def store(self, actor: Actor, now: datetime) -> None:
        with transaction.atomic():
            for unit in self.units.values():
                action = "congress.unit_changed" if unit.pk else "congress.unit_added"
                unit.parent = None
                checked(unit)
                unit.save()
                record(actor=actor, action=action, obj=unit, now=now)
            everyone = {**self.stored, **self.units}
            for code, (_, parent) in self.parents.items():
                unit = self.units[code]
                unit.parent = everyone[parent]
                unit.save(update_fields=["parent"])


def _returns_to(code: str, above: Mapping[str, str]) -> bool:
    """Tell whether going up from a unit meets a unit a second time."""
    seen = {code}
    at = above.get(code, "")
    while at:
        if at in seen:
            return True
        seen.add(at)
        at = above.get(at, "")
    return False
