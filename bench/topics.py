"""PERFORMANCE §4: a burst of opinions, the topic's page, grouping, search, export."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from bench.clock import process_ms
from bench.figures import Report
from bench.letters import BOUNDARY, multipart, shared
from bench.load import Ask, crowd, pages
from bench.place import PORT, World, manage, temporary
from bench.server import OURS, Server, serving
from bench.sizes import Sizes

HANDS = 8  # connections that send at a time
GROUPS = 16
# Common and rare ones, two characters and more, at the beginning, in the middle and not at all.
TERMS = (
    "停车 公交 电梯 路灯 月球 停车位 流浪猫 太极拳 增加停车位 一楼进水 供应链金融 焊工 自来水早上发黄 招工难"
    " 宽带经常掉线 老人孩子最不方便 不存在的词语 编号123 周末格外厉害 邮局"
)
# A page is made anew from the rows of one that was said: a million through the door take hours.
COPIES = """
INSERT INTO topics_opinion ({columns})
SELECT {values} FROM topics_opinion one, generate_series(1, %s) AS n
WHERE one.topic_id = %s ORDER BY md5(one.id::text || n::text) LIMIT %s
"""


def topics(world: World, sizes: Sizes, report: Report) -> None:
    """Everything of §4, each on topics of its own."""
    burst(world, sizes, report)
    page(world, sizes, report)
    grouping(world, sizes, report)
    export(world, sizes, report)
    search(world, sizes, report)


def burst(world: World, sizes: Sizes, report: Report) -> None:
    """Everybody speaks at once to one topic: CPU of server and database for each; none fails."""
    topic = _topic(world, "突发的一件事")
    with serving(OURS, PORT, world.env) as site:
        _burst(world, site, list(_asks(topic.code, min(200, sizes.opinions), run="w")))
        web, db, found = _burst(world, site, list(_asks(topic.code, sizes.opinions, run="b")))
    stored = world.sql("SELECT count(*) FROM topics_opinion WHERE topic_id = %s", [topic.pk])[0][0]
    meant = sizes.opinions + min(200, sizes.opinions)
    report.add("burst_cpu", web + db, "ms", target=2.5,
               beside=f"each of {sizes.opinions} opinions, database {db:.2f} of it; "
               f"{found.count / found.seconds:.0f}/s by the clock, p99 "
               f"{found.percentile(0.99):.2f} s")  # fmt: skip
    report.add("burst_5xx", found.errors, "answers", target=0,
               beside=f"by status {found.statuses}, {found.broken} broken")  # fmt: skip
    report.add("burst_lost", meant - stored, "opinions", target=0)


def _burst(world: World, site: Server, asks: list[Ask]) -> tuple[float, float, Any]:
    before, db_before = site.cpu_ms(), world.backend_ms()
    found = crowd(site.port, shared(asks, HANDS))
    web, db = site.cpu_ms() - before, world.backend_ms() - db_before
    return web / len(asks), db / len(asks), found


def _asks(code: str, count: int, *, run: str) -> Iterator[Ask]:
    """One opinion each, from an address of its own; every other person leaves a phone."""
    from liaison.demo.opinions import sayings

    for number, one in enumerate(sayings(count, seed=11)):
        known = {"consent": "on", "name": "张阿姨", "phone": f"138{number:08d}"}
        values = {"answer_1": one.text, "idempotency_key": f"bench-{run}-{time.time_ns()}-{number}",
                  **(known if number % 2 else {})}  # fmt: skip
        yield Ask(
            "POST", f"/topics/{code}/opinion/", multipart(values),
            (
                ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),
                ("X-Forwarded-For", f"10.{number >> 14 & 255}.{number >> 7 & 127}.{number & 127}"),
                ("Accept-Encoding", "br"),
            ),
        )  # fmt: skip


def page(world: World, sizes: Sizes, report: Report) -> None:
    """The topic's page with many and with ten times as many opinions, turn about, not cached."""
    few, many = (_grouped(world, count) for count in (sizes.opinions, sizes.opinions * 10))
    world.sql("VACUUM ANALYZE topics_opinion")
    env = {**world.env, "PAGE_CACHE_SECONDS": "0"}
    costs: dict[str, list[float]] = {few: [], many: []}
    with serving(OURS, PORT, env) as site:
        pages(site.port, [f"/topics/{few}/", f"/topics/{many}/"], seconds=sizes.warm)
        for _ in range(sizes.turns):
            for code, found in costs.items():
                before, db = site.cpu_ms(), world.backend_ms()
                count = pages(site.port, [f"/topics/{code}/"], seconds=sizes.seconds)
                spent = site.cpu_ms() - before + world.backend_ms() - db
                found.append(spent / max(1, count))  # a starved machine may show none
    ratio = statistics.median(b / a for a, b in zip(costs[few], costs[many], strict=True))
    report.add("page_ratio", ratio, "×", target=1.2,
               beside=f"{sizes.opinions * 10} against {sizes.opinions} opinions: "
               f"{statistics.median(costs[many]):.2f} against "
               f"{statistics.median(costs[few]):.2f} ms a page, not cached")  # fmt: skip


def _grouped(world: World, count: int) -> str:
    """A topic with so many published opinions in sixteen groups."""
    from django.utils import timezone

    from liaison.demo.opinion_pour import pour, varied
    from topics.models import OpinionGroup
    from topics.services import recount_groups
    from topics.services.counting import recount

    topic = _topic(world, f"有{count}条意见的事")
    pour(topic, varied(count, seed=count), now=timezone.now(), log=False)
    question = topic.questions.get()
    groups = [
        OpinionGroup.objects.create(topic=topic, question=question, name=f"第{n}类说法")
        for n in range(GROUPS)
    ]
    world.sql(
        "UPDATE topics_opinion SET group_id = %s + id %% %s WHERE topic_id = %s",
        [groups[0].pk, GROUPS, topic.pk],
    )
    for group in groups:
        group.typical = list(group.members.values_list("code", flat=True)[:3])
        group.save(update_fields=["typical"])
    recount(topic, now=timezone.now())
    recount_groups(topic, now=timezone.now())
    return str(topic.code)


_GROUP = """
from django.utils import timezone
from topics.models import Topic
from topics.services import group_topic
group_topic(Topic.objects.get(code="{code}"), now=timezone.now())
"""


def grouping(world: World, sizes: Sizes, report: Report) -> None:
    """The job in a process of its own, from the rows to the ranks."""
    from django.utils import timezone

    from liaison.demo.opinion_pour import pour, varied

    _, boot = manage("shell", "-c", "pass", env=world.env)
    for count, targets in ((sizes.opinions, (20, 500)), (sizes.grouped, (None, None))):
        topic = _topic(world, f"要归组的{count}条")
        pour(topic, varied(count, seed=7), now=timezone.now(), log=False)
        _, spent = manage("shell", "-c", _GROUP.format(code=topic.code), env=world.env)
        groups = topic.groups.filter(people__gt=0)
        rest = sum(g.opinions_count for g in groups if g.suggested_name == "其他")
        report.add(f"group_{count}_seconds", spent.cpu - boot.cpu + spent.database, "s",
                   target=targets[0],
                   beside=f"CPU, database {spent.database:.1f} of it, without {boot.cpu:.1f} s of "
                   f"Django's start; {groups.count()} groups, {rest} in 其他; by the clock "
                   f"{spent.wall - boot.wall:.1f} s")  # fmt: skip
        report.add(f"group_{count}_memory", spent.memory, "MB", target=targets[1],
                   beside=f"the whole process; Django alone {boot.memory:.0f}")  # fmt: skip


_EXPORT = """
from accounts.models import User
from django.utils import timezone
from topics.models import Topic
from topics.services.exports import export_groups, export_opinions
who = User.objects.get(username="{who}")
topic = Topic.objects.get(code="{code}")
data = {make}(topic, actor=who, now=timezone.now())
open("{path}", "wb").write(data if isinstance(data, bytes) else data.read())
"""


def export(world: World, sizes: Sizes, report: Report) -> None:
    """Ten thousand opinions as Excel and as Word, in a process of its own."""
    from topics.models import Topic

    title = f"要归组的{sizes.opinions}条"
    code = Topic.objects.filter(title=title).latest("id").code
    who = world.username("congress_staff")
    _, boot = manage("shell", "-c", "pass", env=world.env)
    for make, kind, target in (("export_opinions", "xlsx", 2), ("export_groups", "docx", 5)):
        path = temporary(f"{code}.{kind}")
        words = _EXPORT.format(who=who, code=code, make=make, path=path)
        _, spent = manage("shell", "-c", words, env=world.env)
        report.add(f"export_{kind}_seconds", spent.cpu - boot.cpu + spent.database, "s",
                   target=target, beside=f"CPU; {sizes.opinions} opinions, "
                   f"{path.stat().st_size / 1e6:.1f} MB, process {spent.memory:.0f} MB at most, "
                   f"Django alone {boot.memory:.0f}")  # fmt: skip


def search(world: World, sizes: Sizes, report: Report) -> None:
    """The first twenty of a million opinions with a word: the database's CPU, the worst word."""
    from topics.models import Opinion
    from topics.selectors.search import opinions_saying

    _million(world, sizes.rows)
    backend = world.sql("SELECT pg_backend_pid()")[0][0]
    found = {}
    for term in TERMS.split():
        costs = []
        for _ in range(3):
            before = process_ms(backend)
            rows = list(opinions_saying(Opinion.objects.published(), term).order_by("-id")[:20])
            costs.append(process_ms(backend) - before)
        if any(term not in row.public_text for row in rows):
            raise RuntimeError(f"{term}: found what does not hold it")
        found[term] = (statistics.median(costs), len(rows))
    worst = max(found, key=lambda term: found[term][0])
    report.add("search_worst", found[worst][0], "ms", target=30,
               beside=f"database, {worst}, of {len(found)} words in {sizes.rows} texts; median "
               f"{statistics.median(c for c, _ in found.values()):.1f} ms; "
               + ", ".join(f"{t} {c:.1f}/{n}" for t, (c, n) in found.items()))  # fmt: skip


def _million(world: World, count: int) -> None:
    from django.utils import timezone

    from liaison.demo.opinion_pour import pour, varied

    have = world.sql("SELECT count(*) FROM topics_opinion WHERE code LIKE 'B%%'")[0][0]
    if have >= count:
        return
    topic = _topic(world, "一百万条")
    seeds = min(40_000, max(20, count // 25))
    for n, catalogue in enumerate(("living", "chain")):
        said = varied(seeds // 2, seed=21 + n, catalogue=catalogue)
        pour(topic, said, now=timezone.now(), log=False)
    names = [row[0] for row in world.sql(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'topics_opinion' AND column_name <> 'id' ORDER BY ordinal_position"
    )]  # fmt: skip
    ending = "|| CASE WHEN n %% 7 = 0 THEN '编号' || (one.id * 10 + n) ELSE '' END"
    own = {
        "code": "'B' || lpad(row_number() OVER ()::text, 8, '0')",
        "text": f"one.text {ending}", "public_text": f"one.public_text {ending}",
    }  # fmt: skip
    values = ", ".join(own.get(name, f'one."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    definition = world.sql("SELECT pg_get_indexdef('opinion_bigrams'::regclass)")[0][0]
    world.sql("DROP INDEX opinion_bigrams")
    times = count // seeds + 1
    world.sql(COPIES.format(columns=columns, values=values), [times, topic.pk, count - have])
    world.sql("SET maintenance_work_mem = '512MB'")
    world.sql(definition)
    world.sql("VACUUM ANALYZE topics_opinion")


def _topic(world: World, title: str) -> Any:
    """A topic the congress hands down to the county, open for opinions."""
    from django.utils import timezone

    from accounts.models import User
    from core.dates import local_date
    from topics.services import TopicDraft, dispatch_topic
    from workflows.engine import apply

    now = timezone.now()
    today = local_date(now)
    staff = User.objects.get(username=world.username("congress_staff"))
    region = next(iter(islice(sorted(staff.region_prefixes("topics.dispatch_topic")), 1)))
    draft = TopicDraft(
        title=title, summary="只为测量。", questions=[("还缺什么？", "")], region_code=region,
        opens_on=today, closes_on=today + timedelta(days=30),
    )  # fmt: skip
    topic = dispatch_topic(draft, actor=staff, source="congress", host=None, deputy=None, now=now)
    return apply(topic, "open_collection", actor=staff, now=now)
