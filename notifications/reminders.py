"""The reminder scan: clocks whose next stage was reached, each stage told once."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import NamedTuple

from django.db import connection, transaction

from congress.selectors import describe_due, working_day_offset
from core.dates import local_date
from notifications.clocks import next_stage_on
from notifications.models import Notification
from notifications.registry import Subject, subject
from notifications.services import insert

CHUNK = 1000
KIND = "notifications.reminder"


# Plain rows: ten thousand model instances cost more than everything else together.
_REACHED = """
SELECT id, object_type, object_code, region_code, due_on, next_on, stages::text
FROM notifications_clock WHERE stopped_at IS NULL AND next_on <= %s
ORDER BY next_on, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_NEXT = """
UPDATE notifications_clock SET next_on = n.next_on
FROM unnest(%s::bigint[], %s::date[]) AS n (id, next_on) WHERE notifications_clock.id = n.id
"""
_TOLD = """
INSERT INTO notifications_reminder (clock_id, stage, due_on, created_at)
SELECT id, stage, due_on, %s FROM unnest(%s::bigint[], %s::smallint[], %s::date[])
    AS r (id, stage, due_on)
ON CONFLICT DO NOTHING
"""


class _Row(NamedTuple):
    """A running clock whose next stage has come."""

    pk: int
    object_type: str
    object_code: str
    region_code: str
    due_on: date
    next_on: date
    stages: str


@dataclass(frozen=True)
class _Step:
    """What a scan does with a clock: the stage it tells (if any), to whom, when it looks again."""

    stage: int | None
    audiences: frozenset[str]
    next_on: date | None


@dataclass(frozen=True)
class _Reached:
    clock: _Row
    stage: int
    audiences: frozenset[str]


def remind(*, now: datetime) -> int:
    """Tell everybody whose clock reached a stage by `now`; returns how many notices are new.

    A stage that was missed while nothing ran is caught up; when several were missed, one notice
    speaks for all of them. The unique reminder row goes in first, so a second run says nothing.
    """
    total, today = 0, local_date(now)
    while True:
        with transaction.atomic():  # of a chunk: nobody who acts on an object waits for the scan
            with connection.cursor() as cursor:
                cursor.execute(_REACHED, [today, CHUNK])
                batch = [_Row(*row) for row in cursor.fetchall()]
            if not batch:
                return total
            total += _remind(batch, today, now)


def _remind(batch: list[_Row], today: date, now: datetime) -> int:
    # clocks of one day and one rulebook are alike: most of a scan is decided a few times
    decide = lru_cache(maxsize=None)(partial(_decide, today=today))
    steps = [decide(row.due_on, row.next_on, row.stages) for row in batch]
    reached = [
        _Reached(row, step.stage, step.audiences)
        for row, step in zip(batch, steps, strict=True)
        if step.stage is not None
    ]
    told = [[r.clock.pk for r in reached], [r.stage for r in reached]]
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [[row.pk for row in batch], [step.next_on for step in steps]])
        cursor.execute(_TOLD, [now, *told, [r.clock.due_on for r in reached]])
    return insert(_notices(reached, today, now), now=now)


def _decide(due_on: date, next_on: date, stages: str, *, today: date) -> _Step:
    table = json.loads(stages)
    passed = [
        (int(offset), audience)
        for offset, audience in table
        if next_on <= working_day_offset(due_on, int(offset)) <= today
    ]
    people = frozenset(a for _, audience in passed for a in audience)
    later = next_stage_on(table, due_on, after=today)
    return _Step(passed[-1][0] if passed else None, people, later)


def _notices(reached: list[_Reached], today: date, now: datetime) -> list[Notification]:
    by_type: dict[str, list[_Reached]] = defaultdict(list)
    for one in reached:
        by_type[one.clock.object_type].append(one)
    rows: list[Notification] = []
    for object_type, group in by_type.items():
        about = subject(object_type)
        if about:
            rows += _notices_of(about, group, today, now)
    return rows


def _notices_of(
    about: Subject, group: list[_Reached], today: date, now: datetime
) -> list[Notification]:
    titles = about.titles([r.clock.object_code for r in group])
    words = lru_cache(maxsize=None)(partial(_due_words, today=today))
    people: dict[str, set[int]] = defaultdict(set)
    for audience in sorted({a for r in group for a in r.audiences}):
        codes = [r.clock.object_code for r in group if audience in r.audiences]
        for code, ids in about.recipients(codes, audience, today).items():
            people[code].update(ids)
    return [
        Notification(
            key=f"clock:{r.clock.pk}:{r.clock.due_on}:{r.stage}:{user_id}", kind=KIND,
            user_id=user_id, object_type=r.clock.object_type, object_code=r.clock.object_code,
            region_code=r.clock.region_code, created_at=now,
            text=f"{titles.get(r.clock.object_code, r.clock.object_code)[:200]}："
            f"{words(r.clock.due_on)}",
        )
        for r in group
        for user_id in sorted(people[r.clock.object_code])
    ]  # fmt: skip


def _due_words(due_on: date, *, today: date) -> str:
    words = describe_due(today, due_on).words
    day = f"{due_on.month}月{due_on.day}日"
    if words.endswith("（休息日到期）"):
        return words.replace("（", f"（{day}，")
    return f"{words}（{day}到期）"
