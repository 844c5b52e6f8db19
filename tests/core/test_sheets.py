"""Tables in and out: what people really send, and what a hostile file tries."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from core.errors import InputInvalid, TooLarge, WrongMedia
from core.sheets import (
    Column,
    ImportReport,
    RowProblem,
    parse_rows,
    read_rows,
    to_choice,
    to_day,
    to_integer,
    to_phone,
    to_text,
    to_yes_no,
    write_csv,
    write_xlsx,
)

COLUMNS = [
    Column("name", "姓名", required=True, parse=to_text(10)),
    Column("phone", "手机号", aliases=("电话", "联系电话"), parse=to_phone),
    Column("born_on", "出生日期", parse=to_day),
    Column("grade", "级别", parse=to_choice({"县": 3, "镇": 4})),
    Column("active", "在任", parse=to_yes_no),
    Column("age", "年龄", parse=to_integer(18, 99)),
]


def xlsx(*rows, before=()):
    book = openpyxl.Workbook()
    for row in (*before, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(out.getvalue())


def csv_file(text, encoding="utf-8"):
    return io.BytesIO(text.encode(encoding))


def rows_of(source):
    header, rows = read_rows(source)
    return header, list(rows)


def test_read_rows_from_a_workbook():
    source = xlsx(
        ["编号", "名称", "日期", "时刻", "数", "有"],
        [370782100, " 密州\n街道 ", date(2026, 1, 31), datetime(2026, 1, 31, 8, 30), 1.5, True],  # noqa: DTZ001
        [None] * 6,
        ["00123", "", None, None, None, False],
    )
    assert rows_of(source) == (
        ["编号", "名称", "日期", "时刻", "数", "有"],
        [
            (2, {"编号": "370782100", "名称": "密州\n街道", "日期": "2026-01-31",
                 "时刻": "2026-01-31 08:30:00", "数": "1.5", "有": "是"}),
            (4, {"编号": "00123", "名称": "", "日期": "", "时刻": "", "数": "", "有": "否"}),
        ],
    )  # fmt: skip


def test_read_rows_numbers_are_those_of_the_file():
    source = xlsx(["a", "b"], [None, "x"], before=[[], ["", ""]])
    assert rows_of(source) == (["a", "b"], [(4, {"a": "", "b": "x"})])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_read_rows_from_csv_in_any_encoding(encoding, delimiter):
    text = f'编号{delimiter}名称\r\n1{delimiter}"诸城市{delimiter}喆"\r\n'
    assert rows_of(csv_file(text, encoding)) == (
        ["编号", "名称"],
        [(2, {"编号": "1", "名称": f"诸城市{delimiter}喆"})],
    )


def test_read_rows_from_a_path(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    assert rows_of(path) == (["a"], [(2, {"a": "1"})])
    assert rows_of(str(path)) == (["a"], [(2, {"a": "1"})])


def test_read_rows_of_nothing():
    assert rows_of(io.BytesIO(b"")) == ([], [])


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\xff\xff\xff",
        b"%PDF-1.7\0",
    ],
)
def test_read_rows_refuses_other_files(data):
    with pytest.raises(WrongMedia) as caught:
        rows_of(io.BytesIO(data))
    assert caught.value.code == "sheet_unreadable"


def repacked(source, change):
    """The package with its parts changed by `change(name, data)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out


def test_read_rows_refuses_a_document_that_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    with pytest.raises(WrongMedia):
        rows_of(out)


def test_read_rows_refuses_a_bomb():
    def swell(name, data):
        return data + b" " * 320 * 1024 * 1024 if name == "xl/styles.xml" else data

    with pytest.raises(TooLarge):
        rows_of(repacked(xlsx(["a"], ["1"]), swell))


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD2"])
def test_read_rows_refuses_a_cell_at_the_end_of_the_world(place):
    """The reader reserves the whole rectangle: this file would ask for 400 GB."""

    def move(name, data):
        return data.replace(b'r="A2"', f'r="{place}"'.encode()) if "sheet1" in name else data

    with pytest.raises(TooLarge):
        rows_of(repacked(xlsx(["a"], ["1"]), move))


def test_read_rows_refuses_a_package_that_lies_about_its_size():
    data = bytearray(xlsx(["a"] * 50, *([["1"] * 50] * 50)).getvalue())
    entry = data.rindex(b"PK\x01\x02", 0, data.index(b"xl/worksheets/sheet1.xml", len(data) // 2))
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    with pytest.raises(WrongMedia):
        rows_of(io.BytesIO(bytes(data)))


def test_read_rows_refuses_too_many_columns():
    with pytest.raises(TooLarge):
        rows_of(csv_file(",".join("a" * 301)))


def test_read_rows_refuses_broken_characters_and_names_the_row():
    def spell_nul(name, data):
        return data.replace(b"NUL-HERE", b"x_x0000_y")

    with pytest.raises(InputInvalid) as caught:
        rows_of(repacked(xlsx(["a"], ["NUL-HERE"]), spell_nul))
    assert caught.value.message.startswith("第2行：")


def test_parse_rows_types_every_cell():
    source = xlsx(
        ["联系电话", "姓 名（必填）", "出生日期", "级别", "在任", "年龄", "备注"],
        [13812341234, "王五", date(1980, 2, 29), "县", "是", 46, "随便"],
        ["0536-6062345", "赵六", "1981年3月1日", "镇", "否", None, None],
        before=[["某某人大代表名单"], []],
    )
    rows, problems = parse_rows(source, COLUMNS)
    assert problems == []
    assert rows == [
        (4, {"name": "王五", "phone": "13812341234", "born_on": date(1980, 2, 29), "grade": 3,
             "active": True, "age": 46}),
        (5, {"name": "赵六", "phone": "05366062345", "born_on": date(1981, 3, 1), "grade": 4,
             "active": False, "age": None}),
    ]  # fmt: skip


def test_parse_rows_tells_each_problem_with_row_column_and_remedy():
    source = csv_file(
        "姓名,电话,出生日期,级别,在任,年龄\n"
        ",1381234,2026-02-30,省,也许,17\n"
        "一个名字特别特别长的人,13812341234,19800101,县,√,18\n"
    )
    rows, problems = parse_rows(source, COLUMNS)
    assert [str(problem) for problem in problems] == [
        "第2行「姓名」：没有填写；应填写这一格",
        "第2行「手机号」“1381234”：不是电话号码；应为11位手机号，或带区号的座机号",
        "第2行「出生日期」“2026-02-30”：不是日期；应写成2026-01-31这样",
        "第2行「级别」“省”：不在可选范围内；应为其中之一：县、镇",
        "第2行「在任」“也许”：看不出是或否；应填“是”或“否”",
        "第2行「年龄」“17”：不是要求的整数；应为18到99之间的整数",
        "第3行「姓名」“一个名字特别特别长的人”：有11个字，太长；应不超过10个字",
    ]
    assert [number for number, _ in rows] == [2, 3]
    assert rows[1][1]["born_on"] == date(1980, 1, 1)


def test_parse_rows_without_the_required_column():
    rows, problems = parse_rows(csv_file("电话,级别\n1,县\n"), COLUMNS)
    assert rows == []
    assert [str(p) for p in problems] == [
        "第1行：表头缺少：姓名；应有这些列：姓名、手机号、出生日期、级别、在任、年龄"
    ]


@pytest.mark.parametrize("text", ["", "姓名\n"])
def test_parse_rows_without_rows_is_a_problem(text):
    rows, problems = parse_rows(csv_file(text), COLUMNS)
    assert rows == []
    assert len(problems) == 1


def test_parse_rows_a_doubled_column_is_a_problem():
    _, problems = parse_rows(csv_file("姓名,电话,手机号\n王五,1,2\n"), COLUMNS)
    assert [str(p) for p in problems] == ["第1行「手机号」：这一列出现了两次；应只留一列"]


def test_parse_rows_reports_at_most_a_thousand_problems():
    _, problems = parse_rows(csv_file("姓名,年龄\n" + "王五,0\n" * 1_500), COLUMNS)
    assert len(problems) == 1_000


def test_import_report_speaks_to_people_and_machines():
    problem = RowProblem(3, "手机号", "1381", "不是电话号码", "为11位手机号")
    report = ImportReport(7, [problem])
    assert report.as_text() == (
        "第3行「手机号」“1381”：不是电话号码；应为11位手机号\n共7行，发现1处问题，一行也没有导入。"
    )
    assert json.loads(report.as_json()) == {
        "rows": 7,
        "ok": False,
        "problems": [
            {"row": 3, "column": "手机号", "value": "1381", "problem": "不是电话号码",
             "remedy": "为11位手机号"}
        ],
    }  # fmt: skip
    assert ImportReport(7).as_text() == "共7行，全部正确。"


HEADER = ["姓名", "数", "日", "时刻", "有", "空"]
ROWS = [
    ["=cmd|' /C calc'!A0", 3, date(2026, 1, 31), datetime(2026, 1, 30, 16, tzinfo=UTC), True, None],
    ["+1", -2.5, date(2026, 2, 1), datetime(2026, 2, 1, 8, 30, tzinfo=UTC), False, float("nan")],
    ["-1", Decimal("0.5"), None, None, None, ""],
    ["@SUM(A1)", 123456789012345678, None, None, None, None],
    ["\tx", 0, None, None, None, None],
]
ESCAPED = ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@SUM(A1)", "'\tx"]


def test_write_xlsx_escapes_formulas_and_keeps_types():
    out = io.BytesIO()
    assert write_xlsx(out, HEADER, iter(ROWS)) == 5
    sheet = openpyxl.load_workbook(out).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == HEADER
    assert [row[0] for row in cells[1:]] == ESCAPED
    assert {sheet.cell(row, 1).data_type for row in range(2, 7)} == {"s"}
    assert cells[1][1:] == [3, datetime(2026, 1, 31), datetime(2026, 1, 31), "是", None]  # noqa: DTZ001
    assert cells[2][1:] == [-2.5, datetime(2026, 2, 1), datetime(2026, 2, 1, 16, 30), "否", None]  # noqa: DTZ001
    assert cells[4][1] == "123456789012345678"


def test_write_csv_escapes_formulas_and_carries_its_mark():
    out = io.BytesIO()
    assert write_csv(out, HEADER, iter(ROWS)) == 5
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    assert lines[0] == HEADER
    assert [line[0] for line in lines[1:]] == ESCAPED
    assert lines[1][1:] == ["3", "2026-01-31", "2026-01-31 00:00:00", "是", ""]


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_what_was_written_reads_back(write, tmp_path):
    path = tmp_path / "out"
    write(path, ["姓名", "备注"], [["=1+1", "第一行\n第二行"], ["王五", 'a,b"c']])
    assert rows_of(path) == (
        ["姓名", "备注"],
        [(2, {"姓名": "=1+1", "备注": "第一行\n第二行"}), (3, {"姓名": "王五", "备注": 'a,b"c'})],
    )


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_an_empty_export_still_has_its_header(write):
    out = io.BytesIO()
    assert write(out, ["姓名", "=危险"], []) == 0
    assert rows_of(out) == (["姓名", "=危险"], [])


def test_a_cell_too_long_for_a_spreadsheet_is_cut_visibly():
    out = io.BytesIO()
    write_xlsx(out, ["文"], [["=" + "字" * 40_000]])
    _, rows = rows_of(out)
    assert rows[0][1]["文"].endswith("…（过长，已截断）")


def test_two_columns_of_one_title_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="same title"):
        write_xlsx(io.BytesIO(), ["a", "a"], [])
