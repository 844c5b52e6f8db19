"""Tables that people take away: .xlsx and .csv from a generator, harmless when opened."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from rustpy_xlsxwriter import write_worksheet

from core.dates import LOCAL_ZONE
from core.sheet_reading import FORMULA_STARTS, MAX_CELL_LENGTH

Target: TypeAlias = str | os.PathLike[str] | BinaryIO

COLUMN_WIDTH = 18
LONGEST_NUMBER = 10**15
_CUT = "…（过长，已截断）"


def write_xlsx(target: Target, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes one sheet with a bold, fixed header; returns the number of rows.

    Numbers and dates stay what they are, moments become local time. Text that a spreadsheet
    would take for a formula gets a leading apostrophe, which our own import takes off again.
    """
    titles = _distinct(header)
    counted = _Counter(rows)
    records: Iterable[dict[str, Any]] = (
        dict(zip(titles, map(_cell, row), strict=True)) for row in counted
    )
    first = next(iter(records), None)
    # Without any record there would be no header either.
    whole = _chain(first if first is not None else dict.fromkeys(titles), records)
    write_worksheet(
        whole,
        os.fspath(target) if isinstance(target, str | os.PathLike) else target,
        sheet_name="表1",
        bold_headers=True,
        freeze_row=1,
        column_width=COLUMN_WIDTH,
        float_format="General",
    )
    return counted.seen


def write_csv(target: Target, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """The same as CSV in UTF-8 with the mark that Excel needs; returns the number of rows."""
    counted = _Counter(rows)
    if isinstance(target, str | os.PathLike):
        with Path(target).open("wb") as file:
            file.writelines(csv_chunks(header, counted))
    else:
        target.writelines(csv_chunks(header, counted))
    return counted.seen


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The CSV in pieces, for a streamed answer."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_cell(title) for title in header])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if buffer.tell() > 65_536:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: Any) -> Any:
    if type(value) is str:  # nearly every cell of a register; the rest may be told apart slowly
        return _harmless(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(LOCAL_ZONE).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, int | float | Decimal):
        # A spreadsheet keeps 15 digits; a longer number is a code and stays text.
        return value if -LONGEST_NUMBER < value < LONGEST_NUMBER else str(value)
    if isinstance(value, date):
        return value
    return _harmless(str(value))


def _csv_cell(value: Any) -> Any:
    cell = _cell(value)
    return cell.isoformat(" ", "seconds") if isinstance(cell, datetime) else cell


def _harmless(text: str) -> str:
    if len(text) >= MAX_CELL_LENGTH:
        text = text[: MAX_CELL_LENGTH - len(_CUT) - 1] + _CUT
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _distinct(header: Sequence[str]) -> list[str]:
    titles = [_harmless(title) for title in header]
    if len(set(titles)) != len(titles):
        raise ValueError("two columns with the same title")
    return titles


def _chain(first: dict[str, Any], rest: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


class _Counter:
    """Passes rows through and counts them."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = rows
        self.seen = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.seen += 1
            yield row
