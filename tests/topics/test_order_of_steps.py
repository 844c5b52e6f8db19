"""What may not be skipped or done twice, tried by the desk's own addresses."""

import pytest
from django.test import Client

from audit.models import Entry
from tests.safety.written import rows
from tests.topics.course import make_topic
from tests.world import NOW, County, make_county
from topics.models import Meeting, Topic

BEFORE_APPROVAL = ("draft", "applied", "returned", "rejected")
MEETING = {"date": "2026-12-01", "time": "09:00", "starts_at": "2026-12-01T09:00",
           "starts_at_0": "2026-12-01", "starts_at_1": "09:00", "place": "站里",
           "agenda": "议电梯"}  # fmt: skip


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def keeper(county) -> Client:
    client = Client()
    client.force_login(county.users["station_keeper"])
    return client


@pytest.mark.parametrize("state", BEFORE_APPROVAL)
def test_no_meeting_without_approval(county, keeper, state):
    """Neither called nor written up, not even with one that slipped in."""
    topic = make_topic(county, "applied" if state != "draft" else "draft")
    Topic.objects.filter(pk=topic.pk).update(state=state)
    before = rows()
    called = keeper.post(f"/desk/topics/{topic.code}/meetings/new/", MEETING)
    assert (called.status_code, rows()) == (409, before)
    Meeting.objects.create(
        topic=topic, number=1, starts_at=NOW, place="站里", agenda="议", sign_in="x" * 24,
        notified_at=NOW,
    )  # fmt: skip
    held = {"meeting": "1", "minutes": "先修电梯。", "agreed": "先修电梯"}
    answer = keeper.post(f"/desk/topics/{topic.code}/hold_meeting/", held)
    topic.refresh_from_db()
    assert (answer.status_code, topic.state) == (409, state)


def test_no_plan_without_minutes(county, keeper):
    """The database keeps held meetings without minutes out; this one was only called."""
    topic = make_topic(county, "planned")
    Topic.objects.filter(pk=topic.pk).update(state="meeting")
    topic.meetings.update(held_at=None)
    answer = keeper.post(f"/desk/topics/{topic.code}/adopt_plan/", {"text": "先修电梯。"})
    assert (answer.status_code, "没有议事会纪要" in answer.content.decode()) == (409, True)
    topic.refresh_from_db()
    assert topic.state == "meeting"


def test_closed_exactly_once(county, keeper):
    topic = make_topic(county, "collecting")
    url = f"/desk/topics/{topic.code}/close_collection/"
    assert keeper.post(url).status_code == 302
    topic.refresh_from_db()
    closed_at, before = topic.closed_at, rows()
    assert keeper.post(url).status_code == 409
    topic.refresh_from_db()
    assert (topic.closed_at, rows()) == (closed_at, before)
    entries = Entry.objects.of(topic).filter(action="topics.topic.closed")
    assert len(entries) == 1
