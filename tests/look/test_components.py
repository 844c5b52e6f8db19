"""Template tags of the look, through rendered pages."""

import re
from datetime import UTC, date, datetime

import html5lib
import pytest
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from liaison.styleguide.views import PAGES

GUIDE = override_settings(ROOT_URLCONF="tests.look.urls")


def render(source: str, path: str = "/", **context: object) -> str:
    request: HttpRequest = RequestFactory().get(path)
    template = Template("{% load look %}" + source)
    return template.render(RequestContext(request, context))


@GUIDE
@pytest.mark.parametrize("query", ["", "?elder=1", "?theme=dark"])
@pytest.mark.parametrize("page", PAGES)
def test_page_is_valid_and_carries_nothing_inline(page, query) -> None:
    text = Client().get(f"/styleguide/{page}/{query}").content.decode()

    parser = html5lib.HTMLParser()
    parser.parse(text)
    assert parser.errors == []
    assert re.findall(r"\sstyle=|\son[a-z]+=|<style|<script>|javascript:", text) == []
    assert "data:" not in text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))


@GUIDE
@pytest.mark.parametrize(
    "address", ["styleguide/landing", "styleguide/statistics", "privacy", "accessibility"]
)
def test_public_page_is_the_same_for_everybody(address) -> None:
    answer = Client().get(f"/{address}/")

    assert answer.cookies == {}
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert b"csrf" not in answer.content


@pytest.mark.parametrize("note", ["privacy", "accessibility"])
def test_notes_have_their_addresses_on_the_site(note) -> None:
    assert reverse(note, urlconf="liaison.urls") == f"/{note}/"


@GUIDE
def test_footer_leads_to_both_notes_in_the_same_mode() -> None:
    page = Client().get("/styleguide/landing/?elder=1").content.decode()

    assert 'href="/privacy/?elder=1"' in page
    assert 'href="/accessibility/?elder=1"' in page


@GUIDE
def test_unknown_page_of_the_guide_is_404() -> None:
    assert Client().get("/styleguide/nothing/").status_code == 404


@GUIDE
def test_links_keep_the_mode() -> None:
    text = render(
        "{% rurl 'styleguide-page' 'form' %} {% keep_mode '/a/?b=1#c' %} {% keep_mode 'tel:110' %}",
        "/?elder=1&theme=dark&x=2",
    )

    assert text == (
        "/styleguide/form/?elder=1&amp;theme=dark /a/?b=1&amp;elder=1&amp;theme=dark#c tel:110"
    )


@GUIDE
def test_links_are_plain_without_a_mode_or_with_a_foreign_one() -> None:
    assert render("{% rurl 'styleguide' %}", "/?elder=0&theme=%22onload=1") == "/styleguide/"


def test_elder_switch_changes_only_the_mode() -> None:
    on = render("{% elder_switch %}", "/?kind=a&cursor=b")
    off = render("{% elder_switch %}", "/?kind=a&elder=1")

    assert on.strip() == '<a class="link" href="?kind=a&amp;cursor=b&amp;elder=1">长辈版</a>'
    assert off.strip() == '<a class="link" href="?kind=a">普通版</a>'


def test_elder_switch_posts_again_on_a_page_that_answered_a_post() -> None:
    text = render("{% elder_switch %}", "/receipt/", switch_fields=[("receipt", "7K3M")])

    assert 'method="post" action="?elder=1"' in text
    assert '<input type="hidden" name="receipt" value="7K3M">' in text
    assert "7K3M" not in re.findall(r'action="([^"]*)"', text)[0]


def test_rate_without_cases_says_so_and_divides_nothing() -> None:
    rate = {"name": "满意率", "numerator": 0, "denominator": 0, "numerator_name": "满意",
            "denominator_name": "评价"}  # fmt: skip

    text = render("{% rate_card rate %}", rate=rate)

    assert "还没有数" in text
    assert "0 ÷ 0" in text
    assert "%" not in re.sub(r"<[^>]+>", "", text)


def test_rate_shows_its_fraction() -> None:
    rate = {"name": "解决率", "numerator": 1847, "denominator": 2958, "numerator_name": "已解决",
            "denominator_name": "办结"}  # fmt: skip

    text = re.sub(r"<[^>]+>|\s", "", render("{% rate_card rate %}", rate=rate))

    assert text == "解决率62.4%1,847÷2,958件已解决÷办结"


def test_words_of_people_are_escaped_everywhere() -> None:
    bad = '<img src=x onerror="1">'
    steps = [{"words": bad, "who": bad, "quote": bad, "basis": bad, "state": "done"}]

    text = render(
        "{% timeline steps %}"
        "{% include 'partials/quote.html' %}{% include 'partials/bubble.html' %}"
        "{% face name %}{% label_tag name %}{% check_phrase name %}{% result name name %}"
        "{% empty name name %}",
        steps=steps, text=bad, name=bad, by=bad, place=bad,
    )  # fmt: skip

    assert "<img" not in text


def actions(**primary: object) -> list[dict[str, object]]:
    return [
        {"name": "accept", "label": "受理", "url": "/accept/", "primary": True} | primary,
        {"name": "refer", "label": "报联络站", "url": "/refer/"},
    ]


def test_actions_have_one_red_door_on_the_desk_and_one_in_the_bar() -> None:
    text = render("{% actions rows %}", rows=actions())

    assert text.count("btn-primary") == 2
    assert text.count('action="/accept/"') == 1
    assert 'form="do-accept"' in text
    assert "其他办法" in text


def test_blocked_action_is_shown_with_its_reason_and_no_door_is_red() -> None:
    text = render("{% actions rows %}", rows=actions(reason_disabled="等供电公司意见"))

    assert "btn-primary" not in text
    assert "等供电公司意见" in text
    assert 'action="/accept/"' not in text


def test_when_says_it_as_people_do_with_the_exact_moment_beside() -> None:
    now = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
    at = datetime(2026, 11, 19, 11, 42, tzinfo=UTC)

    text = Template("{% load look %}{% when at now %}|{% day at now %}|{% when on now %}").render(
        Context({"at": at, "now": now, "on": date(2025, 3, 1)})
    )

    assert re.sub(r"<[^>]+>", "", text) == "昨天 19:42|昨天|2025年3月1日"
    assert 'title="2026年11月19日 周四 19:42"' in text


def test_chart_of_one_or_no_bar_is_drawn() -> None:
    one = render("{% bar_chart c %}", c={"title": "t", "rows": [("1", 0)]})
    none = render("{% bar_chart c %}", c={"title": "t", "rows": []})

    assert one.count("<rect") == 1
    assert "<rect" not in none
