"""Importing published years of the calendar from a sheet."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actors import Actor
from congress.services.calendar import SpecialDay, load_year
from core.sheet_reading import Source
from core.sheets import Column, ImportReport, RowProblem, parse_rows, to_choice, to_day, to_text

FEWEST_HOLIDAYS = 11  # statutory days alone were 11 until 2024, 13 since; a real table has more

_KINDS = dict.fromkeys(("放假", "休", "休假", "休息", "节假日", "否"), False)
_KINDS |= dict.fromkeys(("上班", "班", "调休上班", "补班", "是"), True)
COLUMNS = (
    Column("on", "日期", required=True, parse=to_day),
    Column("is_working", "安排", required=True, aliases=("是否上班",), parse=to_choice(_KINDS)),
    Column("name", "名称", required=True, aliases=("节日",), parse=to_text(30)),
)  # fmt: skip


def import_calendar(
    *, file: Source, source: str, actor: Actor, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Read whole years from rows with 日期, 安排 (放假 or 上班) and 名称; all or nothing.

    Each year in the file replaces that year's stored table. `source` names the notice.
    """
    rows, problems = parse_rows(file, COLUMNS)
    years: dict[int, dict[date, SpecialDay]] = {}
    for number, row in rows if not problems else ():
        problems += _take(number, row, years)
    problems += [] if problems else _incomplete(years)
    if not problems and not dry_run:
        with transaction.atomic():
            for year, days in sorted(years.items()):
                load_year(year=year, days=days.values(), source=source, actor=actor, now=now)
    return ImportReport(len(rows), problems)


def _take(
    number: int, row: Mapping[str, Any], years: dict[int, dict[date, SpecialDay]]
) -> Iterable[RowProblem]:
    day = SpecialDay(**row)
    year = years.setdefault(day.on.year, {})
    if day.on in year:
        yield RowProblem(number, "日期", str(day.on), "这一天重复了", "每天只写一行")
    elif day.is_working and day.on.weekday() < 5:
        remedy = "删掉这一行，上班只写周六、周日"
        yield RowProblem(number, "日期", str(day.on), "这天本来就是工作日", remedy)
    year[day.on] = day


def _incomplete(years: Mapping[int, Mapping[date, SpecialDay]]) -> list[RowProblem]:
    """A year with too few days off is half a table: counting by it would be wrong in silence."""
    found = []
    for year, days in sorted(years.items()):
        off = sum(not day.is_working for day in days.values())
        if off < FEWEST_HOLIDAYS:
            problem = f"{year}年只有{off}个放假日，不像全年的安排"
            found.append(RowProblem(1, "日期", str(year), problem, "把全年的安排放在一个文件里"))
    return found
