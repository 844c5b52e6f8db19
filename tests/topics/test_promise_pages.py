"""承诺 on a topic's orders at the desk: kept, moved, broken, by the host; read on the public page."""

import pytest
from django.test import Client

from handling.models import Order, Promise
from tests.safety.written import rows
from tests.topics.course import STEPS, make_topic, on, say, take
from tests.world import NOW, County, make_county
from topics.models import Topic
from workflows.engine import apply


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def topic(county) -> Topic:
    """In handling; the leading unit has promised something and the host let its answer pass."""
    topic = make_topic(county, "collecting")
    say(topic)
    for name in STEPS[3:7]:
        topic = take(topic, name, county)
    lead, unit = Order.objects.of(topic).get(role="lead"), county.users["unit_head"]
    co = apply(Order.objects.of(topic).get(role="co"), "sign",
               actor=county.users["unit_handler_1"], now=NOW)  # fmt: skip
    apply(co, "give_opinion", actor=county.users["unit_handler_1"], now=NOW, data={"text": "可以"})
    answer = {"outcome": "planned", "text": "明年装", "signer": "局长", "promise": "年底装好",
              "promise_on": on(30)}  # fmt: skip
    apply(apply(lead, "sign", actor=unit, now=NOW), "reply", actor=unit, now=NOW, data=answer)
    lead.refresh_from_db()
    apply(lead, "accept_reply", actor=county.users["station_keeper"], now=NOW)
    return take(topic, "publish", county)


def signed_in(county: County, role: str) -> Client:
    client = Client()
    client.force_login(county.users[role])
    return client


def test_host_says_what_became_of_a_promise(county, topic):
    keeper, promise = signed_in(county, "station_keeper"), Promise.objects.get()
    url = f"/desk/topics/{topic.code}/promises/{promise.code}/"
    assert url in keeper.get(f"/desk/topics/{topic.code}/result/").content.decode()
    assert "年底装好" in keeper.get(url).content.decode()
    before = rows()
    lacking = keeper.post(url, {"outcome": "moved", "note": "缺料", "due_on": ""})
    assert (lacking.status_code, rows()) == (400, before)
    assert "请填新的日期" in lacking.content.decode()
    assert "缺料" in lacking.content.decode()
    sent = keeper.post(url, {"outcome": "moved", "note": "缺料", "due_on": on(400).isoformat()})
    assert (sent.status_code, sent.url) == (302, f"/desk/topics/{topic.code}/result/")
    promise.refresh_from_db()
    assert (promise.outcome, promise.note, promise.due_on) == ("moved", "缺料", on(400))
    assert keeper.post(url, {"outcome": "broken", "note": "没有钱了"}).status_code == 302
    shown = keeper.get(f"/desk/topics/{topic.code}/result/").content.decode()
    assert "未兑现：没有钱了" in shown
    assert url not in shown
    assert keeper.post(url, {"outcome": "kept", "note": ""}).status_code == 409
    public = Client().get(f"/topics/{topic.code}/").content.decode()
    assert "没有钱了" in public


@pytest.mark.parametrize(("role", "status"), [("deputy", 403), ("unit_head", 403)])
def test_promise_is_settled_by_the_host_only(county, topic, role, status):
    url = f"/desk/topics/{topic.code}/promises/{Promise.objects.get().code}/"
    person = signed_in(county, role)
    before = rows()
    assert person.post(url, {"outcome": "kept"}).status_code == status
    assert rows() == before


def test_promise_of_another_matter_is_not_found(county, topic):
    keeper = signed_in(county, "station_keeper")
    other = make_topic(county, "collecting")
    code = Promise.objects.get().code
    assert keeper.get(f"/desk/topics/{other.code}/promises/{code}/").status_code == 404
    assert keeper.get(f"/desk/topics/{topic.code}/promises/C99999999/").status_code == 404
