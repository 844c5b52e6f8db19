"""电梯安全 as everybody walks it: a joint suggestion from its draft to the public page."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from audit.services import verify
from congress.memory import forget_all
from core.dates import local_date
from handling.models import Order, Promise
from jobs.services import drain
from proposals.models import Proposal
from proposals.states import EXCLUSIONS
from tests.browser.people import fill, press, sign_in
from tests.proposals.place import Place, at, make_place, rule
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "关于改善老旧小区电梯安全的建议"
POINTS = ("建立电梯更新资金补助办法。", "对使用超过十五年的电梯逐台评估。")
PHONE = "13812345678"
PROMISE = "完成一百部电梯更新"
WHY = "评估只做了一半"
# What the browser says of the reply that was sent unfinished on purpose.
REFUSED = "Failed to load resource: the server responded with a status of 400 (Bad Request)"


class Clock:
    """What the house takes for now: it runs on, and may be moved."""

    def __init__(self, monkeypatch: Any, start: datetime) -> None:
        self._real, self._ahead = timezone.now, timedelta()
        monkeypatch.setattr("django.utils.timezone.now", lambda: self._real() + self._ahead)
        self.to(start)

    def to(self, moment: datetime) -> None:
        self._ahead = moment - self._real()


@pytest.fixture
def clock(monkeypatch: Any) -> Clock:
    return Clock(monkeypatch, at(2026, 3, 10))


def test_joint_suggestion_from_draft_to_the_public_page(
    live_url: str, new_page: Any, clock: Clock
) -> None:
    story = Story(live_url, new_page, make_place(), clock)

    code = story.draft()
    story.sign_together(code)
    story.submit_and_accept(code)
    story.assign(code)
    story.return_and_reassign()
    story.extend(code)
    story.answer_first(code)
    story.rate(code, "unsatisfied")
    story.second_round(code)
    story.rate(code, "satisfied")
    story.next_year(code)
    story.publish(code)
    story.read(code)

    found = Proposal.objects.get(code=code)
    assert (found.state, found.round) == ("closed", 2)
    assert list(found.evaluations.order_by("round").values_list("round", "result")) == [
        (1, "unsatisfied"), (2, "satisfied"),
    ]  # fmt: skip
    drain(now=timezone.now())
    assert verify().holds
    said = {who: page.complaints for who, page in story.pages.items()}
    assert said == {who: [] for who in said} | {"housing": [REFUSED]}


class Story:
    """Each person has a browser of their own; deputies and readers hold a phone."""

    def __init__(self, url: str, new_page: Any, place: Place, clock: Clock) -> None:
        self.url, self.new_page, self.place, self.clock = url, new_page, place, clock
        self.pages: dict[str, Page] = {}
        self.signed_in: set[str] = set()
        units = place.county.units
        self.people: dict[str, User] = {
            "lead": place.user(place.deputies[0]), "signer": place.user(place.deputies[1]),
            "office": place.staff, "moderator": place.county.users["moderator"],
            "housing": place.unit_user(units[0]), "power": place.unit_user(units[1]),
            "water": place.unit_user(units[2]),
        }  # fmt: skip

    def page(self, who: str) -> Page:
        """The person's browser, signed in when it is opened first and after a long time."""
        if who not in self.pages:
            phone = who in ("lead", "signer", "reader")
            self.pages[who] = self.new_page(390 if phone else 1280, 844)
            self.pages[who].set_default_timeout(20_000)
        if who in self.people and who not in self.signed_in:
            self.pages[who].context.clear_cookies()
            sign_in(self.pages[who], self.url, self.people[who], PASSWORD)
            self.signed_in.add(who)
        return self.pages[who]

    def desk(self, who: str, code: str, tail: str = "") -> Page:
        page = self.page(who)
        page.goto(f"{self.url}/desk/proposals/{code}/{tail}")
        return page

    def order(self, who: str) -> Page:
        """The newest order of this person's unit."""
        user, page = self.people[who], self.page(who)
        (unit,) = user.scope_codes("unit")
        found = Order.objects.filter(unit__code=unit).order_by("-id")[0]
        page.goto(f"{self.url}/desk/orders/{found.code}/")
        return page

    def go_on(self, moment: datetime) -> None:
        """Time passes; whoever was signed in signs in again when their time is over."""
        self.clock.to(moment)
        forget_all()
        drain(now=timezone.now())
        self.signed_in.clear()

    def draft(self) -> str:
        page = self.page("lead")
        page.goto(f"{self.url}/desk/proposals/")
        page.locator("main a[href$='/proposals/new/']").first.click()
        form = page.locator("form.form")
        fill(form, "title", TITLE)
        fill(form, "facts", f"二百部电梯用了十六年，困过一百二十次人。联系人电话{PHONE}。")
        fill(form, "advice", "\n".join(POINTS))
        form.locator("button:has-text('存好')").click()
        expect(page.locator("h1")).to_have_text(TITLE)
        found = re.search(r"J\d+", page.url)
        assert found is not None
        return found[0]

    def sign_together(self, code: str) -> None:
        page = self.desk("lead", code, "invite/")
        page.fill("[name=deputy]", "李田")
        page.locator("button:has-text('请他联名')").click()
        expect(page.locator("[role=status]").first).to_contain_text("已请李田代表联名")
        colleague = self.page("signer")
        colleague.goto(f"{self.url}/desk/")
        colleague.locator(f".todo-list a[href*='{code}']").first.click()
        press(colleague, "confirm_cosign")
        expect(colleague.locator("main")).to_contain_text("已确认")

    def submit_and_accept(self, code: str) -> None:
        page = self.desk("lead", code)
        press(page, "submit", confirmed=list(EXCLUSIONS))
        expect(page.locator("[role=status]").first).to_contain_text("提交")
        self.go_on(at(2026, 3, 12))
        office = self.page("office")
        office.goto(f"{self.url}/admin/proposals/review/")
        office.locator("a", has_text=TITLE).first.click()
        press(office, "accept", category="construction")
        expect(office.locator("h1 + p")).to_contain_text("闭会第1号")

    def assign(self, code: str) -> None:
        """Two units, each with its part (分办), on the assignment screen."""
        page = self.page("office")
        page.goto(f"{self.url}/admin/proposals/assign/")
        page.check(f"[name=proposal][value='{code}']")
        for unit in self.place.county.units[:2]:
            page.check(f"[name=units][value='{unit.code}']")
        expect(page.locator("[data-sentence]")).to_contain_text("1件")
        page.click("[data-submit]")
        expect(page.locator("body")).to_contain_text("1件建议交办了")

    def return_and_reassign(self) -> None:
        """The power company returns its part; the office gives it to the water company."""
        page = self.order("power")
        press(page, "sign")
        press(page, "request_return", reason="电梯不归供电公司管", suggested="水务公司")
        expect(page.locator("main")).to_contain_text("申请退回")
        office = self.page("office")
        office.goto(page.url.partition("?")[0])
        press(office, "decide_return", decision="granted",
              unit=self.place.county.units[2].code, reason="同意改派")  # fmt: skip
        expect(office.locator("main")).to_contain_text("同意，已改派")
        water = self.order("water")
        press(water, "sign")
        expect(water.locator("main")).to_contain_text("答复前要先联系代表")

    def extend(self, code: str) -> None:
        page = self.order("housing")
        press(page, "sign")
        press(page, "request_extension", wanted_on="2026-08-31", reason="要评估的电梯多")
        office = self.page("office")
        office.goto(page.url.partition("?")[0])
        press(office, "decide_extension", decision="granted", reason="代表也同意")
        expect(office.locator("main")).to_contain_text("2026年8月31日")
        lead = self.desk("lead", code)
        expect(lead.locator("main")).to_contain_text("经同意延期至8月31日")

    def answer_first(self, code: str) -> None:
        """Each unit hears the deputies and answers; the housing office point by point."""
        self.go_on(at(2026, 6, 1))
        for who in ("housing", "water"):
            page = self.order(who)
            press(page, "record_contact", on=local_date(timezone.now()).isoformat(), way="visit",
                  person="宋玉禾、李田代表", content="当面听了意见")  # fmt: skip
        self._answer_point_by_point()
        press(self.order("water"), "reply", outcome="solved", signer="水局长",
              answer_1="不在本单位职责内，配合住建局。", outcome_1="reference",
              answer_2="泵房电梯已评估。", outcome_2="solved")  # fmt: skip
        for who in ("housing", "water"):
            self._pass(self.order(who).url)
        lead = self.desk("lead", code)
        expect(lead.locator("main")).to_contain_text("这一条：正在解决")
        lead.locator("a:has-text('看答复函')").first.click()
        expect(lead.locator(".letter")).to_contain_text(f"承诺事项：{PROMISE}，2027年5月31日前办到")
        expect(lead.locator(".letter")).to_contain_text("抄送：")
        self._copied_to_the_colleague()

    def _answer_point_by_point(self) -> None:
        """What is forgotten is said, and nothing typed is lost; then the letter is looked at."""
        page = self.order("housing")
        page.locator(".acts a[href$='/reply/']").click()
        form = page.locator("main form.form")
        for name, value in (
            ("answer_1", "补助办法已经印发。"), ("outcome_1", "solved"),
            ("answer_2", "评估完成一半。"), ("outcome_2", "in_progress"),
            ("promise_2", PROMISE), ("outcome", "in_progress"), ("signer", "高局长"),
            ("letter_number", "诸住建函〔2026〕8号"),
        ):  # fmt: skip
            fill(form, name, value)
        form.locator("button.big:not([formaction])").click()
        expect(page.locator(".errbar")).to_be_visible()
        expect(page.locator("main")).to_contain_text("写了承诺，请填承诺日期。")
        expect(page.locator("[name=answer_2]")).to_have_value("评估完成一半。")
        fill(form, "promise_on_2", "2027-05-31")
        form.locator("button[formaction]").click()
        expect(page.locator("#letter .letter")).to_contain_text(f"二、关于“{POINTS[1][:-1]}”")
        form.locator("button.big:not([formaction])").click()
        expect(page.locator("[role=status]").first).to_contain_text("答复")

    def _copied_to_the_colleague(self) -> None:
        page = self.page("signer")
        page.goto(f"{self.url}/desk/inbox/")
        page.locator("a", has_text="的答复抄送给您").first.click()
        expect(page.locator(".letter")).to_contain_text("征询意见表")

    def _pass(self, address: str) -> None:
        page = self.page("office")
        page.goto(address.partition("?")[0])
        press(page, "accept_reply")
        expect(page.locator("main")).to_contain_text("答复已通过")

    def rate(self, code: str, result: str) -> None:
        page = self.page("lead")
        page.goto(f"{self.url}/desk/")
        page.locator(f".todo-list a[href*='{code}']").first.click()
        said = {"reason": WHY, "score": "40"} if result == "unsatisfied" else {"score": "95"}
        press(page, "evaluate", attitude="satisfied", result=result, **said)
        expect(page.locator("main")).to_contain_text("评价")
        if result == "unsatisfied":
            expect(page.locator("main")).to_contain_text(WHY)

    def second_round(self, code: str) -> None:
        """不满意 opens another round for the housing office alone; the first stays beside it."""
        page = self.desk("office", code, "rehandle/")
        form = page.locator("main form.form")
        form.locator(f"[name=units][value='{self.place.county.units[2].code}']").uncheck(force=True)
        fill(form, "reason", WHY)
        form.locator("button.btn-primary").click()
        expect(page.locator("main")).to_contain_text("第2轮")
        unit = self.order("housing")
        expect(unit.locator("main")).to_contain_text(WHY)
        press(unit, "sign")
        press(unit, "record_contact", way="site", person="宋玉禾代表", content="到现场看了")
        press(unit, "reply", outcome="solved", signer="高局长", text="二轮答复：全部评估完了。")
        self._pass(self.order("housing").url)

    def next_year(self, code: str) -> None:
        """The suggestion is closed; its promise is kept and rated a year later."""
        press(self.desk("office", code), "close")
        expect(self.page("office").locator("[role=status]").first).to_contain_text("办结")
        self.go_on(at(2027, 5, 20))
        User.objects.update(password_changed_at=timezone.now())  # as the house asks every 90 days
        promise = Promise.objects.get()
        assert (promise.outcome, promise.due_on) == ("open", date(2027, 5, 31))
        unit = self.page("housing")
        unit.goto(f"{self.url}/desk/proposals/promises/")
        unit.locator(f"a[href$='{promise.code}/update/']").click()
        form = unit.locator("main form.form")
        fill(form, "outcome", "kept")
        fill(form, "note", "一百部全部更新")
        form.locator("button.btn-primary").click()
        expect(unit.locator("main")).to_contain_text("已兑现")
        lead = self.page("lead")
        lead.goto(f"{self.url}/desk/proposals/promises/")
        lead.locator(f"a[href$='{promise.code}/rate/']").click()
        form = lead.locator("main form.form")
        fill(form, "score", "satisfied")
        form.locator("button.btn-primary").click()
        expect(lead.locator("main")).to_contain_text("2027年 宋玉禾代表：满意")

    def publish(self, code: str) -> None:
        rule(self.place, "publish_feedback", unit="flag", value=True)
        page = self.page("moderator")
        page.goto(f"{self.url}/admin/proposals/publication/")
        page.locator(f"a[href$='{code}/']").first.click()
        expect(page.locator("mark").first).to_have_text(PHONE)
        form = page.locator("form.form")
        fill(form, "decision", "public")
        form.locator("button.btn-primary").click()
        expect(page.locator("body")).to_contain_text("决定公开")

    def read(self, code: str) -> None:
        """From the first page to the suggestion: both rounds, the feedback, the promise kept."""
        forget_all()
        page = self.page("reader")
        page.goto(f"{self.url}/")
        page.locator("a[href*='/proposals/']").first.click()
        page.locator("a", has_text=TITLE).first.click()
        main = page.locator("main")
        expect(page.locator("h1")).to_have_text(TITLE)
        for words in (
            "2人联名：宋玉禾、李田", "138****5678", "第一次答复", f"二、关于“{POINTS[1][:-1]}”",
            "重新办理后的答复（第2轮）", "二轮答复：全部评估完了。",
            f"第1轮，宋玉禾代表：办理态度满意，办理结果不满意。{WHY}",
            "第2轮，宋玉禾代表：办理态度满意，办理结果满意", PROMISE, "已兑现",
        ):  # fmt: skip
            expect(main).to_contain_text(words)
        expect(main).not_to_contain_text(PHONE)
