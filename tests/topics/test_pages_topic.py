"""The residents' page of a topic and the lists, through the front door."""

import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from codes.models import Code
from core.dates import local_date
from core.images import read_image
from tests.browser.test_html import faults
from tests.topics.course import STEPS, let_through, make_topic, say, take
from topics.models import Opinion, OpinionGroup, Picture, Topic
from topics.services import count_support, tell_outcome, write_result
from topics.services.counting import recount
from voices.models import Message
from workflows.engine import apply

HERE = timezone.now()
TODAY = local_date(HERE)


def topic_in(county, state="collecting", **more) -> Topic:
    days = {"opens_on": TODAY, "closes_on": TODAY + timedelta(days=5), "meets_on": None}
    return make_topic(county, state, now=HERE, **(days | more))


def text_of(answer) -> str:
    """The words of a page, without tags and runs of space."""
    body = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def published(topic, county, *texts) -> list[Opinion]:
    found = [say(topic, text, now=HERE).opinions[0] for text in texts]
    return [let_through(one, county, HERE) for one in found]


def picture(colour="red"):
    file = BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    file.seek(0)
    file.name = "a.png"
    return read_image(file)


def group_of(topic, name, opinions, **more) -> OpinionGroup:
    fields = {"people": len(opinions), "opinions_count": len(opinions), "rank": 1} | more
    group = OpinionGroup.objects.create(
        topic=topic, name=name, question=opinions[0].question,
        typical=[opinions[0].code], **fields,
    )  # fmt: skip
    Opinion.objects.filter(pk__in=[one.pk for one in opinions]).update(group=group)
    return group


def test_open_topic_has_a_box_for_each_question_and_is_the_same_for_everybody(county):
    topic = topic_in(county)
    page = Client().get(f"/topics/{topic.code}/")
    html = page.content.decode()
    assert page.status_code == 200
    assert not page.cookies
    assert page["X-Public-Page"] == "1"
    assert "csrf" not in html.lower()
    assert 'name="idempotency_key" value=""' in html
    assert re.findall(r'<textarea[^>]* name="(answer_\d)"', html) == ["answer_1", "answer_2"]
    assert "还剩5天" in html
    assert 'aria-current="step"><i>2</i>留言' in html
    assert html.count("btn-primary") == 1
    again = Client().get(f"/topics/{topic.code}/").content.decode()
    assert re.sub(r'nonce="[^"]*"', "", again) == html


@pytest.mark.parametrize(
    ("state", "words", "step"),
    [
        ("approved", "还没有开始征集", 1), ("researching", "日截止。", 3),
        ("meeting", "商定的事", 3), ("planned", "加装电梯", 3), ("handling", "供电公司", 3),
        ("published", "大家说了什么，采纳了什么", 0), ("archived", "评价结果", 0),
    ],
)  # fmt: skip
def test_page_of_every_later_state_says_where_it_stands(county, state, words, step):
    later = {"opens_on": TODAY + timedelta(days=2)} if state == "approved" else {}
    topic = topic_in(county, state, **later)
    page = Client().get(f"/topics/{topic.code}/")
    html = page.content.decode()
    assert page.status_code == 200
    assert words in html
    assert "<textarea" not in html
    assert (f"<i>{step}</i>" in html) is bool(step)
    assert html.count('aria-current="step"') == bool(step)


@pytest.mark.parametrize("state", ["draft", "applied"])
def test_what_is_not_public_is_absent(county, state):
    topic = topic_in(county, state)
    for tail in ("", "opinions/", "opinion/", "groups/1/", "photo/abcdefgh.jpg/"):
        assert Client().get(f"/topics/{topic.code}/{tail}").status_code == 404
    unknown = Client().get("/topics/T999999/")
    assert unknown.content == Client().get(f"/topics/{topic.code}/").content


def test_withdrawn_topic_says_so_at_its_address(county):
    topic = topic_in(county, "approved", opens_on=TODAY + timedelta(days=1))
    apply(topic, "withdraw", actor=county.users["deputy"], now=HERE)
    page = Client().get(f"/topics/{topic.code}/")
    assert page.status_code == 410
    assert "这个议题撤回了" in page.content.decode()
    never = topic_in(county, "applied", title="没有通过过的")
    apply(never, "withdraw", actor=county.users["deputy"], now=HERE)
    assert Client().get(f"/topics/{never.code}/").status_code == 404


def test_only_reviewed_words_are_read(county):
    topic = topic_in(county)
    hidden = say(topic, "张三住3号楼，电话13812345678", now=HERE).opinions[0]
    published(topic, county, "先修电梯13812345678")
    for url in (f"/topics/{topic.code}/", f"/topics/{topic.code}/opinions/"):
        words = Client().get(url).content.decode()
        assert "先修电梯138****5678" in words
        assert "张三" not in words
        assert hidden.code not in words


def test_themes_stand_by_question_with_their_typical_words(county):
    topic = topic_in(county)
    lift = published(topic, county, "先修电梯", "电梯最要紧", "盼着装电梯")
    other = say(topic, now=HERE, answers={2: "晚上开门最好"}).opinions
    hours = [let_through(one, county, HERE) for one in other]
    group_of(topic, "电梯", lift)
    group_of(topic, "晚上", hours, rank=2)
    recount(topic, now=HERE)
    words = text_of(Client().get(f"/topics/{topic.code}/"))
    assert "4 人说了 4 条，按意思归成2类" in words
    assert words.index("电梯 3人") < words.index("先修电梯") < words.index("晚上 1人")
    page = text_of(Client().get(f"/topics/{topic.code}/groups/1/"))
    assert all(one.public_text in page for one in lift)
    assert "晚上开门最好" not in page
    assert Client().get(f"/topics/{topic.code}/groups/3/").status_code == 404


def test_every_opinion_is_reached_by_paging(county):
    topic = topic_in(county)
    opinions = published(topic, county, *(f"第{n}条想法" for n in range(45)))
    group_of(topic, "都在这里", opinions)
    for start in (f"/topics/{topic.code}/opinions/", f"/topics/{topic.code}/groups/1/"):
        seen, url = [], start
        while url:
            html = Client().get(url).content.decode()
            seen += re.findall(r'id="(O\d{8})"', html)
            following = re.search(r'rel="next" href="([^"]+)"', html)
            url = f"{start}{following[1]}" if following else ""
        assert sorted(seen) == sorted(one.code for one in opinions)
        assert len(seen) == 45
    of_second = Client().get(f"/topics/{topic.code}/opinions/?question=2").content.decode()
    assert "第1条想法" not in of_second


def test_pages_take_the_same_queries_for_one_and_thirty(county):
    topic = topic_in(county)
    group_of(topic, "第一类", published(topic, county, "先修电梯"))
    urls = [
        f"/topics/{topic.code}/", f"/topics/{topic.code}/opinions/",
        f"/topics/{topic.code}/groups/1/", f"/topics/?region={county.code}",
        f"/q/{county.codes['deputy'].token}/",
    ]  # fmt: skip
    one = [queries(url) for url in urls]
    for n in range(30):
        group_of(topic, f"第{n}类", published(topic, county, f"想法{n}"), rank=n + 2)
        topic_in(county, title=f"又一个议题{n}")
    assert [queries(url) for url in urls] == one


def queries(url) -> int:
    """How many statements one look at a page takes, after another one."""
    Client().get(url)
    with CaptureQueriesContext(connection) as seen:
        assert Client().get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("mode", ["", "?elder=1"])
@pytest.mark.parametrize("state", ["collecting", "meeting", "handling", "published"])
def test_pages_are_valid_html(county, state, mode):
    questions = [("只有一个问题？", "")] if state == "meeting" else [("甲？", ""), ("乙？", "提示")]
    topic = topic_in(county, questions=questions)
    done = say(topic, "先修电梯", now=HERE, photos=[picture()])
    group_of(topic, "电梯", [let_through(done.opinions[0], county, HERE)])
    for name in STEPS[3:]:
        topic = topic if topic.state == state else take(topic, name, county, HERE)
    get, post = Client().get, Client().post
    pages = [
        get(f"/topics/{topic.code}/{tail}{mode}")
        for tail in ("", "opinions/", "groups/1/", "opinion/")
    ]
    answer = {"answer_1": "再说一句", "inline": "1"}
    pages += [
        post(f"/topics/{topic.code}/opinion/{mode}", answer),
        post(f"/topics/{topic.code}/opinion/{mode}", {"answer_1": "再说一句"}),
        post(f"/receipt/{mode}", {"receipt": done.receipt}),
        get(f"/topics/{mode}"), get(f"/q/{county.codes['grid'].token}/topic/{mode}"),
    ]  # fmt: skip
    assert [faults(page.content.decode()) for page in pages] == [[]] * len(pages)


def test_course_is_told_meeting_plan_orders_support(county):
    topic = topic_in(county, "researching")
    keeper = county.users["station_keeper"]
    data = {"on": TODAY, "place": "东街6号楼", "people": "宋玉禾等3人", "text": "走了81户。",
            "photos": []}  # fmt: skip
    topic = apply(topic, "record_research", actor=keeper, now=HERE, data=data)
    count_support(
        topic, unit="household", matter="同意装电梯", supporters=81, total=91, how="入户签字",
        on=TODAY, actor=keeper, now=HERE,
    )  # fmt: skip
    for name in ("hold_meeting", "adopt_plan", "hand_over"):
        topic = take(topic, name, county, HERE)
    words = text_of(Client().get(f"/topics/{topic.code}/"))
    for part in (
        "东街6号楼", "走了81户。", "89", "81", "91", "先修电梯", "大家都说先修电梯。",
        "群众1人", "1. 加装电梯", "2. 设便民药柜", "社区居委会", "住建局", "已交办，等签收",
    ):  # fmt: skip
        assert part in words, part
    assert "王女士" not in words  # residents who came are a number


def test_result_answers_every_question_and_shows_both_sides(county):
    topic = topic_in(county, "handling")
    keeper = county.users["station_keeper"]
    answers = {q: (f"说了{q.number}", f"采纳{q.number}", "经费不够") for q in topic.questions.all()}
    for part in topic.parts.all():
        tell_outcome(part, "done", f"第{part.number}项办成了", actor=keeper, now=HERE)
    write_result(
        topic, "电梯十月装好。", answers, actor=keeper, now=HERE,
        pictures_before=[picture("red")], pictures_after=[picture("green")],
    )  # fmt: skip
    before = Client().get(f"/topics/{topic.code}/").content.decode()
    assert "电梯十月装好" not in before  # written, not yet let through
    topic = apply(topic, "publish", actor=county.users["moderator"], now=HERE)
    page = Client().get(f"/topics/{topic.code}/")
    words = text_of(page)
    for part in ("电梯十月装好。", "说了1", "采纳2", "经费不够", "第1项办成了", "已办成", "办理前",
                 "办理后"):  # fmt: skip
        assert part in words, part
    photo = re.findall(r'src="(/topics/[^"]+small=1)"', page.content.decode())
    assert len(photo) == 2
    assert Client().get(photo[0])["Content-Type"] == "image/jpeg"
    assert Client().get(photo[0].replace("small=1", "")).status_code == 200


def test_pictures_are_served_only_while_they_may_be_seen(county):
    topic = topic_in(county)
    one = say(topic, "看照片", now=HERE, photos=[picture()]).opinions[0]
    kept = Picture.objects.get()
    name = kept.image.name.rpartition("/")[2]
    url = f"/topics/{topic.code}/photo/{name}/"
    assert Client().get(url).status_code == 404
    let_through(one, county, HERE)
    assert Client().get(url).status_code == 404  # the words, not the picture
    one = apply(
        Opinion.objects.get(), "edit", actor=county.users["moderator"], now=HERE,
        data={"text": "看照片", "photos": [str(kept.pk)]},
    )  # fmt: skip
    assert Client().get(url).status_code == 200
    assert name in Client().get(f"/topics/{topic.code}/").content.decode()
    other = topic_in(county, title="别的议题")
    assert Client().get(f"/topics/{other.code}/photo/{name}/").status_code == 404
    apply(one, "hide", actor=county.users["moderator"], now=HERE, data={"reason": "看得清人脸"})
    assert Client().get(url).status_code == 404


def test_list_has_tabs_places_words_and_says_when_it_is_empty(county, neighbour):
    soon = topic_in(county, title="三天就截止", closes_on=TODAY + timedelta(days=3))
    late = topic_in(county, title="还早的议题", closes_on=TODAY + timedelta(days=9))
    far = topic_in(neighbour, title="邻县的议题")
    done = topic_in(county, "published", title="办完的议题")
    get = Client().get
    first = get("/topics/")
    assert first["X-Public-Page"] == "1"
    html = first.content.decode()
    assert [html.index(t.title) for t in (soon, far, late)] == sorted(
        html.index(t.title) for t in (soon, far, late)
    )
    assert done.title not in html
    assert done.title in get("/topics/?tab=published").content.decode()
    mine = get(f"/topics/?region={county.code}001").content.decode()
    assert soon.title in mine
    assert far.title not in mine
    assert soon.title in get("/topics/?words=三天").content.decode()
    assert late.title in get(f"/topics/?words={late.code.lower()}").content.decode()
    assert "没有找到这样的议题" in get("/topics/?words=没有").content.decode()
    assert "这一步现在没有议题" in get("/topics/?tab=handling").content.decode()
    assert get("/topics/?cursor=forged").status_code == 400


def test_list_says_what_to_do_when_nothing_is_asked(db):
    assert "现在没有正在征集的议题" in Client().get("/topics/").content.decode()


def test_landing_of_every_code_in_scope_shows_the_most_urgent_first(county, neighbour):
    late = topic_in(county, title="晚截止的", closes_on=TODAY + timedelta(days=9))
    soon = topic_in(county, title="早截止的", closes_on=TODAY + timedelta(days=1))
    grid = topic_in(county, title="只问一个网格", region_code=county.grid.code,
                    closes_on=TODAY + timedelta(days=4))  # fmt: skip
    for kind, wanted in (
        ("deputy", [soon, late]), ("station", [soon, late]), ("grid", [soon, grid, late]),
    ):  # fmt: skip
        html = Client().get(f"/q/{county.codes[kind].token}/").content.decode()
        places = [html.index(one.title) for one in wanted]
        assert places == sorted(places)
        assert (grid.title in html) is (kind == "grid")
        assert html.count("btn-primary") == 1
    other = Client().get(f"/q/{neighbour.codes['deputy'].token}/").content.decode()
    assert soon.title not in other


def test_elder_landing_tells_in_words_and_keeps_its_five_choices(county):
    topic = topic_in(county)
    html = Client().get(f"/q/{county.codes['station'].token}/?elder=1").content.decode()
    body = html[html.index("<main") : html.index("</main>")]
    assert topic.title in body
    assert body.count("<a ") + body.count("<button ") == 5


def test_topic_code_leads_to_the_topic(county):
    topic = topic_in(county)
    code = Code.objects.get(kind="topic", target_code=topic.code)
    page = Client().get(f"/q/{code.token}/")
    html = page.content.decode()
    assert page.status_code == 200
    assert page["X-Public-Page"] == "1"
    assert not page.cookies
    assert topic.title in html
    assert f'name="token" value="{code.token}"' in html
    assert code.point_code in html
    sent = Client().post(
        f"/q/{code.token}/message/", {"kind": "advice", "text": "顺便说一句"}
    )  # fmt: skip
    assert sent.status_code == 201
    found = Message.objects.get()
    assert (found.deputy_id, found.station_id) == (topic.deputy_id, topic.host_id)


def test_results_and_feed_show_published_topics(county):
    topic = topic_in(county, "published")
    assert topic.title in Client().get("/results/?tab=topics").content.decode()
    assert "?tab=topics" in Client().get("/results/").content.decode()
    assert topic.title in Client().get("/").content.decode()
    landing = Client().get(f"/q/{county.codes['deputy'].token}/").content.decode()
    assert topic.title in landing.split("办好的事")[1]
    feed = Client().get("/topics/feed/")
    assert feed["Content-Type"].startswith("application/rss+xml")
    assert not feed.cookies
    xml = feed.content.decode()
    assert f"<link>http://testserver/topics/{topic.code}/</link>" in xml
    assert "电梯装好了。" in xml
    assert isinstance(topic.published_at, datetime)


def test_topic_posters_print(county, tmp_path):
    topic_in(county)
    out = tmp_path / "a.pdf"
    call_command("posters", "--kind", "topic", "--out", str(out), "--json")
    assert out.read_bytes().startswith(b"%PDF")
