"""PERFORMANCE §5: rates and the staff's dashboard at a million messages and 200,000 suggestions.

Processor time of the database's own process and of Python together, with the clock beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from bench.clock import backends, process_ms
from bench.figures import Report
from bench.place import World
from bench.sizes import Sizes

REPEATS = 5
# two years of messages over every grid; handling takes up to forty days; one in fifty twice
MESSAGES = """
INSERT INTO voices_message ({columns})
SELECT {values} FROM generate_series(1, %s) AS n
CROSS JOIN (SELECT array_agg(code ORDER BY code) AS codes FROM grids_grid) AS home,
LATERAL (SELECT now() - make_interval(secs => (n::bigint * 63) %% 63072000) AS at) AS came,
LATERAL (SELECT least(came.at + make_interval(days => 1 + n %% 40), now()) AS at) AS went,
LATERAL (SELECT * FROM voices_message WHERE state = 'closed' AND code LIKE 'M%%'
         ORDER BY id LIMIT 1) AS one
"""
RATINGS = """
INSERT INTO voices_rating (message_id, round, score, reason, at)
SELECT id, r, CASE WHEN r = 2 THEN 'satisfied' ELSE 'unsatisfied' END, '还是不亮', closed_at
FROM voices_message, generate_series(1, 2) AS r WHERE code LIKE 'R%%' AND round = 2
"""
PROPOSALS = """
INSERT INTO proposals_proposal ({columns})
SELECT {values} FROM generate_series(1, %s) AS n
CROSS JOIN (SELECT array_agg(id ORDER BY id) AS seats, array_agg(deputy_id ORDER BY id) AS deputies,
    array_agg(term_id ORDER BY id) AS terms FROM deputies_seat WHERE state = 'active') AS who,
LATERAL (SELECT now() - make_interval(secs => (n::bigint * 788) %% 157680000) AS at) AS came,
LATERAL (SELECT least(came.at + make_interval(days => 30 + n %% 120), now()) AS at) AS went
"""
PARTS = (
    """INSERT INTO handling_order ({columns}) SELECT {values} FROM proposals_proposal AS p
    CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM (
      SELECT id FROM congress_unit ORDER BY id LIMIT 60) AS sixty) AS u,
    LATERAL (SELECT * FROM handling_order WHERE code LIKE 'B%%' AND state = 'accepted'
             ORDER BY id LIMIT 1) AS one WHERE p.code LIKE 'R%%'""",
    """INSERT INTO handling_reply (order_id, version, unit_name, outcome, text, letter_number,
      signer, contact, sent_back_reason, by, at)
    SELECT id, 1, '', 'solved', '已修好', '', '局长', '', '', '局长', replied_at
    FROM handling_order WHERE code LIKE 'R%%' AND replied_at IS NOT NULL""",
    """INSERT INTO proposals_assignment (proposal_id, round, kind, dispatched_by,
      decision_reference, instruction, rule, counted_from, reason, due_on, original_due_on, basis,
      provisional, replied_at, outcome, by, at)
    SELECT id, 1, 'sole', '', '', '', 'reply_within', accepted_at::date, '', accepted_at::date + 90,
      accepted_at::date + 90, '代表法', false, replied_at, outcome, '代工委', assigned_at
    FROM proposals_proposal WHERE code LIKE 'R%%'""",
    """INSERT INTO proposals_evaluation (proposal_id, deputy_id, round, asked_at, at, attitude,
      result, score, reason, proxy_name)
    SELECT id, lead_id, 1, replied_at, closed_at, 'satisfied', 'satisfied', 80 + number %% 20,
  '', ''
    FROM proposals_proposal WHERE code LIKE 'R%%' AND number %% 5 > 0
      AND replied_at IS NOT NULL""",
)


def rates(world: World, sizes: Sizes, report: Report) -> None:
    """All rates for today and for days gone by; reading kept ones; the dashboard."""
    from django.utils import timezone

    from core.dates import LOCAL_ZONE, local_date

    _fill(world, sizes)
    today = local_date(timezone.now().astimezone(LOCAL_ZONE))
    days = {"today": today, "month_ago": today - timedelta(days=30),
            "year_ago": today - timedelta(days=365)}  # fmt: skip
    for name, day in days.items():
        _all_rates(world, report, name, day)
    _kept(world, report, today)
    _dashboard(world, report)


def _all_rates(world: World, report: Report, name: str, day: date) -> None:
    from stats.counting import count
    from stats.kinds import KINDS
    from stats.rules import Span

    span = Span(day)
    world.sql("SET max_parallel_workers_per_gather = 0")  # all of it in one process we can read
    spent: dict[str, tuple[float, float]] = {}
    for kind in KINDS.values():
        count(kind, span)  # the first one warms the caches
        spent[kind.name] = min(_spent(world, partial(count, kind, span)) for _ in range(2))
    world.sql("RESET max_parallel_workers_per_gather")
    wall = _timed(lambda: [count(kind, span) for kind in KINDS.values()])
    words = ", ".join(f"{kind} {cpu:.2f}" for kind, (cpu, _) in spent.items())
    report.add(f"all_{name}", sum(cpu for cpu, _ in spent.values()), "s", target=1,
               beside=f"CPU of database and Python: {words}; by the clock, in parallel where the "
               f"database likes, {wall:.2f} s")  # fmt: skip


def _spent(world: World, act: Callable[[], Any]) -> tuple[float, float]:
    """CPU seconds of our own connection's process and of Python; and by the clock."""
    backend = world.sql("SELECT pg_backend_pid()")[0][0]
    before, cpu = process_ms(backend), time.process_time()
    wall = _timed(act)
    return (process_ms(backend) - before) / 1000 + time.process_time() - cpu, wall


def _timed(act: Callable[[], Any]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def _kept(world: World, report: Report, today: date) -> None:
    from django.core.cache import cache
    from django.utils import timezone

    from stats.rules import year_to
    from stats.selectors import figures
    from stats.services import take

    now = timezone.now()
    report.add("snapshot", _timed(lambda: take(today, now=now, final=False)), "s",
               beside="counting today for every place and keeping it")  # fmt: skip

    def read() -> None:
        cache.clear()
        figures("", year_to(today), now=now)

    read()
    cost = sum(_timed(read) for _ in range(20)) / 20 * 1000
    report.add("reading_kept", cost, "ms", target=5, beside="by the clock, one row, no cache")


def _dashboard(world: World, report: Report) -> None:
    from django.core.cache import cache
    from django.test import Client

    from accounts.models import User
    from congress.memory import forget_all

    client = Client(SERVER_NAME="localhost")
    user = User.objects.get(username=world.username("congress_staff"))
    client.force_login(user, backend="accounts.backends.RoleBackend")
    if client.get("/admin/").status_code != 200:
        raise RuntimeError("the dashboard does not answer")
    report.add("dashboard_cached", _cost(world, client, cold=False), "ms", target=25,
               beside="CPU of Python and database")  # fmt: skip
    report.add("dashboard_cold", _cost(world, client, cold=True), "ms", target=300,
               beside="the same with an empty cache")  # fmt: skip
    cache.clear()
    forget_all()
    report.add("dashboard_queries", world.count_queries(lambda: client.get("/admin/")), "queries",
               target=15)  # fmt: skip


def _cost(world: World, client: Any, *, cold: bool) -> float:
    from django.core.cache import cache
    from django.db import connection

    from congress.memory import forget_all

    backend = world.sql("SELECT pg_backend_pid()")[0][0]
    with connection.cursor() as cursor:
        others = sum(backends(cursor).values())
    before, cpu = process_ms(backend), time.process_time()
    for _ in range(REPEATS):
        if cold:
            cache.clear()
            forget_all()
        client.get("/admin/")
    cost = (time.process_time() - cpu) * 1000 + process_ms(backend) - before
    with connection.cursor() as cursor:
        cost += max(0.0, sum(backends(cursor).values()) - others)
    return cost / REPEATS


def _fill(world: World, sizes: Sizes) -> None:
    state = "CASE WHEN went.at < now() THEN 'closed' ELSE 'accepted' END"
    gone = "CASE WHEN went.at < now() THEN went.at END"
    outcome = "(ARRAY['solved', 'in_progress', 'planned', 'explained'])[1 + n %% 4]"
    score = "(ARRAY['satisfied', 'basic', '', 'satisfied', 'unsatisfied'])[1 + n %% 5]"
    own = {
        "code": "'R' || lpad(n::text, 8, '0')", "receipt_hash": "sha256(('r' || n)::bytea)",
        "outside_number": "''", "token_id": "NULL", "grid_id": "NULL",
        "region_code": "home.codes[1 + n %% cardinality(home.codes)]",
        "kind": "(ARRAY['problem', 'advice', 'question', 'meeting'])[1 + n %% 4]",
        "channel": "(ARRAY['scan', 'proxy', 'patrol'])[1 + n %% 3]", "state": state,
        "round": "CASE WHEN n %% 50 = 0 AND went.at < now() THEN 2 ELSE 1 END",
        "created_at": "came.at", "accepted_at": "least(came.at + interval '1 day', now())",
        "answered_at": gone, "closed_at": gone,
        "state_at": "CASE WHEN went.at < now() THEN went.at ELSE came.at END",
        "outcome": f"CASE WHEN went.at < now() THEN {outcome} ELSE '' END",
        "score": f"CASE WHEN went.at < now() THEN {score} ELSE '' END",
        "due_on": "CASE WHEN went.at < now() THEN NULL ELSE current_date + (n %% 60)::int END",
        "publication": "'private'", "published_at": "NULL",
    }  # fmt: skip
    if _lacks(world, "voices_message"):
        world.sql(_statement(world, MESSAGES, "voices_message", own, "one"), [sizes.rows])
        world.sql(RATINGS.replace("%%", "%"))
    suggestions(world, max(sizes.rows // 5, 60))
    world.sql("VACUUM ANALYZE")


def suggestions(world: World, count: int) -> None:
    """So many suggestions of five years with their orders, replies and ratings, once."""
    gone = "CASE WHEN went.at < now() THEN went.at END"
    own = {
        "code": "'R' || lpad(n::text, 8, '0')", "number": "n", "series": "'between'",
        "series_key": "'bench'", "title": "'关于修路的建议'", "facts": "'路坏了'",
        "advice": "'修好'", "version": "1", "title_pairs": "'{}'", "round": "1",
        "category": "(ARRAY['traffic', 'health', 'education', 'other'])[1 + n %% 4]",
        "source_kind": "(ARRAY['own', 'message', 'research'])[1 + n %% 3]",
        "state": "CASE WHEN went.at < now() THEN 'closed' ELSE 'assigned' END",
        "term_id": "who.terms[1 + n %% cardinality(who.seats)]",
        "lead_id": "who.deputies[1 + n %% cardinality(who.seats)]",
        "seat_id": "who.seats[1 + n %% cardinality(who.seats)]",
        "region_code": "(SELECT left(min(code), 6) FROM grids_grid)", "created_at": "came.at",
        "submitted_at": "came.at", "accepted_at": "came.at",
        "assigned_at": "came.at + interval '5 minutes'", "replied_at": gone,
        "evaluated_at": gone, "closed_at": gone,
        "state_at": "CASE WHEN went.at < now() THEN went.at ELSE came.at END",
        "outcome": "CASE WHEN went.at < now() THEN 'solved' ELSE '' END",
        "satisfaction": "CASE WHEN went.at < now() THEN 'satisfied' ELSE '' END",
        "provisional": "false", "confidential": "false", "short_track": "false",
    }  # fmt: skip
    if _lacks(world, "proposals_proposal"):
        world.sql(_statement(world, PROPOSALS, "proposals_proposal", own, ""), [count])
    if _lacks(world, "handling_order"):
        _orders(world)


def _orders(world: World) -> None:
    own = {
        "code": "'R' || p.code", "source_type": "'proposals.proposal'", "source_code": "p.code",
        "unit_id": "u.ids[1 + p.number %% cardinality(u.ids)]", "region_code": "p.region_code",
        "round": "1", "role": "'sole'",
        "state": "CASE WHEN p.state = 'closed' THEN 'accepted' ELSE 'handling' END",
        "assigned_at": "p.assigned_at", "created_at": "p.assigned_at", "state_at": "p.state_at",
        "signed_at": "p.assigned_at", "replied_at": "p.replied_at", "accepted_at": "p.replied_at",
        "due_on": "p.accepted_at::date + 90", "original_due_on": "p.accepted_at::date + 90",
    }  # fmt: skip
    world.sql(_statement(world, PARTS[0], "handling_order", own, "one").replace("%%", "%"))
    for part in PARTS[1:]:
        world.sql(part.replace("%%", "%"))


def _lacks(world: World, table: str) -> bool:
    """A run that was broken off goes on where it stood."""
    return not world.sql(f"SELECT 1 FROM {table} WHERE code LIKE 'R%' LIMIT 1")


def _statement(world: World, form: str, table: str, own: dict[str, str], one: str) -> str:
    """Every column of the table: our own value, the sample row's, or an empty one."""
    rows = world.sql(
        "SELECT column_name, is_nullable FROM information_schema.columns"
        " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position", [table],
    )  # fmt: skip
    values = ", ".join(
        own.get(name) or (f'one."{name}"' if one else "NULL" if nullable == "YES" else "''")
        for name, nullable in rows
    )
    columns = ", ".join(f'"{name}"' for name, _ in rows)
    return form.format(columns=columns, values=values)
