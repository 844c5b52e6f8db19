"""Topics and opinions by the API: who reads what, ways to make a topic, refusals in one form."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from core.dates import local_date
from tests.safety.written import rows
from tests.topics.course import let_through, make_topic, say
from topics.models import Opinion, Topic
from topics.services import by_receipt


def client(user=None) -> APIClient:
    found = APIClient()
    if user:
        found.force_authenticate(user)
    return found


def codes(user, url: str) -> list[str]:
    answer = client(user).get(f"/api/v1/{url}")
    assert answer.status_code == 200, answer.json()
    return [row["code"] for row in answer.json()["results"]]


def day(number: int) -> str:
    return (local_date(timezone.now()) + timedelta(days=number)).isoformat()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def topics(county, neighbour, now) -> dict[str, Topic]:
    """One that is not public, one that is open, one of the neighbour's."""
    today = local_date(now)
    more = {"opens_on": today, "closes_on": today + timedelta(days=5), "meets_on": None, "now": now}
    return {
        "draft": make_topic(county, "draft", **more),
        "open": make_topic(county, "collecting", **more),
        "theirs": make_topic(neighbour, "collecting", **more),
    }


def test_who_reads_which_topics(county, topics):
    seen = {
        who: set(codes(county.users.get(who), "topics/"))
        for who in ("", "deputy", "station_keeper", "town_staff", "moderator", "unit_head")
    }
    own = {topics["draft"].code, topics["open"].code}
    public = {topics["open"].code, topics["theirs"].code}
    assert seen == {
        "": public, "deputy": own, "station_keeper": own, "town_staff": own, "moderator": own,
        "unit_head": public,
    }  # fmt: skip
    for who, status in ((None, 404), ("unit_head", 404), ("deputy", 200)):
        answer = client(who and county.users[who]).get(f"/api/v1/topics/{topics['draft'].code}/")
        assert answer.status_code == status


def test_a_stranger_reads_nothing_internal(county, topics):
    shown = client().get(f"/api/v1/topics/{topics['open'].code}/").json()
    assert not {"review_note", "messages", "meetings", "available_actions"} & set(shown)
    inside = client(county.users["deputy"]).get(f"/api/v1/topics/{topics['open'].code}/").json()
    assert set(shown) < set(inside)


def test_lists_are_filtered_and_ordered_by_what_is_listed_only(county, topics):
    keeper = county.users["station_keeper"]
    both = [topics["open"].code, topics["draft"].code]
    assert codes(keeper, "topics/?ordering=-id") == both
    assert codes(keeper, "topics/?state=draft") == both[1:]
    assert codes(keeper, "topics/?source=congress") == []
    assert codes(keeper, f"topics/?region={county.code}&host={county.station.code}") == both
    assert codes(keeper, "topics/?deputy=D370782&ordering=id") == both[::-1]
    assert client().get("/api/v1/topics/?state=nonsense").status_code == 400


def test_who_reads_which_opinions(county, topics, now):
    waiting = say(topics["open"], "还没审", now=now).opinions[0]
    shown = let_through(say(topics["open"], "审过了", now=now).opinions[0], county, now)
    everything = {waiting.code, shown.code}
    assert {
        who: set(codes(county.users.get(who), "opinions/"))
        for who in ("", "deputy", "moderator", "unit_head")
    } == {
        "": {shown.code},
        "deputy": everything,
        "moderator": everything,
        "unit_head": {shown.code},
    }
    row = client().get(f"/api/v1/opinions/{shown.code}/").json()
    assert set(row) == {"code", "topic", "question", "text", "agreed", "created_at"}
    assert client().get(f"/api/v1/opinions/{waiting.code}/").status_code == 404
    assert codes(county.users["moderator"], "opinions/?state=pending") == [waiting.code]
    assert codes(None, f"opinions/?topic={topics['theirs'].code}") == []
    detail = client(county.users["moderator"]).get(f"/api/v1/opinions/{waiting.code}/").json()
    assert [a["name"] for a in detail["available_actions"]] == ["approve", "edit", "reject"]


@pytest.mark.parametrize(("who", "url"), [
    ("", "topics/"), ("moderator", "topics/"), ("", "opinions/"), ("moderator", "opinions/"),
])  # fmt: skip
def test_thirty_rows_cost_as_many_queries_as_one(county, topics, now, who, url):
    def cost() -> int:
        caller = client(county.users.get(who))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert caller.get(f"/api/v1/{url}").status_code == 200
        return len(asked)

    let_through(say(topics["open"], now=now).opinions[0], county, now)
    cost()
    before = cost()
    more = {"opens_on": local_date(now), "closes_on": local_date(now), "meets_on": None, "now": now}
    for n in range(29):
        let_through(say(topics["open"], f"第{n}句", now=now).opinions[0], county, now)
        if url == "topics/" and n < 10:
            make_topic(county, "collecting", **more)
    assert cost() == before


def test_ways_to_make_a_topic(county):
    body = {"title": "早市", "summary": "占道", "question_1": "留还是搬？",
            "region_code": f"{county.code}001", "opens_on": day(1),
            "closes_on": day(5)}  # fmt: skip
    users = county.users
    made = {
        "deputy": client(users["deputy"]).post("/api/v1/topics/", body, format="json"),
        "party": client(users["congress_staff"]).post(
            "/api/v1/topics/", body | {"source": "party", "deputy": county.deputy.code},
            format="json",
        ),
        "resident": client().post(
            "/api/v1/topics/", body | {"token": county.codes["grid"].token}, format="json",
            headers={"Idempotency-Key": "once"},
        ),
    }  # fmt: skip
    assert [answer.status_code for answer in made.values()] == [201, 201, 201]
    found = Topic.objects.order_by("id").values_list("source", "state", "region_code")
    assert list(found) == [
        ("deputy", "draft", "370782001"), ("party", "approved", "370782001"),
        ("resident", "applied", "370782001001001"),
    ]  # fmt: skip
    assert by_receipt(made["resident"].json()["receipt"]).topic == Topic.objects.first()
    mended = client(users["deputy"]).put(
        f"/api/v1/topics/{made['deputy'].json()['code']}/", body | {"title": "早市去哪"},
        format="json",
    )  # fmt: skip
    assert (mended.status_code, mended.json()["title"]) == (200, "早市去哪")


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("deputy", {"title": ""}, 400),
        ("deputy", {"region_code": "999999"}, 400),
        ("deputy", {"region_code": "370785001"}, 400),
        ("deputy", {"closes_on": "2020-01-01"}, 400),
        ("deputy", {"messages": ["M99999999"]}, 404),
        ("deputy", {"source": "party"}, 403),
        ("congress_staff", {"source": "resident"}, 400),
        ("moderator", {}, 403),
        ("", {"token": "nonsense"}, 404),
        ("", {}, 404),
    ],
)
def test_a_topic_that_cannot_be_is_refused_and_nothing_is_stored(
    county, neighbour, who, body, status
):
    good = {"title": "早市", "summary": "占道", "question_1": "留还是搬？",
            "region_code": f"{county.code}001", "opens_on": day(1),
            "closes_on": day(5)}  # fmt: skip
    before = rows()
    answer = client(county.users.get(who)).post("/api/v1/topics/", good | body, format="json")
    assert answer.status_code == status, answer.json()
    assert set(answer.json()) == {"code", "message", "fields"}
    assert rows() == before


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"answer_1": ""}, 400, "请至少回答一个问题，一句话也可以。"),
        ({"answer_7": "x"}, 400, "有的问题不是这个议题的，请刷新页面再填。"),
        ({"answer_1": "长" * 2001}, 400, "有几处需要改一改。"),
        ({"answer_1": "好", "phone": "13805360001"}, 400, "有几处需要改一改。"),
        ({"answer_1": "好", "topic": "T999999"}, 404, None),
        ({"answer_1": "好", "token": "nonsense"}, 404, None),
    ],
)
def test_an_opinion_that_cannot_be_is_refused_and_nothing_is_stored(topics, body, status, words):
    before = rows()
    answer = client().post(
        "/api/v1/opinions/", {"topic": topics["open"].code} | body, format="json"
    )
    assert (answer.status_code, words or answer.json()["message"]) == (
        status, answer.json()["message"]
    )  # fmt: skip
    assert rows() == before


def test_too_late_is_a_conflict_with_a_sentence(county, topics, now):
    yesterday = local_date(now) - timedelta(days=1)
    Topic.objects.filter(pk=topics["open"].pk).update(opens_on=yesterday, closes_on=yesterday)
    answer = client().post(
        "/api/v1/opinions/", {"topic": topics["open"].code, "answer_1": "晚了"}, format="json"
    )
    assert answer.status_code == 409
    assert "没有收下新的意见" in answer.json()["message"]
    assert Opinion.objects.count() == 0


def test_steps_beside_the_transitions_need_the_right(county, topics):
    code = topics["open"].code
    before = rows()
    for url in ("meetings", "parts", "supports", "result", "parts/1/outcome", "promises/C00000001"):
        for user, status in ((None, {401, 403}), (county.users["unit_head"], {403, 404})):
            answer = client(user).post(f"/api/v1/topics/{code}/{url}/", {}, format="json")
            assert answer.status_code in status, (url, answer.json())
    assert rows() == before
