"""Take the README's pictures from a running demo: `python -m tools.screenshots [BASE_URL]`.

Needs `make run` in another terminal and a chromium on this machine; reads the demo accounts from
var/demo.json and writes docs/screenshots/*.png.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from django_otp.oath import totp
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 844}


def main() -> None:
    """Three pictures: a code's page, a message on the desk, the staff's first page."""
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    manifest = json.loads((ROOT / "var" / "demo.json").read_text(encoding="utf-8"))
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
        page.goto(base + _deputy_code(manifest))
        _save(page, "landing")
        page = _signed_in(browser, base, _account(manifest, "station_keeper"))
        page.goto(f"{base}/desk/messages/")
        page.click("ul.todo-list a.t >> nth=0")
        _save(page, "message")
        page = _signed_in(browser, base, _account(manifest, "congress_staff"))
        page.goto(f"{base}/admin/")
        _save(page, "dashboard")
        browser.close()


def _deputy_code(manifest: dict[str, Any]) -> str:
    tokens = manifest["tokens"]
    return next(str(t["path"]) for t in tokens if t["kind"] == "deputy" and t["state"] == "active")


def _account(manifest: dict[str, Any], role: str) -> dict[str, str]:
    return next(user for user in manifest["users"] if user["role"] == role)


def _signed_in(browser: Browser, base: str, user: dict[str, str]) -> Page:
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    page.goto(f"{base}/login/")
    page.fill("input[name=username]", user["username"])
    page.fill("input[type=password]", user["password"])
    page.press("input[type=password]", "Enter")
    page.wait_for_load_state()
    if user["totp"]:
        key = base64.b32decode(user["totp"] + "=" * (-len(user["totp"]) % 8))
        page.fill("input[autocomplete=one-time-code]", f"{totp(key):06d}")
        page.press("input[autocomplete=one-time-code]", "Enter")
        page.wait_for_load_state()
    return page


def _save(page: Page, name: str) -> None:
    page.screenshot(path=str(OUT / f"{name}.png"))
    print(f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    main()
