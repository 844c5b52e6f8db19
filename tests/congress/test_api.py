"""The API of regions, congresses and units: public, filtered, paged."""

from datetime import date

import pytest

from audit.actors import SYSTEM
from congress.models import Unit
from congress.services import create_organ, create_unit, merge_unit, start_session, start_term

pytestmark = pytest.mark.django_db


def get(client, path, status=200, **query):
    answer = client.get(f"/api/v1/{path}", query, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.content
    return answer.json()


def codes(body):
    return [row["code"] for row in body["results"]]


def test_regions_are_listed_by_code_for_everybody(client, regions):
    body = get(client, "regions/")
    assert codes(body) == sorted(regions)
    assert body["count"] == len(regions)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"under": "370785"}, ["370785", "370785001"]),
        ({"parent": "370782"}, ["370782001", "370782108", "370782400"]),
        ({"level": "county"}, ["370782", "370785"]),
        ({"kind": "street"}, ["370782001", "370785001"]),
        ({"name": "密州"}, ["370782001"]),
        ({"under": "37%"}, []),
        ({"under": "x"}, []),
        ({"in_use": "false"}, []),
    ],
)
def test_regions_are_filtered(client, regions, query, found):
    assert codes(get(client, "regions/", **query)) == found


def test_region_by_code(client, regions):
    assert get(client, "regions/370782001/") == {
        "code": "370782001",
        "name": "密州街道",
        "full_name": "山东省潍坊市诸城市密州街道",
        "level": "town",
        "kind": "street",
        "parent_code": "370782",
        "is_street": True,
        "has_congress": False,
        "retired_on": None,
    }


@pytest.mark.parametrize("code", ["999999", "abc", "3707820010010010010", "%00"])
def test_region_that_is_none(client, regions, code):
    answer = client.get(f"/api/v1/regions/{code}/", headers={"accept": "application/json"})
    assert answer.status_code in (400, 404)


def test_wrong_filter_value_is_400_in_chinese(client, regions):
    body = get(client, "regions/", 400, level="galaxy")
    assert body["code"] == "invalid"
    assert "level" in body["fields"]


def test_congress_detail_has_organs_terms_and_sessions(client, county, now):
    create_organ(actor=SYSTEM, congress=county, kind="office", name="办公室", now=now)
    term = start_term(
        actor=SYSTEM, congress=county, number=19, starts_on=date(2022, 1, 12), now=now
    )
    start_session(actor=SYSTEM, term=term, number=3, opens_on=date(2024, 1, 9), now=now)

    body = get(client, "congresses/370782/")

    assert [organ["name"] for organ in body["organs"]] == ["办公室"]
    assert body["terms"][0]["name"] == "第十九届"
    assert body["terms"][0]["sessions"][0]["name"] == "十九届三次会议"
    assert codes(get(client, "congresses/", level=5)) == ["370782108"]


def test_units_of_a_congress_with_their_tree(client, congresses, now):
    def make(code, congress, **fields):
        return create_unit(
            actor=SYSTEM, congress=congresses[congress], code=code, name=f"{code}局",
            kind="department", now=now, **fields,
        )  # fmt: skip

    top = make("top", "370782")
    old = make("old", "370782", parent=top)
    make("else", "370785")
    merge_unit(actor=SYSTEM, unit=old, into=top, on=date(2026, 1, 1), now=now)

    assert codes(get(client, "units/", congress="370782", in_use="true")) == ["top"]
    body = get(client, "units/old/")
    assert (body["parent"], body["merged_into"], body["congress"]) == ("top", "top", "370782")


def test_lists_ask_the_same_queries_for_1_and_30_rows(
    client, county, now, django_assert_max_num_queries
):
    def make(numbers):
        for n in numbers:
            create_unit(
                actor=SYSTEM, congress=county, code=f"u{n}", name=f"第{n}局",
                kind="department", now=now,
            )  # fmt: skip

    make([0])
    with django_assert_max_num_queries(2):
        assert len(codes(get(client, "units/", page_size="100"))) == 1
    make(range(1, 30))
    with django_assert_max_num_queries(2):
        assert len(codes(get(client, "units/", page_size="100"))) == 30
    assert Unit.objects.count() == 30


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_by_the_api(client, regions, method):
    answer = getattr(client, method)("/api/v1/regions/370782/", content_type="application/json")
    assert answer.status_code in (401, 403, 405)
