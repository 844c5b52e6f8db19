"""The style guide in a real browser: every page, every mode, three widths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from liaison.styleguide.views import PAGES

MODES = {
    "light": "?theme=light", "dark": "?theme=dark",
    "elder": "?elder=1&theme=light", "elder-dark": "?elder=1&theme=dark",
}  # fmt: skip
ALL = [*PAGES, "../privacy", "../accessibility"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Text smaller than 24 px (digits in rings and on axes apart), targets lower than 60 px
#: (links inside a sentence apart), with every folded part open.
TOO_SMALL = """() => {
  document.querySelectorAll('details').forEach(part => { part.open = true; });
  const found = [], say = (what, e) => found.push(what + ' ' + e.textContent.trim().slice(0, 20));
  const seen = e => e.getBoundingClientRect().width && e.getBoundingClientRect().right > 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement, size = parseFloat(getComputedStyle(holder).fontSize);
    if (node.textContent.trim() && seen(holder) && size < 24)
      if (!holder.closest('.vh,.ribbon i,svg')) say('text ' + size, node);
  }
  const targets = 'a,button,summary,input:not([type=hidden]),select,textarea';
  document.querySelectorAll(targets).forEach(e => {
    if (!seen(e) || e.matches('p a, li a.small')) return;
    const box = (e.matches('label input') ? e.closest('label') : e).getBoundingClientRect();
    if (box.height < 59.5) say('target ' + box.height, e);
  });
  return found;
}"""


@pytest.fixture
def page(browser: Browser, guide: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, base_url=guide)
    page = context.new_page()
    page.set_default_timeout(5000)
    yield page
    context.close()


def until(page: Page, holds: Any) -> None:
    """Waits without `eval`, which the policy of the pages forbids."""
    for _ in range(50):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("waited 5 s in vain")


def findings(page: Page, *, enhanced: bool) -> list[str]:
    rules: dict[str, Any] = {"color-contrast-enhanced": {"enabled": True}} if enhanced else {}
    options = {"runOnly": {"type": "tag", "values": RULES}, "rules": rules}
    violations = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {node['html'][:120]}" for v in violations for node in v["nodes"]]


@pytest.mark.parametrize(
    ("name", "mode"),
    # the staff pages have no elder mode
    [(n, m) for n in ALL for m in MODES if not (n == "dashboard" and "elder" in m)],
)
def test_page_has_no_findings_and_never_scrolls_sideways(page: Page, name: str, mode: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(f"{name}/{MODES[mode]}")
    wide = []
    for width in (320, 360, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(width)
    assert findings(page, enhanced="elder" in mode) == []
    page.set_viewport_size({"width": 360, "height": 640})
    assert findings(page, enhanced="elder" in mode) == []
    assert wide == []
    assert errors == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", [name for name in ALL if name != "dashboard"])
def test_elder_mode_is_large(page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{name}/?elder=1")

    assert page.evaluate(TOO_SMALL) == []


def test_landing_shows_whom_and_what_to_press_without_scrolling(page: Page) -> None:
    page.goto("landing/")
    button = page.locator(".btn-primary").bounding_box()
    topics = page.locator(".list > li").nth(1).bounding_box()

    assert button["y"] + button["height"] <= 300
    assert topics["y"] < 640


def test_elder_landing_has_the_whole_action_on_a_small_screen(page: Page) -> None:
    page.goto("landing/?elder=1")
    button = page.locator(".btn-primary").bounding_box()

    assert button["y"] + button["height"] <= 480
    assert page.locator("main .btn").count() <= 5


def test_button_answers_within_100_ms_and_only_once(page: Page) -> None:
    sent: list[str] = []

    def hold(route: Any) -> None:
        sent.append(route.request.post_data or "")  # never answered: a slow network

    page.goto("receipt/")
    page.route("**/receipt/**", lambda r: hold(r) if r.request.method == "POST" else r.continue_())
    busy, words, after = page.evaluate(
        """() => new Promise(tell => {
          const button = document.querySelector('[value=satisfied]'), start = performance.now();
          new MutationObserver(() => {
            const seen = [button.getAttribute('aria-busy'), button.innerText,
              performance.now() - start];
            setTimeout(() => button.click(), 150);
            setTimeout(() => tell(seen), 400);
          }).observe(button, {childList: true});
          button.click();
        })"""
    )

    assert (busy, words) == ("true", "正在提交…")
    assert after < 100
    assert len(sent) == 1
    assert "=satisfied" in sent[0]


def test_draft_comes_back_after_a_lost_page_and_goes_after_success(page: Page) -> None:
    page.goto("form/")
    page.fill("#id_text", "北门路灯坏了")
    page.fill("#id_place", "府前街")
    page.wait_for_timeout(600)
    page.goto("form/")
    again = page.input_value("#id_text")
    kept = page.evaluate("JSON.stringify(localStorage)")
    page.goto("receipt/")  # says data-draft-done="message"
    page.goto("form/")

    assert again == "北门路灯坏了"
    assert "府前街" not in kept
    assert page.input_value("#id_text") == ""


def test_counter_counts_as_people_do(page: Page) -> None:
    page.goto("form/")
    page.fill("#id_text", "𠮷祥😀")

    assert page.inner_text("#id_text-count") == "3 / 1000"


def test_photos_are_shown_made_smaller_and_can_be_taken_back(page: Page, tmp_path: Any) -> None:
    big = tmp_path / "big.jpg"
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(big, quality=95)
    page.goto("form/")
    page.set_input_files("input[type=file][multiple]", [str(big), str(big)])
    sizes = "[...document.querySelector('[multiple]').files].map(f => f.size)"
    until(page, lambda: max(page.evaluate(sizes)) < big.stat().st_size)

    assert page.locator(".shot img").count() == 2
    page.locator(".shot button").first.click()
    assert page.locator(".shot img").count() == 1
    assert page.evaluate("document.querySelector('[multiple]').files.length") == 1


def test_receipt_is_kept_as_a_picture(page: Page) -> None:
    page.goto("receipt/")
    page.click("[data-picture]")
    page.wait_for_selector(".kept img")

    assert page.evaluate("document.querySelector('.kept img').naturalWidth") == 750
    assert page.locator(".kept a").get_attribute("download") == "回执-7K3M-9QHT-2V8D.png"


def test_phone_bar_presses_the_one_form_and_opens_the_folded_one(page: Page) -> None:
    sent: list[str] = []
    page.goto("message/")
    page.on("request", lambda r: sent.append(r.method) if r.method == "POST" else None)
    page.click("summary:has-text('其他办法')")
    page.click(".sheet-list a:has-text('直接答复')")

    assert page.locator("#act-answer").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.name") == "text"
    assert page.locator(".sheet").get_attribute("open") is None
    page.click(".phonebar .btn-primary")
    page.wait_for_timeout(200)
    assert sent == ["POST"]


@pytest.mark.parametrize("name", PAGES)
def test_page_stands_without_a_script(browser: Browser, guide: str, name: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{guide}{name}/")

    for button in page.locator("button[data-copy],button[data-picture],button[data-speak]").all():
        assert not button.is_visible()
    for chooser in page.locator("input[type=file]").all():
        assert chooser.evaluate("e => getComputedStyle(e).opacity") == "1"
        assert chooser.bounding_box()["height"] >= 24
    for form in page.locator("form[method=post]:visible").all():
        assert form.evaluate("f => [...f.elements].some(e => e.type === 'submit')")
    context.close()


def test_print_drops_buttons_and_keeps_due_dates(page: Page) -> None:
    page.goto("message/?theme=dark")
    page.emulate_media(media="print")

    assert not page.locator(".phonebar").is_visible()
    assert not page.locator("main .btn").first.is_visible()
    assert page.locator(".time .due").first.is_visible()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


def test_nothing_moves_when_motion_is_not_wanted(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("index/")

    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => getComputedStyle(e)
        .transitionDuration.split(',').some(t => parseFloat(t) > 0)).length"""
    )
    assert moving == 0
