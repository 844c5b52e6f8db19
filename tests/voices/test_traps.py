"""Traps of DOMAIN §7 about what a deputy may not do and what never reaches the accused."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from handling.models import Order
from notifications.models import Notification
from tests.voices.conftest import say
from tests.voices.test_loop import step
from tests.world import County
from voices.models import Message

PHONE = "13812345678"


def api(user):
    found = APIClient()
    found.force_authenticate(user)
    return found


def act(user, kind, code, name, **data):
    return api(user).post(f"/api/v1/{kind}/{code}/actions/{name}/", data, format="json")


@pytest.fixture
def given(county: County) -> Order:
    """A message of the deputy's that the station gave to a department."""
    said = say(county, name="王五", phone=PHONE, consent=True)
    message = step(said.message, "accept", county.users["deputy"])
    message = step(message, "refer", county.users["deputy"], opinion="请尽快")
    step(message, "transfer", county.users["station_keeper"], units=[county.units[0].code],
         title="路灯", text="路灯坏了")  # fmt: skip
    return Order.objects.get()


def test_trap_11_a_deputy_gives_no_orders_and_settles_nothing(county, given):
    """不直接处理问题 (DBF 31): a deputy passes on, the station gives out, the office decides."""
    deputy = county.users["deputy"]
    other = step(say(county, text="另一件", key="j" * 20).message, "accept", deputy)
    unit = county.units[1].code
    refused = act(deputy, "messages", other.code, "transfer", units=[unit], title="t", text="x")
    assert refused.status_code == 403
    for name, data in (
        ("sign", {}), ("reply", {"outcome": "solved", "text": "好了", "signer": "代表"}),
        ("request_extension", {"wanted_on": "2027-01-01", "reason": "x"}),
        ("decide_return", {"decision": "granted", "unit": unit, "reason": "x"}),
        ("accept_reply", {}), ("send_back", {"reason": "x"}),
    ):  # fmt: skip
        assert act(deputy, "orders", given.code, name, **data).status_code in (403, 404), name
    given.refresh_from_db()
    assert (given.state, Order.objects.count()) == ("assigned", 1)


def test_trap_11_a_deputy_sees_no_other_residents_private_data(county, neighbour, given):
    """Neither the number of who wrote to the deputy, nor anything of who wrote to somebody else."""
    deputy = county.users["deputy"]
    elsewhere = say(neighbour, name="赵六", phone="13987654321", consent=True).message
    mine = Message.objects.exclude(pk=elsewhere.pk).get()
    browser = Client()
    browser.force_login(deputy)
    for path in (f"/desk/messages/{mine.code}/", f"/api/v1/messages/{mine.code}/", "/desk/"):
        text = browser.get(path).content.decode()
        assert PHONE not in text
        assert "13987654321" not in text
    assert browser.get(f"/desk/messages/{elsewhere.code}/").status_code == 404
    assert browser.get(f"/api/v1/messages/{elsewhere.code}/").status_code == 404
    assert browser.post(f"/desk/messages/{mine.code}/contact/").status_code in (403, 404)


def test_trap_27_an_accusation_goes_to_its_door_and_never_to_the_accused(county):
    """Diverted with a polite notice; no order, no notice, no page for the unit it accuses."""
    unit = county.units[0]
    said = say(county, text=f"{unit.name}的科长收了我的钱才给办")
    message = step(said.message, "accept", county.users["deputy"])
    done = act(county.users["deputy"], "messages", message.code, "divert", door="discipline")
    assert done.status_code == 200, done.json()
    message.refresh_from_db()
    assert message.state == "diverted"
    assert Order.objects.count() == 0
    accused = [county.users["unit_handler"], county.users["unit_head"]]
    for user in accused:
        browser = Client()
        browser.force_login(user)
        assert browser.get(f"/desk/messages/{message.code}/").status_code in (403, 404)
        assert api(user).get(f"/api/v1/messages/{message.code}/").status_code in (403, 404)
        assert "收了我的钱" not in browser.get("/desk/orders/").content.decode()
    assert not Notification.objects.filter(user__in=accused).exists()
    shown = Client().post("/receipt/", {"receipt": said.receipt}, follow=True).content.decode()
    assert "12388" in shown
    assert "不会转给被反映的单位" in shown
    late = act(county.users["station_keeper"], "messages", message.code, "transfer",
               units=[unit.code], title="t", text="x")  # fmt: skip
    assert late.status_code == 409
    publish = act(county.users["moderator"], "messages", message.code, "publish", title="t",
                  text="x")  # fmt: skip
    assert publish.status_code == 409


@pytest.mark.parametrize("door", ["petition", "court", "emergency", "elsewhere", "not_accepted"])
def test_trap_27_every_door_has_words_for_the_writer(county, door):
    said = say(county, text="我和邻居的官司判错了")
    done = act(county.users["deputy"], "messages", said.message.code, "divert", door=door)
    assert done.status_code == 200, done.json()
    said.message.refresh_from_db()
    shown = Client().post("/receipt/", {"receipt": said.receipt}, follow=True).content.decode()
    assert said.message.door_words
    assert said.message.door_words in shown
