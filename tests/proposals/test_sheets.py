"""A session's list in, the register out."""

from datetime import date
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.services import verify
from core.errors import Forbidden
from core.sheets import read_rows, write_csv, write_xlsx
from deputies.models import DutyRecord
from notifications.models import Clock
from proposals.models import NumberSeries, Proposal, Signature
from proposals.services import export_proposals, import_proposals
from proposals.services.sheet_columns import EXPORTED, HEADER
from tests.proposals.place import accepted, assigned, make_place, open_session
from tests.world import NOW
from workflows.engine import apply

TITLES = ["序号", "案由", "主要内容", "提出人", "附议人", "类别", "会次", "提出日期", "承办单位", "协办单位",
          "分类"]  # fmt: skip


def sheet(rows, titles=TITLES):
    data = BytesIO()
    write_xlsx(data, titles, rows)
    data.seek(0)
    return data


def good(place, number=3):
    return [
        [number, "关于增设公交站的建议", "一是增设站点。", "宋玉禾", "李田、王港", "大会期间", 5,
         "2026-11-18", "诸城市政府督查室", "供电公司", "交通运输"],
        ["", "关于清理河道的建议", "清淤。", place.deputies[1].code, "", "闭会期间", "", "2026-11-19", "",
         "", ""],
    ]  # fmt: skip


def test_columns_as_offices_have_them_become_accepted_suggestions(place):
    open_session(place)
    report = import_proposals(
        sheet(good(place)), actor=place.staff, congress=place.congress, now=NOW
    )
    assert report.as_text() == "共2行，全部正确。"
    first, second = Proposal.objects.order_by("id")
    assert (first.state, first.number_words, first.category, first.proxy_way) == (
        "accepted", "第3号", "traffic", "import",
    )  # fmt: skip
    assert [(s.deputy.name, s.lead, s.state) for s in first.signatures.all()] == [
        ("宋玉禾", True, "confirmed"), ("李田", False, "confirmed"), ("王港", False, "confirmed"),
    ]  # fmt: skip
    assert (first.planned_lead, first.planned_co) == (place.office.code, place.county.units[1].code)
    assert (second.number_words, second.session) == ("闭会第1号", None)
    assert DutyRecord.objects.filter(kind="suggestion").count() == 4
    assert Clock.objects.get(object_code=second.code).due_on == date(2026, 11, 26)
    assert verify().holds
    made = apply(first, "assign", actor=place.staff, now=NOW,
                 data={"units": [first.planned_lead]})  # fmt: skip
    assert made.state == "assigned"


def test_numbers_go_on_behind_those_of_the_sheet(place):
    import_proposals(sheet(good(place)), actor=place.staff, congress=place.congress, now=NOW,
                     dry_run=True)  # fmt: skip
    assert Proposal.objects.count() == 0
    open_session(place)
    import_proposals(sheet(good(place, 7)), actor=place.staff, congress=place.congress, now=NOW)
    assert accepted(place).number == 8
    assert NumberSeries.objects.get(key="370782:18:5:session").last == 8


def test_every_wrong_row_is_told_and_nothing_is_stored(place):
    open_session(place)
    bad = [
        [1, "关于一", "x", "不认识的人", "", "大会期间", 5, "", "", "", ""],
        [2, "关于二", "x", "宋玉禾", "谁", "大会期间", 9, "", "没有这个局", "", ""],
        [2, "", "x", "宋玉禾", "", "大会期间", 5, "2031-01-01", "", "", "天文"],
        [4, "关于四", "x", "宋玉禾", "", "大会期间", 5, "", "", "", ""],
        [4, "关于五", "x", "宋玉禾", "", "大会期间", 5, "", "", "", ""],
    ]  # fmt: skip
    report = import_proposals(sheet(bad), actor=place.staff, congress=place.congress, now=NOW)
    told = sorted({(p.row, p.column) for p in report.problems})
    assert told == [
        (2, "领衔代表"), (3, "主办单位"), (3, "会次"), (3, "联名代表"), (4, "分类"), (4, "提出日期"),
        (4, "标题"), (6, "建议号"),
    ]  # fmt: skip
    assert "一行也没有导入" in report.as_text()
    assert (Proposal.objects.count(), Signature.objects.count()) == (0, 0)


def test_two_of_one_name_ask_for_the_certificate(place):
    from deputies.models import Deputy
    from deputies.services import open_seat

    twin = Deputy.objects.create(code="DTWIN", name="李田", region_code="370782001001")
    open_seat(actor=place.staff, deputy=twin, term=place.term, now=NOW)
    rows = [["", "关于一", "x", "李田", "", "闭会期间", "", "", "", "", ""]]
    report = import_proposals(sheet(rows), actor=place.staff, congress=place.congress, now=NOW)
    assert "2位同名" in report.problems[0].problem


def test_a_number_given_already_is_refused(place):
    open_session(place)
    import_proposals(sheet(good(place)), actor=place.staff, congress=place.congress, now=NOW)
    report = import_proposals(
        sheet(good(place)), actor=place.staff, congress=place.congress, now=NOW
    )
    assert [(p.row, p.column) for p in report.problems] == [(2, "建议号")]
    assert Proposal.objects.count() == 2


def test_importing_needs_the_right_there(place):
    neighbour = make_place("370785", "高密市")
    for actor in (neighbour.staff, place.user(place.lead), place.county.users["moderator"]):
        with pytest.raises(Forbidden):
            import_proposals(sheet(good(place)), actor=actor, congress=place.congress, now=NOW)
    assert Proposal.objects.count() == 0


def test_the_command_finds_the_congress_and_tells_by_exit_code(place, tmp_path):
    path = tmp_path / "建议.csv"
    rows = [["关于一的建议", "内容", "宋玉禾"], ["关于二的建议", "内容", "李田"]]
    write_csv(path, ["案由", "内容", "提出人"], rows)
    out = StringIO()
    call_command("import_proposals", str(path), dry_run=True, json=True, stdout=out)
    assert (Proposal.objects.count(), '"ok": true' in out.getvalue()) == (0, True)
    call_command("import_proposals", str(path), stdout=out)
    assert Proposal.objects.count() == 2
    write_csv(path, ["案由", "内容", "提出人"], [["关于一的建议", "内容", "无此人"]])
    with pytest.raises(CommandError) as refusal:
        call_command("import_proposals", str(path))
    assert refusal.value.returncode == 2
    with pytest.raises(SystemExit) as ended:
        call_command("import_proposals", str(path), congress=place.congress.code, stdout=out)
    assert ended.value.code == 1
    call_command("import_proposals", str(path), template=True)
    assert read_rows(path)[0] == HEADER


def test_export_holds_twenty_columns_and_escapes(place):
    made = assigned(place, co=1)
    Proposal.objects.filter(pk=made.pk).update(title="=cmd()")
    data = BytesIO()
    rows = Proposal.objects.visible_to(place.staff).order_by("id")
    assert export_proposals(rows, data, actor=place.staff, now=NOW, form="csv") == 1
    header, body = read_rows(data)
    ((_, row),) = list(body)
    assert (header, len(header)) == (EXPORTED, 20)
    assert (row["编号"], row["承办单位"], row["会办单位"], row["状态"]) == (
        made.code, "住建局", "供电公司", "已交办办理中",
    )  # fmt: skip
    assert b"'=cmd()" in data.getvalue()
    with pytest.raises(Forbidden):
        export_proposals(rows, BytesIO(), actor=place.user(place.lead), now=NOW, form="csv")
