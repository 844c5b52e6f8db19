"""A matter like the one being written is offered: follow it instead of writing it again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.world import NOW, make_county
from voices.models import Follow, Message
from voices.selectors import route_of
from voices.services import Words, submit
from workflows.engine import apply

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_similar_matter_is_offered_and_followed(live_url: str, new_page: Any) -> None:
    county = make_county()
    code = county.codes["deputy"]
    words = Words("problem", "东街路口的路灯坏了三天，晚上看不见路")
    known = submit(words, code=code, route=route_of(code), idempotency_key="k" * 20, now=NOW)
    apply(
        known.message, "publish", actor=county.users["moderator"], now=NOW,
        data={"title": "东街路口路灯不亮", "text": words.text, "answer": ""},
    )  # fmt: skip
    page = new_page(390)
    page.goto(f"{live_url}/q/{code.token}/message/?elder=1")
    page.fill("[name=text]", "东街路口的路灯坏了，晚上看不见")
    offer = page.locator(".same")
    expect(offer).to_contain_text("东街路口路灯不亮")
    assert page.input_value("[name=text]") == "东街路口的路灯坏了，晚上看不见"

    offer.locator("button").click()

    expect(page.locator("h1")).to_contain_text("已关注")
    assert f"/results/{known.message.code}/follow/?elder=1" in page.url
    assert (Message.objects.count(), Follow.objects.count()) == (1, 1)
    page.go_back()  # the words are still there, the message can still be sent
    expect(page.locator("[name=text]")).to_have_value("东街路口的路灯坏了，晚上看不见")
    page.locator("[name=kind][value=problem]").check(force=True)
    page.click("text=提交留言")
    expect(page.locator("h1")).to_contain_text("送到了")
    assert page.complaints == []
