"""Doors beside the transitions: moved days, opinions put elsewhere, further guests."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from jobs.models import DueWork
from notifications.models import Notification
from tests.topics.course import TODAY, days, let_through, make_topic, on, say, take
from tests.world import NOW, County
from topics.models import OpinionGroup
from topics.services import Invitees, call_meeting, recount_groups

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


def sign_in(county: County, role: str) -> Client:
    client = Client()
    client.force_login(county.users[role])
    return client


# --- planned days -----------------------------------------------------------------------------


def test_moved_days_move_the_opening(county):
    topic = make_topic(county, "approved", opens_on=on(2), closes_on=on(9))
    keeper, url = sign_in(county, "station_keeper"), f"/desk/topics/{topic.code}/dates/"
    assert url in keeper.get(f"/desk/topics/{topic.code}/").content.decode()

    answer = keeper.post(url, {"opens_on": on(4), "closes_on": on(12), "meets_on": on(14)})

    assert answer.status_code == 302
    topic.refresh_from_db()
    assert (topic.opens_on, topic.closes_on, topic.meets_on) == (on(4), on(12), on(14))
    keys = set(DueWork.objects.filter(kind="topics.open").values_list("key", flat=True))
    assert f"{topic.code}:{on(4)}" in keys


@pytest.mark.parametrize(
    ("opens", "closes", "meets"), [(4, 3, None), (-9, -3, None), (4, 9, 8), (4, None, None)]
)
def test_impossible_days_come_back_and_change_nothing(county, opens, closes, meets):
    topic = make_topic(county, "approved", opens_on=on(2), closes_on=on(9))
    typed = {
        name: TODAY + timedelta(days=n)
        for name, n in (("opens_on", opens), ("closes_on", closes), ("meets_on", meets))
        if n is not None
    }

    answer = sign_in(county, "station_keeper").post(f"/desk/topics/{topic.code}/dates/", typed)

    assert answer.status_code == 400
    topic.refresh_from_db()
    assert (topic.opens_on, topic.closes_on) == (on(2), on(9))


def test_days_of_an_open_topic_are_not_moved_here(county):
    topic = make_topic(county, "collecting")
    page = sign_in(county, "station_keeper").get(f"/desk/topics/{topic.code}/")

    answer = sign_in(county, "station_keeper").get(f"/desk/topics/{topic.code}/dates/")

    assert answer.status_code == 409
    assert "/dates/" not in page.content.decode()


# --- opinions to another group ----------------------------------------------------------------


def _two_groups(county: County):
    topic = make_topic(county, "collecting")
    question = topic.questions.get(number=1)
    said = [
        let_through(say(topic, text).opinions[0], county)
        for text in ("先修电梯", "先修电梯", "夜里要有人值班")
    ]
    first, second = (
        OpinionGroup.objects.create(topic=topic, question=question, name=n)
        for n in ("电梯", "值班")
    )
    for opinion, group in zip(said, (first, first, second), strict=True):
        opinion.group = group
        opinion.save(update_fields=["group"])
    recount_groups(topic, now=NOW)
    return topic, first, second, said


def test_ticked_opinions_go_to_another_group_with_their_copies(county):
    topic, first, second, said = _two_groups(county)
    deputy = sign_in(county, "deputy")
    url = f"/desk/topics/{topic.code}/groups/{first.pk}/"
    assert f"{url}move/" in deputy.get(url).content.decode()

    deputy.post(f"{url}move/", {"into": second.pk, "opinion": [said[0].code]})

    second.refresh_from_db()
    assert set(second.members.values_list("code", flat=True)) == {o.code for o in said}
    assert (second.opinions_count, second.pinned) == (3, True)


def test_moving_to_a_foreign_group_moves_nothing(county, neighbour):
    topic, first, _, said = _two_groups(county)
    elsewhere = OpinionGroup.objects.create(
        topic=make_topic(neighbour, "collecting"), name="别处", question=None
    )
    other_question = OpinionGroup.objects.create(
        topic=topic, question=topic.questions.get(number=2), name="时间"
    )
    deputy, url = sign_in(county, "deputy"), f"/desk/topics/{topic.code}/groups/{first.pk}/move/"

    assert deputy.post(url, {"into": elsewhere.pk, "opinion": [said[0].code]}).status_code == 404
    assert deputy.post(url, {"into": "x", "opinion": [said[0].code]}).status_code == 404
    deputy.post(url, {"into": other_question.pk, "opinion": [said[0].code]})
    deputy.post(url, {"into": first.pk})

    assert first.members.count() == 2


# --- further guests ---------------------------------------------------------------------------


def _called(county: County):
    topic = make_topic(county, "researching")
    meeting = call_meeting(
        topic, starts_at=days(2), place="二楼", agenda="议一议",
        invite=Invitees(deputies=[county.deputy]), actor=county.users["station_keeper"], now=NOW,
    )  # fmt: skip
    return topic, meeting, f"/desk/topics/{topic.code}/meetings/{meeting.number}/"


def test_further_guests_are_told_and_the_others_not_again(county):
    _, meeting, url = _called(county)
    keeper = sign_in(county, "station_keeper")
    told = Notification.objects.filter(kind="topics.meeting_called")
    before = told.count()
    assert f"{url}invite/" in keeper.get(url).content.decode()

    answer = keeper.post(
        f"{url}invite/",
        {"deputies": county.deputy.name, "units": county.units[0].code, "residents": "王女士\n李师傅"},
    )  # fmt: skip

    assert answer.status_code == 302
    names = set(meeting.attendees.values_list("name", flat=True))
    assert names == {county.deputy.name, county.units[0].name, "王女士", "李师傅"}
    deputy_told = told.filter(user=county.users["deputy"]).count()
    assert (deputy_told, told.count() > before) == (1, True)


def test_nobody_named_asks_again(county):
    _, meeting, url = _called(county)

    answer = sign_in(county, "station_keeper").post(f"{url}invite/", {"residents": " "})

    assert answer.status_code == 400
    assert meeting.attendees.count() == 1


def test_nobody_is_asked_to_a_meeting_that_was_held(county):
    topic = take(make_topic(county, "researching"), "hold_meeting", county)
    keeper, url = sign_in(county, "station_keeper"), f"/desk/topics/{topic.code}/meetings/1/"

    answer = keeper.post(f"{url}invite/", {"residents": "赵大爷"})

    assert "已经开过" in answer.content.decode()
    assert not topic.meetings.get().attendees.filter(name="赵大爷").exists()
    assert f"{url}invite/" not in keeper.get(url).content.decode()
