"""Lists of messages: found by what they are called, counted to a bound, along their indexes."""

import pytest
from django.db import connection
from django.test import Client

from accounts import desk
from tests.world import County, make_county, receipt_of
from voices.models import Message
from voices.shell import waiting

ADMIN = "/admin/voices/message/"


@pytest.fixture
def three(db) -> County:
    """A county with three messages, one of them from outside, and a neighbour with one."""
    county, other = make_county(), make_county("370783", "寿光市")
    for number, (place, text) in enumerate(
        [(county, "路灯不亮"), (county, "水压太小"), (county, "公交太少"), (other, "路灯坏了")]
    ):
        words = {"kind": "problem", "text": text, "idempotency_key": f"{number}" * 20}
        assert receipt_of(Client().post(f"/q/{place.codes['deputy'].token}/message/", words))
    Message.objects.filter(text="水压太小").update(outside_number="20261120001")
    return county


@pytest.fixture
def staff(three) -> Client:
    client = Client()
    client.force_login(three.users["congress_staff"])
    return client


def test_staff_find_by_code_outside_number_or_words(three, staff):
    def found(words: str) -> list[str]:
        page = staff.get(ADMIN, {"q": words})
        return [m.text for m in page.context["cl"].result_list]

    light = Message.objects.get(text="路灯不亮")
    assert found(light.code.lower()) == ["路灯不亮"]
    assert found("20261120001") == ["水压太小"]
    assert found("路灯") == ["路灯不亮"]
    assert found(Message.objects.get(text="路灯坏了").code) == []
    assert found("没有这个") == []


def test_the_menu_counts_to_a_bound(three, staff, monkeypatch):
    assert "<em>3<span" in staff.get("/desk/messages/").content.decode()
    monkeypatch.setattr(desk, "COUNTED_TO", 3)
    assert "<em>2+<span" in staff.get("/desk/messages/").content.decode()


def test_what_waits_is_found_along_its_own_index(three):
    """Also with the states other apps have added: a state the index leaves out costs a scan."""
    rows = waiting(three.users["congress_staff"]).order_by("due_on", "id")[:20]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        sql, values = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "message_due" in plan, plan
