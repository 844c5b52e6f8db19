"""Search in opinions: exact, common and rare words alike, nothing that may not be read."""

import pytest
from django.db import connection

from liaison.demo.opinion_pour import Said, pour, varied
from tests.topics.course import make_topic
from tests.world import NOW, County
from topics.models import Opinion, Topic
from topics.selectors import search
from topics.selectors.search import opinions_saying


@pytest.fixture
def topic(county: County) -> Topic:
    topic = make_topic(county, "collecting")
    pour(topic, varied(600), now=NOW)
    pour(topic, [Said("流浪猫最好统一绝育", "cat")], now=NOW)
    return topic


def plain(rows, words, field="public_text"):
    return [o.pk for o in rows.order_by("-id") if words in getattr(o, field)]


@pytest.mark.parametrize(
    "words",
    ["停车", "公交", "增加停车位", "流浪猫", "没有这样的话", "灯", "，", "位，车", "停车位太少"],
)
def test_finds_exactly_what_holds_the_words(topic, words):
    rows = Opinion.objects.published()

    found = opinions_saying(rows, words)

    assert [o.pk for o in found.order_by("-id")] == plain(rows, words)


@pytest.mark.parametrize("words", ["流浪猫", "停车"])
def test_rare_and_common_agree(topic, words, monkeypatch):
    rows = Opinion.objects.published()
    monkeypatch.setattr(search, "ENOUGH", 100_000)

    found = opinions_saying(rows, words, topic=topic)

    assert [o.pk for o in found.order_by("-id")] == plain(rows, words)


def test_signs_of_sql_are_letters(topic):
    pour(topic, [Said("涨了100%了_真的\\是吗", "a"), Said("涨了100元了", "b")], now=NOW)
    rows = Opinion.objects.published()

    for words in ("100%", "%了_", "\\是", "了_真"):
        assert [o.public_text for o in opinions_saying(rows, words)] == ["涨了100%了_真的\\是吗"]
    assert list(opinions_saying(rows, "'; DROP")) == []


def test_what_waits_is_found_at_work_and_never_in_public(topic):
    pour(topic, [Said("想要一座天文馆", "a")], now=NOW, state="pending")
    mine = Opinion.objects.get(text="想要一座天文馆")
    hidden = Opinion.objects.filter(text__contains="流浪猫").update(public_text="（略）")

    assert list(opinions_saying(Opinion.objects.all(), "天文馆", field="text")) == [mine]
    assert list(opinions_saying(Opinion.objects.published(), "天文馆")) == []
    assert list(opinions_saying(Opinion.objects.published(), "流浪猫")) == []
    assert opinions_saying(Opinion.objects.all(), "流浪猫", field="text").count() == hidden


def test_scope_is_kept(topic, county):
    other = make_topic(county, "collecting")
    pour(other, [Said("想要一座天文馆", "a")], now=NOW)

    assert list(opinions_saying(topic.opinions.all(), "天文馆", topic=topic)) == []
    assert opinions_saying(other.opinions.all(), "天文馆", topic=other).count() == 1


def test_three_queries_whatever_is_searched(topic, django_assert_num_queries):
    with django_assert_num_queries(3):
        list(opinions_saying(Opinion.objects.published(), "流浪猫"))
    with django_assert_num_queries(2):
        list(opinions_saying(Opinion.objects.published(), "停车")[:20])


def test_the_index_is_used_for_rare_words(topic):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN " + search._RARE.format(field="public_text", scope=""),
            {"pairs": ["流浪", "浪猫"], "like": "%流浪猫%", "most": 10, "topic": None},
        )
        assert "opinion_bigrams" in str(cursor.fetchall())
