"""What a moderator decided today, and taking each of it back while nobody has touched it."""

import re

import pytest
import time_machine
from django.test import Client

from tests.topics.course import days, let_through, make_topic, say
from tests.world import NOW, County
from topics.models import Opinion

pytestmark = pytest.mark.django_db
QUEUE = "/admin/moderation/opinions/"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


def moderator(county: County) -> Client:
    client = Client()
    client.force_login(county.users["moderator"])
    return client


def decide(client: Client, clock, name: str, *opinions: Opinion) -> None:
    clock.shift(60)
    data = {"decision": name, "opinion": [o.code for o in opinions], "reason": "与议题无关"}
    client.post(QUEUE, data)


def batches(client: Client) -> list[str]:
    """The keys of what may be taken back, the last first."""
    page = client.get(QUEUE).content.decode()
    forms = re.findall(r'name="batch" value="([^"]+)"(.*?)</form>', page, re.DOTALL)
    return [key for key, form in forms if "<button" in form]


def state_of(*opinions: Opinion) -> list[str]:
    rows = dict(Opinion.objects.values_list("code", "state"))
    return [rows[o.code] for o in opinions]


def test_an_earlier_batch_of_today_is_taken_back_alone(county, clock):
    topic = make_topic(county, "collecting")
    one, two, three = (say(topic, text).opinions[0] for text in ("一", "二", "三"))
    client = moderator(county)
    decide(client, clock, "approve", one, two)
    decide(client, clock, "reject", three)
    last, first = batches(client)

    client.post(f"{QUEUE}undo/", {"batch": first})

    assert state_of(one, two, three) == ["hidden", "hidden", "rejected"]
    assert first not in batches(client)
    client.post(f"{QUEUE}undo/", {"batch": last})
    assert state_of(three) == ["approved"]


def test_what_somebody_touched_since_stays_as_they_left_it(county, clock):
    topic = make_topic(county, "collecting")
    one, two = (say(topic, text).opinions[0] for text in ("一", "二"))
    client = moderator(county)
    decide(client, clock, "reject", one, two)
    key = batches(client)[0]
    let_through(two, county, now=days(0, 11))
    clock.shift(60)

    client.post(f"{QUEUE}undo/", {"batch": key})
    clock.shift(60)
    again = client.post(f"{QUEUE}undo/", {"batch": key}, follow=True)

    assert state_of(one, two) == ["approved", "approved"]
    assert "没有可以撤销的了" in again.content.decode()
    changed = Opinion.objects.get(pk=two.pk)
    assert changed.state_at == days(0, 11)


@pytest.mark.parametrize("key", ["", "nothing", "2026-13-45", "2026-11-20T09:00:00+08:00"])
def test_an_unknown_batch_changes_nothing(county, clock, key):
    topic = make_topic(county, "collecting")
    one = say(topic, "一").opinions[0]
    client = moderator(county)
    decide(client, clock, "approve", one)

    assert client.post(f"{QUEUE}undo/", {"batch": key}).status_code == 302
    assert state_of(one) == ["approved"]


def test_batches_of_others_and_of_yesterday_are_not_mine(county, clock):
    topic = make_topic(county, "collecting")
    one = say(topic, "一").opinions[0]
    client = moderator(county)
    decide(client, clock, "approve", one)
    key = batches(client)[0]
    staff = Client()
    staff.force_login(county.users["congress_staff"])

    assert batches(staff) == []
    staff.post(f"{QUEUE}undo/", {"batch": key})
    clock.move_to(days(1))
    later = moderator(county)
    later.post(f"{QUEUE}undo/", {"batch": key})

    assert batches(later) == []
    assert state_of(one) == ["approved"]
