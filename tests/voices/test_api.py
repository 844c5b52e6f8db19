"""The closed loop through the API, as an outside program would do it."""

import pytest
from rest_framework.test import APIClient

from handling.models import Order


def client(user=None) -> APIClient:
    found = APIClient()
    if user:
        found.force_authenticate(user)
    return found


def act(user, resource, code, name, **data):
    return client(user).post(f"/api/v1/{resource}/{code}/actions/{name}/", data, format="json")


@pytest.fixture
def code(county) -> str:
    sent = client().post(
        "/api/v1/messages/",
        {"token": county.codes["deputy"].token, "kind": "problem", "text": "路灯坏了，电话13812345678"},
        format="json",
    )  # fmt: skip
    assert sent.status_code == 201, sent.json()
    assert set(sent.json()) == {"receipt", "code"}
    return sent.json()["code"]


def test_story_by_api(county, code):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    unit = county.users["unit_head"]
    detail = client(deputy).get(f"/api/v1/messages/{code}/").json()
    assert [a["name"] for a in detail["available_actions"]] == ["accept", "pass_on", "divert"]
    assert act(deputy, "messages", code, "accept").status_code == 200
    assert act(deputy, "messages", code, "refer", opinion="属实").json()["state"] == "under_review"
    sent = act(
        keeper, "messages", code, "transfer", units=[county.units[0].code], title="路灯",
        text="路灯坏了",
    )  # fmt: skip
    assert sent.json()["state"] == "handling", sent.json()
    order = client(unit).get("/api/v1/orders/").json()["results"][0]["code"]
    assert act(unit, "orders", order, "sign").json()["state"] == "signed"
    replied = act(unit, "orders", order, "reply", outcome="solved", text="换了", signer="局长")
    assert replied.json()["state"] == "replied", replied.json()
    done = act(keeper, "messages", code, "reply", outcome="solved", text="路灯换好了")
    assert done.json()["state"] == "answered", done.json()
    assert client(keeper).get(f"/api/v1/orders/{order}/").json()["state"] == "accepted"


def test_anonymous_sees_only_what_is_published(county, code):
    assert client().get("/api/v1/messages/").json()["results"] == []
    assert client().get(f"/api/v1/messages/{code}/").status_code == 404
    moderator = county.users["moderator"]
    act(
        moderator,
        "messages",
        code,
        "publish",
        title="路灯坏了",
        text="路灯坏了13812345678",
        answer="",
    )
    shown = client().get(f"/api/v1/messages/{code}/").json()
    assert shown["text"] == "路灯坏了138****5678"
    assert "available_actions" not in shown


def test_errors_have_their_status(county, neighbour, code):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    assert act(neighbour.users["congress_staff"], "messages", code, "accept").status_code == 404
    assert act(county.users["moderator"], "messages", code, "accept").status_code == 403
    assert act(keeper, "messages", code, "accept").status_code == 409
    act(deputy, "messages", code, "accept")
    empty = act(deputy, "messages", code, "answer")
    assert empty.status_code == 400
    assert set(empty.json()) == {"code", "message", "fields"}
    assert set(empty.json()["fields"]) == {"outcome", "text"}
    again = act(deputy, "messages", code, "accept")
    assert again.status_code == 409
    assert act(None, "messages", code, "accept").status_code in (401, 403)
    assert Order.objects.count() == 0
