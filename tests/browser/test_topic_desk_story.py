"""南湖社区卫生服务中心 as everybody walks it: from a resident's message to a rated result."""

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
from handling.models import Order
from jobs.services import drain
from notifications.models import Notification
from tests.browser.people import fill, press, sign_in
from tests.world import PASSWORD, County, make_county
from topics.models import Meeting, Topic
from voices.models import Message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "南湖社区卫生服务中心怎么改，老人看病才方便"
ASKED = ("看病最不方便的是什么？", "什么时间开诊合适？")
LIFT, CHEMIST = "二楼门诊没有电梯，老人爬不动", "药房中午关门，上班的人拿不到药"
PAPER = "门口台阶没有扶手，下雨天滑"
PHONE = "13805360002"
PARTS = ("加装电梯，门口装扶手", "药房中午轮班")


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "centre.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path)
    return str(path)


def test_from_a_message_to_a_rated_result(live_url: str, new_page: Any, photo: str) -> None:
    story = Story(live_url, new_page, make_county(), photo)

    message = story.leave_message()
    code = story.make_topic(message)
    story.review(code)
    receipt = story.speak(code)
    story.type_in(code)
    story.moderate()
    story.group(code)
    story.research_and_close(code)
    story.meet(code)
    story.plan(code)
    story.hand_over(code)
    story.handle()
    story.write_result(code)
    story.publish(code)
    story.read_and_rate(code, receipt)
    story.answer(message)

    topic = Topic.objects.get(code=code)
    assert (topic.state, topic.people_count, topic.opinion_count) == ("published", 3, 4)
    assert sorted(topic.ratings.values_list("score", flat=True)) == ["basic", "satisfied"]
    assert [(o.unit.name, o.state) for o in Order.objects.select_related("unit")] == [
        ("住建局", "accepted")
    ]
    assert Message.objects.get(code=message).state == "answered"
    assert {p: page.complaints for p, page in story.pages.items()} == {p: [] for p in story.pages}


class Story:
    """Each person has a browser of their own; residents and the deputy hold a phone."""

    def __init__(self, url: str, new_page: Any, county: County, photo: str) -> None:
        self.url, self.new_page, self.county, self.photo = url, new_page, county, photo
        self.pages: dict[str, Page] = {}
        self.today = local_date(timezone.now())

    def page(self, role: str) -> Page:
        """The person's browser, signed in when it is opened first."""
        if role not in self.pages:
            phone = role.startswith("resident") or role == "deputy"
            page = self.new_page(390 if phone else 1280, 844)
            page.set_default_timeout(15_000)
            if not role.startswith("resident"):
                sign_in(page, self.url, self.county.users[role], PASSWORD)
            self.pages[role] = page
        return self.pages[role]

    def desk(self, role: str, code: str, tail: str = "") -> Page:
        page = self.page(role)
        page.goto(f"{self.url}/desk/topics/{code}/{tail}")
        return page

    def leave_message(self) -> str:
        page = self.page("resident")
        page.goto(f"{self.url}/q/{self.county.codes['deputy'].token}/message/")
        page.locator("[name=kind][value=problem]").check(force=True)
        page.fill("[name=text]", "南湖社区卫生服务中心在二楼，我妈八十了，爬楼看病太难")
        page.click("text=提交留言")
        expect(page.locator("h1")).to_contain_text("送到了")
        return str(Message.objects.get().code)

    def make_topic(self, message: str) -> str:
        page = self.page("deputy")
        page.goto(f"{self.url}/desk/messages/{message}/")
        press(page, "accept")
        page.click("text=其他办法")
        page.locator(".sheet-list >> text=转议题").click()
        expect(page.locator("main")).to_contain_text("来自1条留言")
        assert "爬楼看病太难" in page.input_value("[name=summary]")
        form = page.locator("form.form")
        fill(form, "title", TITLE)
        for number, text in enumerate(ASKED, 1):
            if number > 1:
                page.locator(f"summary:has-text('第{number}问')").click()
            fill(form, f"q{number}", text)
        for name, days in (("opens_on", 0), ("closes_on", 6), ("meets_on", 9)):
            fill(form, name, (self.today + timedelta(days=days)).isoformat())
        form.locator("button:has-text('存好')").click()
        expect(page.locator("h1")).to_have_text(TITLE)
        press(page, "apply")
        expect(page.locator("[role=status]").first).to_contain_text("提交申请")
        found = re.search(r"T\d+", page.url)
        assert found is not None
        return found[0]

    def review(self, code: str) -> None:
        page = self.page("station_keeper")
        page.goto(f"{self.url}/desk/")
        page.locator(f".todo-list a.t[href$='{code}/']").click()
        press(page, "approve", note="题目具体，同意征集")
        expect(page.locator("main")).to_contain_text("已通过，待征集")
        drain(now=timezone.now())
        page.reload()
        expect(page.locator("main")).to_contain_text("码上留言中")

    def speak(self, code: str) -> str:
        """Two residents: one leaves a phone, the other answers both questions."""
        receipts = []
        for role, said in (
            ("resident", {"answer_1": LIFT, "name": "李女士", "phone": PHONE, "consent": True}),
            ("resident_2", {"answer_1": CHEMIST, "answer_2": "周六上午"}),
        ):
            page = self.page(role)
            forget_all()  # a landing page is remembered for half a minute
            page.goto(f"{self.url}/q/{self.county.codes['station'].token}/")
            page.click(f"text={TITLE}")
            page.goto(f"{self.url}/topics/{code}/opinion/")
            form = page.locator("form.form")
            for summary in form.locator("details:not([open]) > summary").all():
                summary.click()
            for name, value in said.items():
                fill(form, name, value)
            form.locator("button[type=submit]").last.click()
            expect(page.locator("h1")).to_contain_text("送到了")
            receipts.append(page.inner_text("#receipt-code").strip())
        return receipts[0]

    def type_in(self, code: str) -> None:
        page = self.desk("station_keeper", code, "opinions/enter/")
        form = page.locator("form.form")
        for name, value in (("channel", "paper"), ("answer_1", PAPER), ("household", "3号楼201")):
            fill(form, name, value)
        form.locator("button:has-text('录入')").click()
        expect(page.locator("h2").first).to_contain_text("录好了，1条意见")

    def moderate(self) -> None:
        """One by keyboard, the rest in one step."""
        page = self.page("moderator")
        page.goto(f"{self.url}/admin/moderation/opinions/")
        expect(page.locator(".line")).to_have_count(4)
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.locator(".line")).to_have_count(3)
        page.click("text=全选")
        expect(page.locator("[data-ticked]")).to_have_text("已勾选3条")
        page.click("button[name=decision][value=approve]")
        expect(page.locator("#content")).to_contain_text("都审完了")
        expect(page.locator("#content")).to_contain_text("今天您审了4条")

    def group(self, code: str) -> None:
        """The deputy lets the job group, and names a group."""
        page = self.desk("deputy", code, "groups/")
        page.click("text=现在就归组")
        expect(page.locator("[role=status]").first).to_contain_text("正在归组")
        drain(now=timezone.now())
        page.reload()
        page.locator("article a.link").first.click()
        page.fill("#id_rename", "上楼难、拿药难")
        page.click("button:has-text('改名')")
        expect(page.locator("[role=status]").first).to_contain_text("上楼难、拿药难")

    def research_and_close(self, code: str) -> None:
        page = self.desk("deputy", code, "record_research/")
        form = page.locator("form.form")
        for name, value in (
            ("on", self.today.isoformat()), ("place", "南湖社区卫生服务中心"),
            ("people", "宋玉禾、社区网格员小周"), ("text", "门诊在二楼，楼梯陡，没有扶手。"),
            ("photos", self.photo),
        ):  # fmt: skip
            fill(form, name, value)
        form.locator("button.btn-primary").click()
        expect(page.locator(".photos img")).to_have_count(1)
        page = self.desk("station_keeper", code, "close_collection/")
        expect(page.locator("main")).to_contain_text("结束后不再收新的意见")
        page.locator("form.form button.btn-primary").click()
        expect(page.locator("main")).to_contain_text("议前调研")

    def meet(self, code: str) -> None:
        page = self.desk("deputy", code, "meetings/new/")
        form = page.locator("form.form")
        for name, value in (
            ("starts_at", f"{self.today.isoformat()}T00:01"), ("place", "南湖社区会议室"),
            ("agenda", "议改造先后"), ("units", self.county.units[0].code),
            ("residents", "李女士、王大爷"),
        ):  # fmt: skip
            fill(form, name, value)
        form.locator("button.btn-primary").click()
        expect(page.locator("[role=status]").first).to_contain_text("已召集")
        assert Notification.objects.filter(kind="topics.meeting_called").exists()
        self.sign_in_room(code)
        page = self.desk("deputy", code, "meetings/1/")
        page.locator("li:has-text('住建局') button").click()
        expect(page.locator("main")).to_contain_text("已到3人")
        page = self.desk("deputy", code, "hold_meeting/")
        form = page.locator("form.form")
        fill(form, "minutes", "都说先解决上楼，再解决拿药。")
        fill(form, "agreed", "先装电梯和扶手，药房中午不关门")
        form.locator("button.btn-primary").click()
        expect(page.locator("main")).to_contain_text("会议讨论")

    def sign_in_room(self, code: str) -> None:
        """The code is on the screen; a resident and the deputy scan it."""
        page = self.desk("deputy", code, "meetings/1/code/")
        expect(page.locator(".hall > svg")).to_be_visible()
        address = page.locator(".hall .q3").inner_text()
        assert f"/meet/{Meeting.objects.get().sign_in}." in address
        resident = self.page("resident")
        resident.goto(address)
        resident.fill("[name=name]", "李女士")
        resident.locator("main button.btn-primary").click()
        expect(resident.locator("main")).to_contain_text("李女士，签到了")
        page.goto(address)
        page.click("text=宋玉禾代表，签到")
        expect(page.locator("main")).to_contain_text("宋玉禾，签到了")

    def plan(self, code: str) -> None:
        for text, doer in zip(PARTS, (self.county.units[0].code, ""), strict=True):
            page = self.desk("deputy", code, "plan/new/")
            form = page.locator("form.form")
            fill(form, "text", text)
            if doer:
                fill(form, "lead_units", doer)
            else:
                fill(form, "without_unit", "南湖社区卫生服务中心")
            form.locator("button.btn-primary").click()
            expect(page.locator("main")).to_contain_text(text)
        page = self.desk("deputy", code)
        press(page, "adopt_plan", text="先易后难，年内装好电梯。")
        expect(page.locator("main")).to_contain_text("方案已定")

    def hand_over(self, code: str) -> None:
        page = self.page("station_keeper")
        page.goto(f"{self.url}/desk/topics/")
        page.locator(f".todo-list a.t[href$='{code}/']").click()
        press(page, "hand_over", track="reply_within", instruction="请按时办理")
        expect(page.locator("main")).to_contain_text("住建局 · 待签收")

    def handle(self) -> None:
        order = Order.objects.get()
        page = self.page("unit_handler")
        page.goto(f"{self.url}/desk/")
        page.locator(f".todo-list a.t[href$='{order.code}/']").click()
        expect(page.locator("main")).to_contain_text("来自议题")
        press(page, "sign")
        press(page, "record_contact", person="东街联络站", content="看过现场，定了井道位置")
        press(page, "reply", outcome="solved", text="电梯和扶手都装好了。", signer="高局长")
        expect(page.locator("[role=status]").first).to_contain_text("答复")
        page = self.page("station_keeper")
        page.goto(f"{self.url}/desk/orders/{order.code}/")
        press(page, "accept_reply")
        expect(page.locator("main")).to_contain_text("答复已通过")

    def write_result(self, code: str) -> None:
        for number, words in ((1, "电梯十月装好，扶手也装了"), (2, "药房中午有人值班")):
            page = self.desk("station_keeper", code, f"result/parts/{number}/")
            form = page.locator("form.form")
            fill(form, "outcome", "done")
            fill(form, "words", words)
            form.locator("button.btn-primary").click()
            expect(page.locator("main")).to_contain_text(words)
        page = self.desk("station_keeper", code, "result/write/")
        form = page.locator("form.form")
        for name, value in (
            ("text", "南湖社区卫生服务中心电梯投用，药房中午不关门。"),
            ("said_1", "上楼难、拿药难"), ("adopted_1", "装电梯、扶手，药房轮班"),
            ("said_2", "周六上午"), ("not_adopted_2", "医生排不开，先开周六上午的药房"),
            ("before", self.photo), ("after", self.photo),
        ):  # fmt: skip
            fill(form, name, value)
        form.locator("button.btn-primary").click()
        expect(page.locator(".photos img")).to_have_count(2)

    def publish(self, code: str) -> None:
        page = self.page("moderator")
        page.goto(f"{self.url}/admin/")
        page.click("text=结果待公开")
        page.click(f"text={TITLE}")
        expect(page.locator("#content")).to_contain_text("上楼难、拿药难")
        page.click("text=审核无误，公开")
        expect(page.locator("#content, .messagelist").first).to_be_visible()
        expect(page.locator("body")).to_contain_text("的结果公开了")
        drain(now=timezone.now() + timedelta(minutes=2))
        told = Notification.objects.filter(kind="topics.told").values_list("text", flat=True)
        assert any("有结果了" in text and TITLE in text for text in told)

    def read_and_rate(self, code: str, receipt: str) -> None:
        page = self.page("resident")
        forget_all()
        page.goto(f"{self.url}/topics/{code}/")
        expect(page.locator("main")).to_contain_text("电梯投用")
        page.goto(f"{self.url}/receipt/")
        page.fill("[name=receipt]", receipt)
        page.click("main button.btn-primary")
        expect(page.locator("main")).to_contain_text(LIFT)
        page.click("#rate [value=satisfied]")
        expect(page.locator("main")).to_contain_text("您的评价：满意")
        page = self.desk("deputy", code, "result/rate/")
        form = page.locator("form.form")
        fill(form, "score", "basic")
        form.locator("button.btn-primary").click()
        expect(page.locator("main")).to_contain_text("宋玉禾代表")

    def answer(self, message: str) -> None:
        """The message the topic grew from is answered at last."""
        page = self.page("deputy")
        page.goto(f"{self.url}/desk/messages/{message}/")
        press(page, "answer", outcome="solved", text="电梯装好了，带老人家来试试。")
        expect(page.locator(".cols")).to_contain_text("带老人家来试试")
