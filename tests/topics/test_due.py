"""Opening and closing by date: each exactly once, also after a night without the job loop."""

from datetime import date

import pytest

from audit.models import Entry
from core.errors import InputInvalid, StateMoved
from jobs.models import DueWork
from jobs.services import drain
from notifications.models import Notification
from tests.topics.course import days, make_topic, on, say
from tests.world import NOW
from topics.models import Topic
from topics.services import set_dates
from topics.services.schedule import CLOSE, OPEN
from workflows.engine import apply


def steps(topic: Topic) -> list[tuple[str, str]]:
    """Transitions of the log after approval, with who did them."""
    rows = Entry.objects.of(topic).exclude(transition="")
    return [(e.transition, e.actor_kind) for e in rows][2:]


@pytest.fixture
def topic(county) -> Topic:
    return make_topic(county, "approved", opens_on=on(2), closes_on=on(5))


def state_at(topic: Topic, now) -> str:
    drain(now=now)
    topic.refresh_from_db()
    return topic.state


def test_opened_on_its_day_and_closed_after_its_last(topic):
    seen = [state_at(topic, days(*at)) for at in ((1, 23), (2, 0), (2, 1), (5, 23), (6, 0), (7, 0))]
    assert seen == [
        "approved", "collecting", "collecting", "collecting", "researching", "researching"
    ]  # fmt: skip
    assert steps(topic) == [("open_collection", "system"), ("close_collection", "system")]
    assert (topic.opened_at, topic.closed_at) == (days(2, 0), days(6, 0))


def test_after_days_without_the_loop_both_happen_in_turn_and_once(topic):
    assert state_at(topic, days(9)) == "researching"
    assert state_at(topic, days(9)) == "researching"
    assert steps(topic) == [("open_collection", "system"), ("close_collection", "system")]
    told = Notification.objects.filter(kind__in=("topics.opened", "topics.closed"))
    assert len(told) == len(set(told.values_list("kind", "user")))


def test_a_person_was_faster(county, topic):
    keeper = county.users["station_keeper"]
    topic = apply(topic, "open_collection", actor=keeper, now=NOW)
    assert topic.opens_on == NOW.date()
    assert state_at(topic, days(3)) == "collecting"
    topic = apply(topic, "close_collection", actor=keeper, now=days(3))
    assert topic.closes_on == on(3)
    assert state_at(topic, days(9)) == "researching"
    assert steps(topic) == [("open_collection", "user"), ("close_collection", "user")]


def test_moved_days_are_new_work_and_the_old_work_finds_nothing_to_do(county, topic):
    keeper = county.users["station_keeper"]
    set_dates(topic, opens_on=on(3), closes_on=on(4), meets_on=None, actor=keeper, now=NOW)
    seen = [state_at(topic, days(*at)) for at in ((2, 12), (3, 0), (4, 12), (5, 0), (6, 1))]
    assert seen == ["approved", "collecting", "collecting", "researching", "researching"]
    done = DueWork.objects.filter(kind__in=(OPEN, CLOSE)).values_list("done_at", "dead_at")
    assert [(bool(d), dead) for d, dead in done] == [(True, None)] * 4


def test_extended_once_more(county, topic):
    keeper = county.users["station_keeper"]
    drain(now=days(2))
    topic.refresh_from_db()
    for wrong in (on(5), on(4), ""):
        with pytest.raises(InputInvalid):
            apply(topic, "extend_collection", actor=keeper, now=days(3), data={"closes_on": wrong})
    topic = apply(topic, "extend_collection", actor=keeper, now=days(3), data={"closes_on": on(8)})
    assert [state_at(topic, days(n)) for n in (6, 8, 9)] == [
        "collecting", "collecting", "researching"
    ]  # fmt: skip
    assert say_refused(topic)


def say_refused(topic: Topic) -> bool:
    with pytest.raises(StateMoved):
        say(topic, now=days(9))
    return True


def test_dates_are_for_approved_topics_and_in_order(county, topic):
    keeper = county.users["station_keeper"]
    wrong = {"opens_on": on(3), "closes_on": on(2), "meets_on": None}
    with pytest.raises(InputInvalid):
        set_dates(topic, **wrong, actor=keeper, now=NOW)
    open_one = make_topic(county, "collecting")
    with pytest.raises(StateMoved, match="码上留言中"):
        set_dates(open_one, opens_on=on(1), closes_on=on(2), meets_on=None, actor=keeper, now=NOW)


def test_approval_refuses_days_that_cannot_be(county):
    topic = make_topic(county, "applied")
    keeper = county.users["station_keeper"]
    wrong = [
        {"opens_on": on(-3), "closes_on": on(-1)},
        {"opens_on": on(2), "closes_on": on(1)},
        {"opens_on": on(1), "closes_on": on(5), "meets_on": on(4)},
        {"opens_on": "", "closes_on": date(2026, 12, 1)},
    ]
    for data in wrong:
        with pytest.raises(InputInvalid):
            apply(topic, "approve", actor=keeper, now=NOW, data=data)
    assert DueWork.objects.filter(kind=OPEN).count() == 0
