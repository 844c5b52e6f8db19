"""PERFORMANCE §3: any list at a million rows, first page and deep ones; desk, admin, API.

Database time is the processor time of the connection's own PostgreSQL process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.clock import process_ms
from bench.figures import Report
from bench.place import World
from bench.sizes import Sizes

REPEATS = 5
# A year's messages spread over every deputy, station and place, most of them long closed.
ROWS = """
INSERT INTO voices_message ({columns})
SELECT {values} FROM generate_series(1, %s) AS n
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS total, code,
        region_code FROM deputies_deputy WHERE serving) AS who ON who.place = n %% who.total
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS total, code
        FROM stations_station) AS home ON home.place = n %% home.total,
LATERAL (SELECT * FROM voices_message WHERE state = 'closed' ORDER BY id LIMIT 1) AS one
"""


@dataclass(frozen=True)
class Row:
    """One list: who looks, where, and where the next page's address stands."""

    name: str
    role: str
    path: str
    cursor: str = "cursor"


LISTS = [
    Row("desk_deputy", "deputy", "/desk/messages/?tab=done"),
    Row("desk_station", "station_keeper", "/desk/messages/?tab=done"),
    Row("desk_staff_todo", "congress_staff", "/desk/messages/?tab=todo"),
    Row("desk_staff_done", "congress_staff", "/desk/messages/?tab=done"),
    Row("admin_messages", "congress_staff", "/admin/voices/message/"),
    Row("api_messages", "congress_staff", "/api/v1/messages/?page_size=30"),
    Row("api_public", "", "/api/v1/messages/?page_size=30"),
    Row("results", "", "/results/"),
]


def lists(world: World, sizes: Sizes, report: Report) -> None:
    """The dearest page of each list; and its queries against those of a list with one row."""
    _fill(world, sizes.rows)
    for one in LISTS:
        pages = _pages(world, one)
        found = [(label, *_measure(world, one, path)) for label, path in pages]
        cost = max(page[1] for page in found)
        words = ", ".join(f"{name} {ms:.2f} ms {count} queries" for name, ms, count in found)
        report.add(f"{one.name}_db", cost, "ms", target=1, beside=words)
        few = {count for name, _, count in found if name != "one row"}
        single = [count for name, _, count in found if name == "one row"]
        if single:
            report.add(f"{one.name}_queries", max(few) - min(single), "more", target=0,
                       beside=f"{max(few)} for a full page, {min(single)} for one row")  # fmt: skip


def _fill(world: World, count: int) -> None:
    have = world.sql("SELECT count(*) FROM voices_message WHERE code LIKE 'L%%'")[0][0]
    if have >= count:
        return
    names = [row[0] for row in world.sql(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'voices_message' AND column_name <> 'id' ORDER BY ordinal_position"
    )]  # fmt: skip
    closed = "(n %% 50 <> 0)"
    own = {
        "code": "'L' || lpad(n::text, 8, '0')", "receipt_hash": "sha256(('l' || n)::bytea)",
        "outside_number": "''", "deputy_code": "who.code", "station_code": "home.code",
        "region_code": "who.region_code", "token_id": "NULL", "grid_id": "NULL",
        "state": f"CASE WHEN {closed} THEN 'closed' ELSE 'received' END",
        "due_on": f"CASE WHEN {closed} THEN NULL ELSE current_date + (n %% 60)::int END",
        "created_at": "now() - make_interval(mins => n / 2)",
        "state_at": "now() - make_interval(mins => n / 2)",
        "publication": "CASE WHEN n %% 10 = 0 THEN 'published' ELSE 'private' END",
        "public_title": "'路灯'", "public_text": "'村口的路灯坏了'", "public_answer": "'已修好'",
        "published_at": "now() - make_interval(mins => n / 2)",
    }  # fmt: skip
    values = ", ".join(own.get(name, f'one."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    world.sql(ROWS.format(columns=columns, values=values), [count - have])
    world.sql("VACUUM ANALYZE voices_message")


def _pages(world: World, one: Row) -> list[tuple[str, str]]:
    """The first page, the second, the tenth, one from the middle; a search that finds one row."""
    client, found = _client(world, one), [("first", one.path)]
    path = one.path
    for number in range(2, 11):
        following = _next(client.get(path), one)
        if not following:
            break
        path = following
        if number in (2, 10):
            found.append((f"page {number}", path))
    if one.name == "admin_messages" and path != one.path:
        found.append(("page 20, the last", f"{one.path}?p=20"))
    single = _single(world, one)
    return [*found, ("one row", single)] if single else found


def _single(world: World, one: Row) -> str:
    """An address that lists exactly one row."""
    if one.name.startswith("desk_staff_done"):
        return "/desk/messages/?tab=done&words=L00000001"
    if one.name == "admin_messages":
        return "/admin/voices/message/?q=L00000001"
    return ""


def _client(world: World, one: Row) -> Any:
    from django.test import Client

    from accounts.models import User

    client = Client(SERVER_NAME="localhost")
    if one.role:
        client.force_login(
            User.objects.get(username=world.username(one.role)),
            backend="accounts.backends.RoleBackend",
        )
    return client


def _next(response: Any, one: Row) -> str:
    """Where the next page is: from the API's answer, else from the link on the page."""
    import re

    if response.status_code != 200:
        raise RuntimeError(f"{one.name}: {response.status_code}")
    if response["Content-Type"].startswith("application/json"):
        link = response.json()["next"] or ""
    else:
        text = response.content.decode()
        links = re.findall(r'href="([^"]*(?:cursor|after|p)=[^"]*)"[^>]*>[^<]*(?:<[^>]+>)*[^<]*下一页',
                           text)  # fmt: skip
        link = links[-1].replace("&amp;", "&") if links else ""
    if not link:
        return ""
    query = urlsplit(link).query
    return f"{urlsplit(one.path).path}?{query}" if parse_qs(query) else ""


def _measure(world: World, one: Row, path: str) -> tuple[float, int]:
    """The database's CPU for one showing, and how many queries it was."""
    client = _client(world, one)
    if client.get(path).status_code != 200:
        raise RuntimeError(f"{path} does not answer")
    backend = world.sql("SELECT pg_backend_pid()")[0][0]
    count = world.count_queries(lambda: client.get(path))
    before = process_ms(backend)
    for _ in range(REPEATS):
        client.get(path)
    return (process_ms(backend) - before) / REPEATS, count
