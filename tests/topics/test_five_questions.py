"""人大派题: five questions, ten thousand opinions, copies that move nothing, groups, files."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.dates import local_date
from core.sheets import read_rows
from jobs.services import drain
from liaison.demo.opinion_pour import Said, pour, varied
from tests.world import County
from topics.models import Opinion, Topic
from topics.services import TopicDraft, dispatch_topic, moderate, recount_groups
from topics.services.counting import recount

# Of the copies so many come in by the front door and are let through one by one; the others are
# poured in beside them, each by somebody else, as the ten thousand are.
SEEDED, COPIES, BY_DOOR = 10_000, 500, 40
QUESTIONS = [
    ("制约汽车产业链发展的痛点是什么？", "比如招工、物流、贷款"), ("企业最缺什么样的人？", ""),
    ("哪些配套还要到外地买？", ""), ("办事还有哪些不方便？", ""), ("园区里还差什么？", ""),
]  # fmt: skip
COPIED = "园区应该先建一个职工公寓，外地来的技工没地方住。"


def handed_down(county: County) -> Topic:
    today = local_date(timezone.now())
    draft = TopicDraft(
        title="汽车产业链怎么补齐", summary="全市汽车产业链的短板在哪里，请大家说说。",
        questions=QUESTIONS, region_code=county.code, opens_on=today,
        closes_on=today + timedelta(days=7),
    )  # fmt: skip
    return dispatch_topic(
        draft, actor=county.users["congress_staff"], source="congress", host=county.station,
        deputy=None, now=timezone.now(),
    )  # fmt: skip


def speak(topic: Topic, number: int, address: str) -> int:
    answer = Client().post(
        f"/topics/{topic.code}/opinion/",
        {"answer_5": COPIED, "idempotency_key": f"copy-{number}-0123456789"},
        HTTP_X_FORWARDED_FOR=address,
    )  # fmt: skip
    return answer.status_code


def ranking(topic: Topic) -> list[tuple[int, int]]:
    """The groups in their order, with the people behind them."""
    return list(topic.groups.order_by("rank").values_list("id", "people"))


@pytest.mark.django_db
def test_five_questions_from_the_congress(county, client, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    topic = handed_down(county)
    assert (topic.state, topic.source, topic.questions.count()) == ("approved", "congress", 5)

    # opened by its date
    drain(now=timezone.now())
    topic.refresh_from_db()
    assert topic.state == "collecting"

    # ten thousand people
    pour(topic, varied(SEEDED, seed=5, catalogue="chain"), now=timezone.now())
    recount(topic, now=timezone.now())
    assert (topic.opinion_count, topic.people_count) == (SEEDED, SEEDED)

    # grouped by the job
    staff = Client()
    staff.force_login(county.users["congress_staff"])
    asked = staff.post(f"/desk/topics/{topic.code}/groups/again/")
    assert asked.status_code == 302
    drain(now=timezone.now() + timedelta(minutes=1))
    groups = topic.groups.filter(people__gt=0)
    assert sum(groups.values_list("opinions_count", flat=True)) == SEEDED
    for question in topic.questions.all():
        assert 5 <= groups.filter(question=question).count() <= 17
    before = ranking(topic)

    # one text five hundred times: half from one line of a village, half from everywhere
    codes = [speak(topic, n, "60.1.2.3") for n in range(BY_DOOR // 2)]
    codes += [speak(topic, n, f"61.0.{n}.9") for n in range(BY_DOOR // 2, BY_DOOR)]
    assert set(codes) == {201}
    copies = Opinion.objects.filter(topic=topic, text=COPIED)
    done = moderate(copies, "approve", actor=county.users["moderator"], now=timezone.now())
    assert len(done.done) == BY_DOOR
    more = (Said(COPIED, f"copy {n}") for n in range(COPIES - BY_DOOR))
    pour(topic, more, now=timezone.now(), question=5)
    assert copies.filter(state="approved").count() == COPIES
    drain(now=timezone.now() + timedelta(minutes=12))
    drain(now=timezone.now() + timedelta(minutes=13))
    recount_groups(topic, now=timezone.now())

    homes = set(copies.values_list("group_id", flat=True))
    assert len(homes) == 1
    assert homes != {None}
    home = homes.pop()
    after = ranking(topic)
    assert sum(people for _, people in after) == SEEDED + 1
    moved = [(pk, people) for pk, people in after if pk != home]
    assert moved == [(pk, people) for pk, people in before if pk != home]
    assert dict(after)[home] == dict(before).get(home, 0) + 1

    # an honest neighbour behind the same line is still heard
    assert speak(topic, 9_999, "60.1.2.3") == 201

    # the page holds
    page = client.get(f"/topics/{topic.code}/")
    told = page.content.decode()
    assert page.status_code == 200
    assert len(told) < 120_000
    for question in topic.questions.all():
        assert question.text in told
    first = topic.groups.order_by("rank").first()
    assert first.name in told

    # and everything can be taken along
    sheet = staff.get(f"/desk/topics/{topic.code}/opinions.xlsx")
    _, rows = read_rows(io.BytesIO(b"".join(sheet.streaming_content)))
    found = [row for _, row in rows]
    assert len(found) == SEEDED + COPIES + 1
    assert sum(row["原文"] == COPIED for row in found) == COPIES + 1
    assert sum(row["分组"] == "" for row in found) <= 1
    paper = staff.get(f"/desk/topics/{topic.code}/opinions.docx")
    assert paper.status_code == 200
    assert paper.content[:2] == b"PK"
