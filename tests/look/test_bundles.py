"""The style sheets, scripts and drawings as files."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from xml.dom import minidom

import brotli
import pytest
from django.conf import settings
from django.test import Client, override_settings

STATIC = settings.BASE_DIR / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
NEWER_THAN_ES5 = re.compile(r"=>|`|\b(?:const|let|class|async|await)\s|\.\.\.|\?\.|\?\?")


def test_bundles_are_not_stale() -> None:
    tool = settings.BASE_DIR / "tools" / "build_css.py"

    check = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True)

    assert check.stderr == ""
    assert check.returncode == 0


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_small_and_speaks_to_old_web_views(script) -> None:
    text = script.read_text("utf-8")
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)

    assert len(text.encode()) <= 4096
    assert NEWER_THAN_ES5.findall(code) == []


@pytest.mark.parametrize("name", ["icons", "drawings", "mark"])
def test_drawing_is_wellformed_and_carries_no_script(name) -> None:
    document = minidom.parse(str(STATIC / "img" / f"{name}.svg"))

    assert document.getElementsByTagName("script") == []
    symbols = [symbol.getAttribute("id") for symbol in document.getElementsByTagName("symbol")]
    assert len(symbols) == len(set(symbols))


def test_every_icon_a_template_asks_for_is_in_the_sprite() -> None:
    sprite = (STATIC / "img" / "icons.svg").read_text("utf-8")
    there = set(re.findall(r'<symbol id="([a-z]+)"', sprite))
    asked = set()
    for page in (settings.BASE_DIR / "templates").rglob("*.html"):
        asked |= set(re.findall(r'{% icon "([a-z-]+)"', page.read_text("utf-8")))

    assert asked - there == set()


def test_docs_list_exactly_the_icons_of_the_sprite() -> None:
    sprite = (STATIC / "img" / "icons.svg").read_text("utf-8")
    docs = (settings.BASE_DIR / "docs" / "look.md").read_text("utf-8")
    listed = docs.split("## 7. Icons")[1].split("beside a word.")[1].split("A new one")[0]

    there = set(re.findall(r'<symbol id="([a-z]+)"', sprite)) - {"mark"}
    assert set(re.findall(r"[a-z]+", listed)) == there


class _Assets(HTMLParser):
    """What a first visit fetches: style sheets, scripts, the sprite, pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.quiet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "noscript":
            self.quiet = True
        address = given.get("src") or (given.get("href") if tag in ("link", "use") else None)
        if address and not self.quiet:
            self.found.add(address.partition("#")[0])

    def handle_endtag(self, tag: str) -> None:
        self.quiet = self.quiet and tag != "noscript"


@override_settings(ROOT_URLCONF="tests.look.urls")
@pytest.mark.parametrize("query", ["", "?elder=1"])
def test_landing_first_visit_is_light(query) -> None:
    page = Client().get(f"/styleguide/landing/{query}").content
    assets = _Assets()
    assets.feed(page.decode())

    files = [STATIC / address.removeprefix(settings.STATIC_URL) for address in assets.found]
    weight = sum(len(brotli.compress(part)) for part in [page, *(f.read_bytes() for f in files)])

    assert weight <= 40 * 1024
    assert 1 + len(files) <= 4 + (query != "")  # the elder landing also reads aloud
