"""Pages of stations: for residents, for who checks in, at the desk."""

from datetime import time, timedelta
from io import BytesIO

import pypdfium2 as pdfium
import pytest
import zxingcpp
from django.utils import timezone
from PIL import Image

from audit.actors import SYSTEM
from congress.memory import forget_all
from core.dates import local_date
from grids.models import Grid
from stations import services
from stations.models import CheckIn, Reception, Station, StationRole

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


def today():
    return local_date(now())


def plan(county, days=5, **fields):
    given = {
        "station": county.station, "on": today() + timedelta(days=days), "starts_at": time(9),
        "ends_at": time(11), "theme": "小区停车", "audience": "东街居民", "deputies": [county.deputy],
    }  # fmt: skip
    return services.plan_reception(actor=SYSTEM, now=now(), **(given | fields))


def held(county, **fields):
    day = plan(county, days=0)
    given = {"visitors": 3, "summary": "内部记录", "public_summary": "3位群众反映停车难"}
    return services.hold_reception(actor=SYSTEM, now=now(), reception=day, **(given | fields))


# --- public -----------------------------------------------------------------------------------


def test_list_shows_open_stations_without_cookie(client, county, neighbour):
    services.close_station(actor=SYSTEM, now=now(), station=neighbour.station, reason="撤并")
    response = client.get("/stations/")
    text = response.content.decode()

    assert (response.status_code, response["X-Public-Page"]) == (200, "1")
    assert not response.cookies
    assert county.station.name in text
    assert neighbour.station.name not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=东街", True), ("q=西街", False), ("kind=station", True), ("kind=home", False),
        ("town=370782001", True), ("q=%00", None), ("kind=<x>", True), ("town=999", True),
    ],
)  # fmt: skip
def test_list_is_searched_and_filtered(client, county, query, found):
    response = client.get(f"/stations/?{query}")
    if found is None:
        assert response.status_code == 400
        return
    assert (county.station.name in response.content.decode()) is found
    assert response.status_code == 200


def test_empty_result_says_what_to_do(client, county):
    assert "换个词" in client.get("/stations/?q=火星").content.decode()


def test_list_pages_by_key(client, county):
    for n in range(25):
        Station.objects.create(
            code=f"Z{n:03}",
            name=f"站{n:03}",
            kind="point",
            region_code="370782001",
            pinyin=f"a{n:03}",
        )
    first = client.get("/stations/").content.decode()
    assert "下一页" in first
    assert client.get("/stations/?cursor=broken").status_code == 400


def test_list_takes_the_same_queries_for_one_and_thirty(
    client, county, django_assert_max_num_queries
):
    client.get("/stations/")
    with django_assert_max_num_queries(4):
        client.get("/stations/")
    for n in range(30):
        Station.objects.create(
            code=f"Z{n:03}",
            name=f"站{n:03}",
            kind="point",
            region_code="370782001",
            pinyin=f"a{n:03}",
        )
    with django_assert_max_num_queries(4):
        client.get("/stations/")


def test_page_shows_the_four_public_things(client, county):
    plan(county)
    held(county)
    response = client.get(f"/stations/{county.station.code}/")
    text = response.content.decode()

    assert not response.cookies
    assert f'href="/q/{county.codes["station"].token}/message/"' in text
    assert f'href="/deputies/{county.deputy.code}/"' in text  # 公开代表信息
    assert "小区停车" in text  # 公开接待计划
    assert "3位群众反映停车难" in text  # 公开工作情况
    assert "码被扫开" in text  # 公开平台运行情况
    assert "内部记录" not in text


def test_page_leads_the_way_in_the_map_apps_datum(client, county):
    Station.objects.update(latitude="35.99502", longitude="119.40259")
    text = client.get(f"/stations/{county.station.code}/").content.decode()
    assert "uri.amap.com/navigation?to=119.40" in text
    assert "to=119.402590" not in text
    assert "apis.map.qq.com" in text


def test_cancelled_reception_says_why(client, county):
    day = plan(county)
    services.cancel_reception(actor=SYSTEM, now=now(), reception=day, reason="代表外出开会")
    assert "代表外出开会" in client.get(f"/stations/{county.station.code}/").content.decode()


def test_closed_station_leads_to_the_one_above(client, county):
    above = services.create_station(
        actor=SYSTEM, now=now(), name="代表之家", kind="home", region_code="370782001"
    )
    Station.objects.filter(pk=county.station.pk).update(parent=above)
    county.station.refresh_from_db()
    services.close_station(actor=SYSTEM, now=now(), station=county.station, reason="撤并")
    response = client.get(f"/stations/{county.station.code}/")

    assert response.status_code == 410
    assert f'href="/stations/{above.code}/"' in response.content.decode()


def test_unknown_station_is_the_common_404(client, county):
    assert client.get("/stations/NOPE/").status_code == 404


def test_landing_shows_the_next_reception(client, county):
    plan(county)
    forget_all()
    text = client.get(f"/q/{county.codes['station'].token}/").content.decode()
    assert 'id="reception"' in text
    assert county.station.name in text
    elder = client.get(f"/q/{county.codes['deputy'].token}/?elder=1").content.decode()
    assert 'href="#reception"' in elder


# --- checking in ------------------------------------------------------------------------------


def test_deputy_who_scans_a_station_checks_in(client, county):
    client.force_login(county.users["deputy"])
    token = county.codes["station"].token
    page = client.get(f"/q/{token}/")
    text = page.content.decode()

    assert f'action="/q/{token}/check-in/"' in text
    assert (page["Cache-Control"], page.get("X-Public-Page")) == ("private, no-store", None)
    assert client.post(f"/q/{token}/check-in/").status_code == 302
    assert CheckIn.objects.get().deputy == county.deputy
    assert "今天已签到" in client.get(f"/q/{token}/").content.decode()


def test_deputy_can_see_what_residents_see(client, county):
    client.force_login(county.users["deputy"])
    token = county.codes["station"].token
    response = client.get(f"/q/{token}/?view=resident")
    assert f'href="/q/{token}/message/"' in response.content.decode()
    assert "X-Public-Page" not in response


@pytest.mark.parametrize("kind", ["deputy", "grid"])
def test_other_codes_take_no_check_in(client, county, kind):
    client.force_login(county.users["deputy"])
    token = county.codes[kind].token
    assert "check-in" not in client.get(f"/q/{token}/").content.decode()
    assert client.post(f"/q/{token}/check-in/").status_code == 404
    assert not CheckIn.objects.exists()


def test_strangers_and_keepers_do_not_check_in(client, county):
    path = f"/q/{county.codes['station'].token}/check-in/"
    assert client.post(path).status_code == 302
    client.force_login(county.users["station_keeper"])
    assert client.post(path).status_code == 403
    assert "check-in" not in client.get(path.replace("check-in/", "")).content.decode()
    assert not CheckIn.objects.exists()


# --- desk -------------------------------------------------------------------------------------

PAGES = ("", "edit/", "roster/", "checklist/", "checklist/place/", "gaps/", "posters/",
         "posters.pdf", "code.svg", "code.png", "receptions/", "appointments/")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["station_keeper", "town_staff", "congress_staff"])
def test_desk_pages_open_for_who_works_there(client, county, role, page):
    client.force_login(county.users[role])
    assert client.get(f"/desk/station/{county.station.code}/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_desk_pages_are_absent_in_the_neighbouring_county(client, county, neighbour, page):
    for role in ("station_keeper", "congress_staff"):
        client.force_login(neighbour.users[role])
        answer = client.get(f"/desk/station/{county.station.code}/{page}")
        assert answer.status_code == 404
        assert county.station.name not in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["deputy", "unit_handler"])
def test_desk_pages_are_closed_to_other_roles(client, county, role, page):
    client.force_login(county.users[role])
    assert client.get(f"/desk/station/{county.station.code}/{page}").status_code == 403


def test_keeper_with_one_station_goes_straight_there(client, county):
    client.force_login(county.users["station_keeper"])
    answer = client.get("/desk/station/")
    assert answer["Location"] == f"/desk/station/{county.station.code}/"


def test_keeper_puts_a_deputy_on_the_roster_by_name(client, county, neighbour):
    from deputies.models import Deputy

    here = Deputy.objects.create(code="DX1", name="李小明", region_code="370782001001")
    Deputy.objects.create(code="DX2", name="李小明", region_code="370783001001")
    client.force_login(county.users["station_keeper"])
    path = f"/desk/station/{county.station.code}/roster/"
    sent = {"role": "deputy", "starts_on": str(today())}

    assert client.post(path, sent | {"who": "查无此人"}).status_code == 200
    assert client.post(path, sent | {"who": "DX2"}).status_code == 200  # the neighbour's
    assert StationRole.objects.count() == 2
    assert client.post(path, sent | {"who": "李小明"}).status_code == 302
    assert StationRole.objects.get(deputy=here).station == county.station


def test_namesakes_are_told_apart_by_number(client, county):
    from deputies.models import Deputy

    for n in (1, 2):
        Deputy.objects.create(code=f"DX{n}", name="李小明", region_code="370782001001")
    client.force_login(county.users["station_keeper"])
    answer = client.post(
        f"/desk/station/{county.station.code}/roster/",
        {"role": "deputy", "starts_on": str(today()), "who": "李小明"},
    )
    assert "DX1" in answer.content.decode()
    assert "DX2" in answer.content.decode()


def test_keeper_ends_a_role_of_the_own_station_only(client, county, neighbour):
    client.force_login(county.users["station_keeper"])
    own = StationRole.objects.get(station=county.station)
    other = StationRole.objects.get(station=neighbour.station)
    root = f"/desk/station/{county.station.code}/roster/"

    assert client.post(f"{root}{other.pk}/end/").status_code == 404
    assert client.post(f"{root}{own.pk}/end/").status_code == 302
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.ends_on, other.ends_on) == (today(), None)


def test_keeper_plans_by_rule_and_by_hand(client, county):
    Station.objects.update(reception_rule="每周三 9:00–11:00")
    client.force_login(county.users["station_keeper"])
    root = f"/desk/station/{county.station.code}/receptions/"
    four = {"theme": "停车", "audience": "居民", "deputies": [county.deputy.pk], "capacity": 5}

    answer = client.post(f"{root}by-rule/", four | {"until": str(today() + timedelta(days=28))})
    assert answer.status_code == 302
    assert Reception.objects.count() == 4
    bad = client.post(root, four | {"on": str(today() - timedelta(days=1)), "starts_at": "09:00",
                                    "ends_at": "11:00"})  # fmt: skip
    assert (bad.status_code, "日期已经过去" in bad.content.decode()) == (400, True)
    assert Reception.objects.count() == 4


def test_reception_page_for_keeper_and_deputy(client, county, neighbour):
    day = plan(county, days=0)
    path = f"/desk/station/{county.station.code}/receptions/{day.code}/"
    sent = {
        "visitors": 2,
        "deputies": [county.deputy.pk],
        "summary": "谈了停车",
        "public_summary": "",
    }

    client.force_login(neighbour.users["station_keeper"])
    assert client.get(path).status_code == 404
    assert client.post(f"{path}hold/", sent).status_code == 404
    client.force_login(neighbour.users["deputy"])
    assert client.post(f"{path}hold/", sent).status_code == 404
    client.force_login(county.users["deputy"])
    assert client.get(path).status_code == 200
    assert client.post(f"{path}cancel/", {"reason": "x"}).status_code == 403
    assert client.post(f"{path}burn/", {}).status_code == 404
    assert client.post(f"{path}hold/", sent).status_code == 302
    day.refresh_from_db()
    assert (day.progress, day.visitors) == ("held", 2)


def test_refused_form_keeps_what_was_typed(client, county):
    day = plan(county, days=0)
    client.force_login(county.users["station_keeper"])
    answer = client.post(
        f"/desk/station/{county.station.code}/receptions/{day.code}/hold/",
        {"visitors": 2, "summary": "写了很久的记录"},
    )
    assert answer.status_code == 400
    assert "写了很久的记录" in answer.content.decode()


def test_two_keepers_record_one_reception_once(client, county):
    day = plan(county, days=0)
    sent = {"visitors": 2, "deputies": [county.deputy.pk], "summary": "谈了停车"}
    path = f"/desk/station/{county.station.code}/receptions/{day.code}/hold/"
    client.force_login(county.users["station_keeper"])
    client.post(path, sent)
    late = client.post(path, sent | {"summary": "后来者的记录"})
    assert late.status_code == 400
    day.refresh_from_db()
    assert day.summary == "谈了停车"


def test_keeper_answers_an_appointment(client, county, neighbour):
    asked = services.request_appointment(
        actor=SYSTEM, now=now(), station=county.station, message_code="M1"
    )
    path = f"/desk/station/{county.station.code}/appointments/{asked.pk}/"
    client.force_login(neighbour.users["station_keeper"])
    assert client.post(f"{path}decline/", {"reply": "不行"}).status_code == 404
    client.force_login(county.users["station_keeper"])
    assert client.post(f"{path}decline/", {"reply": ""}).status_code == 400
    at = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{path}confirm/", {"at": at}).status_code == 302
    asked.refresh_from_db()
    assert asked.progress == "confirmed"


def test_gaps_show_uncovered_grids_of_the_place_only(client, county, neighbour):
    for code, name in (("370782001001009", "空网格甲"), ("370783001001009", "空网格乙")):
        Grid.objects.create(code=code, region_code=code, name=name)
    client.force_login(county.users["station_keeper"])
    text = client.get(f"/desk/station/{county.station.code}/gaps/").content.decode()
    assert "空网格甲" in text
    assert "空网格乙" not in text


def test_evidence_is_written_with_a_photo(client, county):
    picture = BytesIO()
    Image.new("RGB", (80, 60), "white").save(picture, "PNG")
    picture.seek(0)
    picture.name = "p.png"
    client.force_login(county.users["station_keeper"])
    root = f"/desk/station/{county.station.code}/checklist/"
    assert client.post(f"{root}place/", {"evidence": "102室", "photo": picture}).status_code == 302
    assert "102室" in client.get(root).content.decode()
    assert client.get(f"{root}public_plan/").status_code == 404


def test_keeper_prints_the_posters_of_the_place(client, county):
    client.force_login(county.users["station_keeper"])
    root = f"/desk/station/{county.station.code}/"
    pages = pdfium.PdfDocument(client.get(f"{root}posters.pdf").content)
    found = {zxingcpp.read_barcodes(page.render(scale=2).to_pil())[0].text for page in pages}
    wanted = {county.codes[kind].token for kind in ("station", "deputy")}
    assert {url.split("/")[-2] for url in found} == wanted

    image = Image.open(BytesIO(client.get(f"{root}code.png").content))
    assert county.codes["station"].token in zxingcpp.read_barcodes(image)[0].text


def test_home_tells_of_receptions_and_appointments(client, county):
    plan(county, days=1)
    services.request_appointment(actor=SYSTEM, now=now(), station=county.station, message_code="M1")
    for role, words in (("station_keeper", ["小区停车", "想见代表"]), ("deputy", ["小区停车"])):
        client.force_login(county.users[role])
        text = client.get("/desk/").content.decode()
        assert all(word in text for word in words)


# --- map --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/stations/", "/stations/S370782/"])
def test_map_is_there_only_where_tiles_are_configured(client, county, settings, path):
    Station.objects.update(latitude="35.99502", longitude="119.40259")
    assert "leaflet" not in client.get(path).content.decode()
    settings.MAP_TILE_URL = "https://tiles.example/{z}/{x}/{y}?tk={key}"
    settings.MAP_TILE_KEY = "secret-of-the-site"
    text = client.get(path).content.decode()
    assert "leaflet.js" in text
    assert "tk=secret-of-the-site" in text
    assert "119.40259" in text


def test_pages_work_in_an_old_webview_without_script(client, county):
    """No module, no inline script or style, nothing remote; forms are plain GET or links."""
    for path in ("/stations/", "/stations/S370782/", f"/q/{county.codes['station'].token}/"):
        text = client.get(path).content.decode()
        assert 'type="module"' not in text
        assert "style=" not in text
        assert "<style" not in text
        assert 'src="http' not in text
        assert all("src=" in part for part in text.split("<script")[1:])
