"""Published suggestions for everybody: list, page, 码上公开, digest. Nothing else leaks."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from congress.memory import forget_all
from congress.models import CalendarYear
from core.dates import local_date
from proposals.models import Proposal
from proposals.records import put_down
from proposals.rounds import split_replies
from proposals.services import Text
from tests.browser.test_html import faults
from tests.proposals.place import (
    Place,
    accepted,
    assigned,
    make_place,
    open_session,
    orders_of,
    replied,
    rule,
    work,
)
from workflows.engine import apply

NOW = timezone.now()


@pytest.fixture(autouse=True)
def published_years(db):
    for year in range(NOW.year - 1, NOW.year + 3):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "测试"})


def publish(place: Place, made: Proposal, *, now=NOW, **data) -> Proposal:
    found = apply(made, "decide_publication", actor=place.staff, now=now,
                  data={"decision": "public", **data})  # fmt: skip
    forget_all()
    return found


def text(title: str) -> Text:
    return Text(title, "二百部电梯老旧，请打13812345678。", "一是补助。\n二是评估。")


def shown(place: Place, title: str = "关于电梯安全的建议", *, outcome="solved", **more) -> Proposal:
    made = assigned(place, now=NOW - timedelta(days=40), text=text(title), **more)
    later = {} if outcome == "solved" else {"promise": "办好", "promise_on": local_date(NOW)}
    for order in orders_of(made):
        work(place, order, now=NOW - timedelta(days=20), outcome=outcome, **later)
    made.refresh_from_db()
    return publish(place, made)


def words_of(answer) -> str:
    body = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def get(url: str, **query):
    return Client().get(url, query)


def titles(answer) -> list[str]:
    return [row["title"] for row in answer.context["rows"]]


def test_list_says_totals_and_shows_only_what_was_published(place):
    open_session(place, opens=local_date(NOW) - timedelta(days=41), closes=None)
    first = shown(place)
    second = shown(place, "关于公交线路的建议", outcome="in_progress")
    accepted(place, text=text("关于没有答复的建议"))
    replied(place, now=NOW - timedelta(days=30), text=text("关于没有审核的建议"))
    page = get("/proposals/")
    assert titles(page) == ["关于公交线路的建议", "关于电梯安全的建议"]
    assert "公开了2件建议，已解决1件，正在解决1件。" in words_of(page)
    assert "没有答复" not in words_of(page)
    assert not page.cookies
    assert page["X-Public-Page"] == "1"
    assert page["Cache-Control"].startswith("public")
    assert not faults(page.content.decode())
    assert f"/proposals/{first.code}/" in page.content.decode()
    assert second.number_words in words_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"words": "电梯"}, ["关于电梯安全的建议"]), ({"words": "梯"}, ["关于电梯安全的建议"]),
        ({"words": "飞船"}, []), ({"outcome": "in_progress"}, ["关于公交线路的建议"]),
        ({"outcome": "not_feasible"}, []),
        ({"category": "construction"}, ["关于公交线路的建议", "关于电梯安全的建议"]),
        ({"category": "health"}, []), ({"session": "18-5"}, ["关于公交线路的建议", "关于电梯安全的建议"]),
        ({"unit": "U3707820"}, ["关于公交线路的建议", "关于电梯安全的建议"]),
        ({"unit": "nobody"}, ["关于公交线路的建议", "关于电梯安全的建议"]),
        ({"words": "13812345678"}, []),
    ],
)  # fmt: skip
def test_list_is_searched_and_filtered(place, query, found):
    open_session(place, opens=local_date(NOW) - timedelta(days=41), closes=None)
    shown(place)
    shown(place, "关于公交线路的建议", outcome="in_progress")
    page = get("/proposals/", **query)
    assert titles(page) == found
    if not found:
        assert "没有找到这样的建议" in words_of(page)


def test_list_finds_a_code_and_pages_by_key(place):
    codes = [shown(place, f"关于第{n}座桥的建议").code for n in range(21)]
    assert titles(get("/proposals/", words=codes[3])) == ["关于第3座桥的建议"]
    first = get("/proposals/")
    assert len(titles(first)) == 20
    last = Client().get("/proposals/" + first.context["after"])
    assert titles(last) == ["关于第0座桥的建议"]
    assert last.context["before"]


def test_empty_list_says_what_it_means(place):
    assert "还没有公开的建议" in words_of(get("/proposals/"))


@pytest.mark.parametrize("address", ["/proposals/", "/results/?tab=proposals", "/results/"])
def test_lists_ask_the_same_for_one_and_for_thirty(place, address):
    def queries() -> int:
        forget_all()
        with CaptureQueriesContext(connection) as asked:
            assert Client().get(address).status_code == 200
        return len(asked)

    shown(place)
    queries()
    one = queries()
    for n in range(29):
        shown(place, f"关于第{n}座桥的建议")
    assert queries() == one


def test_page_tells_text_answer_class_promise_and_way(place):
    open_session(place, opens=local_date(NOW) - timedelta(days=41), closes=None)
    made = accepted(place, now=NOW - timedelta(days=40), text=text("关于电梯安全的建议"))
    units = place.county.units
    made = apply(made, "assign", actor=place.staff, now=NOW - timedelta(days=40),
                 data={"units": [units[0].code], "co_units": [units[1].code]})  # fmt: skip
    lead, co = orders_of(made)
    user = place.unit_user(units[1])
    for step, data in (("sign", {}), ("give_opinion", {"text": "只给主办看的会办意见"})):
        co = apply(co, step, actor=user, now=NOW - timedelta(days=30), data=data)
    work(place, lead, now=NOW - timedelta(days=20), outcome="planned", promise="逐台更换",
         promise_on=local_date(NOW) + timedelta(days=100))  # fmt: skip
    made.refresh_from_db()
    publish(place, made)
    page = get(f"/proposals/{made.code}/")
    words = words_of(page)
    for said in (
        "关于电梯安全的建议", "宋玉禾代表", "二百部电梯老旧", "一是补助", "已出台补助办法", "列入了计划",
        "住建局 主办，供电公司会办" if "住建局 主办" in words else "住建局主办，供电公司会办",
        "逐台更换", "还没到期", "十八届五次会议", "立案，编为第1号", "按" if "按" in words else "提前",
    ):  # fmt: skip
        assert said in words, said
    assert "只给主办看的会办意见" not in words
    assert "13812345678" not in page.content.decode()
    assert not page.cookies
    assert page["X-Public-Page"] == "1"
    assert not faults(page.content.decode())


def test_second_round_stands_beside_the_first(place):
    """Trap 9: re-handling never edits the old reply away."""
    made = replied(place, now=NOW - timedelta(days=60), text=text("关于电梯安全的建议"))
    made = apply(made, "evaluate", actor=place.user(place.lead), now=NOW - timedelta(days=30),
                 data={"attitude": "satisfied", "result": "unsatisfied", "reason": "没有修"})  # fmt: skip
    made = apply(made, "rehandle", actor=place.staff, now=NOW - timedelta(days=29),
                 data={"reason": "代表不满意"})  # fmt: skip
    publish(place, made)
    one = get(f"/proposals/{made.code}/")
    assert [r["title"] for r in one.context["rounds"]] == [
        "第一次答复",
        "重新办理后的答复（第2轮）",
    ]
    assert [bool(r["reply"]) for r in one.context["rounds"]] == [True, False]
    assert "正在办，还没有答复" in words_of(one)
    for order in orders_of(made):
        work(place, order, now=NOW - timedelta(days=10))
    made.refresh_from_db()
    publish(place, made)
    two = get(f"/proposals/{made.code}/")
    assert [bool(r["reply"]) for r in two.context["rounds"]] == [True, True]
    assert "【第" not in words_of(two)
    assert "没有修" not in words_of(two)  # a deputy's feedback is public by the rulebook only


def test_replies_without_headings_are_the_only_round():
    assert split_replies("住建局：\n好") == {0: "住建局：\n好"}
    assert split_replies("【第1轮答复】\n甲\n\n【第2轮答复】\n乙") == {1: "甲", 2: "乙"}
    assert split_replies("") == {}


def test_feedback_is_shown_where_the_rulebook_allows(place):
    made = replied(place, now=NOW - timedelta(days=40), text=text("关于电梯安全的建议"))
    rule(place, "publish_feedback", unit="flag", value=True)
    publish(place, made, feedback="代表表示满意")
    assert "代表表示满意" in words_of(get(f"/proposals/{made.code}/"))


def test_partly_public_says_why_and_keeps_promises_back(place):
    made = accepted(place, now=NOW - timedelta(days=40), text=text("关于电梯安全的建议"))
    made = apply(made, "assign", actor=place.staff, now=NOW - timedelta(days=40),
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    (order,) = orders_of(made)
    work(place, order, now=NOW - timedelta(days=20), promise="给张三装电梯",
         promise_on=local_date(NOW) + timedelta(days=9))  # fmt: skip
    made.refresh_from_db()
    publish(place, made, decision="partial", why_not="privacy", text="建议更新电梯", reply="已办")
    words = words_of(get(f"/proposals/{made.code}/"))
    assert "部分公开（个人隐私）" in words
    assert "张三" not in words
    assert "二百部" not in words


def test_what_is_not_public_is_not_there(place):
    """Trap 18: no publication before review; confidential ones never, at once."""
    waiting = replied(place, now=NOW - timedelta(days=40), text=text("关于甲的建议"))
    refused = replied(place, now=NOW - timedelta(days=40), text=text("关于乙的建议"))
    publish(place, refused, decision="not_public", why_not="secret")
    hidden = shown(place, "关于丙的建议")
    put_down(hidden, "conceal", actor=place.user(place.lead), now=NOW,
             data={"confidential": "on", "reason": "怕报复"})  # fmt: skip
    forget_all()
    for one in (waiting, refused, hidden):
        answer = get(f"/proposals/{one.code}/")
        assert answer.status_code == 404
        assert one.title not in answer.content.decode()
    assert get("/proposals/none/").status_code == 404
    assert titles(get("/proposals/")) == []
    assert "关于丙的建议" not in get("/results/", tab="proposals").content.decode()


def test_results_and_landing_show_the_newest(place):
    shown(place)
    tab = get("/results/", tab="proposals")
    assert titles(tab) == ["关于电梯安全的建议"]
    assert "代表建议" in words_of(get("/results/"))
    assert "关于电梯安全的建议" in words_of(get("/"))


def test_digest_counts_and_gives_csv(place):
    shown(place)
    shown(place, "关于公交线路的建议", outcome="in_progress")
    gone = accepted(place, text=text("关于撤回的建议"))
    apply(gone, "withdraw", actor=place.user(place.lead), now=NOW, data={"reason": "不提了"})
    forget_all()
    year = local_date(Proposal.objects.first().accepted_at).year
    page = get(f"/proposals/digest/{year}/")
    assert (
        "1名代表提出建议 2 件，交办 2 件，已答复 2 件，其中已解决 1 件，办结 0 件，公开 2 件"
        in words_of(page)
    )
    rows = get(f"/proposals/digest/{year}/table.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "按,名称,立案,已交办,已答复,其中已解决,已办结,已公开"
    assert rows[1] == "合计,,2,2,2,1,0,2"
    assert not faults(page.content.decode())
    assert get("/proposals/digest/1999/").status_code == 404
    assert get("/proposals/digest/2999/").status_code == 404


def test_elder_and_dark_keep_the_mode(place):
    made = shown(place)
    page = get(f"/proposals/{made.code}/", elder="1", theme="dark")
    html = page.content.decode()
    assert "data-elder" in html
    assert 'data-theme="dark"' in html
    assert "/proposals/?elder=1&amp;theme=dark" in html or "/proposals/?" in html


def test_neighbour_is_filtered_by_place(place):
    shown(place)
    other = make_place("370783", "寿光市")
    shown(other, "关于大棚的建议")
    assert titles(get("/proposals/", region="370783")) == ["关于大棚的建议"]
    assert len(titles(get("/proposals/"))) == 2
