"""No canary is ever shown to somebody who is not among its readers; and readers do see theirs."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.apps import apps

from accounts.roles import ROLES
from tests.safety.conftest import Planted
from tests.safety.walk import addresses, codes
from voices.models import Message

# Every role of one county, and of its neighbour those who have most to see.
VISITORS = [("zc", role) for role in ROLES] + [
    ("gm", role) for role in ("deputy", "station_keeper", "congress_staff", "unit_handler")
]


def account(planted: Planted, side: str, role: str) -> str:
    """One account of this role in this county; rather one with something to meet on the walk."""
    rows = planted.users.values()
    mine = [u["username"] for u in rows if u["role"] == role and u["username"].startswith(side)]
    walked = {code for kind in ("messages", "orders", "topics") for code in codes(planted)[kind]}
    meets = {
        reader
        for canary in planted.canaries
        if canary["object"].split(" ")[1] in walked and not is_contact(canary)
        for reader in canary["readable_by"]
    }
    return next((name for name in mine if name in meets), mine[0])


def words(answer) -> str:
    """The text of an answer; sheets are unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as sheet:
            body = b"".join(sheet.read(name) for name in sheet.namelist())
    headers = " ".join(f"{k}: {v}" for k, v in answer.headers.items())
    return headers + body.decode("utf-8", "replace")


def leaked(text: str, forbidden: dict[str, str]) -> list[str]:
    return [f"{where}: {mark}" for mark, where in forbidden.items() if mark in text]


def is_contact(canary: dict) -> bool:
    return "voices.message" in canary["object"] and " contact " in canary["object"]


def crawl(planted: Planted, username: str) -> tuple[set[str], list[str], list[str]]:
    """(everything seen that may be seen, every leak, every failure) over the whole house."""
    client, forbidden = planted.sign_in(username), planted.forbidden(username)
    # name and phone of a resident are on no page at all: a reason has to be given first
    forbidden |= {c["text"]: c["object"] for c in planted.canaries if is_contact(c)}
    allowed, seen = planted.allowed(username) - set(forbidden), set()
    leaks, broken = [], []
    for url in addresses(planted):
        answer = client.get(url)
        text = words(answer)
        if answer.status_code >= 500:
            broken.append(f"{answer.status_code} {url}")
        leaks += [f"{url} {found}" for found in leaked(text, forbidden)]
        seen |= {mark for mark in allowed if mark in text}
    return seen, leaks, broken


def test_strangers_see_no_canary(inside: Planted):
    _, leaks, broken = crawl(inside, "")
    assert leaks == []
    assert broken == []


def to_meet(planted: Planted, username: str) -> set[str]:
    """What this account may read on pages, by the manifest; a contact is on no page."""
    return planted.allowed(username) - {c["text"] for c in planted.canaries if is_contact(c)}


def test_every_role_with_something_to_read_is_walked(inside: Planted):
    """A walk that could meet nothing proves little: most walks have something to meet."""
    walked = [account(inside, side, role) for side, role in VISITORS]
    assert sum(bool(to_meet(inside, username)) for username in walked) >= 10


@pytest.mark.parametrize(("side", "role"), VISITORS)
def test_nobody_sees_a_canary_of_others(inside: Planted, side: str, role: str):
    username = account(inside, side, role)
    seen, leaks, broken = crawl(inside, username)
    assert leaks == []
    assert broken == []
    assert bool(seen) == bool(to_meet(inside, username))


EXPORTS = [
    ("voices", "message"), ("handling", "order"), ("deputies", "deputy"), ("deputies", "seat"),
    ("deputies", "link"), ("deputies", "dutyrecord"), ("grids", "grid"), ("topics", "topic"),
    ("topics", "opinion"),
]  # fmt: skip


@pytest.mark.parametrize("role", ["congress_staff", "town_staff", "moderator", "auditor"])
def test_exports_of_chosen_foreign_rows_hold_nothing_foreign(inside: Planted, role: str):
    username = account(inside, "zc", role)
    client, forbidden = inside.sign_in(username), inside.forbidden(username)
    leaks, files = [], 0
    for app, name in EXPORTS:
        keys = list(apps.get_model(app, name)._default_manager.values_list("pk", flat=True))
        for action in ("export_xlsx", "export_csv"):
            data = {"action": action, "_selected_action": keys, "select_across": "1", "index": "0"}
            answer = client.post(f"/admin/{app}/{name}/", data)
            assert answer.status_code < 500, (app, name, action)
            text = words(answer)
            files += "attachment" in answer.headers.get("Content-Disposition", "")
            leaks += [f"{app}.{name} {action} {one}" for one in leaked(text, forbidden)]
            foreign = set(
                Message.objects.filter(region_code__startswith="370785").values_list(
                    "code", flat=True
                )
            )
            leaks += [f"{app}.{name} {action} {code}" for code in foreign if code in text]
    assert leaks == []
    assert files > 0 or role == "auditor"


def test_contact_data_is_on_no_page_but_the_reveal(inside: Planted):
    """Name and phone are read by giving a reason, by their readers; and nowhere else by them."""
    contact = [c for c in inside.canaries if is_contact(c)]
    username = next(u for u in contact[0]["readable_by"] if "keeper" in u)
    client = inside.sign_in(username)
    code = contact[0]["object"].split(" ")[1]
    marks = [c["text"] for c in inside.of(code, "contact")]
    page = words(client.get(f"/desk/messages/{code}/"))
    assert not any(mark in page for mark in marks)
    assert not any(mark in words(client.get(f"/api/v1/messages/{code}/")) for mark in marks)
    shown = words(client.post(f"/desk/messages/{code}/reveal/", {"reason": "核实地点再上门"}))
    assert all(mark in shown for mark in marks)
