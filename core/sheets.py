"""Excel and CSV in and out, the same for commands, desk and admin.

Reading: `read_rows` for plain rows, `parse_rows` for typed ones with a report that tells people
row by row what is wrong and what would be right. All or nothing is the caller's transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from core.errors import InputInvalid
from core.personal import normalise_phone
from core.sheet_reading import Source, grid
from core.sheet_writing import csv_chunks, write_csv, write_xlsx

__all__ = [
    "CellWrong", "Column", "ImportReport", "RowProblem", "csv_chunks", "parse_rows", "read_rows",
    "to_choice", "to_day", "to_integer", "to_phone", "to_text", "to_yes_no", "write_csv",
    "write_xlsx",
]  # fmt: skip

Row: TypeAlias = tuple[int, dict[str, Any]]
HEADER_WITHIN = 10
MAX_PROBLEMS = 1_000


class CellWrong(ValueError):
    """Raised by a column's parser: what is wrong with the cell, and what it should be."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True)
class Column:
    """A known column: field name, Chinese title, other titles it goes by, how to read a cell.

    `parse` turns the text of a filled cell into a value or raises CellWrong. An empty cell is
    None, and a problem if the column is required.
    """

    name: str
    label: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    parse: Callable[[str], Any] = str


@dataclass(frozen=True)
class RowProblem:
    """One cell that cannot be taken. Row numbers are those of the file, the first is 1."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"第{self.row}行" + (f"「{self.column}」" if self.column else "")
        found = f"“{self.value[:40]}”" if self.value else ""
        lead = "" if self.remedy.startswith(("应", "请", "可", "需")) else "应"
        return f"{where}{found}：{self.problem}；{lead}{self.remedy}"


@dataclass(frozen=True)
class ImportReport:
    """What an import found: how many rows, and what is wrong with which of them."""

    rows: int
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing is wrong, the rows may be saved."""
        return not self.problems

    def as_text(self) -> str:
        """For people: a line per problem, then the sum."""
        if self.ok:
            return f"共{self.rows}行，全部正确。"
        lines = [str(problem) for problem in self.problems]
        many = "（只列出前面的）" if len(lines) >= MAX_PROBLEMS else ""
        lines.append(f"共{self.rows}行，发现{len(lines)}处问题{many}，一行也没有导入。")
        return "\n".join(lines)

    def as_json(self) -> str:
        """For machines: `{"rows", "ok", "problems": [{"row", "column", ...}]}`."""
        problems = [problem.__dict__ for problem in self.problems]
        body = {"rows": self.rows, "ok": self.ok, "problems": problems}
        return json.dumps(body, ensure_ascii=False)


def read_rows(source: Source) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The titles (first row that is not empty) and the rows below as title → text.

    The source is a path or a binary file, .xlsx, .xls or .csv by content. Cells without a title
    are left out; a missing cell is an empty string.
    """
    rows = grid(source)
    _, header = next(rows, (0, []))
    body = ((number, _by_title(header, cells)) for number, cells in rows)
    return header, body


def parse_rows(source: Source, columns: Sequence[Column]) -> tuple[list[Row], list[RowProblem]]:
    """`(row number, {name: value})` of every row, and all problems found (the first 1,000).

    The header is looked for in the first ten rows, so a title above it does no harm; a column is
    found by label, field name or alias, in any order and spacing. Columns nobody knows are left
    alone. A row with a problem is still returned, with None in the wrong cell.
    """
    rows = grid(source)
    places, problems = _find_header(rows, columns)
    if problems:
        return [], problems
    parsed: list[Row] = []
    for number, cells in rows:
        values: dict[str, Any] = {}
        for column, place in places:
            cell = cells[place] if place is not None and place < len(cells) else ""
            values[column.name] = _value(column, cell, number, problems)
        parsed.append((number, values))
    if not parsed:
        problems.append(RowProblem(1, "", "", "没有数据", "在表头下面至少填写一行"))
    return parsed, problems[:MAX_PROBLEMS]


def to_text(max_length: int) -> Callable[[str], str]:
    """Text of at most so many characters."""

    def parse(cell: str) -> str:
        if len(cell) > max_length:
            raise CellWrong(f"有{len(cell)}个字，太长", f"不超过{max_length}个字")
        return cell

    return parse


def to_integer(low: int, high: int) -> Callable[[str], int]:
    """A whole number between the two, both included."""

    def parse(cell: str) -> int:
        if not re.fullmatch(r"-?\d{1,15}", cell, re.ASCII) or not low <= int(cell) <= high:
            raise CellWrong("不是要求的整数", f"为{low}到{high}之间的整数")
        return int(cell)

    return parse


def to_day(cell: str) -> date:
    """2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日, 20260131 or a date cell."""
    match = re.fullmatch(
        r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?: 00:00:00)?", cell, re.ASCII
    )
    try:
        year, *rest = match.groups() if match else ()
        month, day = (part for part in rest if part)
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise CellWrong("不是日期", "写成2026-01-31这样") from error


def to_phone(cell: str) -> str:
    """A mobile number or a landline with its area code, digits only."""
    digits = normalise_phone(cell)
    if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", digits, re.ASCII):
        raise CellWrong("不是电话号码", "为11位手机号，或带区号的座机号")
    return digits


def to_yes_no(cell: str) -> bool:
    """是 or 否, also 有/无, √/×, 1/0."""
    for words, answer in (
        (("是", "有", "√", "1", "Y", "y"), True),
        (("否", "无", "×", "0", "N", "n"), False),
    ):
        if cell in words:
            return answer
    raise CellWrong("看不出是或否", "填“是”或“否”")


def to_choice(choices: dict[str, Any]) -> Callable[[str], Any]:
    """One of the given words; the value is what stands behind it."""

    def parse(cell: str) -> Any:
        if cell not in choices:
            raise CellWrong("不在可选范围内", f"为其中之一：{'、'.join(choices)}")
        return choices[cell]

    return parse


def _by_title(header: list[str], cells: list[str]) -> dict[str, str]:
    padded = cells + [""] * (len(header) - len(cells))
    return {title: cell for title, cell in zip(header, padded, strict=False) if title}


def _find_header(
    rows: Iterator[tuple[int, list[str]]], columns: Sequence[Column]
) -> tuple[list[tuple[Column, int | None]], list[RowProblem]]:
    """The place of each column; consumes the rows up to and including the header."""
    nearest: list[str] = []
    for number, cells in rows:
        titles = [_folded(cell) for cell in cells]
        places = [(column, _place(column, titles)) for column in columns]
        missing = [c.label for c, place in places if c.required and place is None]
        if not missing and any(place is not None for _, place in places):
            return places, _doubled(number, places, titles)
        if not nearest or len(missing) < len(nearest):
            nearest = missing
        if number >= HEADER_WITHIN:
            break
    lacking = "、".join(nearest or [column.label for column in columns if column.required])
    remedy = f"有这些列：{'、'.join(column.label for column in columns)}"
    return [], [RowProblem(1, "", "", f"表头缺少：{lacking}", remedy)]


def _doubled(
    number: int, places: list[tuple[Column, int | None]], titles: list[str]
) -> list[RowProblem]:
    return [
        RowProblem(number, column.label, "", "这一列出现了两次", "只留一列")
        for column, place in places
        if place is not None and sum(title in _titles(column) for title in titles) > 1
    ]


def _place(column: Column, titles: list[str]) -> int | None:
    known = _titles(column)
    return next((place for place, title in enumerate(titles) if title in known), None)


def _titles(column: Column) -> set[str]:
    return {_folded(title) for title in (column.name, column.label, *column.aliases)}


def _folded(title: str) -> str:
    """Titles are compared without spaces, case, stars and remarks like （必填） or （如：北关）."""
    return re.sub(r"[（(][^)）]*[填如例][^)）]*[)）]|[\s*\uff0a:：]", "", title).casefold()


def _value(column: Column, cell: str, number: int, problems: list[RowProblem]) -> Any:
    if not cell:
        if column.required:
            problems.append(RowProblem(number, column.label, "", "没有填写", "填写这一格"))
        return None
    try:
        return column.parse(cell)
    except CellWrong as wrong:
        problems.append(RowProblem(number, column.label, cell, wrong.problem, wrong.remedy))
    except InputInvalid as wrong:
        problems.append(RowProblem(number, column.label, cell, wrong.message, "改正后再导入"))
    return None
