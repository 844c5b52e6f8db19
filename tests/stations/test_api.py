"""Stations by the API."""

import pytest

from stations.models import Station

pytestmark = pytest.mark.django_db


def test_anonymous_reads_open_stations(client, county, neighbour):
    Station.objects.filter(pk=neighbour.station.pk).update(closed_on="2026-01-01")
    body = client.get("/api/v1/stations/").json()
    assert [row["code"] for row in body["results"]] == [county.station.code]
    assert client.get(f"/api/v1/stations/{neighbour.station.code}/").status_code == 404


def test_detail_shows_what_the_public_page_shows(client, county):
    body = client.get(f"/api/v1/stations/{county.station.code}/").json()
    assert [person["name"] for person in body["roster"]] == [county.deputy.name]
    assert body["code_url"].endswith(f"/q/{county.codes['station'].token}/")
    assert body["receptions"] == []


def test_staff_also_reads_closed_stations_of_the_own_county(client, county, neighbour):
    Station.objects.update(closed_on="2026-01-01")
    client.force_login(county.users["congress_staff"])
    body = client.get("/api/v1/stations/").json()
    assert [row["code"] for row in body["results"]] == [county.station.code]


@pytest.mark.parametrize(
    ("query", "count"), [("under=370783", 1), ("kind=home", 0), ("name=东街", 2), ("under=x", 0)]
)
def test_filters(client, county, neighbour, query, count):
    assert len(client.get(f"/api/v1/stations/?{query}").json()["results"]) == count


def test_list_takes_the_same_queries_for_one_and_thirty(
    client, county, django_assert_max_num_queries
):
    for n in range(30):
        Station.objects.create(code=f"Z{n}", name=f"站{n}", kind="point", region_code="370782001",
                               parent=county.station)  # fmt: skip
    with django_assert_max_num_queries(2):
        client.get("/api/v1/stations/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_api_takes_no_writes(client, county, method):
    client.force_login(county.users["congress_staff"])
    assert getattr(client, method)("/api/v1/stations/").status_code == 405
