"""Groups of a topic: made by due work, counted by people, kept as a person left them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from core.errors import Forbidden, InputInvalid, StateMoved
from jobs.models import DueWork
from jobs.services import drain
from liaison.demo.opinion_pour import Said, pour, varied
from liaison.demo.opinions import sayings
from tests.topics.course import make_topic, take
from tests.world import NOW, County
from topics.models import Opinion, OpinionGroup, Topic
from topics.services import (
    ask_grouping,
    group_topic,
    merge_groups,
    move_opinions,
    recount_groups,
    rename_group,
    split_group,
)
from workflows.engine import apply

ONE = {"questions": [("还缺什么？", "")]}


@pytest.fixture
def topic(county: County) -> Topic:
    return make_topic(county, "collecting", **ONE)


def said(topic: Topic, *pairs: tuple[str, str]) -> list[Opinion]:
    """Published opinions: (text, who)."""
    before = set(topic.opinions.values_list("id", flat=True))
    pour(topic, [Said(text, who) for text, who in pairs], now=NOW)
    return list(topic.opinions.exclude(id__in=before).order_by("id"))


def group_of(topic: Topic, name: str, opinions: Iterable[Opinion], **more: Any) -> OpinionGroup:
    group = OpinionGroup.objects.create(
        topic=topic, question=topic.questions.get(), name=name, suggested_name=name, **more
    )
    Opinion.objects.filter(pk__in=[o.pk for o in opinions]).update(group=group)
    return group


def ranks(topic: Topic) -> list[tuple[str, int, int]]:
    """Name, people, opinions; by rank."""
    return list(topic.groups.order_by("rank").values_list("name", "people", "opinions_count"))


def distinct(count: int, words: str) -> list[tuple[str, str]]:
    return [(f"{words}第{n}条", f"{words}{n}") for n in range(count)]


# --- counting ------------------------------------------------------------------------------------


def test_people_are_counted_and_copies_are_not(topic):
    one = said(topic, *distinct(3, "路灯"))
    two = said(topic, *distinct(2, "公交"), *[("要路灯", f"copy{n}") for n in range(500)])
    alone = said(topic, *[(f"停车第{n}条", "same person") for n in range(40)])
    group_of(topic, "公交", two)
    group_of(topic, "停车", alone)
    group_of(topic, "路灯", one)
    group_of(topic, "其他", said(topic, *distinct(9, "杂")))

    recount_groups(topic, now=NOW)

    assert ranks(topic) == [
        ("公交", 3, 502), ("路灯", 3, 3), ("停车", 1, 40), ("其他", 9, 9),
    ]  # fmt: skip


def test_five_hundred_copies_move_no_rank(topic):
    group_of(topic, "路灯", said(topic, *distinct(4, "路灯")))
    low = group_of(topic, "公交", said(topic, *distinct(3, "公交")))
    recount_groups(topic, now=NOW)
    before = [(name, people) for name, people, _ in ranks(topic)]
    copies = [("公交第0条", "one address")] * 250 + [("公交第0条", f"a{n}") for n in range(250)]

    Opinion.objects.filter(pk__in=[o.pk for o in said(topic, *copies)]).update(group=low)
    recount_groups(topic, now=NOW)

    assert [(name, people) for name, people, _ in ranks(topic)] == before
    assert ranks(topic)[1] == ("公交", 3, 503)


def test_only_published_opinions_count(topic, county):
    opinions = said(topic, *distinct(3, "路灯"))
    group_of(topic, "路灯", opinions)
    pour(topic, [Said("还没审核的路灯", "x")], now=NOW, state="pending")
    Opinion.objects.filter(state="pending").update(group=topic.groups.get())
    apply(opinions[0], "hide", actor=county.users["moderator"], now=NOW, data={"reason": "重复"})

    recount_groups(topic, now=NOW)

    assert ranks(topic) == [("路灯", 2, 2)]


def test_recount_twice_changes_nothing(topic):
    group_of(topic, "路灯", said(topic, *distinct(3, "路灯")))

    assert recount_groups(topic, now=NOW) == 1
    assert recount_groups(topic, now=NOW) == 0


# --- the job -------------------------------------------------------------------------------------


def test_due_work_groups_what_was_said(topic, county):
    pour(topic, varied(400, catalogue="chain"), now=NOW)
    assert ask_grouping(topic, actor=county.users["deputy"], now=NOW)
    assert not ask_grouping(topic, actor=county.users["deputy"], now=NOW)

    drain(now=NOW + timedelta(minutes=2))

    rows = ranks(topic)
    assert len(rows) >= 6
    assert sum(count for _, _, count in rows) == 400
    assert not topic.opinions.filter(group=None).exists()
    assert [people for name, people, _ in rows if name != "其他"] == sorted(
        (people for name, people, _ in rows if name != "其他"), reverse=True
    )
    assert DueWork.objects.filter(kind="topics.group", done_at=None).count() == 0
    assert Entry.objects.of(topic).filter(action="topics.group.asked").count() == 1
    for group in topic.groups.all():
        codes = set(group.members.values_list("code", flat=True))
        assert set(group.typical) <= codes


def test_enough_new_opinions_start_it_by_themselves(topic, county):
    pour(topic, varied(60), now=NOW, state="pending")
    pending = topic.opinions.first()
    apply(pending, "approve", actor=county.users["moderator"], now=NOW)
    drain(now=NOW + timedelta(minutes=3))
    assert not topic.groups.exists()

    pour(topic, varied(60, seed=2), now=NOW)
    second = topic.opinions.filter(state="pending").first()
    apply(second, "approve", actor=county.users["moderator"], now=NOW + timedelta(minutes=20))
    drain(now=NOW + timedelta(minutes=23))
    drain(now=NOW + timedelta(minutes=24))

    assert topic.groups.exists()


def test_grouping_twice_changes_nothing(topic):
    pour(topic, varied(300, catalogue="chain"), now=NOW)
    group_topic(topic, now=NOW)
    rows = ranks(topic)
    homes = dict(topic.opinions.values_list("id", "group__name"))

    group_topic(topic, now=NOW)

    kept = {pk: name for pk, name in homes.items() if name != "其他"}
    after = dict(topic.opinions.values_list("id", "group__name"))
    assert {pk: after[pk] for pk in kept} == kept
    assert {name for name, _, _ in rows} <= {name for name, _, _ in ranks(topic)}


def test_new_opinions_join_and_pinned_groups_stay(topic, county):
    pour(topic, varied(300, catalogue="chain"), now=NOW)
    group_topic(topic, now=NOW)
    first = topic.groups.order_by("rank").first()
    rename_group(first, name="招人最要紧", actor=county.users["deputy"], now=NOW)
    members = set(first.members.values_list("id", flat=True))
    pour(topic, varied(200, seed=9, catalogue="chain"), now=NOW)

    group_topic(topic, now=NOW, anew=True)

    first.refresh_from_db()
    assert first.name == "招人最要紧"
    assert members <= set(first.members.values_list("id", flat=True))
    assert first.members.count() > len(members)
    assert not topic.opinions.filter(group=None).exists()


def test_anew_keeps_the_address_of_what_stays_alike(topic):
    pour(topic, varied(300, catalogue="chain"), now=NOW)
    group_topic(topic, now=NOW)
    before = list(topic.groups.order_by("id").values_list("id", flat=True))

    group_topic(topic, now=NOW, anew=True)

    assert list(topic.groups.order_by("id").values_list("id", flat=True))[: len(before)] == before
    assert topic.groups.filter(people__gt=0, pk__in=before).count() >= len(before) * 0.7


def test_names_never_hold_unpublished_words(topic):
    pour(topic, varied(200), now=NOW)
    Opinion.objects.update(text="我是张三住三号楼二单元电话一三八")

    group_topic(topic, now=NOW)

    assert not topic.groups.filter(name__contains="张三").exists()
    assert not topic.groups.filter(name__contains="单元").exists()


def test_questions_are_grouped_apart(county):
    topic = make_topic(county, "collecting")
    pour(topic, varied(400), now=NOW)

    group_topic(topic, now=NOW)

    for group in topic.groups.all():
        assert set(group.members.values_list("question_id", flat=True)) <= {group.question_id}
    assert topic.groups.values("question").distinct().count() == 2


# --- by a person ---------------------------------------------------------------------------------


def test_merge_keeps_every_opinion_and_its_address(topic, county):
    lamp = group_of(topic, "路灯", said(topic, *distinct(3, "路灯")))
    dark = group_of(topic, "太黑", said(topic, *distinct(4, "天黑")))

    found = merge_groups([lamp, dark], name="照明", actor=county.users["deputy"], now=NOW)

    assert (found.pk, found.name, found.pinned, found.people) == (lamp.pk, "照明", True, 7)
    assert ranks(topic) == [("照明", 7, 7), ("太黑", 0, 0)]
    entry = Entry.objects.of(topic).filter(action="topics.group.merged").get()
    assert entry.data == {"group": lamp.pk, "others": [dark.pk], "moved": 4}


def test_split_takes_the_copies_along(topic, county):
    opinions = said(topic, ("装路灯", "a"), ("修路灯", "b"), ("修路灯。", "c"), ("路太黑", "d"))
    group = group_of(topic, "路灯", opinions)
    chosen = list(group.members.filter(text="修路灯"))

    new = split_group(group, chosen, name="修旧的", actor=county.users["deputy"], now=NOW)

    group.refresh_from_db()
    assert sorted(new.members.values_list("text", flat=True)) == ["修路灯", "修路灯。"]
    assert (new.people, new.opinions_count, new.pinned, group.pinned) == (1, 2, True, True)
    assert ranks(topic) == [("路灯", 2, 2), ("修旧的", 1, 2)]


def test_move_pins_where_it_goes(topic, county):
    opinions = said(topic, *distinct(4, "路灯"))
    lamp, other = group_of(topic, "路灯", opinions), group_of(topic, "公交", [])

    moved = move_opinions(opinions[:1], other, actor=county.users["station_keeper"], now=NOW)

    other.refresh_from_db()
    assert (moved, other.pinned, other.people, lamp.members.count()) == (1, True, 1, 3)
    assert Entry.objects.of(topic).filter(action="topics.group.moved").count() == 1


@pytest.mark.parametrize("role", ["unit_handler", "auditor", "moderator"])
def test_others_may_not_regroup(topic, county, role):
    group = group_of(topic, "路灯", said(topic, *distinct(3, "路灯")))
    other = group_of(topic, "太黑", said(topic, *distinct(3, "天黑")))
    actor = county.users[role]

    for act in (
        lambda: rename_group(group, name="新名", actor=actor, now=NOW),
        lambda: merge_groups([group, other], name="新名", actor=actor, now=NOW),
        lambda: split_group(group, group.members.all()[:1], name="新名", actor=actor, now=NOW),
        lambda: move_opinions(group.members.all()[:1], other, actor=actor, now=NOW),
        lambda: ask_grouping(topic, actor=actor, now=NOW),
    ):
        with pytest.raises(Forbidden):
            act()

    assert set(topic.groups.values_list("name", "pinned")) == {("路灯", False), ("太黑", False)}
    assert not Entry.objects.of(topic).filter(action__startswith="topics.group").exists()


def test_what_makes_no_sense_is_refused_with_words(topic, county):
    group = group_of(topic, "路灯", said(topic, *distinct(3, "路灯")))
    deputy, foreign = county.users["deputy"], said(topic, ("别处的", "x"))
    for act in (
        lambda: merge_groups([group, group], name="一组", actor=deputy, now=NOW),
        lambda: split_group(group, [], name="空", actor=deputy, now=NOW),
        lambda: split_group(group, foreign, name="外来", actor=deputy, now=NOW),
        lambda: split_group(group, list(group.members.all()), name="全部", actor=deputy, now=NOW),
        lambda: rename_group(group, name="  ", actor=deputy, now=NOW),
        lambda: rename_group(group, name="长" * 61, actor=deputy, now=NOW),
        lambda: move_opinions([], group, actor=deputy, now=NOW),
    ):
        with pytest.raises(InputInvalid):
            act()

    group.refresh_from_db()
    assert (group.name, group.pinned, group.members.count()) == ("路灯", False, 3)


def test_nothing_is_regrouped_after_handing_over(topic, county):
    group = group_of(topic, "路灯", said(topic, *distinct(3, "路灯")))
    for step in ("close_collection", "hold_meeting", "adopt_plan", "hand_over"):
        topic = take(topic, step, county)

    with pytest.raises(StateMoved):
        rename_group(group, name="晚了", actor=county.users["deputy"], now=NOW)

    group.refresh_from_db()
    assert group.name == "路灯"


def test_groups_of_two_questions_are_not_merged(county):
    topic = make_topic(county, "collecting")
    first, second = topic.questions.all()
    one = OpinionGroup.objects.create(topic=topic, question=first, name="甲")
    two = OpinionGroup.objects.create(topic=topic, question=second, name="乙")

    with pytest.raises(InputInvalid):
        merge_groups([one, two], name="丙", actor=county.users["deputy"], now=NOW)

    assert not topic.groups.filter(pinned=True).exists()


def test_seeded_opinions_are_the_same_every_time():
    assert list(sayings(200, seed=4)) == list(sayings(200, seed=4))
    assert len({one.text for one in sayings(5_000)}) == 5_000
