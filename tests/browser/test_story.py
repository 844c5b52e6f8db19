"""The whole loop as people walk it: from a scanned code to a published result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from congress.memory import forget_all
from handling.models import ContactRecord, Order
from tests.browser.people import press, sign_in
from tests.world import PASSWORD, County, make_county
from voices.models import Message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "东街路口的路灯坏了三天，晚上接孩子看不见路，盼着早点修好"
TITLE = "东街路口路灯三天不亮"


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "lamp.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path)
    return str(path)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_code_to_published_result(
    live_url: str, new_page: Any, photo: str, javascript: bool
) -> None:
    story = Story(live_url, new_page, javascript, make_county())

    receipt = story.leave_message(photo)
    code = story.accept_and_refer()
    story.transfer(code)
    story.handle(code, promise=True)
    story.answer(code, "新灯头装好了，今晚就亮。")
    story.rate(receipt, "unsatisfied", "只亮了一晚又灭了")
    assert Message.objects.get(code=code).round == 2
    story.transfer(code)
    story.handle(code, promise=False)
    story.answer(code, "整根线都换了，看了三个晚上都亮着。")
    story.rate(receipt, "satisfied", "")
    story.publish(code)
    story.read_in_public(code)

    found = Message.objects.get(code=code)
    assert (found.state, found.score, found.publication) == ("closed", "satisfied", "published")
    assert [r.score for r in found.ratings.order_by("id")] == ["unsatisfied", "satisfied"]
    assert [(o.round, o.state) for o in Order.objects.of(found).order_by("id")] == [
        (1, "accepted"), (2, "accepted"),
    ]  # fmt: skip
    assert ContactRecord.objects.count() == 2
    assert [page.complaints for page in story.pages.values()] == [[]] * len(story.pages)


class Story:
    """Each person has a browser of their own; the resident and the deputy hold a phone."""

    def __init__(self, url: str, new_page: Any, javascript: bool, county: County) -> None:
        self.url, self.new_page, self.javascript = url, new_page, javascript
        self.county = county
        self.pages: dict[str, Page] = {}

    def page(self, role: str) -> Page:
        """The person's browser, signed in when it is opened first."""
        if role not in self.pages:
            width = 390 if role in ("resident", "deputy") else 1280
            page = self.new_page(width, 844, javascript=self.javascript)
            page.set_default_timeout(15_000)
            if role != "resident":
                sign_in(page, self.url, self.county.users[role], PASSWORD)
            self.pages[role] = page
        return self.pages[role]

    def leave_message(self, photo: str) -> str:
        page = self.page("resident")
        page.goto(f"{self.url}/q/{self.county.codes['deputy'].token}/")
        expect(page.locator("h1")).to_contain_text("宋玉禾")
        page.click("text=给代表留言")
        page.locator("[name=kind][value=problem]").check(force=True)
        page.fill("[name=text]", WORDS)
        page.locator("input[type=file]").last.set_input_files(photo)
        page.fill("[name=place]", "东街路口")
        page.click("text=提交留言")
        expect(page.locator("h1")).to_contain_text("送到了")
        receipt = page.inner_text("#receipt-code").strip()
        assert len(receipt.replace("-", "")) == 13
        page.click("text=看办理进度")
        expect(page.locator(".time .now")).to_contain_text("等宋玉禾代表受理")
        assert receipt.replace("-", "") not in page.url.replace("-", "")
        expect(page.locator(".photos img")).to_have_count(1)
        return receipt

    def accept_and_refer(self) -> str:
        page = self.page("deputy")
        page.goto(f"{self.url}/desk/")
        page.locator(".todo-list a.t").first.click()
        expect(page.locator(".bubble").first).to_contain_text(WORDS)
        code = str(re.search(r"M\w+", page.url.rsplit("/messages/")[1])[0])
        press(page, "accept")
        expect(page.locator("[role=status]").first).to_contain_text("受理")
        press(page, "refer", opinion="去看过，情况属实，请转供电公司")
        expect(page.locator("main")).to_contain_text("联络站审核")
        return code

    def open_message(self, role: str, code: str) -> Page:
        page = self.page(role)
        page.goto(f"{self.url}/desk/messages/{code}/")
        return page

    def transfer(self, code: str) -> None:
        page = self.open_message("station_keeper", code)
        press(page, "transfer", units=self.county.units[0].code, title=TITLE)
        expect(page.locator("main")).to_contain_text("住建局")

    def handle(self, code: str, *, promise: bool) -> None:
        order = Order.objects.filter(source_code=code).order_by("-id").first()
        assert order is not None
        page = self.page("unit_handler")
        page.goto(f"{self.url}/desk/orders/")
        page.locator(f".todo-list a.t[href$='{order.code}/']").click()
        expect(page.locator("main")).to_contain_text("路灯")
        press(page, "sign")
        press(page, "record_contact", person="东街联络站", content="约好周三一起去看现场")
        expect(page.locator("[role=status]").first).to_contain_text("记沟通情况")
        more = {"promise": "每周夜查一次", "promise_on": "2030-12-20"} if promise else {}
        press(page, "reply", outcome="solved", text="已更换灯头和线路。", signer="局长", **more)
        expect(page.locator("[role=status]").first).to_contain_text("答复")

    def answer(self, code: str, words: str) -> None:
        page = self.open_message("station_keeper", code)
        press(page, "reply", outcome="solved", text=words)
        expect(page.locator(".cols")).to_contain_text(words)

    def rate(self, receipt: str, score: str, reason: str) -> None:
        page = self.page("resident")
        page.goto(f"{self.url}/receipt/")
        page.fill("[name=receipt]", receipt.lower())
        page.click("main button.btn-primary")
        if reason:
            page.click("#rate summary")
            page.fill("[name=reason]", reason)
        page.click(f"#rate [value={score}]")
        expect(page.locator("body")).to_contain_text("会重新办理" if reason else "谢谢您的评价")

    def publish(self, code: str) -> None:
        page = self.page("moderator")
        page.goto(f"{self.url}/admin/moderation/")
        page.click(f"text={code}")
        page.fill("#id_title", TITLE)
        page.locator("[name=photos]").first.check()
        page.locator("button[data-key=a]").click()
        expect(page.locator("body")).to_contain_text("已公开")

    def read_in_public(self, code: str) -> None:
        page = self.page("resident")
        page.goto(f"{self.url}/results/")
        page.click(f"text={TITLE}")
        expect(page.locator("h1")).to_have_text(TITLE)
        expect(page.locator("main")).to_contain_text("整根线都换了")
        expect(page.locator(".photos img")).to_have_count(1)
        thumb = page.locator(".photos img").get_attribute("src")
        assert page.request.get(f"{self.url}{thumb}").headers["content-type"] == "image/jpeg"
        forget_all()  # a landing page is remembered for half a minute
        page.goto(f"{self.url}/")
        expect(page.locator("main")).to_contain_text(TITLE)
        page.goto(f"{self.url}/q/{self.county.codes['deputy'].token}/")
        expect(page.locator("main")).to_contain_text(TITLE)
