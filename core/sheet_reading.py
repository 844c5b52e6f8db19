"""Tables that people send: .xlsx, .xls and .csv, told apart by content, read with limits."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import InputInvalid, TooLarge, WrongMedia
from core.text import clean_text

Source: TypeAlias = str | os.PathLike[str] | IO[bytes]

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELLS = 5_000_000
MAX_CELL_LENGTH = 32_767
_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Where a cell or a row says it stands. The reader reserves the whole rectangle up to the last
# one, so two cells in opposite corners would ask for the memory of 17 billion.
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]{0,200}?\br\s*=\s*[\"']([A-Z]{0,7})(\d{1,10})[\"']")
_PATTERN_OVERLAP = 300


def grid(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, as `(row number in the file, cells as clean text)`.

    Numbers lose a needless ".0", dates become 2026-01-31, true and false 是 and 否. Of a workbook
    the first sheet counts. Raises WrongMedia for other or broken files, TooLarge over the limits.
    """
    data = _content(source)
    cells = 0
    for number, raw in enumerate(_raw_rows(data), 1):
        row = [_cell_text(cell, number) for cell in raw]
        while row and not row[-1]:
            row.pop()
        if not row:
            continue
        cells += len(row)
        if number > MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise _too_large(f"最多{MAX_ROWS}行、{MAX_COLUMNS}列")
        yield number, row


def _content(source: Source) -> bytes:
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    else:
        with suppress(AttributeError, OSError):
            source.seek(0)
        data = source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large("文件最大30MB")
    return data


def _raw_rows(data: bytes) -> Iterator[list[Any]]:
    if data.startswith(b"PK"):
        _check_package(data)
        return _workbook_rows(data)
    if data.startswith(_XLS):
        return _workbook_rows(data)
    return _csv_rows(data)


def _check_package(data: bytes) -> None:
    """Refuses bombs before the reader unpacks: honest sizes, few parts, a small rectangle."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise _wrong()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _too_large("解开后超过300MB")
            for part in parts:
                # Reading to the end also proves that the declared sizes are true (CRC).
                _check_part(package.open(part), part.filename.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _wrong() from error


def _check_part(part: IO[bytes], is_sheet: bool) -> None:
    tail = b""
    with part:
        while chunk := part.read(1024 * 1024):
            if is_sheet:
                tail = _check_places(tail + chunk)[-_PATTERN_OVERLAP:]


def _check_places(xml: bytes) -> bytes:
    for letters, digits in _PLACE.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if int(digits) > MAX_ROWS or column > MAX_COLUMNS:
            raise _too_large(f"最多{MAX_ROWS}行、{MAX_COLUMNS}列，请删去数据区以外的空白行列")
    return xml


def _workbook_rows(data: bytes) -> Iterator[list[Any]]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            if not book.sheet_names:
                raise _wrong()
            yield from book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _wrong() from error


def _csv_rows(data: bytes) -> Iterator[list[Any]]:
    text = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;，", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise _wrong() from error


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or GB 18030, which Chinese spreadsheets write by default."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise _wrong()


def _cell_text(cell: Any, row: int) -> str:
    if isinstance(cell, str):
        return _clean(cell, row)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _clean(cell: str, row: int) -> str:
    if cell.isascii() and cell.isprintable():
        text = cell.strip()
    else:
        try:
            text = clean_text(cell, max_length=MAX_CELL_LENGTH, field=f"第{row}行")
        except InputInvalid as error:
            message = f"第{row}行：{error.message}"
            raise InputInvalid(error.code, message, {"file": message}) from error
    # The mark that our own export puts before a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_STARTS else text


FORMULA_STARTS = tuple("=+-@\t\r")


def _wrong() -> WrongMedia:
    message = "这个文件读不出表格。请用Excel（.xlsx或.xls）或CSV保存后再上传，并去掉打开密码。"
    return WrongMedia("sheet_unreadable", message, {"file": message})


def _too_large(limit: str) -> TooLarge:
    message = f"这个表格太大了（{limit}）。请拆成几个文件，分次导入。"
    return TooLarge("sheet_too_large", message, {"file": message})
