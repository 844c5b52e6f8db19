"""承诺 in replies to residents: settled at the desk, told to the writer, read by everybody."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from audit.models import Entry
from handling.models import Order
from jobs.services import drain
from notifications.models import Clock, Notification
from tests.safety.written import rows
from tests.voices.conftest import YEAR_END, promised, say
from tests.world import NOW
from voices.models import MessageContact
from voices.receipts import display
from voices.retention import purge
from voices.services import phone_of
from workflows.engine import apply

LATER = date(2099, 3, 1)


@pytest.fixture
def said(county):
    """A message with a phone, and its receipt."""
    return say(county, name="王女士", phone="13812345678", consent=True)


@pytest.fixture
def promise(county, said):
    return promised(county, said.message, text="年底前换新线路，电话13912345678")


def signed_in(county, role: str) -> Client:
    client = Client()
    client.force_login(county.users[role])
    return client


def on_receipt(said) -> str:
    return Client().post("/receipt/", {"receipt": display(said.receipt)}).content.decode()


def told() -> list[tuple[str | None, bool]]:
    found = Notification.objects.filter(kind="voices.promise").order_by("id")
    return list(found.values_list("user__username", "to_resident"))


def test_the_unit_says_what_became_of_its_promise_and_the_writer_is_told(county, said, promise):
    unit = signed_in(county, "unit_head")
    url, order = f"/desk/promises/{promise.code}/", f"/desk/orders/{promise.order.code}/"
    assert url in unit.get(order).content.decode()
    assert "年底前换新线路" in unit.get(url).content.decode()
    before = rows()
    lacking = unit.post(url, {"outcome": "moved", "note": "等材料", "due_on": ""})
    assert (lacking.status_code, rows()) == (400, before)
    assert "请填新的日期" in lacking.content.decode()
    assert "等材料" in lacking.content.decode()
    moved = {"outcome": "moved", "note": "等材料", "due_on": LATER.isoformat()}
    sent = unit.post(url, moved)
    assert (sent.status_code, sent.url) == (302, order)
    assert "2099年3月1日前（原2026年12月31日）" in on_receipt(said)
    assert "等材料" in on_receipt(said)
    assert unit.post(url, {"outcome": "broken", "note": "没有批下来"}).status_code == 302
    shown = unit.get(order).content.decode()
    assert "未兑现：没有批下来" in shown
    assert url not in shown
    assert unit.post(url, {"outcome": "kept", "note": ""}).status_code == 409
    people = [county.users[one].username for one in ("deputy", "station_keeper")]
    one_round = [(None, True), *((name, False) for name in people)]
    handlers = [(county.users["unit_handler"].username, False)]
    assert sorted(told(), key=str) == sorted(2 * (one_round + handlers), key=str)
    assert phone_of(said.message.code) == "13812345678"
    actions = Entry.objects.filter(object_code=promise.code).order_by("id")
    assert [one.action for one in actions] == ["handling.promise.moved", "handling.promise.broken"]


def test_the_station_may_say_it_and_what_is_published_shows_it(county, said, promise):
    keeper = signed_in(county, "station_keeper")
    url = f"/desk/promises/{promise.code}/"
    assert url in keeper.get(f"/desk/messages/{said.message.code}/").content.decode()
    said.message.refresh_from_db()
    apply(
        said.message, "publish", actor=county.users["moderator"], now=NOW,
        data={"title": "路灯", "text": "路灯坏了", "answer": "在换", "photos": []},
    )  # fmt: skip
    public = f"/results/{said.message.code}/?v={{}}"
    assert "还没到期" in Client().get(public.format(1)).content.decode()
    assert keeper.post(url, {"outcome": "kept", "note": "12月20日换好"}).status_code == 302
    shown = Client().get(public.format(2)).content.decode()
    assert "已兑现" in shown
    assert "12月20日换好" in shown
    assert "13912345678" not in shown + on_receipt(said)


@pytest.mark.parametrize(("role", "status"), [("deputy", 404), ("unit_handler_1", 404)])
def test_others_may_not_settle_it(county, promise, role, status):
    person, before = signed_in(county, role), rows()
    answer = person.post(f"/desk/promises/{promise.code}/", {"outcome": "kept"})
    assert (answer.status_code, rows()) == (status, before)


def test_neighbours_do_not_find_it(county, neighbour, promise):
    for role in ("unit_head", "station_keeper", "congress_staff"):
        person, before = signed_in(neighbour, role), rows()
        answer = person.post(f"/desk/promises/{promise.code}/", {"outcome": "kept"})
        assert (answer.status_code, rows()) == (404, before)


def test_what_a_reply_promised_counts_once_the_reply_has_passed(county, said, promise):
    Order.objects.filter(pk=promise.order_id).update(state="replied")
    unit, before = signed_in(county, "unit_head"), rows()
    answer = unit.post(f"/desk/promises/{promise.code}/", {"outcome": "kept", "note": ""})
    assert (answer.status_code, rows()) == (409, before)
    assert "年底前换新线路" not in on_receipt(said)


def test_the_unit_is_reminded_of_the_day_until_it_is_settled(county, promise):
    clock = Clock.objects.get(object_type="handling.promise")
    assert (clock.due_on, clock.stopped_at) == (YEAR_END, None)
    drain(now=datetime(2026, 12, 31, 9, tzinfo=NOW.tzinfo))
    head = county.users["unit_head"]
    notice = Notification.objects.get(object_type="handling.promise", user=head)
    unit = signed_in(county, "unit_head")
    assert unit.get(f"/desk/inbox/{notice.pk}/").url == f"/desk/promises/{promise.code}/"
    assert (
        unit.post(f"/desk/promises/{promise.code}/", {"outcome": "kept", "note": ""}).status_code
        == 302
    )
    clock.refresh_from_db()
    assert clock.stopped_at is not None


def test_by_the_ledger_of_the_api(county, promise):
    answer = signed_in(county, "unit_head").post(
        f"/api/v1/promises/{promise.code}/updates/", {"outcome": "kept", "note": ""}
    )
    assert (answer.status_code, answer.json()["outcome"]) == (200, "kept")


def test_an_open_promise_keeps_the_way_to_tell(county, said, promise):
    drain(now=NOW + timedelta(days=60))
    late = NOW + timedelta(days=3650)
    assert purge(now=late) == 0
    url = f"/desk/promises/{promise.code}/"
    signed_in(county, "unit_head").post(url, {"outcome": "kept", "note": ""})
    assert purge(now=late) == 1
    assert not MessageContact.objects.exists()
