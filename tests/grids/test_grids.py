"""Grids: who serves, what is not covered, imports, patrols, pages and API."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.actors import SYSTEM
from audit.models import Entry
from codes.registry import find_target
from congress.memory import forget_all
from congress.models import Region
from core.errors import Forbidden, InputInvalid, StateMoved
from core.sheets import write_xlsx
from deputies.models import DutyRecord, SheetDraft
from deputies.services import open_seat
from grids.models import Grid, GridService, Patrol
from grids.selectors import Coverage, coverage, coverage_sum, gaps_in, grid_rows, grids_of
from grids.services import (
    end_service,
    import_grids,
    record_patrol,
    register_grid,
    retire_grid,
    start_service,
    update_grid,
)
from grids.services.sheets import COLUMNS, HEADER
from tests.world import NOW
from workflows.engine import apply

pytestmark = pytest.mark.django_db
DAY = date(2023, 1, 1)
LABELS = {column.name: column.label for column in COLUMNS}


def grid(place, n=2, **fields):
    code = f"{place.village}{n:03d}"
    return register_grid(actor=SYSTEM, code=code, name=f"东街{n}网格", now=NOW, **fields)


# --- services -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["", "3707820010010", "37078200100100x", "370782999999001", "3707820010010011"]
)
def test_grid_hangs_below_a_registered_community(here, code):
    with pytest.raises(InputInvalid):
        register_grid(actor=here.staff, code=code, name="某网格", now=NOW)
    assert Grid.objects.filter(name="某网格").count() == 0


def test_gap_closes_with_the_first_deputy_and_opens_with_the_last(here):
    place, one, two = grid(here), here.deputy("甲某某"), here.deputy("乙某某")
    other = grid(here, 3)
    assert [g.code for g in gaps_in(Grid.objects.all())] == [place.code, other.code]

    services = [
        start_service(actor=here.staff, grid=place, deputy=d, starts_on=DAY, now=NOW)
        for d in (one, two)
    ]
    start_service(actor=here.staff, grid=other, deputy=one, starts_on=DAY, now=NOW)
    assert list(gaps_in(Grid.objects.all())) == []
    assert [g.code for g in grids_of(one)] == [place.code, other.code]

    for service in services:
        end_service(actor=here.staff, service=service, on=date(2024, 1, 1), now=NOW)
    assert [g.code for g in gaps_in(Grid.objects.all())] == [place.code]
    assert GridService.objects.filter(grid=place).count() == 2  # dated, not deleted
    start_service(actor=here.staff, grid=place, deputy=one, starts_on=date(2025, 1, 1), now=NOW)
    assert list(gaps_in(Grid.objects.all())) == []


def test_gap_is_right_after_writes_in_bulk(here):
    place, deputy = grid(here), here.deputy()

    GridService.objects.bulk_create([GridService(grid=place, deputy=deputy, starts_on=DAY)])
    assert not Grid.objects.get(pk=place.pk).gap
    GridService.objects.filter(grid=place).delete()
    assert Grid.objects.get(pk=place.pk).gap


def test_service_is_refused_twice_by_who_does_not_serve_and_in_a_retired_grid(here):
    place, deputy, idle = grid(here), here.deputy(), here.deputy("未任某", seat=False)
    start_service(actor=here.staff, grid=place, deputy=deputy, starts_on=DAY, now=NOW)

    for whom in (deputy, idle):
        with pytest.raises(InputInvalid):
            start_service(actor=here.staff, grid=place, deputy=whom, starts_on=DAY, now=NOW)
    retire_grid(actor=here.staff, grid=place, on=date(2024, 1, 1), now=NOW)
    with pytest.raises(InputInvalid):
        start_service(actor=here.staff, grid=place, deputy=deputy, starts_on=DAY, now=NOW)
    with pytest.raises(StateMoved):
        retire_grid(actor=here.staff, grid=place, on=date(2024, 1, 1), now=NOW)
    assert GridService.objects.get(grid=place).ends_on == date(2024, 1, 1)


def test_change_of_a_grid_is_recorded_and_its_code_is_fixed(here):
    place = grid(here)
    update_grid(actor=here.staff, grid=place, name="新名字", households=120, now=NOW)

    assert Entry.objects.of(place).last().data == {"fields": ["households", "name"]}
    with pytest.raises(TypeError):
        update_grid(actor=here.staff, grid=place, code="370782001001999", now=NOW)


def test_services_end_with_the_last_seat_and_the_grid_is_a_gap_again(here):
    place, deputy = grid(here), here.deputy()
    start_service(actor=here.staff, grid=place, deputy=deputy, starts_on=DAY, now=NOW)
    apply(deputy.seats.get(), "terminate", actor=here.staff, now=NOW,
          data={"on": "2026-11-01", "reason": "moved", "note": ""})  # fmt: skip

    assert Grid.objects.get(pk=place.pk).gap
    assert GridService.objects.get(grid=place).ends_on == date(2026, 11, 1)


def test_coverage_counts_by_town_and_says_nothing_of_an_empty_one(here, there):
    Region.objects.create(code="370782002", level="town", name="龙都街道", full_name="a",
                          parent_code="370782")  # fmt: skip
    Region.objects.create(code="370782002001", level="village", name="b", full_name="b",
                          parent_code="370782002")  # fmt: skip
    deputy = here.deputy()
    for n in (2, 3):
        start_service(actor=here.staff, grid=grid(here, n), deputy=deputy, starts_on=DAY, now=NOW)
    register_grid(actor=SYSTEM, code="370782002001001", name="龙都网格", now=NOW)
    retired = register_grid(actor=SYSTEM, code="370782002001002", name="旧网格", now=NOW)
    retire_grid(actor=SYSTEM, grid=retired, on=DAY, now=NOW)

    rows = coverage(Grid.objects.visible_to(here.staff))

    assert rows == [
        Coverage("370782001", "诸城市东街街道", 3, 0, 2),
        Coverage("370782002", "龙都街道", 1, 1, 0),
    ]
    assert [row.percent for row in rows] == [100.0, 0.0]
    assert coverage_sum(rows).covered == 3
    assert Coverage("", "", 0, 0).percent is None
    assert coverage(Grid.objects.visible_to(there.staff))[0].code == "370783001"


# --- who sees what --------------------------------------------------------------------------------


def test_grids_are_seen_by_region_by_service_and_by_station(here, there):
    theirs = grid(there)
    mine, served = grid(here, 2), here.county.grid

    def seen(user):
        return set(Grid.objects.visible_to(user).values_list("code", flat=True))

    users = here.county.users
    assert theirs.code in seen(there.staff)  # it could leak
    assert seen(here.staff) == seen(users["town_staff"]) == {mine.code, served.code}
    assert seen(users["deputy"]) == {served.code}
    assert seen(users["station_keeper"]) == {mine.code, served.code}  # a gap to close
    assert seen(users["unit_handler"]) == seen(users["auditor"]) == set()
    for user in (users["deputy"], users["station_keeper"], here.staff):
        assert not user.has_perm("grids.view_grid", theirs)
        assert user.has_perm("grids.view_grid", served)


def test_api_shows_grids_to_everybody_and_the_rest_to_staff(client, here, there):
    mine, theirs = grid(here, households=77), grid(there)
    retired = grid(here, 9)
    retire_grid(actor=SYSTEM, grid=retired, on=DAY, now=NOW)

    def codes(query=""):
        return {r["code"] for r in client.get(f"/api/v1/grids/{query}").json()["results"]}

    assert codes() == {mine.code, theirs.code, here.county.grid.code, there.county.grid.code}
    assert codes("?covered=false&region=370782") == {mine.code}
    assert codes("?covered=true&region=370782") == {here.county.grid.code}
    assert codes(f"?deputy={here.county.deputy.code}") == {here.county.grid.code}
    body = client.get(f"/api/v1/grids/{here.county.grid.code}/").json()
    assert set(body) == {"code", "name", "kind", "place", "covered", "deputies"}
    assert body["deputies"] == [{"code": here.county.deputy.code, "name": "宋玉禾"}]
    assert client.get(f"/api/v1/grids/{retired.code}/").status_code == 404

    client.force_login(there.staff)
    assert "households" not in client.get(f"/api/v1/grids/{mine.code}/").json()
    client.force_login(here.staff)
    own = client.get(f"/api/v1/grids/{mine.code}/").json()
    assert (own["households"], own["services"]) == (77, [])
    assert client.get(f"/api/v1/grids/{retired.code}/").status_code == 200
    assert client.post("/api/v1/grids/").status_code == 405


def test_api_costs_the_same_for_1_and_30_rows(client, here):
    def queries():
        forget_all()
        with CaptureQueriesContext(connection) as found:
            assert client.get("/api/v1/grids/?page_size=50").status_code == 200
        return len(found)

    queries()
    one = queries()
    deputy = here.deputy()
    for n in range(2, 31):
        start_service(actor=SYSTEM, grid=grid(here, n), deputy=deputy, starts_on=DAY, now=NOW)
    assert queries() == one <= 6


def test_code_of_a_grid_names_who_serves_there(here):
    code = here.county.codes["grid"]
    target = find_target(code)
    assert (target.title, target.serving) == ("东街一网格", True)
    assert "宋玉禾" in target.subtitle
    assert target.url == f"/deputies/{here.county.deputy.code}/"

    GridService.objects.all().delete()

    assert "还没有代表" in find_target(code).subtitle


# --- patrols --------------------------------------------------------------------------------------


def test_patrol_enters_the_duty_file_once_per_message(here):
    me, place = here.county.deputy, here.county.grid
    open_seat(actor=SYSTEM, deputy=me, term=here.term, now=NOW)
    user = here.county.users["deputy"]

    one = record_patrol(actor=user, grid=place, deputy=me, now=NOW, message_code="M1")
    assert record_patrol(actor=user, grid=place, deputy=me, now=NOW, message_code="M1") == one
    record_patrol(actor=user, grid=place, deputy=me, now=NOW, note="一切正常")

    assert DutyRecord.objects.filter(deputy=me, kind="patrol").count() == 2
    assert grids_of(me)[0].last_patrol == NOW.date()
    with pytest.raises(InputInvalid):
        record_patrol(actor=user, grid=place, deputy=me, now=NOW, on=date(2999, 1, 1))
    with pytest.raises(Forbidden):
        record_patrol(actor=user, grid=grid(here), deputy=me, now=NOW)
    assert Patrol.objects.count() == 2


def test_deputy_registers_a_patrol_on_the_desk(client, here, there):
    client.force_login(here.county.users["deputy"])
    place = here.county.grid
    page = client.get("/desk/grids/").content.decode()
    assert "东街一网格" in page
    assert "该去看看了" in page

    answer = client.post(f"/desk/grids/{place.code}/patrol/", {"note": "井盖松动"})

    assert answer.status_code == 302
    assert Patrol.objects.get().note == "井盖松动"
    assert "已巡查" in client.get("/desk/grids/").content.decode()
    for code, status in ((there.county.grid.code, 404), ("370782001001999", 404), ("x", 404)):
        assert client.post(f"/desk/grids/{code}/patrol/").status_code == status
    late = client.post(f"/desk/grids/{place.code}/patrol/", {"on": "2999-01-01", "note": "我写的"})
    assert late.status_code == 400
    assert "还没有到" in late.content.decode()
    assert "我写的" in late.content.decode()
    assert Patrol.objects.count() == 1


def test_staff_and_keepers_see_coverage_and_gaps_on_the_desk(client, here, there):
    gap, theirs = grid(here), grid(there)
    for role in ("town_staff", "station_keeper"):
        client.force_login(here.county.users[role])
        page = client.get("/desk/grids/").content.decode()
        assert gap.code in page
        assert theirs.code not in page
        assert client.post(f"/desk/grids/{gap.code}/patrol/").status_code == 403
    client.force_login(here.county.users["unit_handler"])
    assert client.get("/desk/grids/").status_code == 403
    client.logout()
    assert client.get("/desk/grids/").status_code == 302


def test_desk_costs_the_same_for_1_and_30_grids(client, here):
    client.force_login(here.county.users["deputy"])
    me = here.county.deputy
    open_seat(actor=SYSTEM, deputy=me, term=here.term, now=NOW)

    def queries():
        forget_all()
        with CaptureQueriesContext(connection) as found:
            assert client.get("/desk/grids/").status_code == 200
        return len(found)

    queries()
    one = queries()
    for n in range(2, 31):
        start_service(actor=SYSTEM, grid=grid(here, n), deputy=me, starts_on=DAY, now=NOW)
    assert queries() == one


# --- import and export ----------------------------------------------------------------------------


def sheet(*rows, header=HEADER):
    file = io.BytesIO()
    write_xlsx(file, header, rows)
    file.seek(0)
    file.name = "网格.xlsx"
    return file


def row(**cells):
    given = {"code": "370782001001101", "name": "东街101网格", **cells}
    return [given.get(column.name, "") for column in COLUMNS]


def run(*rows, scope=None):
    return import_grids(file=sheet(*rows), actor=SYSTEM, now=NOW, scope=scope)


def wrong(report):
    return [(p.row, p.column) for p in report.problems]


def test_import_adds_grids_and_who_serves_there(here):
    here.deputy("王小明", code="A1")
    report = run(
        row(kind="专属网格", households="320", deputies="A1、宋玉禾", starts_on="2024-01-01"),
        row(code=370782001001102, name="东街102网格"),
    )

    assert report.problems == []
    assert (report.added, report.changed) == (2, 0)
    first, second = Grid.objects.filter(name__startswith="东街10").order_by("code")
    assert (first.kind, first.households, first.gap, second.gap) == ("dedicated", 320, False, True)
    assert set(first.services.values_list("deputy__name", "starts_on")) == {
        ("王小明", date(2024, 1, 1)), ("宋玉禾", date(2024, 1, 1)),
    }  # fmt: skip
    entries = Entry.objects.count()
    same = run(row(kind="专属网格", households="320", deputies="A1", starts_on="2024-01-01"))
    assert (same.added, same.changed, same.problems) == (0, 0, [])
    assert Entry.objects.count() == entries
    assert run(row(name="改了名字")).changed == 1


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"code": ""}, "code"),
        ({"code": "37078200100110"}, "code"),
        ({"code": "37078200100110l"}, "code"),
        ({"code": "370782001009101"}, "code"),
        ({"name": ""}, "name"),
        ({"name": "格" * 61}, "name"),
        ({"kind": "楼栋"}, "kind"),
        ({"households": "很多"}, "households"),
        ({"households": "-1"}, "households"),
        ({"deputies": "查无此人"}, "deputies"),
        ({"deputies": "邻县某"}, "deputies"),
        ({"deputies": "未任某"}, "deputies"),
        ({"deputies": "同名某"}, "deputies"),
        ({"starts_on": "昨天"}, "starts_on"),
        ({"starts_on": "2999-01-01"}, "starts_on"),
    ],
)
def test_bad_cell_is_named_and_nothing_is_written(here, there, cells, column):
    here.deputy("同名某", code="A1")
    here.deputy("同名某", code="A2", region_code=f"{here.code}001")
    here.deputy("未任某", seat=False)
    there.deputy("邻县某")
    before = (Grid.objects.count(), GridService.objects.count(), Entry.objects.count())

    report = run(row(code="370782001001100"), row(**cells))

    assert wrong(report) == [(3, LABELS[column])]
    assert (Grid.objects.count(), GridService.objects.count(), Entry.objects.count()) == before


def test_doubles_and_places_out_of_scope_are_found(here, there):
    retired = grid(here, 9)
    retire_grid(actor=SYSTEM, grid=retired, on=DAY, now=NOW)
    report = run(
        row(), row(), row(code="370783001001101"), row(code=retired.code), scope=[here.code]
    )

    assert wrong(report) == [(3, "网格编码"), (4, "网格编码"), (5, "网格编码")]
    assert Grid.objects.filter(code="370782001001101").count() == 0


def test_export_and_import_again_changes_nothing(here):
    here.deputy("王小明", code="A1")
    run(row(deputies="A1", starts_on="2024-01-01", households="5"))
    rows = list(grid_rows(Grid.objects.order_by("code")))
    assert len(rows) == 2

    report = run(*rows)

    assert (report.problems, report.added, report.changed) == ([], 0, 0)


def test_import_costs_a_fixed_number_of_queries(here, django_assert_max_num_queries):
    rows = [row(code=f"370782001001{n:03d}", deputies="宋玉禾") for n in range(100, 400)]
    with django_assert_max_num_queries(16):
        assert run(*rows).ok


def test_command_answers_0_and_1(here, tmp_path, capsys):
    path = tmp_path / "网格.xlsx"
    write_xlsx(path, HEADER, [row()])
    call_command("import_grids", str(path), "--dry-run")
    assert not Grid.objects.filter(code="370782001001101").exists()
    call_command("import_grids", str(path))
    assert Grid.objects.filter(code="370782001001101").exists()
    write_xlsx(path, HEADER, [row(kind="楼栋")])
    with pytest.raises(SystemExit) as left:
        call_command("import_grids", str(path), "--json")
    assert left.value.code == 1
    capsys.readouterr()


# --- admin ----------------------------------------------------------------------------------------


def url(name, *args):
    return reverse(f"admin:grids_grid_{name}", args=args)


def test_admin_keeps_to_the_region(staff_client, here, there):
    mine, theirs = grid(here), grid(there)
    page = staff_client.get(url("changelist")).content.decode()

    assert mine.code in page
    assert theirs.code not in page
    assert staff_client.get(url("change", theirs.pk)).status_code == 404
    for action in ("serve", "retire"):
        assert staff_client.get(url(action, theirs.pk)).status_code == 404
    posted = {"code": "370783001001777", "name": "邻县网格", "kind": "residential"}
    staff_client.post(url("add"), posted)
    assert not Grid.objects.filter(code="370783001001777").exists()
    assert "370783" not in staff_client.get(url("coverage")).content.decode()


def test_admin_adds_covers_and_retires_a_grid(staff_client, here):
    posted = {"code": "370782001001777", "name": "新网格", "kind": "residential", "households": ""}
    assert staff_client.post(url("add"), posted).status_code == 302
    place, deputy = Grid.objects.get(code="370782001001777"), here.deputy()
    bad = staff_client.post(url("add"), posted | {"code": "370782999999001"})
    assert "没有代码为370782999999" in bad.content.decode()

    day = timezone.localdate().isoformat()
    staff_client.post(url("serve", place.pk), {"deputy": deputy.code, "starts_on": "2024-01-01"})
    service = place.services.get()
    page = staff_client.get(url("coverage") + "?place=370782001").content.decode()
    assert deputy.name in page
    assert "新网格" in page
    twice = {"deputy": deputy.code, "starts_on": "2024-01-01"}
    assert staff_client.post(url("serve", place.pk), twice).status_code == 400
    staff_client.post(url("stop", place.pk, service.pk), {"on": day})
    staff_client.post(url("retire", place.pk), {"on": day})

    place.refresh_from_db()
    assert (place.gap, place.retired_on) == (True, timezone.localdate())


def test_admin_filters_gaps_and_deputies_without_a_grid(staff_client, here):
    gap = grid(here)
    deputy = here.deputy("无格某")
    page = staff_client.get(url("changelist") + "?gap=1").content.decode()
    assert gap.code in page
    assert here.county.grid.code not in page

    people = reverse("admin:deputies_deputy_changelist")
    page = staff_client.get(f"{people}?grid=0").content.decode()
    assert deputy.name in page
    assert ">宋玉禾</a>" not in page
    entry = staff_client.get(reverse("admin:deputies_deputy_change", args=[here.county.deputy.pk]))
    assert "东街一网格（" in entry.content.decode()


def test_admin_imports_in_two_steps_and_exports_the_same_columns(staff_client, here):
    answer = staff_client.post(url("import"), {"file": sheet(row())})
    assert "检查通过" in answer.content.decode()
    assert not Grid.objects.filter(code="370782001001101").exists()
    staff_client.post(url("import"), {"token": SheetDraft.objects.get().token})
    place = Grid.objects.get(code="370782001001101")

    posted = {"action": "export_csv", "_selected_action": [place.pk]}
    data = b"".join(staff_client.post(url("changelist"), posted).streaming_content)

    assert data.decode("utf-8-sig").splitlines()[0] == ",".join(HEADER)
    assert "东街101网格" in data.decode("utf-8-sig")


def test_admin_list_costs_the_same_for_1_and_30_rows(staff_client, here):
    def queries(address):
        forget_all()
        with CaptureQueriesContext(connection) as found:
            assert staff_client.get(address).status_code == 200
        return len(found)

    addresses = [url("changelist"), url("coverage"), url("coverage") + "?place=370782001"]
    for address in addresses:
        queries(address)
    few = [queries(address) for address in addresses]
    deputy = here.deputy()
    for n in range(2, 31):
        start_service(actor=SYSTEM, grid=grid(here, n), deputy=deputy, starts_on=DAY, now=NOW)

    assert [queries(address) for address in addresses] == few
    assert max(few) <= 15
