"""What people do in front of a browser: sign in, press a button of the action panel."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_otp.oath import TOTP
from playwright.sync_api import Page

from accounts.models import SecondFactor, User
from accounts.services.factors import secret_of, set_factor

SECRET = b"a factor for testing"


def sign_in(page: Page, url: str, user: User, password: str) -> None:
    """Through the door: name, password, and the six digits for the roles that need them."""
    if user.needs_second_factor and not SecondFactor.objects.filter(user=user).exists():
        set_factor(user=user, secret=SECRET, now=timezone.now())
    page.goto(f"{url}/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    if "/factor/" in page.url:
        page.fill("[name=token]", digits(user))
        page.click("main button.btn-primary")
    assert "/login/" not in page.url, page.inner_text("main")


def digits(user: User) -> str:
    """What the phone shows at this moment."""
    totp = TOTP(secret_of(SecondFactor.objects.get(user=user)), step=30)
    totp.time = timezone.now().timestamp()
    return f"{totp.token():06d}"


def press(page: Page, name: str, **fields: Any) -> None:
    """Do one transition: in its fold on the page, on its own page, or with one click."""
    if page.locator(f"#do-{name}").count():
        page.locator(f"#do-{name} button").click()
        return
    folded = page.locator(f"#act-{name}")
    if folded.count():
        folded.locator("summary").click()
        form = folded.locator("form")
    else:
        page.locator(f".acts a[href$='/{name}/']").click()
        form = page.locator("main form.form")
    for field, value in fields.items():
        fill(form, field, value)
    form.locator("button.big[type=submit]:not([formaction]), button.big:not([type])").click()


def fill(form: Any, field: str, value: Any) -> None:
    """Fill one field, whatever kind it is; `True` ticks."""
    spot = form.locator(f"[name={field}]")
    kind = spot.first.evaluate("e => e.tagName + ':' + e.type")
    if kind in ("INPUT:radio", "INPUT:checkbox"):
        for one in value if isinstance(value, list) else [value]:
            pick = spot if one is True else form.locator(f"[name={field}][value='{one}']")
            pick.evaluate("box => box.scrollIntoView({block: 'center'})")  # not under the dock
            pick.check(force=True)
    elif kind.startswith("SELECT"):
        spot.select_option(value)
    elif kind == "INPUT:file":
        spot.last.set_input_files(value)
    else:
        spot.fill(value)
