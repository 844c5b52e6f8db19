"""PERFORMANCE §2: what a message costs, beside the least an insert can cost; 500 people at once."""

from __future__ import annotations

import json
import statistics
import time
from functools import partial

from bench.bare import TABLE
from bench.figures import Report
from bench.letters import letters, shared
from bench.load import Ask, crowd
from bench.place import PORT, World
from bench.server import BARE, OURS, Server, serving
from bench.sizes import Sizes

CODES = 20
HANDS = 8  # connections that send at a time


def submit(world: World, sizes: Sizes, report: Report) -> None:
    """CPU of server and database per message, turn about with a bare Django insert."""
    tokens = world.tokens(CODES)
    ours, bare, database = [], [], []
    plain = {**world.env, "BENCH_BARE": "1"}
    world.sql(TABLE)  # once: two workers that both create it at once may kill each other
    with serving(OURS, PORT, world.env) as site, serving(BARE, PORT + 1, plain) as reference:
        for turn in range(sizes.turns + 1):
            run = f"{time.time_ns()}"
            web, db, wall = _turn(world, site, letters(tokens, sizes.messages, run=run))
            other, other_db, _ = _turn(world, reference, _inserts(sizes.messages))
            if turn:  # the first one only warms up
                ours.append(web + db)
                database.append(db)
                bare.append(other + other_db)
    cost, least = statistics.median(ours), statistics.median(bare)
    report.add(
        "cpu_per_message", cost, "ms", target=2.5,
        beside=f"database {statistics.median(database):.2f}; turns {_list(ours)}; last turn "
        f"{wall:.1f} ms each by the clock",
    )  # fmt: skip
    report.add("bare_insert", least, "ms", beside=f"Django and one row, same run; {_list(bare)}")
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    report.add("cpu_to_bare_insert", ratio, "×", beside="aim 1.6 / 1.16…1.65 ms")
    report.add("queries", _queries(world, tokens), "queries", beside="known code, with contact")


def _turn(world: World, server: Server, asks: object) -> tuple[float, float, float]:
    """CPU of the server's processes and of the database per request, and the wall clock."""
    people = shared(asks, HANDS)  # type: ignore[arg-type]
    count = sum(len(one) for one in people)
    before, db_before = server.cpu_ms(), world.backend_ms()
    found = crowd(server.port, people)  # type: ignore[arg-type]
    web, db = server.cpu_ms() - before, world.backend_ms() - db_before
    if found.statuses != {201: count}:
        raise RuntimeError(f"not every message was taken: {found.statuses}, {found.broken} broken")
    return web / count, db / count, found.seconds * 1000 / count


def _inserts(count: int) -> list[Ask]:
    body = b"text=%E6%9D%91%E5%8F%A3%E7%9A%84%E8%B7%AF%E7%81%AF%E5%9D%8F%E4%BA%86&place=%E6%9D%91"
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return [Ask("POST", "/django/insert", body, headers) for _ in range(count)]


def _queries(world: World, tokens: list[str]) -> int:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")

    def send(ask: Ask) -> None:
        told = dict(ask.headers)
        answer = client.generic(
            "POST", ask.path, ask.body or b"", told["Content-Type"],
            HTTP_X_FORWARDED_FOR=told["X-Forwarded-For"],
        )  # fmt: skip
        if answer.status_code != 201:
            raise RuntimeError(f"not taken: {answer.status_code}")

    asks = letters(tokens[:1], 4, run=f"{time.time_ns()}")
    return max([world.count_queries(partial(send, ask)) for ask in asks][1:])


def together(world: World, sizes: Sizes, report: Report) -> None:
    """Many people at once, readers beside them: nothing fails, nothing is lost."""
    tokens, run = world.tokens(sizes.hot_codes), f"{time.time_ns()}"
    total = sizes.people * sizes.each
    writers = shared(letters(tokens, total, run=run, json=True), sizes.people)
    until = time.monotonic() + sizes.crowd_seconds
    with serving(OURS, PORT, world.env) as site:
        readers = [_reader(tokens, n, until) for n in range(sizes.readers)]
        found, seen = _both(site, writers, readers, until)
    sent, acknowledged = found.count + found.broken, len(found.bodies)
    stored = world.sql("SELECT count(*) FROM voices_message WHERE code = ANY(%s)",
                       [[body.decode() for body in found.bodies]])[0][0]  # fmt: skip
    report.add("refused", found.count - acknowledged, "answers", target=0,
               beside=f"by status {found.statuses}; pages {seen.statuses}")  # fmt: skip
    report.add("errors_5xx", found.errors + seen.errors, "answers", target=0,
               beside=f"{sizes.people} people, {sizes.readers} readers, {seen.count} pages read")  # fmt: skip
    report.add("lost", acknowledged - stored, "messages", target=0,
               beside=f"{acknowledged} acknowledged of {sent} sent of {total} meant")  # fmt: skip
    report.add("p99", found.percentile(0.99), "s", target=3,
               beside=f"median {found.percentile(0.5):.2f} s, readers' p99 "
               f"{seen.percentile(0.99):.2f} s, {acknowledged / found.seconds:.0f} messages/s")  # fmt: skip


def _both(site, writers, readers, until):  # type: ignore[no-untyped-def]
    """Writers and readers at the same time; readers stop when the last message is in."""
    import threading

    box = []
    done = threading.Event()
    stopping = [_until(asks, done) for asks in readers]
    reading = threading.Thread(target=lambda: box.append(crowd(site.port, stopping, until=until)))
    reading.start()
    found = crowd(
        site.port, writers, until=until, keep=lambda body: json.loads(body)["code"].encode()
    )
    done.set()
    reading.join()
    return found, box[0]


def _until(asks, done):  # type: ignore[no-untyped-def]
    for ask in asks:
        if done.wait(1.0):  # a reader looks at a page for a second
            return
        yield ask


def _reader(tokens: list[str], number: int, until: float):  # type: ignore[no-untyped-def]
    n = number
    while time.monotonic() < until:
        n += 1
        yield Ask("GET", f"/q/{tokens[n % len(tokens)]}/", headers=(("Accept-Encoding", "br"),))


def _list(values: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)
