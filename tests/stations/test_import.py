"""Stations in and out of a sheet."""

import io
import json

import pytest
from django.core.management import call_command

from audit.actors import SYSTEM
from codes.models import Code
from codes.selectors import active_code
from core.sheets import write_csv, write_xlsx
from stations.models import Station
from stations.services import import_stations
from stations.services.sheets import EXAMPLE, HEADER, export_rows
from tests.world import NOW

pytestmark = pytest.mark.django_db


def row(code="X1", **cells):
    given = dict(zip(HEADER, EXAMPLE, strict=True)) | {
        "站点编号": code, "名称": f"{code}联络站", "区划代码": "370782001001"
    }  # fmt: skip
    return [(given | cells)[title] for title in HEADER]


def sheet(*rows):
    file = io.BytesIO()
    write_xlsx(file, HEADER, list(rows))
    file.seek(0)
    return file


def bring_in(*rows, **options):
    return import_stations(file=sheet(*rows), actor=SYSTEM, now=NOW, **options)


def test_rows_become_stations_with_codes(county):
    report = bring_in(row("X2", 上级站点编号="X1"), row("X1"))

    assert (report.ok, report.added, report.changed) == (True, 2, 0)
    child = Station.objects.get(code="X2")
    assert (child.parent.code, child.reception_rule) == ("X1", "每月15日 9:00–11:00，逢节假日顺延")
    assert child.datum == "gcj02"
    assert float(child.longitude) != 119.40259  # stored as WGS-84
    assert active_code("station", "X1").label == "X1联络站"


def test_dry_run_writes_nothing(county):
    before = (Station.objects.count(), Code.objects.count())
    report = bring_in(row(), dry_run=True)
    assert (report.ok, report.added) == (True, 1)
    assert (Station.objects.count(), Code.objects.count()) == before


def test_second_import_changes_what_differs_and_keeps_the_code(county):
    bring_in(row("X1"), row("X2"))
    token = active_code("station", "X1").token
    report = bring_in(row("X1", 名称="新名字联络站"), row("X2"))

    assert (report.added, report.changed) == (0, 1)
    assert (active_code("station", "X1").token, active_code("station", "X1").label) == (
        token, "新名字联络站",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"名称": ""}, "名称"), ({"类型": "茶馆"}, "类型"), ({"区划代码": "123"}, "区划代码"),
        ({"电话": "12"}, "电话"), ({"接待日": "随时"}, "接待日"), ({"坐标系": ""}, "经度"),
        ({"经度": "东经"}, "经度"), ({"经度": "35.9", "纬度": "119.4"}, "经度"),
        ({"上级站点编号": "NOPE"}, "上级站点编号"), ({"上级站点编号": "X1"}, "上级站点编号"),
        ({"启用日期": "去年"}, "启用日期"), ({"站点编号": "编号一"}, "站点编号"),
    ],
)  # fmt: skip
def test_one_wrong_cell_stops_the_whole_sheet(county, cells, column):
    before = Station.objects.count()
    report = bring_in(row("X0"), row("X1", **cells))

    assert [(problem.row, problem.column) for problem in report.problems] == [(3, column)]
    assert Station.objects.count() == before


def test_the_same_number_or_name_twice_is_told(county):
    report = bring_in(row("X1"), row("X1"), row("X2", 名称="X1联络站"))
    assert [problem.row for problem in report.problems] == [3, 4]


def test_importer_keeps_to_the_own_region(county, neighbour):
    report = bring_in(row("X1", 区划代码="370783001001"), scope=["370782"])
    assert [problem.column for problem in report.problems] == ["区划代码"]
    report = bring_in(row(neighbour.station.code), scope=["370782"])  # to carry it off
    assert not report.ok
    assert not bring_in(row("X1"), scope=[]).ok


def test_export_reads_back_without_a_change(county):
    bring_in(row("X1"), row("X2", 上级站点编号="X1"))
    rows = list(export_rows(Station.objects.filter(code__startswith="X").select_related("parent")))
    report = bring_in(*rows)
    changed = [s.datum for s in Station.objects.filter(code__startswith="X")]
    assert (report.ok, report.added) == (True, 0)
    assert changed == ["wgs84", "wgs84"]  # the sheet says so; the place is the same


def test_export_escapes_formulas(county):
    Station.objects.filter(pk=county.station.pk).update(address="=cmd|' /C calc'!A0")
    file = io.BytesIO()
    write_csv(file, HEADER, export_rows(Station.objects.select_related("parent")))
    assert ",=cmd" not in file.getvalue().decode("utf-8-sig")


def test_command_reports_and_exits(county, tmp_path, capsys):
    path = tmp_path / "stations.xlsx"
    path.write_bytes(sheet(row("X1")).getvalue())
    call_command("import_stations", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is True

    path.write_bytes(sheet(row("X9", 类型="茶馆")).getvalue())
    with pytest.raises(SystemExit) as stop:
        call_command("import_stations", str(path))
    assert stop.value.code == 1
    assert "第2行「类型」" in capsys.readouterr().out
    assert not Station.objects.filter(code="X9").exists()


def test_ten_thousand_rows_take_a_handful_of_queries(county, django_assert_max_num_queries):
    rows = [row(f"X{n}", 上级站点编号="X0" if n else "") for n in range(600)]
    with django_assert_max_num_queries(25):
        assert bring_in(*rows).added == 600
