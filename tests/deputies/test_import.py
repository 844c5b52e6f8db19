"""Importing and exporting the register: every kind of bad row, all or nothing, out and in again."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from audit.actors import SYSTEM
from audit.models import Entry
from audit.services import verify
from core.errors import WrongMedia
from core.sheets import write_xlsx
from deputies.models import Delegation, Deputy, Group, Seat, Studio
from deputies.rules import initials_of, term_number
from deputies.selectors.sheets import deputy_rows
from deputies.services import import_deputies, open_seat
from deputies.services.sheet_columns import EXAMPLE, HEADER
from tests.deputies.sheets import LABELS, row, sheet
from tests.world import NOW

pytestmark = pytest.mark.django_db


def run(*rows, scope=None, dry_run=False, **more):
    return import_deputies(
        file=sheet(*rows, **more), actor=SYSTEM, now=NOW, scope=scope, dry_run=dry_run
    )


def wrong(report):
    """(row, column) of every problem."""
    return [(p.row, p.column) for p in report.problems]


def test_import_adds_persons_seats_groups_and_studios(here, city_term):
    here.group("汽车产业小组")
    report = run(
        row(code="A1", name="王小明", gender="男", term="第十九届", district="第三选区",
            delegation="密州代表团", certificate="190001", starts_on="2022-03-01",
            office_phone="0536-6012345", groups="汽车产业小组", studio="王小明工作室",
            occupation="教师", introduction="扎根社区。", state="在任"),
        row(code="A1", congress="潍坊市", term="18"),
        row(name="李 和", region="370782001", congress="C370782"),
    )  # fmt: skip

    assert report.problems == []
    assert (report.rows, report.added, report.changed) == (3, 3, 0)
    assert report.notes == ["新设代表团：密州代表团"]
    one, two = Deputy.objects.get(code="A1"), Deputy.objects.get(name="李和")
    assert (one.levels, one.serving, one.initials, one.office_phone) == (
        [3, 4], True, "wxm", "05366012345",
    )  # fmt: skip
    seat = one.seats.get(term=here.term)
    assert (seat.district, seat.delegation.name, seat.starts_on, seat.state) == (
        "第三选区", "密州代表团", date(2022, 3, 1), "active",
    )  # fmt: skip
    assert [g.name for g in one.groups.all()] == ["汽车产业小组"]
    assert Studio.objects.get(owner_code="A1").name == "王小明工作室"
    assert (two.region_code, two.levels) == ("370782001", [4])
    assert [p for p in verify().problems if "seat" in p] == []


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"name": ""}, "name"),
        ({"name": "王"}, "name"),
        ({"name": "王小明13800138000"}, "name"),
        ({"name": "=cmd|' /C calc'!A0"}, "name"),
        ({"gender": "未知"}, "gender"),
        ({"region": ""}, "region"),
        ({"region": "37078"}, "region"),
        ({"region": "370782999999"}, "region"),
        ({"region": "不存在的街道"}, "region"),
        ({"congress": ""}, "congress"),
        ({"congress": "青岛市"}, "congress"),
        ({"congress": "寿光市"}, "congress"),
        ({"term": "第二十届"}, "term"),
        ({"term": "去年"}, "term"),
        ({"starts_on": "2022-13-01"}, "starts_on"),
        ({"state": "终止"}, "state"),
        ({"state": "届满"}, "state"),
        ({"office_phone": "12345"}, "office_phone"),
        ({"groups": "没有的小组"}, "groups"),
        ({"code": "编号 一"}, "code"),
        ({"introduction": "身份证11010519491231002X"}, "introduction"),
        ({"introduction": "打我电话13800138000"}, "introduction"),
        ({"district": "选" * 61}, "district"),
    ],
)
def test_bad_cell_is_named_with_its_remedy_and_nothing_is_written(here, there, cells, column):
    before = (Deputy.objects.count(), Seat.objects.count(), Entry.objects.count())

    report = run(row(name="好人一", code="B1"), row(**cells), row(name="好人二", code="B2"))

    assert wrong(report) == [(3, LABELS[column])]
    assert report.problems[0].problem
    assert report.problems[0].remedy
    assert (Deputy.objects.count(), Seat.objects.count(), Entry.objects.count()) == before
    assert "一行也没有导入" in report.as_text()


def test_formula_cell_is_taken_as_text_and_refused_as_a_name(here):
    report = run(row(occupation="=1+1"))

    assert report.ok
    assert Deputy.objects.get(name="王小明").occupation == "=1+1"


def test_doubles_inside_the_file_are_found(here, city_term):
    report = run(
        row(name="同名人"),
        row(name="同名人"),  # 3: no code, same place: one person or two?
        row(code="C1", name="甲某某", certificate="1"),
        row(code="C2", name="乙某某", certificate="1"),  # 5: certificate of row 4
        row(code="C1", name="甲某某"),  # 6: the same seat as row 4
        row(code="C3", name="丙某某", gender="男"),
        row(code="C3", name="丙某某", gender="女", congress="潍坊市"),  # 8: says otherwise
    )

    assert wrong(report) == [
        (3, "姓名"), (5, "代表证号"), (6, "届次"), (8, "性别"),
    ]  # fmt: skip


def test_doubles_against_the_register_are_found(here):
    known = here.deputy("甲某某", code="K1")
    known.seats.update(certificate="190001")

    report = run(
        row(name="甲某某"),  # 2: same name and place, no code
        row(name="乙某某", code="K1"),  # 3: that code is somebody else's
        row(name="丙某某", code="N1", certificate="190001"),  # 4: that certificate too
        row(name="甲某某", code="K1", state="暂停执行职务"),  # 5: no state by import
    )

    assert wrong(report) == [(2, "代表编号"), (3, "姓名"), (4, "代表证号"), (5, "资格")]
    assert "K1" in report.problems[0].remedy


def test_same_row_again_changes_nothing_and_a_filled_cell_changes_that(here):
    run(row(code="A1", occupation="教师", district="第三选区"))
    entries = Entry.objects.count()

    same = run(row(code="A1", occupation="", district="第三选区"))

    assert (same.added, same.changed) == (0, 0)
    assert Entry.objects.count() == entries + 1  # that an import took place

    other = run(row(code="A1", occupation="医生", district="第四选区", region="370782001"))

    deputy = Deputy.objects.get(code="A1")
    seat = deputy.seats.get()
    assert (other.added, other.changed) == (0, 1)
    assert (deputy.occupation, seat.district, seat.region_code) == (
        "医生", "第四选区", "370782001",
    )  # fmt: skip


def test_scope_keeps_an_import_at_home_and_tells_nothing_of_elsewhere(here, there):
    there.deputy("邻县某", code="N1")
    there.group("邻县小组")
    mine = [here.code]

    report = run(
        row(region=there.village, congress="寿光市"),  # 2: their place
        row(name="邻县某", code="N1"),  # 3: their code
        row(name="邻县某", code="N2"),  # fine: their namesake is not looked at
        row(code="N3", groups="邻县小组"),  # 5: their group
        scope=mine,
    )

    assert wrong(report) == [
        (2, "联系地区代码"), (3, "代表编号"), (5, "代表小组"),
    ]  # fmt: skip
    assert "寿光" not in report.as_text()
    assert run(row(name="邻县某", code="N2"), scope=mine).ok


def test_place_by_name_is_taken_and_an_ambiguous_one_asked_about(here, there):
    assert run(row(code="A1", region="诸城市东街街道")).ok
    assert Deputy.objects.get(code="A1").region_code == "370782001"
    from congress.models import Region

    Region.objects.create(code="370782001002", level="village", name="李家庄村",
                          full_name="a", parent_code="370782001")  # fmt: skip
    Region.objects.create(code="370783001002", level="village", name="李家庄村",
                          full_name="b", parent_code="370783001")  # fmt: skip

    assert wrong(run(row(code="A2", region="李家庄村"))) == [(2, "联系地区代码")]
    assert run(row(code="A2", region="李家庄村"), scope=[here.code]).ok


def test_header_that_is_missing_columns_says_which(here):
    report = run(["王小明"], header=["随便"])

    assert not report.ok
    assert "姓名" in report.problems[0].problem


def test_empty_sheet_and_wrong_file_are_refused(here):
    assert not run().ok
    with pytest.raises(WrongMedia):
        import_deputies(file=io.BytesIO(b"PK\x03\x04 not a workbook"), actor=SYSTEM, now=NOW)


def test_export_and_import_again_changes_nothing(here, city_term):
    here.group("汽车产业小组")
    run(
        row(code="A1", gender="女", district="=第三选区", delegation="甲团", certificate="1",
            occupation="+职务", office_phone="05366012345", groups="汽车产业小组",
            studio="@工作室", introduction="-热心\n公益", term="19"),
        row(code="A1", congress="潍坊市"),
    )  # fmt: skip
    for kind in ("xlsx", "csv"):
        rows = list(deputy_rows(Deputy.objects.filter(code="A1")))
        assert len(rows) == 2
        before = Deputy.objects.filter(code="A1").values().get()

        report = run(*rows, kind=kind)

        assert (report.problems, report.added, report.changed) == ([], 0, 0)
        assert Deputy.objects.filter(code="A1").values().get() == before


def test_register_exported_restores_into_an_empty_one(here):
    run(row(code="D000777", gender="女", district="第三选区", delegation="甲团"))
    file = sheet(*deputy_rows(Deputy.objects.filter(code="D000777")))
    Seat.objects.all().delete()
    Delegation.objects.all().delete()
    Deputy.objects.filter(code="D000777").delete()

    assert import_deputies(file=file, actor=SYSTEM, now=NOW).ok

    deputy = Deputy.objects.get(code="D000777")
    assert (deputy.serving, deputy.seats.get().district) == (True, "第三选区")


def test_whole_import_is_written_in_a_fixed_number_of_queries(here, django_assert_max_num_queries):
    rows = [
        row(code=f"Q{n}", name="王" + chr(0x4E00 + n), certificate=str(n), studio=f"工作室{n}")
        for n in range(200)
    ]
    with django_assert_max_num_queries(45):
        assert run(*rows).ok
    assert Deputy.objects.filter(code__startswith="Q").count() == 200


# --- the command --------------------------------------------------------------------------------


def command(tmp_path, capsys, *rows, arguments=()):
    path = tmp_path / "代表.xlsx"
    write_xlsx(path, HEADER, rows)
    code = 0
    try:
        call_command("import_deputies", str(path), *arguments)
    except SystemExit as left:
        code = left.code
    return code, capsys.readouterr().out


def test_command_answers_0_1_2(here, tmp_path, capsys):
    good, bad = row(code="A1"), row(code="A2", name="")

    assert command(tmp_path, capsys, good, arguments=["--dry-run"])[0] == 0
    assert not Deputy.objects.filter(code="A1").exists()
    assert command(tmp_path, capsys, good)[0] == 0
    assert Deputy.objects.filter(code="A1").exists()
    code, words = command(tmp_path, capsys, bad)
    assert (code, "第2行「姓名」" in words) == (1, True)
    for path in (tmp_path / "nothing.xlsx", tmp_path):
        with pytest.raises(CommandError) as refused:
            call_command("import_deputies", str(path))
        assert refused.value.returncode == 2


def test_command_speaks_json_and_nothing_else(here, tmp_path, capsys):
    _, words = command(tmp_path, capsys, row(code="A1"), arguments=["--json", "--dry-run"])
    assert json.loads(words) == {
        "rows": 1, "ok": True, "problems": [], "added": 1, "changed": 0, "notes": [],
    }  # fmt: skip

    code, words = command(tmp_path, capsys, row(code="A1", term="三"), arguments=["--json"])
    assert (code, json.loads(words)["problems"][0]["row"]) == (1, 2)


def test_template_is_a_sheet_the_import_understands(here, tmp_path, capsys):
    path = tmp_path / "空表.xlsx"
    call_command("import_deputies", str(path), "--template")
    with path.open("rb") as file:
        report = import_deputies(file=file, actor=SYSTEM, now=NOW, dry_run=True)

    # the example row is refused by its name, so that nobody imports it by mistake
    assert wrong(report)[0] == (2, "姓名")
    assert EXAMPLE[1].endswith("（示例，导入前删去本行）")


# --- pure ---------------------------------------------------------------------------------------


@given(st.integers(1, 99))
def test_term_is_read_as_it_is_written(number):
    from congress.states import chinese_number

    for words in (
        str(number),
        chinese_number(number),
        f"第{chinese_number(number)}届",
        f"第{number}届",
    ):
        assert term_number(words) == number


@given(st.text(max_size=12))
def test_term_never_breaks_and_initials_are_short(text):
    assert term_number(text) is None or 1 <= term_number(text) <= 99
    assert len(initials_of(text)) <= 40


def test_seat_opened_by_hand_is_known_to_the_import(here):
    deputy = here.deputy("甲某某", code="K1", seat=False)
    open_seat(actor=SYSTEM, deputy=deputy, term=here.term, now=NOW)

    report = run(row(code="K1", name="甲某某", district="第三选区"))

    assert (report.problems, report.added, report.changed) == ([], 0, 1)
    assert Seat.objects.get(deputy=deputy).district == "第三选区"
    assert Group.objects.count() == 0
