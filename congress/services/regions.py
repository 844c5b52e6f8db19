"""Importing official divisions, a whole province at a time."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from congress.memory import forget_all
from congress.models import Region
from congress.rules import kind_of, level_of, parent_code_of
from congress.services.pinyin import sort_key
from congress.services.region_files import Row
from core.sheets import ImportReport, RowProblem

# Steps in the code tree that carry no name of their own: 北京市·市辖区·东城区.
NAMELESS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
Names = dict[str, tuple[str, str]]
"""Code to name and full name."""
BATCH = 5_000
LONGEST_NAME = 60


def import_regions(
    *, rows: Iterable[Row], actor: Actor, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Add or rename divisions; all or nothing. Kind, level, parent and full name follow.

    A division that stands in the register already is updated in place (its code stays), so a
    new year's file can be loaded over the old one. Nothing is deleted.
    """
    sheet = list(rows)
    found, problems = _read(sheet)
    known = _known(found)
    problems += list(_orphans(found, known))
    if not problems and not dry_run:
        _store(found, known, actor, now)
    return ImportReport(len(sheet), problems)


def _read(rows: Iterable[Row]) -> tuple[dict[str, Row], list[RowProblem]]:
    found: dict[str, Row] = {}
    problems: list[RowProblem] = []
    for row in rows:
        code = row[2]
        problem = _problem(row)
        if problem is None and code in found:
            other = found[code]
            problem = RowProblem(
                row[1], "代码", code, f"与{other[0]}第{other[1]}行重复", "每个代码只写一行"
            )
        if problem:
            problems.append(problem)
        else:
            found[code] = row
    return found, problems


def _problem(row: Row) -> RowProblem | None:
    _, number, code, name = row
    if level_of(code) is None:
        return RowProblem(
            number, "代码", code, "位数不对", "为2（省）、4（市）、6（县）、9（乡）或12位（村）数字"
        )
    if not name:
        return RowProblem(number, "名称", name, "没有名称", "写上这个区划的名称")
    if len(name) > LONGEST_NAME:
        return RowProblem(number, "名称", name, "太长", f"不超过{LONGEST_NAME}个字")
    return None


def _known(found: dict[str, Row]) -> Names:
    """Names already stored of the regions above those in the file."""
    parents = {parent_code_of(code) for code in found} - found.keys() - {""}
    rows = Region.objects.filter(code__in=parents).values_list("code", "name", "full_name")
    return {code: (name, full_name) for code, name, full_name in rows}


def _orphans(found: dict[str, Row], known: Names) -> Iterable[RowProblem]:
    for code, row in found.items():
        parent = parent_code_of(code)
        if parent and parent not in found and parent not in known:
            yield RowProblem(
                row[1], "代码", code, f"找不到上级 {parent}", "先导入上级，或放在同一个文件里"
            )


def _store(found: dict[str, Row], known: Names, actor: Actor, now: datetime) -> None:
    names = {"": ("", ""), **known}
    regions = []
    for code in sorted(found, key=lambda c: (len(c), c)):  # parents before their children
        name, parent = found[code][3], parent_code_of(code)
        names[code] = name, _full_name(name, names[parent])
        regions.append(_region(code, name, parent, names[code][1]))
    with transaction.atomic():
        Region.objects.bulk_create(
            regions,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "full_name", "level", "kind", "parent_code", "pinyin"],
        )
        if regions:
            record(
                actor=actor,
                action="congress.regions_imported",
                obj=regions[0],
                now=now,
                data={"rows": len(regions)},
            )
    forget_all()


def _full_name(name: str, parent: tuple[str, str]) -> str:
    """Put a name after those above it; some repeat their county's (高密市朝阳街道)."""
    parent_name, above = parent
    if name in NAMELESS:
        return above
    if parent_name and name.startswith(parent_name):
        above = above.removesuffix(parent_name)
    return above + name


def _region(code: str, name: str, parent: str, full_name: str) -> Region:
    return Region(
        code=code,
        name=name,
        full_name=full_name or name,
        level=level_of(code) or "",
        kind=kind_of(code, name),
        parent_code=parent,
        pinyin=sort_key(name),
    )
