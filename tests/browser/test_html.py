"""Every page is valid HTML and keeps the rules of the house for markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.db import transaction
from django.test import override_settings
from html5lib.constants import E

from tests.browser.stops import STOPS, Site, Stop

pytestmark = pytest.mark.django_db  # each test in a savepoint inside the module's transaction
HEADINGS = {f"h{n}": n for n in range(1, 7)}
CONTROLS = ("input", "select", "textarea")
AWAY = ("http:", "https:", "//", "javascript:")
LANGUAGES = ("zh-cn", "zh-hans")
LOADED = ("script", "link", "img", "use", "iframe", "form")
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The demo inside a transaction that is rolled back after the module."""
    media = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media")))
    with django_db_blocker.unblock(), media, transaction.atomic():
        yield Site()
        transaction.set_rollback(True)


@pytest.mark.parametrize("mode", ["", "elder=1"], ids=["plain", "elder"])
@pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])
def test_page_is_valid(site: Site, stop: Stop, mode: str) -> None:
    where = stop.where(site)
    if where is None or (stop.admin and mode):
        return  # the demo has no such thing now; the staff pages have no elder mode
    url = f"{where}{'&' if '?' in where else '?'}{mode}" if mode else where
    client = site.client(stop.role)
    answer = client.post(url, stop.post(site)) if stop.post else client.get(url)
    assert answer.status_code == stop.status, (url, answer.headers)
    assert faults(answer.content.decode()) == []


def faults(page: str) -> list[str]:
    """What is wrong with a page, in words."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(page)
    found = [f"{place}: {E[code] % values}" for place, code, values in parser.errors]
    everything = [element for element in root.iter() if isinstance(element.tag, str)]
    return [
        *found, *_ids(everything), *_labels(root, everything), *_headings(everything),
        *_inline(everything), *_language(root),
    ]  # fmt: skip


def _language(root: Element) -> list[str]:
    title = root.find("head/title")
    found = [] if (root.get("lang") or "").lower() in LANGUAGES else ["html has no lang"]
    return found if title is not None and (title.text or "").strip() else [*found, "no title"]


def _ids(everything: list[Element]) -> list[str]:
    ids = Counter(e.get("id") for e in everything if e.get("id") is not None)
    found = [f"id {name} stands {n} times" for name, n in ids.items() if n > 1 or not name]
    for element in everything:
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form"):
            for target in (element.get(name) or "").split():
                if target not in ids:
                    found.append(f"{element.tag} {name}={target} leads nowhere")
    return found


def _labels(root: Element, everything: list[Element]) -> list[str]:
    named = {e.get("for") for e in everything if e.tag == "label"}
    inside = {id(c) for e in everything if e.tag == "label" for c in e.iter()}
    return [
        f"{e.tag} {e.get('name')} has no label"
        for e in everything
        if e.tag in CONTROLS and e.get("type") not in UNLABELLED
        and e.get("id") not in named and id(e) not in inside
        and not (e.get("aria-label") or e.get("aria-labelledby"))
    ]  # fmt: skip


def _headings(everything: list[Element]) -> list[str]:
    found, last = [], 0
    levels = [HEADINGS[e.tag] for e in everything if e.tag in HEADINGS]
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} h1")
    for level in levels:
        if level > last + 1 and last:
            found.append(f"h{level} after h{last}")
        last = level
    return found


def _inline(everything: list[Element]) -> list[str]:
    found = []
    for element in everything:
        is_script = element.tag == "script" and not element.get("src")
        if element.tag == "style" or (is_script and element.get("type") != "application/json"):
            found.append(f"inline {element.tag}")
        found += [
            f"{element.tag} has {name}"
            for name in element.keys()  # noqa: SIM118  an Element is no dict
            if name == "style" or (name.startswith("on") and name != "one")
        ]
        for name in ("src", "href", "action", "formaction"):
            leaves = (element.get(name) or "").startswith(AWAY)
            if leaves and element.tag in LOADED:
                found.append(f"{element.tag} {name} leaves the site")
    return found


def test_the_checks_find_what_they_look_for() -> None:
    page = (
        "<!doctype html><html><head><title></title></head><body><h1>a</h1><h3>b</h3><h1>c</h1>"
        "<p id=x style='a:b'>1</p><p id=x onclick='f()'>2</p><input name=n><script>1</script>"
        "<label for=nowhere>l</label><ul><p></ul></body></html>"
    )
    words = " | ".join(faults(page))
    for part in (
        "no lang", "no title", "h3 after h1", "2 h1", "id x stands 2 times", "has style",
        "has onclick", "n has no label", "inline script", "for=nowhere leads nowhere",
    ):  # fmt: skip
        assert part in words
