"""南湖社区卫生服务中心: a topic from a resident's proposal to the rated result, as people walk it.

What residents do is done in the browser, on a phone, with and without a script. The desk's steps
go through the services; its screens have a walk of their own.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from congress.memory import forget_all
from core.dates import local_date
from tests.topics.course import take
from tests.world import County, make_county
from topics.models import Contribution, Opinion, Topic, TopicRating
from topics.services.counting import recount
from workflows.engine import apply

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "南湖社区卫生服务中心怎么改造"
WORDS = "老人看病要爬三层楼，先装电梯"


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "stairs.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path)
    return str(path)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_proposal_to_rated_result(
    live_url: str, new_page: Any, photo: str, javascript: bool
) -> None:
    story = Story(live_url, new_page(390, 844, javascript=javascript), javascript, make_county())

    proposal = story.propose()
    story.approve_and_open()
    receipt = story.speak(photo)
    story.moderate()
    story.agree()
    story.close_while_somebody_types()
    story.walk("hold_meeting", "adopt_plan", "hand_over")
    story.follow_the_plan()
    story.walk("publish")
    story.rate(receipt)
    story.look_up(proposal, "结果公开")
    story.read_in_public()

    topic = Topic.objects.get()
    assert (topic.source, topic.state, topic.people_count) == ("resident", "published", 1)
    assert [rating.score for rating in TopicRating.objects.all()] == ["satisfied"]
    assert Contribution.objects.filter(opinions__isnull=False).distinct().count() == 1
    refused = re.compile("409")  # the one refusal of the story is the late opinion
    assert [words for words in story.page.complaints if not refused.search(words)] == []


class Story:
    """One resident with a phone; everybody else works behind the scenes."""

    def __init__(self, url: str, page: Page, javascript: bool, county: County) -> None:
        self.url, self.page, self.javascript, self.county = url, page, javascript, county
        page.set_default_timeout(15_000)

    @property
    def topic(self) -> Topic:
        return Topic.objects.get()

    @property
    def address(self) -> str:
        return f"{self.url}/topics/{self.topic.code}/"

    def propose(self) -> str:
        page = self.page
        page.goto(f"{self.url}/q/{self.county.codes['grid'].token}/")
        page.click("text=我来出题")
        page.fill("[name=title]", TITLE)
        page.fill("[name=summary]", "房子旧，没有电梯，药也不全。")
        page.fill("[name=questions]", "最先要改什么？\n什么时间开门方便？")
        page.click("text=交给代表之家审议")
        expect(page.locator("h1")).to_contain_text("题目送到了")
        receipt = page.inner_text("#receipt-code").strip()
        page.click("text=看审议进展")
        expect(page.locator("main")).to_contain_text("待审议")
        return receipt

    def approve_and_open(self) -> None:
        now = timezone.now()
        today = local_date(now)
        data = {"opens_on": today, "closes_on": today + timedelta(days=7), "meets_on": None}
        keeper = self.county.users["station_keeper"]
        topic = apply(self.topic, "approve", actor=keeper, now=now, data=data)
        apply(topic, "open_collection", actor=keeper, now=now)
        forget_all()  # a landing page is remembered for half a minute

    def speak(self, photo: str) -> str:
        page = self.page
        page.goto(f"{self.url}/q/{self.county.codes['grid'].token}/")
        page.click(f"text={TITLE}")
        expect(page.locator(".ribbon .now")).to_contain_text("留言")
        page.fill("[name=answer_1]", WORDS)
        if self.javascript:
            page.locator("input[type=file]").last.set_input_files(photo)
        page.click("text=提交我的看法")
        if not self.javascript:  # without a script the key comes with a second look
            expect(page.locator(".result")).to_contain_text("还差一步")
            expect(page.locator("[name=answer_1]")).to_have_value(WORDS)
            page.locator("input[type=file]").last.set_input_files(photo)
            page.click("text=提交我的看法")
        expect(page.locator("h1")).to_contain_text("送到了")
        receipt = page.inner_text("#receipt-code").strip()
        assert len(receipt.replace("-", "")) == 13
        page.click("text=看进展")
        expect(page.locator("main")).to_contain_text("正在审核")
        expect(page.locator(".photos img")).to_have_count(1)
        assert receipt.replace("-", "") not in page.url.replace("-", "")
        return receipt

    def moderate(self) -> None:
        opinion = Opinion.objects.get()
        pictures = [str(one.pk) for one in opinion.pictures.all()]
        apply(
            opinion, "approve", actor=self.county.users["moderator"], now=timezone.now(),
            data={"photos": pictures},
        )  # fmt: skip
        recount(self.topic, now=timezone.now())

    def agree(self) -> None:
        page = self.page
        page.goto(self.address)
        expect(page.locator("#voices .say")).to_contain_text(WORDS)
        thumb = page.locator("#voices .photos img").get_attribute("src")
        assert page.request.get(f"{self.url}{thumb}").headers["content-type"] == "image/jpeg"
        page.click("#voices .say button")
        expect(page.locator("h1")).to_contain_text("记下了")
        page.go_back()
        page.click("#voices .say button")
        expect(page.locator("h1")).to_contain_text("已经同意过")
        recount(self.topic, now=timezone.now())
        page.goto(self.address)
        expect(page.locator("#voices")).to_contain_text("1人同意")

    def close_while_somebody_types(self) -> None:
        page = self.page
        page.goto(f"{self.address}opinion/")
        page.fill("[name=answer_2]", "晚上七点以后最方便")
        take(self.topic, "close_collection", self.county, timezone.now())
        page.click("text=提交我的看法")
        expect(page.locator("[role=alert]")).to_contain_text("您写的都在下面")
        expect(page.locator("textarea")).to_have_value("晚上七点以后最方便")
        page.click("text=把这些话作为留言交给")
        expect(page.locator("h1")).to_contain_text("给")
        expect(page.locator("[name=text]")).to_have_value(re.compile("晚上七点以后最方便"))

    def walk(self, *names: str) -> None:
        for name in names:
            take(self.topic, name, self.county, timezone.now())

    def follow_the_plan(self) -> None:
        page = self.page
        page.goto(self.address)
        for words in ("先修电梯", "加装电梯", "住建局", "已交办，等签收", "社区居委会"):
            expect(page.locator("main")).to_contain_text(words)
        expect(page.locator(".ribbon .now")).to_contain_text("正在办")

    def look_up(self, receipt: str, words: str) -> None:
        page = self.page
        page.goto(f"{self.url}/receipt/")
        page.fill("[name=receipt]", receipt.lower())
        page.click("main button.btn-primary")
        expect(page.locator("main")).to_contain_text(words)

    def rate(self, receipt: str) -> None:
        self.look_up(receipt, "这个结果怎么样")
        self.page.click("#rate [value=satisfied]")
        expect(self.page.locator("body")).to_contain_text("谢谢您的评价")

    def read_in_public(self) -> None:
        page = self.page
        page.goto(f"{self.url}/results/?tab=topics")
        page.click(f"text={TITLE}")
        expect(page.locator("h1")).to_have_text(TITLE)
        for words in ("大家说了什么", "电梯装好了", "群众评价：满意1"):
            expect(page.locator("main")).to_contain_text(words)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
