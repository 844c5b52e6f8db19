"""Stations and codes in the admin: scope, rights, actions."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.actors import SYSTEM
from codes.models import Code, PosterBatch
from codes.services import NewCode, issue_codes
from core.sheets import write_xlsx
from jobs.services import drain
from stations import services
from stations.models import Station
from stations.services.sheets import EXAMPLE, HEADER

pytestmark = pytest.mark.django_db


def staff(county, role="congress_staff") -> Client:
    client = Client()
    client.force_login(county.users[role])
    return client


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def test_lists_show_the_own_county_only(county, neighbour):
    client = staff(county)
    for name in ("stations_station_changelist", "codes_code_changelist"):
        text = client.get(url(name)).content.decode()
        assert county.station.name in text
        assert neighbour.station.name not in text


@pytest.mark.parametrize("role", ["town_staff", "congress_staff"])
def test_every_admin_page_opens(county, role):
    client = staff(county, role)
    code = county.codes["station"]
    pages = [
        url("stations_station_changelist") + "?q=东街", url("stations_station_add"),
        url("stations_station_change", county.station.pk), url("stations_station_import"),
        url("stations_station_template"), url("stations_station_place", county.station.pk),
        url("stations_station_close", county.station.pk), url("codes_code_changelist"),
        url("codes_code_change", code.pk), url("codes_code_print"), url("codes_code_batches"),
        url("codes_code_image", code.pk, "svg"), url("codes_code_revoke", code.pk),
        url("codes_code_reissue", code.pk),
    ]  # fmt: skip
    assert [page for page in pages if client.get(page).status_code != 200] == []


def test_other_countys_rows_are_absent(county, neighbour):
    client = staff(county)
    other, code = neighbour.station, neighbour.codes["station"]
    pages = [
        url("stations_station_change", other.pk), url("stations_station_place", other.pk),
        url("stations_station_close", other.pk), url("codes_code_change", code.pk),
        url("codes_code_image", code.pk, "svg"), url("codes_code_revoke", code.pk),
        url("codes_code_reissue", code.pk),
    ]  # fmt: skip
    assert {client.get(page).status_code for page in pages} == {404}
    client.post(url("codes_code_revoke", code.pk), {"reason": "x"})
    code.refresh_from_db()
    assert code.state == "active"


@pytest.mark.parametrize("role", ["moderator", "auditor", "system_admin"])
def test_other_staff_see_neither_register(county, role):
    client = staff(county, role)
    for name in ("stations_station_changelist", "codes_code_changelist", "codes_code_print"):
        assert client.get(url(name)).status_code == 403


def test_station_is_added_and_changed_by_services(county):
    client = staff(county)
    sent = {"name": "新站", "kind": "point", "region_code": "370782001001"}
    assert client.post(url("stations_station_add"), sent).status_code == 302
    station = Station.objects.get(name="新站")
    assert Code.objects.get(kind="station", target_code=station.code).state == "active"
    inlines = {
        f"{part}-{count}_FORMS": 0
        for part in ("roster", "receptions", "checklist")
        for count in ("TOTAL", "INITIAL")
    }
    sent |= {"phone": "0536-1234567"} | inlines
    assert client.post(url("stations_station_change", station.pk), sent).status_code == 302
    station.refresh_from_db()
    assert station.phone == "0536-1234567"


def test_station_cannot_be_put_into_another_county(county, neighbour):
    client = staff(county)
    sent = {"name": "新站", "kind": "point", "region_code": "370783001001"}
    assert client.post(url("stations_station_add"), sent).status_code == 200
    assert not Station.objects.filter(name="新站").exists()


def test_coordinate_is_stored_as_wgs84(county):
    client = staff(county)
    sent = {"longitude": "119.40259", "latitude": "35.99502", "datum": "gcj02"}
    client.post(url("stations_station_place", county.station.pk), sent)
    county.station.refresh_from_db()
    assert (county.station.datum, county.station.longitude is not None) == ("gcj02", True)
    assert abs(float(county.station.longitude) - 119.40259) > 0.003


def test_closing_and_reopening(county):
    client = staff(county)
    client.post(url("stations_station_close", county.station.pk), {"reason": "撤并"})
    county.station.refresh_from_db()
    assert county.station.closed_on is not None
    client.post(url("stations_station_reopen", county.station.pk))
    county.station.refresh_from_db()
    assert county.station.closed_on is None


def test_import_is_checked_first_and_written_after_confirming(county):
    client = staff(county)
    cells = dict(zip(HEADER, EXAMPLE, strict=True)) | {"区划代码": "370782001001"}
    file = io.BytesIO()
    write_xlsx(file, HEADER, [[cells[title] for title in HEADER]])
    file.seek(0)
    file.name = "stations.xlsx"
    path = url("stations_station_import")
    text = client.post(path, {"file": file}).content.decode()
    assert not Station.objects.filter(code="ZC-001").exists()
    token = text.split('name="token" value="')[1].split('"')[0]
    assert client.post(path, {"token": token}).status_code == 302
    assert Station.objects.filter(code="ZC-001").exists()


def test_revoking_needs_a_reason(county):
    client, code = staff(county), county.codes["station"]
    assert client.post(url("codes_code_revoke", code.pk), {"reason": ""}).status_code == 400
    client.post(url("codes_code_revoke", code.pk), {"reason": "被人仿冒"})
    code.refresh_from_db()
    assert (code.state, code.reason) == ("revoked", "被人仿冒")


def test_chosen_codes_are_printed_at_once(county, neighbour):
    client = staff(county)
    chosen = [code.pk for code in [*county.codes.values(), *neighbour.codes.values()]]
    answer = client.post(
        url("codes_code_changelist"), {"action": "print_posters", "_selected_action": chosen}
    )
    assert answer["Content-Type"] == "application/pdf"
    assert "posters-" in answer["Content-Disposition"]
    assert Code.objects.filter(printed_at__isnull=False).count() == 3


def test_many_codes_are_drawn_in_the_background(county, neighbour, monkeypatch):
    monkeypatch.setattr("stations.admin.codes.AT_ONCE", 0)
    client = staff(county)
    sent = {"kind": "station", "region_code": "370782", "size": "A5"}
    away = client.post(url("codes_code_print"), sent)
    batch = PosterBatch.objects.get()
    page = client.get(away["Location"])

    assert (page["Refresh"], "0 / 1张" in page.content.decode()) == ("3", True)
    drain(now=timezone.now())
    page = client.get(away["Location"])
    assert "Refresh" not in page
    part = url("codes_code_part", batch.parts.get().pk)
    assert b"".join(client.get(part).streaming_content).startswith(b"%PDF")
    other = staff(neighbour)
    assert other.get(away["Location"]).status_code == other.get(part).status_code == 404


def test_printing_outside_the_own_region_is_refused(county, neighbour):
    sent = {"kind": "station", "region_code": "370783", "size": "A5"}
    assert staff(county).post(url("codes_code_print"), sent).status_code == 400
    assert not PosterBatch.objects.exists()


def test_lists_take_the_same_queries_for_one_and_thirty(county, django_assert_max_num_queries):
    client = staff(county)
    pages = [url("stations_station_changelist"), url("codes_code_changelist")]
    limits = {}
    for page in pages:
        client.get(page)
        with django_assert_max_num_queries(30) as counted:
            client.get(page)
        limits[page] = len(counted)
    for n in range(30):
        services.create_station(
            actor=SYSTEM, now=timezone.now(), name=f"站{n}", kind="point",
            region_code="370782001001",
        )  # fmt: skip
    issue_codes(
        [NewCode("grid", f"37078200100110{n}", "370782001001", "格") for n in range(9)],
        actor=SYSTEM, now=timezone.now(),
    )  # fmt: skip
    for page in pages:
        with django_assert_max_num_queries(limits[page]):
            client.get(page)
